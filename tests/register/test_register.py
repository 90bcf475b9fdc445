"""Certificates, holders, the list, and lists of holders imported and undone."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, func, select, update

from examprep.imports import engine
from examprep.imports.importer import Upload
from examprep.imports.models import ImportBatchRow
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask, xlsx_bytes
from examprep.register import actions
from examprep.register.importer import HoldersImporter
from examprep.register.models import RegisterCertificateRow, RegisterEventRow
from examprep.register.rebuild import differences
from tests.factories import resident_id

TODAY = date(2026, 4, 1)
HEADS = ["姓名", "身份证号", "级别", "证书管理号", "发证日期", "单位", "登记日期"]


@pytest.fixture
def certify(runtime, world):
    def go(name, level="ASW", number=None, issued_on=date(2023, 9, 1), actor=None, **more):
        with runtime.database.write() as session:
            return actions.add_certificate(
                session,
                world.actor(session, actor) if actor else None,
                person_id=world.people[name],
                level=level,
                number=number or f"{level}-{name}",
                qualified_year=issued_on.year,
                issued_on=issued_on,
                now=runtime.clock.now(),
                **more,
            )

    return go


@pytest.fixture
def importer(runtime):
    return HoldersImporter(lambda: runtime.vault)


def row(order=300, name="李四", level="初级", number="2023052000001", issued="2023-09-15", unit="", registered=""):
    return [name, resident_id(order).number, level, number, issued, unit, registered]


def bring(runtime, world, importer, rows, *, actor="ann_officer", heads=HEADS, filename="h.xlsx", content=None):
    """Check and apply a file; returns the batch's id."""
    now = runtime.clock.now()
    upload = Upload(filename, content or xlsx_bytes(heads, rows))
    with runtime.database.write() as session:
        who = world.actor(session, actor)
        batch_id = engine.check(session, runtime.vault, importer, who, upload, now=now)
        engine.apply(session, runtime.vault, importer, session.get(ImportBatchRow, batch_id), who, now=now)
    return batch_id


def planned(runtime, world, importer, rows, *, actor="ann_officer", heads=HEADS):
    with runtime.database.read() as session:
        upload = Upload("h.xlsx", xlsx_bytes(heads, rows))
        return importer.plan(session, world.actor(session, actor), upload, now=runtime.clock.now())


def counted(runtime, model):
    with runtime.database.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_a_number_is_in_the_register_once(certify):
    certify("ann_candidate", number="A1")
    with pytest.raises(Conflict, match="in the register already"):
        certify("bob_candidate", number="A1")


def test_an_officer_certifies_only_their_own(certify):
    certify("ann_candidate", actor="ann_officer")
    with pytest.raises(NotFound):
        certify("bob_candidate", actor="ann_officer")


def test_a_person_counts_once_at_the_highest_level_held_on_the_day(runtime, world, certify):
    certify("ann_candidate")
    certify("ann_candidate", "SW", issued_on=date(2025, 9, 1))
    certify("bob_candidate", issued_on=date(2026, 3, 1))
    with runtime.database.read() as session:
        province = world.actor(session, "province_officer")

        def at(day):
            return dict(actions.holder_counts(session, province, as_of=day).by_level)

        assert at(date(2023, 8, 31)) == {"ASW": 0, "SW": 0, "SSW": 0}
        assert at(date(2023, 9, 1)) == {"ASW": 1, "SW": 0, "SSW": 0}
        assert at(TODAY) == {"ASW": 1, "SW": 1, "SSW": 0}
        assert actions.holder_counts(session, province, as_of=TODAY).total == 2
        assert actions.holder_counts(session, world.actor(session, "ann_officer"), as_of=TODAY).total == 1
        region = Ask(filters={"region": "520502"})
        assert dict(actions.holder_counts(session, province, as_of=TODAY, ask=region).by_level)["ASW"] == 1
        prefecture = Ask(filters={"region": "520500"})
        assert actions.holder_counts(session, province, as_of=TODAY, ask=prefecture).total == 2
        assert actions.highest_level(session, world.people["ann_candidate"], as_of=TODAY) == "SW"
        assert actions.highest_level(session, world.people["ann_trainer"], as_of=TODAY) is None
        held = actions.certificates_of(session, world.people["ann_candidate"])
        assert [c.level for c in held] == ["SW", "ASW"]


