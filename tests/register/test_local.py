"""A certificate that is valid in its region only: which region it is, asked, kept, shown, and filtered by."""

import re
from datetime import UTC, date, datetime

import pytest

from examprep.kernel.errors import NotFound, RuleViolation
from examprep.register import actions, registering
from examprep.register.models import RegisterCertificateRow
from examprep.register.rebuild import differences

NOW = datetime(2026, 3, 31, 17, 30, tzinfo=UTC)
ANN, BOB = "520526", "520502"
NAMES = {ANN: "威宁彝族回族苗族自治县", BOB: "七星关区"}
TYPED = {"level": "ASW", "number": "N-1001", "qualified_year": "2025", "issued_on": "2025-09-01", "validity": "local"}


@pytest.fixture
def certify(runtime, world):
    def go(name, number, validity, region_code):
        with runtime.database.write() as session:
            return actions.add_certificate(
                session, None, person_id=world.people[name], level="ASW", number=number, qualified_year=2025,
                issued_on=date(2025, 9, 1), validity=validity, region_code=region_code, now=NOW,
            )  # fmt: skip

    return go


@pytest.fixture
def region(runtime):
    def go(certificate_id):
        with runtime.database.read() as session:
            assert list(differences(session, repair=False)) == []
            row = session.get_one(RegisterCertificateRow, certificate_id)
            return row.validity, row.region_code

    return go


@pytest.fixture
def officer(sign_in):
    client = sign_in("ann_officer")
    client.post("/language", data={"language": "en", "next": "/"})
    return client


def test_the_form_asks_for_the_region_and_every_page_names_it(officer, world, sign_in, region):
    person = f"/register/persons/{world.people['ann_candidate']}"
    refused = officer.post(person, data={**TYPED, "region_code": ""})
    assert refused.status_code == 422
    assert "names the region" in refused.text
    assert officer.post(person, data={**TYPED, "validity": "national", "region_code": ANN}).status_code == 422
    assert officer.post(person, data={**TYPED, "region_code": "110101"}).status_code == 422  # of another province
    own = officer.post(person, data={**TYPED, "region_code": ANN}).headers["Location"]
    id_ = int(own.rpartition("/")[2])
    assert region(id_) == ("local", ANN)
    holder = sign_in("ann_candidate")
    holder.post("/language", data={"language": "en", "next": "/"})
    holder.post(f"{own}/disclosure", data={"shows": "validity"})
    code = re.search(r"/register/check/[\w-]+", holder.get(own).text)[0]
    for page in (officer.get(person), officer.get(own), officer.get("/register/holders"), holder.get("/register/mine"),
                 holder.get(code), officer.get("/register/holders?export=csv")):  # fmt: skip
        assert f"{NAMES[ANN]} only" in page.text, page.request.path


def test_one_of_no_region_is_no_local_one_and_the_other_way_round(certify):
    for validity, code in (("local", None), ("national", ANN)):
        with pytest.raises(RuleViolation, match="names the region"):
            certify("ann_candidate", "N-1", validity, code)


@pytest.mark.parametrize(
    ("valid", "found"),
    [
        pytest.param("", {"ann_candidate", "ann_trainer", "ann_officer"}, id="all"),
        pytest.param("national", {"ann_trainer"}, id="national"),
        pytest.param("local", {"ann_candidate", "ann_officer"}, id="local"),
        pytest.param(ANN, {"ann_candidate"}, id="one-region"),
        pytest.param("110101", set(), id="another-region"),
    ],
)
def test_the_list_is_filtered_by_where_certificates_are_valid(officer, certify, valid, found):
    certify("ann_candidate", "N-1", "local", ANN)
    certify("ann_officer", "N-2", "local", BOB)
    certify("ann_trainer", "N-3", "national", None)
    text = officer.get(f"/register/holders?valid={valid}&export=csv").text
    assert {name for name in ("ann_candidate", "ann_trainer", "ann_officer") if name in text} == found


def test_only_regions_of_ones_own_holders_are_offered(officer, certify):
    certify("ann_candidate", "N-1", "local", ANN)
    certify("bob_candidate", "N-2", "local", BOB)
    page = officer.get("/register/holders").text
    assert f"Valid in {NAMES[ANN]} only" in page
    assert NAMES[BOB] not in page


def test_a_region_is_corrected_and_that_is_taken_back(officer, certify, region):
    own = f"/register/certificates/{(id_ := certify('ann_candidate', 'N-1', 'local', BOB))}"
    assert officer.post(f"{own}/region", data={"region_code": "110101"}).status_code == 422
    assert officer.post(f"{own}/region", data={"region_code": ANN}).status_code == 303
    assert region(id_) == ("local", ANN)
    page = officer.get(own).text
    assert f"Valid in: {NAMES[ANN]} only" in page
    officer.post(re.search(r"/register/events/\d+/take-back", page)[0])
    assert region(id_) == ("local", BOB)


def test_who_may_not_name_a_region(runtime, world, certify, sign_in):
    local, national = certify("ann_candidate", "N-1", "local", ANN), certify("ann_trainer", "N-2", "national", None)

    def name(who, id_):
        with runtime.database.write() as session:
            registering.name_region(session, world.actor(session, who), id_, region_code=BOB, now=NOW)

    with pytest.raises(NotFound):
        name("bob_officer", local)
    with pytest.raises(RuleViolation, match="whole country"):
        name("ann_officer", national)
    answer = sign_in("ann_candidate").post(f"/register/certificates/{local}/region", data={"region_code": BOB})
    assert answer.status_code == 403
