"""Lists of holders: every doubt waits, is settled in every way, and is taken back without a trace in the register."""

import io
import re
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text

from examprep.imports import engine, review, rows
from examprep.imports.importer import Upload
from examprep.imports.models import ImportBatchRow, ImportRowRow
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.registry import Registry
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask, xlsx_bytes
from examprep.register import actions, registering
from examprep.register.importer import HoldersImporter
from examprep.register.models import RegisterCertificateRow
from examprep.register.rebuild import differences
from examprep.register.rules.process import Status
from tests.factories import resident_id

HEADS = ("姓名", "身份证号", "出生日期", "级别", "证书管理号", "发证日期", "单位", "登记日期", "登记状态")
AGENCY = "ann 社工机构"


def number(order, **more):
    return resident_id(order, **more).number


SPOILT = next(
    found
    for day in range(1, 29)
    for order in range(100, 1000, 100)
    if (found := number(order, born=f"198501{day:02d}")).endswith("000")
)


def holder(name, id_number, born="", **more):
    usual = {"level": "初级", "certificate": "20230520001", "issued": "2023-09-15", "unit": "", "registered": ""}
    return (name, id_number, born, *{**usual, "status": "", **more}.values())


class Register:
    """An officer of ann's county who keeps the register by files."""

    def __init__(self, runtime, world):
        self.runtime, self.world, self.now = runtime, world, runtime.clock.now()
        self.importer = HoldersImporter(lambda: runtime.vault)
        self.registry = Registry(self.importer)

    def actor(self, session, who="ann_officer"):
        return self.world.actor(session, who)

    def plan(self, *file_rows, heads=HEADS, who="ann_officer"):
        with self.runtime.database.read() as session:
            upload = Upload("持证.xlsx", xlsx_bytes(heads, file_rows))
            return self.importer.plan(session, self.actor(session, who), upload, now=self.now)

    def check(self, *file_rows, heads=HEADS):
        with self.runtime.database.write() as session:
            upload = Upload("持证.xlsx", xlsx_bytes(heads, file_rows))
            return engine.check(session, self.runtime.vault, self.importer, self.actor(session), upload, now=self.now)

    def apply(self, batch_id, leave_out=True):
        with self.runtime.database.write() as session:
            batch, who = session.get(ImportBatchRow, batch_id), self.actor(session)
            engine.apply(session, self.runtime.vault, self.importer, batch, who, now=self.now, leave_out=leave_out)
        return batch_id

    def bring(self, *file_rows, heads=HEADS):
        return self.apply(self.check(*file_rows, heads=heads))

    def undo(self, batch_id):
        with self.runtime.database.write() as session:
            batch = session.get(ImportBatchRow, batch_id)
            engine.undo(session, self.importer, batch, self.actor(session), now=self.now)

    def decide(self, batch_id, row, decision, person_id=None, who="ann_officer"):
        with self.runtime.database.write() as session:
            actor, vault = self.actor(session, who), self.runtime.vault
            review.decide(
                session, vault, self.registry, actor, batch_id, row, decision, person_id=person_id, now=self.now
            )

    def take_back(self, batch_id, row):
        with self.runtime.database.write() as session:
            review.take_back(session, self.registry, self.actor(session), batch_id, row, now=self.now)

    def doubt(self, batch_id, row, words="", who="ann_officer"):
        with self.runtime.database.read() as session:
            actor, vault = self.actor(session, who), self.runtime.vault
            return review.doubt(session, vault, self.registry, actor, batch_id, row, words)

    def waiting(self, who="ann_officer"):
        with self.runtime.database.read() as session:
            page = review.queue(session, self.registry, self.actor(session, who), Ask())
            return [(row["number"], row["name"]) for row in page.rows]

    def ends(self, batch_id):
        with self.runtime.database.read() as session:
            return rows.counts(session, batch_id)

    def holders(self):
        """Who holds which certificate."""
        with self.runtime.database.read() as session:
            row = RegisterCertificateRow
            query = select(PersonRow.name, row.number).join(PersonRow, PersonRow.id == row.person_id)
            return sorted(map(tuple, session.execute(query)))

    def certificate(self, number_="20230520001"):
        with self.runtime.database.read() as session:
            row = session.scalar(select(RegisterCertificateRow).where(RegisterCertificateRow.number == number_))
            return row and {column.name: getattr(row, column.name) for column in row.__table__.columns}

    def kept(self):
        """The persons and the certificates as the database keeps them."""
        with self.runtime.database.read() as session:
            assert list(differences(session, False)) == []
            return {
                name: sorted(map(repr, session.execute(text(f"SELECT * FROM {name}"))))
                for name in ("person", "register_certificate")
            }