def test_registering_again_moves_the_term_and_never_backwards(runtime, world, certify):
    id_ = certify("ann_candidate", registered_on=date(2023, 10, 1))
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        with pytest.raises(RuleViolation, match="starts later"):
            actions.register_again(session, officer, id_, registered_on=date(2023, 10, 1), now=runtime.clock.now())
        actions.register_again(session, officer, id_, registered_on=date(2026, 9, 20), now=runtime.clock.now())
        bob = world.actor(session, "bob_officer")
        with pytest.raises(NotFound):
            actions.register_again(session, bob, id_, registered_on=date(2027, 1, 1), now=runtime.clock.now())
    with runtime.database.read() as session:
        held = actions.certificates_of(session, world.people["ann_candidate"])[0]
        assert held.registered_until == date(2029, 9, 20)
        assert list(differences(session, False)) == []


def test_verify_finds_and_mends_certificates_that_are_not_what_events_say(runtime, world, certify):
    first, second = certify("ann_candidate", registered_on=date(2024, 1, 1)), certify("bob_candidate")
    with runtime.database.write() as session:
        session.execute(delete(RegisterCertificateRow).where(RegisterCertificateRow.id == second))
        session.execute(update(RegisterCertificateRow).values(level="SW", rank=2))
        assert len(list(differences(session, False))) == 2
        assert len(list(differences(session, True))) == 2
        assert list(differences(session, False)) == []
        assert session.get(RegisterCertificateRow, first).registered_until == date(2027, 1, 1)


def test_the_share_of_holders_with_a_registration_in_force(sign_in, certify):
    """登记率 counts each holder once, by the highest certificate, whether or not its renewal may be applied for."""
    certify("ann_candidate", registered_on=date(2023, 9, 5))
    certify("ann_candidate", level="SW", registered_on=date(2024, 1, 5))
    certify("ann_trainer", issued_on=date(2023, 3, 1), registered_on=date(2023, 4, 30))  # may be renewed
    certify("bob_candidate")
    client = sign_in("province_officer")
    client.post("/language", data={"language": "en", "next": "/"})
    page = client.get("/register/holders").text
    assert "66.7%" in page
    assert "2 of 3 holders" in page
    listed = client.get("/register/holders?state=registration-in-force").text
    assert "ann_candidate" in listed
    assert "ann_trainer" in listed
    assert "bob_candidate" not in listed
    county = sign_in("ann_officer")
    county.post("/language", data={"language": "en", "next": "/"})
    assert "2 of 2 holders" in county.get("/register/holders").text
    assert "66.7%" not in client.get("/register/holders?as_of=2024-06-01").text


def test_the_list_says_that_a_registration_has_lapsed(sign_in, certify):
    certify("ann_candidate", issued_on=date(2023, 3, 1), registered_on=date(2023, 4, 1))
    certify("bob_candidate")
    client = sign_in("province_officer")
    client.post("/language", data={"language": "en", "next": "/"})
    page = client.get("/register/holders").text
    assert "Registration lapsed" in page
    assert "31 Mar 2026" in page
    lapsed = client.get("/register/holders?state=registration-lapsed").text
    assert "ann_candidate" in lapsed
    assert "bob_candidate" not in lapsed
    assert "bob_candidate" in client.get("/register/holders?state=registration-none&q=bob").text
    assert "bob_candidate" not in client.get("/register/holders?region=520526").text
    assert "Nothing matches" in client.get("/register/holders?level=SSW").text
    answer = client.get("/register/holders?export=xlsx&sort=-name")
    rows = list(load_workbook(io.BytesIO(answer.data)).active.values)
    assert [r[0] for r in rows[1:]] == ["bob_candidate", "ann_candidate"]
    assert rows[2][6] == "Registration lapsed"


