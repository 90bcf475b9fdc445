"""The pages of doubtful rows: an officer decides; others are kept out."""

import io

import pytest

from examprep.exams.actions import load_data
from examprep.imports.importer import Reviewed
from tests.factories import resident_id

HEAD = "姓名,身份证号,级别,审核状态\n"


@pytest.fixture
def row(sign_in, runtime):
    """The address of a doubtful row: the administrator's number under another name."""
    with runtime.database.write() as session:
        load_data(session, runtime.clock.today())
    officer = sign_in("ann_officer")
    text = f"{HEAD}改名者,{resident_id(1).number},初级,通过\n"
    file = (io.BytesIO(text.encode("utf-8-sig")), "报名.csv")
    sent = officer.post("/imports/exam-registrations", data={"file": file, "options-year": "2025"})
    batch = sent.headers["Location"]
    assert officer.post(f"{batch}/apply").status_code == 303
    return f"{batch}/rows/2"


def test_an_officer_decides_and_takes_it_back(sign_in, row, world):
    officer = sign_in("ann_officer")
    assert "改名者" in officer.get("/imports/review").text
    page = officer.get(row).text
    assert "该身份证号属于ann_administrator，但此行姓名为改名者。" in page
    assert officer.post(row, data={}).status_code == 422
    refused = officer.post(row, data={"chosen": "new"})
    assert (refused.status_code, "系统中已有人使用这个身份证号" in refused.text) == (422, True)
    assert officer.post(row, data={"chosen": str(world.people["ann_administrator"])}).status_code == 303
    assert "撤回决定" in officer.get(row).text
    assert "没有待裁定的行" in officer.get("/imports/review").text
    assert "改名者" in officer.get("/imports/review?state=decided").text
    assert officer.post(row, data={"chosen": "refused"}).status_code == 409
    assert officer.post(f"{row}/take-back").status_code == 303
    assert "改名者" in officer.get("/imports/review?export=csv").text
    assert officer.get(f"{row}?q=ann_can").text.count('name="chosen"') == 4  # two persons, a new one, nobody


@pytest.mark.parametrize(("who", "status"), [("bob_officer", 404), ("ann_trainer", 404), ("ann_candidate", 403)])
def test_others_neither_see_nor_decide(sign_in, row, who, status):
    other = sign_in(who)
    assert other.get(row).status_code == status
    assert other.post(row, data={"chosen": "refused"}).status_code == status
    assert other.post(f"{row}/take-back").status_code == status
    assert "改名者" not in other.get("/imports/review").text


def test_nobody_sees_it_without_signing_in(client, row):
    assert client.get("/imports/review").status_code == 303
    assert client.get(row).status_code == 303


def test_whatever_settles_rows_has_its_doubtful_ones_decided(app):
    """One that lacked a word of `Reviewed` would leave the pages without anybody noticing."""
    settling = [each for each in app.extensions["examprep.importers"] if hasattr(each, "settle")]
    assert "training-seats" in {each.name for each in settling}
    assert [each.name for each in settling if not isinstance(each, Reviewed)] == []
