"""Transcripts: what they say, who may have them, and that an altered one fails the check."""

import base64
import hashlib
import io
import re
import zipfile
import zlib
from datetime import date

import pytest
from sqlalchemy import delete, select, update

from examprep.ce import actions, reviewing
from examprep.ce.transcript_models import TranscriptFileRow, TranscriptRow
from examprep.people.models import AuditEventRow
from tests.ce.claims import Claims

OWN = "/ce/transcripts"


@pytest.fixture
def claims(runtime, world):
    return Claims(runtime, world)


@pytest.fixture
def issued(runtime, world, sign_in, holders, claims):
    """Ann's candidate has a class of 20 hours and an approved claim of 3, and a transcript of 2026."""
    claims.do(reviewing.approve, "ann_officer", claims.hand_in(title="督导技能工作坊"))
    holder = sign_in("ann_candidate")
    holder.post("/language", data={"language": "en", "next": "/"})
    answer = holder.post(OWN, data={"year": "2026"})
    assert answer.status_code == 303
    with runtime.database.read() as session:
        row = session.scalar(select(TranscriptRow))
    return holder, answer.location, row


def check(client, row, **changes):
    asked = {"number": row.number, "code": row.code, **changes}
    return client.get("/ce/check", query_string=asked, headers={"Accept-Language": "en"})


def upload(client, content):
    return client.post(
        "/ce/check/file",
        data={"file": (io.BytesIO(content), "x.pdf")},
        content_type="multipart/form-data",
        headers={"Accept-Language": "en"},
    )


def test_what_it_says(issued, world):
    holder, address, row = issued
    page = holder.get(address).text
    for told in ("个案工作坊", "督导技能工作坊", "ann_candidate", "ann 社工机构", row.number, row.code, "23"):
        assert told in page
    assert row.content["minutes"] == {"professional": 1035, "general": 0, "elective": 0}
    assert re.search(r"\d{6}\*{10}\d[\dX]", row.content["id_number"])
    assert row.number in holder.get(OWN).text


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_the_pdf_is_found_and_an_altered_one_is_not(issued, client, spoken):
    holder, address, _ = issued
    content = holder.get(f"{address}/{spoken}.pdf").data
    assert content.startswith(b"%PDF-")
    assert content == holder.get(f"{address}/{spoken}.pdf").data, "the same transcript makes the same file"
    assert "Genuine, and the ledger still says so" in upload(client, content).text
    for place in (len(content) // 3, len(content) - 10):
        altered = bytearray(content)
        altered[place] ^= 1
        assert "altered afterwards" in upload(client, bytes(altered)).text
    assert "altered afterwards" in upload(client, content + b"\n").text


def test_the_text_of_a_page_altered(issued, client):
    """The drawn letters of a real page are changed, and the page is packed again as a forger would."""
    holder, address, _ = issued
    content = holder.get(f"{address}/en.pdf").data
    streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.S)
    packed = [s for s in streams if s.strip().endswith(b"~>")]
    pages = {s: zlib.decompress(base64.a85decode(s.strip().removesuffix(b"~>"))) for s in packed}
    page, drawn = next((s, drawn) for s, drawn in pages.items() if b") Tj" in drawn)
    letter = drawn.index(b") Tj") - 1
    forged = drawn[:letter] + bytes([drawn[letter] ^ 1]) + drawn[letter + 1 :]
    forged = base64.a85encode(zlib.compress(forged)) + b"~>"
    answer = upload(client, content.replace(page, forged))
    assert answer.status_code == 422
    assert "altered afterwards" in answer.text


def test_number_and_code_show_what_was_issued(issued, client):
    _, _, row = issued
    page = check(client, row)
    assert page.status_code == 200
    assert "督导技能工作坊" in page.text
    assert "Genuine, and the ledger still says so" in page.text
    assert check(client, row, code=row.code.lower()).status_code == 200
    for wrong in ({"code": "AAAAAAAAAA"}, {"number": "20260000000000"}, {"code": ""}, {"code": "码" * 10}):
        answer = check(client, row, **wrong)
        assert answer.status_code == 404
        assert "督导技能工作坊" not in answer.text


def test_a_later_reversal_is_told(issued, client, claims, runtime, world, holders):
    _, _, row = issued
    claim = next(line["id"] for line in row.content["lines"] if line["activity"] == "督导技能工作坊")
    claims.do(actions.correct, "ann_officer", world.people["ann_candidate"], claim, reason="录错")
    page = check(client, row).text
    assert "the ledger has changed since" in page
    assert "1 line of it was taken back" in page
    assert "taken back since" in page
    holders.post("ann_candidate", 5)
    assert "1 line of the period was recorded after" in check(client, row).text