def test_a_holder_with_two_levels_is_one_row_with_the_higher(sign_in, certify):
    certify("ann_candidate")
    certify("ann_candidate", "SW", issued_on=date(2022, 9, 1))
    page = sign_in("ann_officer").get("/register/holders").text
    assert "SW-ann_candidate" in page
    assert "ASW-ann_candidate" not in page
    assert (
        "ann_candidate" not in sign_in("ann_officer").get("/register/holders?level=ASW&q=ann").text.split("<table")[-1]
    )


def test_the_list_belongs_to_officers_of_the_county(sign_in, client, certify):
    certify("ann_candidate")
    assert "ann_candidate" not in sign_in("bob_officer").get("/register/holders").text
    assert sign_in("ann_trainer").get("/register/holders").status_code == 403
    assert client.get("/register/holders").status_code == 303


def test_a_list_makes_persons_and_certificates_and_undoing_takes_them_back(runtime, world, importer):
    persons = counted(runtime, PersonRow)
    rows = [
        row(300, "李四", unit="ann 社工机构", registered="2023/12/1"),
        row(300, "李四", "中级", "2025052000002", "2025年9月1日"),
        row(301, "王五", number="2023052000003", issued="20230915"),
    ]
    batch_id = bring(runtime, world, importer, rows)
    with runtime.database.read() as session:
        li = session.scalar(select(PersonRow).where(PersonRow.name == "李四"))
        wang = session.scalar(select(PersonRow).where(PersonRow.name == "王五"))
        assert li.organisation_id == world.organisations["ann_agency"]
        assert wang.organisation_id == world.organisations["ann_county"]
        assert (li.sex, li.born_on) == (resident_id(300).sex, date(1990, 3, 7))
        assert runtime.vault.open(li.id_number_sealed) == resident_id(300).number
        assert [c.level for c in actions.certificates_of(session, li.id)] == ["SW", "ASW"]
        assert actions.certificates_of(session, li.id)[1].registered_until == date(2026, 12, 1)
        assert list(differences(session, False)) == []
    with runtime.database.write() as session:
        who = world.actor(session, "ann_officer")
        batch = session.get(ImportBatchRow, batch_id)
        assert engine.undo(session, importer, batch, who, now=runtime.clock.now()) == 3
    assert counted(runtime, RegisterCertificateRow) == 0
    assert counted(runtime, PersonRow) == persons
    assert counted(runtime, RegisterEventRow) == 7
    with runtime.database.read() as session:
        assert list(differences(session, False)) == []
    bring(runtime, world, importer, rows)
    assert counted(runtime, RegisterCertificateRow) == 3


def test_undoing_keeps_persons_on_whom_something_was_built(runtime, world, importer, certify):
    batch_id = bring(runtime, world, importer, [row(300), row(301, "王五", number="2023052000003")])
    with runtime.database.read() as session:
        world.people["li"] = session.scalar(select(PersonRow.id).where(PersonRow.name == "李四"))
    certify("li", "SW")
    with runtime.database.write() as session:
        batch = session.get(ImportBatchRow, batch_id)
        engine.undo(session, importer, batch, world.actor(session, "ann_officer"), now=runtime.clock.now())
    with runtime.database.read() as session:
        names = set(session.scalars(select(PersonRow.name)))
        assert "李四" in names
        assert "王五" not in names
        assert session.scalar(select(func.count()).select_from(RegisterCertificateRow)) == 1


def test_known_persons_are_matched_and_a_second_time_nothing_is_new(runtime, world, importer):
    rows = [
        [name, resident_id(n).number, "初级", f"202305200000{n}", "2023-09-15", "", ""]
        for n, name in ((2, "ann_candidate"),)
    ]
    bring(runtime, world, importer, rows)
    with runtime.database.read() as session:
        assert actions.certificates_of(session, world.people["ann_candidate"])
    plan = planned(runtime, world, importer, rows)
    assert (plan.problems, dict(plan.counts)) == (
        [],
        {
            "New certificates": 0,
            "Corrected certificates": 0,
            "Unchanged certificates": 1,
            "Persons filed for the first time": 0,
            "Doubtful rows": 0,
            "Refused rows": 0,
        },
    )


