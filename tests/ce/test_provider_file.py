"""A provider's list: checked, imported, imported again, undone."""

import io

import pytest
from sqlalchemy import func, select

from examprep.app.wiring import FEATURES
from examprep.ce import providing
from examprep.ce.models import LineRow
from examprep.imports import engine
from examprep.imports.importer import Upload
from examprep.kernel.errors import RuleViolation
from examprep.people.models import PersonRow
from examprep.plumbing.listing import xlsx_bytes
from tests.ce.claims import Claims

HEADS = ("姓名", "身份证号", "活动名称", "科目类别", "学时", "开始日期", "每天开始", "每天结束", "考核结果")


@pytest.fixture
def claims(runtime, world):
    return Claims(runtime, world)


@pytest.fixture
def importer():
    return next(i for f in FEATURES for i in f.importers if i.name == "ce-provider-records")


@pytest.fixture
def provider(claims):
    where = claims.world.organisations["ann_county"]
    return claims.do(providing.add_provider, "ann_officer", name="协会", organisation_id=where)


@pytest.fixture
def row(runtime, world):
    def make(who="ann_candidate", *, title="个案管理", hours="6", day="2026年3月5日", start="9:00", end="16:00"):
        with runtime.database.read() as session:
            person = session.get_one(PersonRow, world.people[who])
        number = runtime.vault.open(person.id_number_sealed)
        return who, number, title, "专业", hours, day, start, end, "合格"

    return make


def upload(provider, *rows):
    return Upload("名单.xlsx", xlsx_bytes(HEADS, rows), {"provider": str(provider)})


def check(app, runtime, world, importer, file, who="ann_officer"):
    with app.app_context(), runtime.database.write() as session:
        actor = world.actor(session, who)
        return engine.check(session, runtime.vault, importer, actor, file, now=runtime.clock.now())


def plan(app, runtime, world, importer, file):
    with app.app_context(), runtime.database.read() as session:
        return importer.plan(session, world.actor(session, "ann_officer"), file, now=runtime.clock.now())


def do(app, runtime, world, verb, batch_id):
    from examprep.imports.models import ImportBatchRow

    with app.app_context(), runtime.database.write() as session:
        actor = world.actor(session, "ann_officer")
        batch = session.get_one(ImportBatchRow, batch_id)
        importer = next(i for f in FEATURES for i in f.importers if i.name == "ce-provider-records")
        vault = [runtime.vault] if verb is engine.apply else []
        return verb(session, *vault, importer, batch, actor, now=runtime.clock.now())


def total(runtime):
    with runtime.database.read() as session:
        return session.scalar(select(func.coalesce(func.sum(LineRow.minutes), 0)))


def test_checked_imported_known_undone_and_imported_again(app, runtime, world, importer, provider, row):
    file = upload(provider, row(), row("ann_officer"))
    batch = check(app, runtime, world, importer, file)
    assert total(runtime) == 0
    assert do(app, runtime, world, engine.apply, batch) == 2
    assert total(runtime) == 540
    again = plan(app, runtime, world, importer, file)
    assert dict(again.counts) == {"New records": 0, "Recorded already": 2}
    assert do(app, runtime, world, engine.undo, batch) == 2
    assert total(runtime) == 0
    assert dict(plan(app, runtime, world, importer, file).counts)["New records"] == 2
    assert do(app, runtime, world, engine.apply, check(app, runtime, world, importer, file)) == 2
    assert total(runtime) == 540


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"who": "bob_candidate"}, "nobody of this ID number"),
        ({"hours": "六"}, "a number of credit hours"),
        ({"hours": "0"}, "a number of credit hours"),
        ({"day": "3月5日"}, "a day as"),
        ({"day": "2026-04-02"}, "before it takes place"),
        ({"end": "8:00"}, "after the beginning"),
        ({"title": ""}, "missing"),
    ],
)
def test_problems_name_their_row(app, runtime, world, importer, provider, row, changes, said):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        found = plan(app, runtime, world, importer, upload(provider, row(), row(**{"title": "别的", **changes})))
    (problem,) = found.problems
    assert problem.row == 3
    assert said in str(problem.sentence)


def test_twice_in_one_file_and_overlaps(app, runtime, world, importer, provider, row):
    (problem,) = plan(app, runtime, world, importer, upload(provider, row(), row())).problems
    assert "Row 2 reports the same" in str(problem.sentence)
    batch = check(app, runtime, world, importer, upload(provider, row(), row(title="同时的另一门", start="10:00")))
    with pytest.raises(RuleViolation, match=r"ce\.report-row"):
        do(app, runtime, world, engine.apply, batch)
    assert total(runtime) == 0, "all or nothing"


def test_heads_and_provider(app, runtime, world, importer, provider, row):
    file = Upload("x.xlsx", xlsx_bytes(("姓名", "学时"), [("a", "1")]), {"provider": str(provider)})
    with pytest.raises(RuleViolation, match=r"ce\.report-heads"):
        plan(app, runtime, world, importer, file)
    with pytest.raises(RuleViolation, match=r"ce\.provider-choose"):
        plan(app, runtime, world, importer, Upload("x.xlsx", file.content, {}))


def test_another_county_has_no_such_provider(sign_in, provider, row):
    sent = {"file": (io.BytesIO(xlsx_bytes(HEADS, [row()])), "x.xlsx"), "options-provider": str(provider)}
    answer = sign_in("bob_officer").post("/imports/ce-provider-records", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert sign_in("ann_trainer").get("/imports/ce-provider-records").status_code == 403
    assert "协会" in sign_in("ann_officer").get("/imports/ce-provider-records").text


def test_the_template_is_read_by_its_own_importer(app, importer, provider, runtime, world):
    found = plan(app, runtime, world, importer, Upload("t.xlsx", importer.template(), {"provider": str(provider)}))
    assert [problem.column for problem in found.problems] == ["身份证号"]