@pytest.fixture
def register(runtime, world):
    return Register(runtime, world)


RIGHT = holder("考生201", number(201), certificate="20230520201")
# A doubtful row; whom it may mean; what is said; what is said to whoever calls it a new person.
DOUBTS = [
    pytest.param(
        holder("改名者", number(1)), ["ann_administrator"], "is that of ann_administrator", "already", id="another-name"
    ),
    pytest.param(
        holder("ann_trainer", number(777)), ["ann_trainer"], "with another ID number", None, id="another-number"
    ),
    pytest.param(holder("某人", SPOILT), [], "ends in 000", None, id="perhaps-spoilt"),
    pytest.param(
        holder("ann_trainer", "", "1990-03-07"),
        ["ann_trainer"],
        "no whole ID number",
        "whole ID number",
        id="no-number",
    ),
    pytest.param(
        holder("ann_trainer", f"520526********{number(4)[14:17]}*"),
        ["ann_trainer"],
        "no whole ID number",
        "whole ID number",
        id="hidden-digits",
    ),
]


@pytest.mark.parametrize(("row", "means", "said", "not_new"), DOUBTS)
def test_each_doubt_is_settled_in_each_way_and_undone(register, world, row, means, said, not_new):
    before = register.kept()
    batch_id = register.bring(RIGHT, row)
    assert register.ends(batch_id) == {"created": 1, "doubtful": 1}
    assert register.holders() == [("考生201", "20230520201")]
    doubt = register.doubt(batch_id, 3)
    assert said in str(doubt.said[0])
    assert [each.name for each in doubt.candidates] == means
    after_file = register.kept()

    person_id = world.people[means[0] if means else "ann_trainer"]
    register.decide(batch_id, 3, "person", person_id)
    assert register.certificate()["person_id"] == person_id
    assert register.ends(batch_id) == {"created": 1, "matched": 1}
    register.take_back(batch_id, 3)
    assert register.kept() == after_file

    if not_new:
        with pytest.raises(RuleViolation, match=not_new):
            register.decide(batch_id, 3, "new")
    else:
        register.decide(batch_id, 3, "new")
        assert register.holders() == sorted([(row[0], "20230520001"), ("考生201", "20230520201")])
        assert register.ends(batch_id) == {"created": 2}
        register.take_back(batch_id, 3)
    assert register.kept() == after_file

    register.decide(batch_id, 3, "refused")
    assert register.ends(batch_id) == {"created": 1, "refused": 1}
    register.take_back(batch_id, 3)
    register.decide(batch_id, 3, "person", person_id)
    register.undo(batch_id)
    assert register.kept() == before
    assert register.waiting() == []


def test_without_a_number_name_birth_and_organisation_together_are_enough(register, world):
    batch_id = register.bring(holder("ann_candidate", "", "1990-03-07", unit=AGENCY))
    assert register.ends(batch_id) == {"matched": 1}
    assert register.certificate()["person_id"] == world.people["ann_candidate"]


def test_two_names_with_one_new_number_wait_for_a_decision(register):
    twice = holder("李五", number(300), certificate="20230520002", level="中级")
    batch_id = register.bring(holder("李四", number(300)), twice)
    assert register.ends(batch_id) == {"created": 1, "doubtful": 1}
    assert "Row 2 gives this ID number to 李四" in str(register.doubt(batch_id, 3).said[0])
    (li,) = register.doubt(batch_id, 3, "李四").candidates
    register.decide(batch_id, 3, "person", li.id)
    assert register.holders() == [("李四", "20230520001"), ("李四", "20230520002")]


