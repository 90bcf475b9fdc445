"""Claims as their holder makes them, and who else may see their files."""

import io
import json

import pytest
from PIL import Image
from sqlalchemy import func, select

from examprep.ce.claim_models import ClaimRow, EvidenceRow
from examprep.ce.models import LineRow
from examprep.people.models import AuditEventRow
from tests.ce.claims import FORM, Claims, photo, sent
from tests.plumbing.test_uploads import HTML, PDF, SVG, archive, picture


@pytest.fixture
def claims(runtime, world):
    return Claims(runtime, world)


def rows(runtime, row=ClaimRow):
    with runtime.database.read() as session:
        return session.scalars(select(row).order_by(row.id)).all()


def post(client, address="/ce/claims/new", **options):
    return client.post(address, data=sent(**options), content_type="multipart/form-data")


def english(client):
    client.post("/language", data={"language": "en", "next": "/"})
    return client


def test_a_claim_is_handed_in_once_however_often_it_is_sent(sign_in, runtime):
    holder = english(sign_in("ann_candidate"))
    assert post(holder).status_code == 303
    post(holder)
    (claim,) = rows(runtime)
    assert (claim.state, claim.minutes, claim.units, claim.timed) == ("submitted", 180, 1, True)
    assert (claim.from_minute, claim.to_minute) == (540, 720)
    page = holder.get(f"/ce/claims/{claim.id}").text
    assert "4 credit hours (180 minutes)" in page
    assert "Waits for review" in page
    assert "个案管理进阶培训" in holder.get("/ce/claims").text
    assert "个案管理进阶培训" in holder.get("/ce/claims?export=csv").text
    with runtime.database.read() as session:
        assert session.scalar(select(func.count()).where(AuditEventRow.act == "ce.claim-handed-in")) == 1
        assert not session.scalar(select(func.count()).select_from(LineRow)), "nothing is posted before review"


def test_a_draft_keeps_what_was_typed_and_its_files(sign_in, runtime):
    holder = sign_in("ann_candidate")
    answer = post(holder, hand_in=False, amount="很多", first_on="三月", kind="")
    (claim,) = rows(runtime)
    assert claim.state == "draft"
    page = holder.get(answer.location).text
    assert 'value="很多"' in page
    assert 'value="三月"' in page
    assert "证书.jpg" in page
    assert post(holder, answer.location, title="改过的名称").status_code == 303
    assert rows(runtime)[0].title == "改过的名称"
    assert len(rows(runtime, EvidenceRow)) == 1, "the same file is kept once"


