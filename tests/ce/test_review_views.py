"""The pages of review as officer, officer of another county, wrong role, and with a forged form."""

import pytest
from sqlalchemy import select

from examprep.ce import reviewing
from examprep.ce.claim_models import ClaimAuditItemRow, ClaimAuditRow, ClaimRow
from tests.ce.claims import Claims
from tests.plumbing.test_uploads import picture


@pytest.fixture
def claims(runtime, world):
    return Claims(runtime, world)


@pytest.fixture
def officer(sign_in):
    client = sign_in("ann_officer")
    client.post("/language", data={"language": "en", "next": "/"})
    return client


def state(runtime, claim_id):
    with runtime.database.read() as session:
        return session.scalar(select(ClaimRow.state).where(ClaimRow.id == claim_id))


def test_the_queue_names_the_doubts_and_is_bounded(officer, sign_in, claims, holders):
    proof = picture(colour=(9, 9, 9))
    claims.hand_in(proof=proof)
    other = claims.hand_in("bob_candidate", proof=proof)
    page = officer.get("/ce/review").text
    assert "ann_candidate" in page
    assert "bob_candidate" not in page
    assert f"The same file proves claim {other} of another person." in page
    assert "0 on this page are without doubt" in page
    assert "ann_candidate" in officer.get("/ce/review?export=csv").text
    assert "Nothing matches" in officer.get("/ce/review?state=claim-approved").text
    assert "bob_candidate" in sign_in("bob_officer").get("/ce/review").text
    assert "Claims to review" in officer.get("/bureau/").text


def test_many_without_doubt_are_approved_at_once(officer, runtime, claims):
    clean = [claims.hand_in(at=(n * 60, n * 60 + 60), minutes=45) for n in (8, 10, 12)]
    proof = picture(colour=(9, 9, 9))
    doubtful = [claims.hand_in(at=(n * 60, n * 60 + 60), minutes=45, proof=proof) for n in (14, 16)]
    foreign = claims.hand_in("bob_candidate")
    answer = officer.post("/ce/review/approve", data={"id": [*clean, *doubtful, foreign, 999]})
    assert "3 approved, 4 left" in officer.get(answer.location).text
    assert [state(runtime, claim) for claim in clean] == ["approved"] * 3
    assert [state(runtime, claim) for claim in (*doubtful, foreign)] == ["submitted"] * 3


def test_a_claim_is_decided_on_its_page_and_the_next_one_opens(officer, runtime, claims):
    first, second = claims.hand_in(), claims.hand_in(at=(600, 700), minutes=90)
    page = officer.get(f"/ce/review/{first}").text
    assert "at the same time waits as well" in page
    assert "3 credit hours (135 minutes)" in page
    answer = officer.post(f"/ce/review/{first}/approve", data={"minutes": "135", "words": ""})
    assert answer.location == f"/ce/review/{second}"
    assert "at the same time is approved" in officer.get(answer.location).text
    answer = officer.post(f"/ce/review/{second}/approve", data={"minutes": "90", "words": ""})
    assert answer.status_code == 422
    assert "Both cannot count" in answer.text
    answer = officer.post(f"/ce/review/{second}/return", data={"return-reason": "time-differs", "return-words": ""})
    assert answer.status_code == 422
    assert "Say it in a few words" in answer.text
    words = {"return-reason": "time-differs", "return-words": "时间写错了"}
    officer.post(f"/ce/review/{second}/return", data=words)
    assert state(runtime, second) == "returned"
    gone = {"reverse-reason": "mistake", "reverse-words": "看错了"}
    assert officer.post(f"/ce/review/{first}/reverse", data=gone).status_code == 303
    assert "Approval reversed" in officer.get(f"/ce/review/{first}").text


def test_the_holder_reads_why(officer, sign_in, claims):
    claim = claims.hand_in()
    officer.post(
        f"/ce/review/{claim}/return", data={"return-reason": "unreadable", "return-words": "请重拍<b>第二页</b>"}
    )
    page = sign_in("ann_candidate").get(f"/ce/claims/{claim}/edit").text
    assert "请重拍&lt;b&gt;第二页" in page


@pytest.mark.parametrize("act", ["approve", "return", "reject", "reverse"])
def test_other_bounds_and_roles(sign_in, app, runtime, claims, act):
    claim = claims.hand_in()
    data = {"minutes": "135", f"{act}-reason": "other", f"{act}-words": "x"}
    assert sign_in("bob_officer").post(f"/ce/review/{claim}/{act}", data=data).status_code == 404
    for name in ("ann_candidate", "ann_trainer", "ann_administrator"):
        assert sign_in(name).post(f"/ce/review/{claim}/{act}", data=data).status_code == 403
    officer = sign_in("ann_officer")
    assert officer.post(f"/ce/review/{claim}/eat", data=data).status_code == 404
    app.config["WTF_CSRF_ENABLED"] = True
    assert officer.post(f"/ce/review/{claim}/{act}", data=data).status_code == 400
    assert officer.post("/ce/review/approve", data={"id": claim}).status_code == 400
    assert state(runtime, claim) == "submitted"


def test_an_audit_from_drawing_to_finding(officer, sign_in, runtime, claims):
    claim = claims.hand_in()
    claims.do(reviewing.approve, "ann_officer", claim)
    form = {"since": "2026-01-01", "last": "2026-04-01", "percent": "100", "seed": "抽签"}
    assert officer.post("/ce/review/audits", data={**form, "seed": ""}).status_code == 422
    assert "No claim was approved" in officer.post("/ce/review/audits", data={**form, "last": "2026-01-02"}).text
    address = officer.post("/ce/review/audits", data=form).location
    page = officer.get(address).text
    assert "抽签" in page
    assert "ann_candidate" in page
    assert "Drawn in audit" in officer.get(f"/ce/review/{claim}").text
    assert "ann_candidate" in officer.get(f"{address}?export=csv").text
    assert "抽签" in officer.get("/ce/review/audits?export=csv").text
    assert sign_in("bob_officer").get(address).status_code == 404
    assert sign_in("ann_trainer").get(address).status_code == 403
    settle = f"{address}/claims/{claim}"
    assert sign_in("bob_officer").post(settle, data={"result": "finding", "words": "x"}).status_code == 404
    assert officer.post(settle, data={"result": "finding", "words": ""}).status_code == 422
    assert officer.post(settle, data={"result": "finding", "words": "证书不实"}).status_code == 303
    assert "证书不实" in officer.get(address).text
    with runtime.database.read() as session:
        assert session.scalar(select(ClaimAuditItemRow.result)) == "finding"
        assert session.scalar(select(ClaimAuditRow.frame_count)) == 1
    assert "证书不实" in sign_in("ann_candidate").get(f"/ce/claims/{claim}").text


def test_statements_of_the_queue_do_not_grow(officer, claims, heard):
    claims.hand_in()
    with heard() as few:
        officer.get("/ce/review")
    for n in range(6):
        claims.hand_in(at=(n * 60, n * 60 + 200))
    with heard() as many:
        officer.get("/ce/review")
    assert len(many) == len(few) > 0