def test_a_doubtful_row_in_which_something_else_is_wrong_is_refused(register):
    plan = register.plan(holder("某人", "1.52E+17"), holder("改名者", number(1), level="特级", issued="昨天"))
    assert [(p.row, p.column) for p in plan.problems] == [(2, "身份证号"), (3, "级别"), (3, "发证日期")]
    assert [line.state for line in plan.lines] == ["refused", "refused"]


@pytest.mark.parametrize(
    ("row", "state", "hidden"),
    [
        pytest.param(holder("bob_candidate", number(900)), "created", None, id="a-namesake-there"),
        pytest.param(holder("bob_candidate", "", "1990-03-07"), "refused", "1 persons", id="no-number"),
        pytest.param(holder("某人", number(11)), "refused", "bob_", id="a-number-from-there"),
    ],
)
def test_persons_of_other_bureaus_are_neither_offered_nor_named(register, row, state, hidden):
    (line,) = register.plan(row).lines
    assert (line.state, line.candidates) == (state, ())
    assert not hidden or hidden not in " ".join(map(str, line.said))


def test_others_neither_see_nor_settle(register, world):
    batch_id = register.bring(RIGHT, holder("改名者", number(1)))
    assert register.waiting() == [(3, "改名者")]
    assert register.waiting("bob_officer") == []
    with pytest.raises(NotFound):
        register.decide(batch_id, 3, "refused", who="bob_officer")
    with pytest.raises(NotFound):
        register.doubt(batch_id, 3, who="bob_officer")
    with pytest.raises(RuleViolation, match="no such person"):
        register.decide(batch_id, 3, "person", world.people["bob_candidate"])
    assert register.doubt(batch_id, 3, "bob_candidate").candidates[0].name == "ann_administrator"
    assert len(register.doubt(batch_id, 3, "bob_candidate").candidates) == 1
    assert register.waiting() == [(3, "改名者")]


def test_a_settled_row_is_planned_as_any_other(register, world):
    register.bring(holder("ann_candidate", "", "1990-03-07", unit=AGENCY))
    batch_id = register.bring(RIGHT, holder("改名者", number(1)))
    with pytest.raises(RuleViolation, match="for somebody else"):
        register.decide(batch_id, 3, "person", world.people["ann_administrator"])
    register.decide(batch_id, 3, "person", world.people["ann_candidate"])
    with register.runtime.database.read() as session:
        row = session.get_one(ImportRowRow, (batch_id, 3))
        assert (row.state, row.effect, row.decided) == ("matched", "same", "person")


def said(plan):
    return [(line.effect, *map(str, line.said)) for line in plan.lines]


def test_a_corrected_list_says_old_and_new_and_replaces_nothing_else(register, sign_in):
    register.bring(holder("李四", number(300), registered="2023-12-01", status="已出证"))
    first = register.kept()
    heads = (*HEADS, "取得年度", "有效范围", "登记有效期至", "登记地")
    row = holder("李四", number(300), issued="2023-10-15", registered="2023-12-05", status="首次登记已完成")
    corrected = (*row, "2022", "本地", "2026-12-03", "520502")
    plan = register.plan(corrected, heads=heads)
    assert said(plan) == [
        (
            "changed",
            "Issued on: 2023-09-15 → 2023-10-15",
            "Year of qualification: 2023 → 2022",
            "Validity: the whole country → its region only",
            "State of registration: Registration certificate issued → First registration completed",
            "Registered on: 2023-12-01 → 2023-12-05",
            "Registered until: 2026-11-30 → 2026-12-03",
            "Place of registration: — → 七星关区",
        )
    ]
    batch_id = register.bring(corrected, heads=heads)
    found = register.certificate()
    assert (found["issued_on"], found["qualified_year"], found["validity"]) == (date(2023, 10, 15), 2022, "local")
    assert (found["status"], found["registered_until"]) == (Status.COMPLETED, date(2026, 12, 4))
    page = sign_in("ann_officer").get(f"/register/certificates/{found['id']}").text
    assert "由后来导入的名单更正" in page
    assert "发证日期 2023年10月15日 · 取得年度 2022" in page
    assert said(register.plan(corrected, heads=heads)) == [("same",)]
    # What a list does not say, it leaves as it is: also the end of a term that is not the usual one.
    bare = holder("李四", number(300), issued="2023-10-15", registered="2023-12-05")
    assert said(register.plan(bare)) == [("same",)]
    register.undo(batch_id)
    assert register.kept() == first