def test_what_is_wrong_is_said_and_nothing_is_lost(sign_in, runtime):
    holder = english(sign_in("ann_candidate"))
    answer = post(holder, amount="")
    assert answer.status_code == 422
    assert "This field is required" in answer.text
    assert "证书.jpg" in answer.text, "the photo is kept although the form was not right"
    assert rows(runtime)[0].state == "draft"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"first_on": "2026-04-02"}, "before it takes place", id="tomorrow"),
        pytest.param({"last_on": "2026-03-04"}, "The last day comes before", id="backwards"),
        pytest.param({"from_time": "12:00", "to_time": "09:00"}, "The end comes before", id="times-backwards"),
        pytest.param({"to_time": ""}, "Give both times", id="one-time"),
        pytest.param({"amount": "5"}, "more time than lies between", id="longer-than-it-lasted"),
        pytest.param({"amount": "x"}, "Give a number", id="no-number"),
        pytest.param({"unit": "pieces"}, "counted by time", id="pieces-of-hours"),
        pytest.param({"kind": "degree"}, "counted by pieces", id="hours-of-a-degree"),
        pytest.param({"from_time": "", "to_time": "", "amount": "11"}, "Say why below", id="too-much-for-a-day"),
        pytest.param({"kind": "fun"}, "Not a valid choice", id="kind"),
    ],
)
def test_a_claim_that_cannot_be_handed_in(sign_in, runtime, changes, said):
    answer = post(english(sign_in("ann_candidate")), **changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert rows(runtime)[0].state == "draft"


def test_too_much_for_a_day_with_its_reason(sign_in, runtime):
    post(sign_in("ann_candidate"), from_time="", to_time="", amount="11", day_reason="封闭培训")
    assert rows(runtime)[0].state == "submitted"


def test_a_degree_is_counted_by_pieces_and_takes_no_hours(sign_in, runtime):
    post(sign_in("ann_candidate"), kind="degree", amount="1", unit="pieces")
    (claim,) = rows(runtime)
    assert (claim.minutes, claim.units, claim.timed) == (5400, 1, False)


@pytest.mark.parametrize(
    ("amount", "unit", "units"),
    [("2", "days", 2), ("2", "pieces", 2), ("8", "hours", 1), ("1.5", "days", None), ("5", "hours", None)],
)
def test_full_days_are_whole(sign_in, runtime, amount, unit, units):
    more = {"last_on": "2026-03-06", "from_time": "", "to_time": ""}
    post(sign_in("ann_candidate"), kind="day", amount=amount, unit=unit, **more)
    (claim,) = rows(runtime)
    assert (claim.state, claim.units) == (("submitted", units) if units else ("draft", None))


def test_without_a_file_there_is_no_claim_of_a_training(sign_in, runtime):
    data = {**FORM, "hand_in": "1"}
    answer = english(sign_in("ann_candidate")).post("/ce/claims/new", data=data)
    assert "Add a photo or a PDF" in answer.text
    assert sign_in("ann_candidate").post("/ce/claims/new", data={**data, "kind": "mentoring"}).status_code == 303


@pytest.mark.parametrize(
    "file",
    [
        pytest.param((HTML, "a.jpg"), id="html-named-jpg"),
        pytest.param((SVG, "a.svg"), id="svg"),
        pytest.param((archive(), "a.pdf"), id="zip-named-pdf"),
        pytest.param((HTML + PDF, "a.pdf"), id="polyglot"),
    ],
)
def test_a_hostile_file_is_refused_with_a_sentence(sign_in, runtime, file):
    holder = english(sign_in("ann_candidate"))
    answer = holder.post(
        "/ce/claims/new", data=sent((io.BytesIO(file[0]), file[1])), content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert "a." in answer.text
    assert rows(runtime, EvidenceRow) == []
    assert rows(runtime)[0].state == "draft", "what was typed is kept"


def test_more_files_than_allowed(sign_in, runtime):
    files = [photo((n, n, n)) for n in range(9)]
    answer = english(sign_in("ann_candidate")).post(
        "/ce/claims/new", data=sent(*files), content_type="multipart/form-data"
    )
    assert "at most 8 files" in answer.text
    assert rows(runtime, EvidenceRow) == []


def test_a_photo_loses_where_it_was_taken(sign_in, runtime):
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (26.0, 51.0, 3.0)
    file = io.BytesIO(picture(exif=exif)), "../../x.jpg"
    sign_in("ann_candidate").post("/ce/claims/new", data=sent(file), content_type="multipart/form-data")
    with runtime.database.read() as session:
        kept = session.execute(select(EvidenceRow.name, EvidenceRow.content)).one()
    assert kept.name == "x.jpg"
    with Image.open(io.BytesIO(runtime.vault.open_bytes(kept.content))) as image:
        assert not image.getexif().get_ifd(0x8825)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("ann_candidate", 200),
        ("ann_officer", 200),
        ("province_officer", 200),
        ("bob_candidate", 404),
        ("bob_officer", 404),
        ("ann_trainer", 403),
        ("ann_administrator", 403),
    ],
)
def test_who_may_have_the_files(sign_in, runtime, claims, name, status):
    claims.hand_in()
    (file,) = rows(runtime, EvidenceRow)
    answer = sign_in(name).get(f"/ce/evidence/{file.id}")
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_draft_is_its_holders_alone(sign_in, runtime):
    post(sign_in("ann_candidate"), hand_in=False)
    (file,) = rows(runtime, EvidenceRow)
    assert sign_in("ann_officer").get(f"/ce/evidence/{file.id}").status_code == 404
    assert sign_in("ann_officer").get(f"/ce/review/{rows(runtime)[0].id}").status_code == 404