def test_gb18030_csv_with_other_heads(runtime, world, importer):
    text = (
        "持证人姓名,身份证号码(必填),证书等级,管 理 号,批准日期\n李四,"
        + resident_id(300).number
        + ",助理社会工作师,GL2023001,2023-09-15\n"
    )
    bring(runtime, world, importer, [], filename="持证.csv", content=text.encode("gb18030"))
    assert counted(runtime, RegisterCertificateRow) == 1


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        pytest.param(row(name=""), "姓名", "name is missing", id="no-name"),
        pytest.param([*row()[:1], "1.5200E+17", *row()[2:]], "身份证号", "Excel has turned", id="spoilt-id"),
        pytest.param(
            [*row()[:1], resident_id(300).number[:17] + "?", *row()[2:]], "身份证号", "17 digits", id="bad-id"
        ),
        pytest.param(row(level="特级"), "级别", "初级, 中级 or 高级", id="level"),
        pytest.param(row(number="2.0231E+19"), "证书管理号", "Excel has turned", id="spoilt-number"),
        pytest.param(row(number=resident_id(300).number), "证书管理号", "an ID number", id="number-of-a-person"),
        pytest.param(row(number="编号"), "证书管理号", "4 to 40", id="number"),
        pytest.param(row(issued="2026-04-02"), "发证日期", "in the future", id="tomorrow"),
        pytest.param(row(issued="2023-02-30"), "发证日期", "is not a day", id="no-such-day"),
        pytest.param(row(registered="2023-09-14"), "登记日期", "not before", id="registered-before-issued"),
        pytest.param(row(unit="别处"), "单位", "None of your organisations", id="unit"),
        pytest.param(row(unit="bob 社工机构"), "单位", "None of your organisations", id="unit-elsewhere"),
        pytest.param(row(12, "bob_candidate"), "身份证号", "another bureau", id="person-elsewhere"),
    ],
)
def test_a_wrong_row_is_named_by_row_and_column(runtime, world, importer, cells, column, said):
    plan = planned(runtime, world, importer, [row(310, "好人", number="2023052000009"), cells])
    assert [(p.row, p.column) for p in plan.problems] == [(3, column)]
    assert said in str(plan.problems[0].sentence)


def test_rows_that_contradict_each_other_or_the_register(runtime, world, importer, certify):
    certify("ann_candidate", number="HELD1")
    rows = [
        row(300, "李四", number="N0001"),
        row(301, "王五", number="N0001"),
        row(300, "李五", "中级", number="N0002"),
        row(302, "赵六", number="HELD1"),
        row(2, "ann_candidate", "中级", number="HELD1"),
    ]
    plan = planned(runtime, world, importer, rows)
    assert [(p.row, p.column) for p in plan.problems] == [
        (3, "证书管理号"),
        (5, "证书管理号"),
        (6, "级别"),
    ]
    assert [line.state for line in plan.lines] == ["created", "refused", "doubtful", "refused", "refused"]


def test_a_file_without_a_needed_column_is_refused(runtime, world, importer):
    with pytest.raises(RuleViolation, match="证书管理号"):
        planned(runtime, world, importer, [["李四", "x"]], heads=["姓名", "身份证号"])


def test_the_template_is_read_by_its_own_importer(runtime, world, importer):
    with runtime.database.read() as session:
        actor = world.actor(session, "ann_officer")
        plan = importer.plan(session, actor, Upload("t.xlsx", importer.template()), now=runtime.clock.now())
    assert {p.column for p in plan.problems} == {"身份证号"}


def test_the_import_page_is_for_officers(sign_in, world):
    assert sign_in("ann_officer").get("/imports/register-holders").status_code == 200
    assert sign_in("ann_officer").get("/imports/register-holders/template.xlsx").status_code == 200
    assert sign_in("ann_trainer").get("/imports/register-holders").status_code == 403