def test_where_alone_one_is_valid_is_read_kept_corrected_and_handed_on(register):
    """The column 有效范围 names the region; 本地 leaves the one on file, 全国 leaves none."""
    heads = (*HEADS, "有效范围")

    def row(where, status="首次登记已完成"):
        return *holder("李四", number(300), registered="2023-12-01", status=status), where

    def found():
        kept = register.certificate()
        return kept["validity"], kept["region_code"]

    def handed_on():
        with register.runtime.database.write() as session:
            content = actions.platform_file(session, register.actor(session), register.runtime.vault, now=register.now)
        first, second = load_workbook(io.BytesIO(content)).active.values
        return dict(zip(first, second, strict=True))["有效范围"]

    register.bring(row("七星关区"), heads=heads)
    assert found() == ("local", "520502")
    assert handed_on() == "七星关区"
    for where in ("本地", "520502", handed_on()):
        assert said(register.plan(row(where), heads=heads)) == [("same",)]
    there = row("威宁彝族回族苗族自治县", "已出证")
    assert said(register.plan(there, heads=heads)) == [
        (
            "changed",
            "Valid only in: 七星关区 → 威宁彝族回族苗族自治县",
            "State of registration: First registration completed → Registration certificate issued",
        )
    ]
    moved = register.bring(there, heads=heads)
    assert found() == ("local", "520526")
    register.undo(moved)
    assert found() == ("local", "520502")
    register.bring(row("全国"), heads=heads)
    assert found() == ("national", None)
    assert handed_on() == "全国"
    register.bring(row("本地"), heads=heads)
    assert found() == ("local", None)
    assert handed_on() == "本地"
    assert [problem.column for problem in register.plan(row("外星"), heads=heads).problems] == ["有效范围"]


def test_a_new_term_leaves_the_state_that_the_platform_said(register):
    register.bring(holder("李四", number(300), registered="2020-12-01", issued="2020-09-01", status="已出证"))
    again = holder("李四", number(300), registered="2023-12-01", issued="2020-09-01")
    assert said(register.plan(again)) == [
        ("changed", "Registered on: 2020-12-01 → 2023-12-01", "Registered until: 2023-11-30 → 2026-11-30")
    ]
    register.bring(again)
    assert register.certificate()["status"] == Status.ISSUED


def test_a_place_alone_does_not_undo_that_an_application_was_accepted(register):
    register.bring(holder("李四", number(300), status="待审核"))
    with register.runtime.database.write() as session:
        actor, id_ = register.actor(session), register.certificate()["id"]
        registering.take(session, actor, id_, "accepted", today=date(2026, 4, 1), now=register.now)
    register.bring((*holder("李四", number(300)), "520502"), heads=(*HEADS, "登记地"))
    found = register.certificate()
    assert (found["place_code"], found["accepted"], found["status"]) == ("520502", True, Status.PENDING)


def test_another_level_of_the_same_number_is_refused(register):
    register.bring(holder("李四", number(300)))
    (line,) = register.plan(holder("李四", number(300), level="中级")).lines
    assert (line.state, "Assistant social worker" in str(line.said[0])) == ("refused", True)


def test_a_list_moves_nobody_and_says_so(register):
    plan = register.plan(holder("ann_trainer", number(4), unit=AGENCY))
    assert [line.state for line in plan.lines] == ["matched"]
    assert [str(note) for note in plan.notes] == [
        "1 rows name another organisation than that of their person on file; an import moves nobody."
    ]