def test_somebody_elses_claim_is_no_claim(sign_in, runtime, claims):
    claim = claims.hand_in()
    (file,) = rows(runtime, EvidenceRow)
    other = sign_in("bob_candidate")
    for address in (f"/ce/claims/{claim}", f"/ce/claims/{claim}/edit"):
        assert other.get(address).status_code == 404
    assert post(other, f"/ce/claims/{claim}/edit").status_code == 404
    assert other.post(f"/ce/claims/{claim}/withdraw").status_code == 404
    assert other.post(f"/ce/claims/{claim}/files/{file.id}/remove").status_code == 404
    assert rows(runtime)[0].state == "submitted"


def test_a_file_of_another_claim_cannot_be_removed_through_ones_own(sign_in, runtime, claims):
    claims.hand_in("bob_candidate")
    (file,) = rows(runtime, EvidenceRow)
    mine = sign_in("ann_candidate")
    post(mine, hand_in=False)
    draft = rows(runtime)[-1].id
    assert mine.post(f"/ce/claims/{draft}/files/{file.id}/remove").status_code == 404
    own = rows(runtime, EvidenceRow)[-1].id
    assert mine.post(f"/ce/claims/{draft}/files/{own}/remove").status_code == 303
    assert [row.id for row in rows(runtime, EvidenceRow)] == [file.id]


def test_what_was_handed_in_cannot_be_changed_but_withdrawn(sign_in, runtime, claims):
    claim = claims.hand_in()
    (file,) = rows(runtime, EvidenceRow)
    holder = sign_in("ann_candidate")
    assert holder.get(f"/ce/claims/{claim}/edit").status_code == 303
    post(holder, f"/ce/claims/{claim}/edit", title="别的")
    assert rows(runtime)[0].title == "培训 1"
    assert holder.post(f"/ce/claims/{claim}/files/{file.id}/remove").status_code == 422
    assert holder.post(f"/ce/claims/{claim}/withdraw").status_code == 303
    assert rows(runtime)[0].state == "withdrawn"
    assert holder.post(f"/ce/claims/{claim}/withdraw").status_code == 422
    assert sign_in("ann_officer").get(f"/ce/review/{claim}").status_code == 404


def test_the_wrong_role_and_nobody(sign_in, client):
    for name in ("ann_officer", "ann_trainer"):
        assert sign_in(name).get("/ce/claims").status_code == 403
        assert post(sign_in(name)).status_code == 403
    assert client.get("/ce/claims").status_code == 303


def test_a_forged_claim_is_refused(app, sign_in, runtime):
    holder = sign_in("ann_candidate")
    app.config["WTF_CSRF_ENABLED"] = True
    assert post(holder).status_code == 400
    assert rows(runtime) == []


def test_drafts_have_an_end(sign_in, runtime):
    holder = english(sign_in("ann_candidate"))
    for number in range(20):
        post(holder, hand_in=False, number=str(number))
    answer = post(holder, hand_in=False, number="99")
    assert "Hand in or drop one first" in answer.text
    assert len(rows(runtime)) == 20


def test_the_form_says_what_is_wanted_and_what_a_unit_is_worth(sign_in):
    page = english(sign_in("ann_candidate")).get("/ce/claims/new").text
    assert "Certificate of completion" in page
    assert 'capture="environment"' in page
    assert json.dumps({"hours": 45}).strip("{}").replace('"', "&#34;") in page