def test_kept_content_that_was_altered_fails(issued, client, runtime):
    _, _, row = issued
    lines = [{**line, "minutes": line["minutes"] * 10} for line in row.content["lines"]]
    with runtime.database.write() as session:
        session.execute(update(TranscriptRow).values(content={**row.content, "lines": lines}))
    assert "The signature does not fit" in check(client, row).text


def test_anybody_can_verify_with_the_public_key_alone(issued, client):
    import json

    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    _, _, row = issued
    key = load_pem_public_key(client.get("/ce/check/key.pem").data)
    said = json.dumps(row.content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    key.verify(base64.b64decode(row.signature), said)
    assert row.content_hash == hashlib.sha256(said).hexdigest()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("ann_officer", 200),
        ("province_officer", 200),
        ("bob_officer", 404),
        ("bob_candidate", 404),
        ("ann_trainer", 403),
    ],
)
def test_who_may_have_it(issued, sign_in, name, status):
    _, address, _ = issued
    client = sign_in(name)
    assert client.get(address).status_code == status
    assert client.get(f"{address}/zh.pdf").status_code == status
    assert client.get(f"{address}/fr.pdf").status_code in {404, 403}


def test_an_officer_issues_for_a_person_within_bounds(sign_in, world, holders, runtime):
    address = f"/ce/people/{world.people['ann_candidate']}/transcripts"
    assert sign_in("bob_officer").post(address, data={"year": "2026"}).status_code == 404
    assert sign_in("ann_candidate").post(address, data={"year": "2026"}).status_code == 403
    officer = sign_in("ann_officer")
    assert officer.post(address, data={"year": "2026"}).status_code == 303
    assert officer.post(address, data={"year": "2025"}).status_code == 422
    with runtime.database.read() as session:
        assert session.scalar(select(AuditEventRow.act).where(AuditEventRow.object_kind == "ce_transcript"))
    assert "ann_candidate" in officer.get(f"{OWN}/issued").text
    assert "ann_candidate" in officer.get(f"{OWN}/issued?export=csv").text
    assert "ann_candidate" not in sign_in("bob_officer").get(f"{OWN}/issued").text


def test_a_forged_form_issues_nothing(app, sign_in, world, holders, runtime):
    holder = sign_in("ann_candidate")
    app.config["WTF_CSRF_ENABLED"] = True
    assert holder.post(OWN, data={"year": "2026"}).status_code == 400
    assert holder.post("/ce/check/file", data={}).status_code == 400
    with runtime.database.read() as session:
        assert session.scalar(select(TranscriptRow.id)) is None


def test_a_year_without_hours_has_no_transcript(sign_in, holders):
    holder = sign_in("ann_candidate")
    holder.post("/language", data={"language": "en", "next": "/"})
    answer = holder.post(OWN, data={"year": "2020"})
    assert answer.status_code == 422
    assert "No hours are recorded for 2020" in answer.text


def test_a_whole_unit_at_once(sign_in, client, world, holders, runtime):
    holders.post("ann_trainer", 4, on=date(2026, 3, 2))
    officer = sign_in("ann_officer")
    form = {"unit": world.organisations["ann_county"], "year": "2026", "spoken": "zh"}
    answer = officer.post(f"{OWN}/unit", data=form)
    assert answer.mimetype == "application/zip"
    sent = answer.data
    answer.close()
    with zipfile.ZipFile(io.BytesIO(sent)) as archive:
        names = archive.namelist()
        assert [name.partition("-")[0] for name in names] == ["ann_candidate", "ann_trainer"]
        for name in names:
            assert "Genuine" in upload(client, archive.read(name)).text
    empty = officer.post(f"{OWN}/unit", data={**form, "year": "2020"})
    assert empty.status_code == 422
    foreign = officer.post(f"{OWN}/unit", data={**form, "unit": world.organisations["bob_county"]})
    assert foreign.status_code == 422
    assert sign_in("ann_trainer").post(f"{OWN}/unit", data=form).status_code == 403


def test_a_file_that_a_later_version_draws_is_ours_too(issued, client, runtime):
    holder, address, _ = issued
    with runtime.database.write() as session:
        session.execute(delete(TranscriptFileRow))
    content = holder.get(f"{address}/zh.pdf").data
    assert "Genuine" in upload(client, content).text