def test_undoing_is_refused_once_something_else_happened_to_a_certificate(register):
    first = register.bring(holder("李四", number(300)))
    second = register.bring(holder("李四", number(300), registered="2023-12-01"))
    third = register.bring(holder("李四", number(300), registered="2023-12-05"))
    for earlier in (first, second):
        with pytest.raises(RuleViolation, match="Something else happened since"):
            register.undo(earlier)
    for batch_id in (third, second, first):
        register.undo(batch_id)
    assert register.certificate() is None


def test_undoing_passes_over_a_certificate_that_was_withdrawn_since(register):
    before = register.kept()
    batch_id = register.bring(RIGHT, holder("李四", number(300)))
    with register.runtime.database.write() as session:
        registering.withdraw(
            session, register.actor(session), register.certificate()["id"], reason="重复", now=register.now
        )
    register.undo(batch_id)
    assert register.kept() == before


def test_a_list_that_would_do_something_else_by_now_is_shown_anew(register, world):
    batch_id = register.check(holder("李四", number(300)))
    with register.runtime.database.write() as session:
        actions.add_certificate(
            session, None, person_id=world.people["ann_candidate"], level="ASW", number="20230520001",
            qualified_year=2023, issued_on=date(2023, 9, 15), now=register.now,
        )  # fmt: skip
    with pytest.raises(Conflict, match="has changed"):
        register.apply(batch_id)


@pytest.mark.parametrize(
    ("until", "column"),
    [
        pytest.param("9999-12-31", "登记有效期至", id="last"),
        pytest.param("2099-12-31", None, id="far"),
    ],
)
def test_days_far_off(register, until, column):
    row = (*holder("李四", number(300), registered="2023-12-01"), until)
    problems = register.plan(row, heads=(*HEADS, "登记有效期至")).problems
    assert [p.column for p in problems] == ([column] if column else [])


@pytest.fixture
def sent(sign_in):
    """A list sent on the pages: one right row, one of each doubt, one refused; the address of its batch."""
    file_rows = [RIGHT, *(param.values[0] for param in DOUBTS), holder("考生204", "1.52E+17")]
    text_ = "\n".join(",".join((*row[:4], f"20230520{at:03d}", *row[5:])) for at, row in enumerate(file_rows))
    content = (",".join(HEADS) + "\n" + text_).encode("gb18030")
    officer = sign_in("ann_officer")
    answer = officer.post("/imports/register-holders", data={"file": (io.BytesIO(content), "持证.csv")})
    return answer.headers["Location"]


def test_the_pages_count_every_end_and_show_no_whole_number(sign_in, world, sent):
    officer = sign_in("ann_officer")
    officer.post("/language", data={"language": "en", "next": "/"})
    page = officer.get(sent).text
    told = re.sub(r"<[^>]+>", "", re.search(r'<p class="mt-3">(.*?)</p>', page, re.DOTALL)[1])
    ends = re.findall(r"(Matched|New person|Doubtful|Row refused)\s+(\d+)", told)
    assert ends == [("Matched", "0"), ("New person", "1"), ("Doubtful", "5"), ("Row refused", "1")]
    assert "Excel has turned the ID number into a number" in page
    assert officer.post(f"{sent}/apply", data={"leave_out": "yes"}).status_code == 303
    page = officer.get(sent).text
    assert "5 doubtful rows wait for a decision" in page
    queue = officer.get("/imports/review").text
    pages = [page, queue, *(officer.get(f"{sent}/rows/{row}").text for row in range(3, 8))]
    for number_ in (number(201), number(1), number(777), SPOILT):
        assert not any(number_ in each for each in pages)
    assert f"{number(777)[:6]}**********{number(777)[-2:]}" in pages[3]
    assert officer.get(f"{sent}/rows/2").status_code == 404  # it never was doubtful
    assert sign_in("bob_officer").get(f"{sent}/rows/3").status_code == 404
    assert sign_in("ann_trainer").get(f"{sent}/rows/3").status_code == 404  # their imports are of another kind
    chosen = {"chosen": str(world.people["ann_administrator"])}
    assert officer.post(f"{sent}/rows/3", data=chosen).status_code == 303
    assert "改名者" in officer.get("/imports/review?state=decided&kind=register-holders").text
    assert officer.post(f"{sent}/undo").status_code == 303
