"""The providers' interface, held to its description: who may report whom, replays, and keys that are not valid."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from sqlalchemy import func, select

from examprep.ce import providing, reviewing
from examprep.ce.claim_models import ClaimRow, ProviderTokenRow
from examprep.ce.models import LineRow
from examprep.ce.provider_openapi import EXAMPLE, description
from examprep.people.models import AuditEventRow
from tests.ce.claims import Claims
from tests.factories import resident_id

RECORDS = "/ce/api/v1/records"
DESCRIPTION = description("http://x")


@pytest.fixture
def claims(runtime, world):
    return Claims(runtime, world)


@pytest.fixture
def keys(claims):
    """A key for the provider of each county: ``keys["ann"]``."""
    made = {}
    for county in ("ann", "bob"):
        where = claims.world.organisations[f"{county}_county"]
        who = f"{county}_officer"
        provider = claims.do(providing.add_provider, who, name="省社会工作协会", organisation_id=where)
        made[county] = claims.do(providing.add_key, who, provider, "教务系统")
    return made


def numbered(order):
    return resident_id(order).number


@pytest.fixture
def report(world, runtime):
    """What ann's provider sends of ann's candidate, with changes."""
    with runtime.database.read() as session:
        from examprep.people.models import PersonRow

        sealed = session.scalar(select(PersonRow.id_number_sealed).where(PersonRow.id == world.people["ann_candidate"]))
    number = runtime.vault.open(sealed)
    return lambda **changes: {**EXAMPLE, "id_number": number, "name": "ann_candidate", **changes}


def send(client, key, record, **headers):
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    answer = client.post(RECORDS, json=record, headers=headers)
    _as_described("/records", "post", answer)
    return answer


def _as_described(path, method, answer):
    responses = DESCRIPTION["paths"][path][method]["responses"]
    schema = responses[str(answer.status_code)]["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": DESCRIPTION["components"]}).validate(answer.json)


def count(runtime, row=LineRow):
    with runtime.database.read() as session:
        return session.scalar(select(func.count()).select_from(row))


def test_the_description_is_valid_and_names_every_route(app, client):
    served = client.get("/ce/api/v1/openapi.json")
    assert served.status_code == 200
    validate(served.json)
    described = {
        (method.upper(), "/ce/api/v1" + path.replace("{", "<").replace("}", ">"))
        for path, methods in served.json["paths"].items()
        for method in methods
    }
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/ce/api/") and not rule.rule.endswith(".json")
        for method in rule.methods & {"GET", "POST", "PUT", "DELETE", "PATCH"}
    }
    assert described == routes
    schema = {**served.json["components"]["schemas"]["Record"], "components": served.json["components"]}
    Draft202012Validator(schema).validate(EXAMPLE)


def test_a_record_stands_in_the_ledger_at_once_and_a_replay_answers_the_same(client, runtime, world, keys, report):
    first = send(client, keys["ann"], report())
    assert first.status_code == 201
    again = send(client, keys["ann"], report())
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert count(runtime) == count(runtime, ClaimRow) == 1
    with runtime.database.read() as session:
        line = session.scalar(select(LineRow))
    assert (line.person_id, line.minutes, line.posted_by) == (world.people["ann_candidate"], 270, None)
    state = client.get(f"{RECORDS}/{EXAMPLE['key']}", headers={"Authorization": f"Bearer {keys['ann']}"})
    _as_described("/records/{key}", "get", state)
    assert state.json["state"] == "recorded"


def test_a_replay_after_a_reversal_answers_as_the_first_time(client, runtime, claims, keys, report):
    first = send(client, keys["ann"], report())
    claims.do(reviewing.take_back, "ann_officer", first.json["record"], "provider", "机构更正")
    assert send(client, keys["ann"], report()).data == first.data
    state = client.get(f"{RECORDS}/{EXAMPLE['key']}", headers={"Authorization": f"Bearer {keys['ann']}"})
    assert state.json["state"] == "reversed"
    assert count(runtime) == 2


def test_ten_at_once_are_one(app, runtime, keys, report):
    app.config["WTF_CSRF_ENABLED"] = True  # a key needs no form token

    def one(_):
        return send(app.test_client(), keys["ann"], report()).data

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(one, range(10)))) == 1
    assert count(runtime) == 1


def test_a_key_used_for_another_record(client, runtime, keys, report):
    send(client, keys["ann"], report())
    assert send(client, keys["ann"], report(minutes=90)).status_code == 409
    assert count(runtime) == 1


def test_hours_that_are_taken(client, runtime, claims, keys, report):
    claims.do(reviewing.approve, "ann_officer", claims.hand_in())
    assert send(client, keys["ann"], report()).status_code == 409
    later = report(key="2", from_time="12:00", minutes=180)
    assert send(client, keys["ann"], later).status_code == 201
    waiting = claims.hand_in(at=(840, 900), minutes=45)
    with pytest.raises(Exception, match="overlap"):
        claims.do(reviewing.approve, "ann_officer", waiting)


@pytest.mark.parametrize("token", [None, "", "x", "exp_" + "a" * 43])
def test_no_valid_key(client, runtime, keys, report, token):
    answer = send(client, token, report())
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert client.get(f"{RECORDS}/x").status_code == 401
    assert count(runtime) == 0


def test_a_revoked_key_and_a_closed_provider(client, sign_in, runtime, claims, keys, report):
    officer = sign_in("ann_officer")
    with runtime.database.read() as session:
        key = session.scalar(
            select(ProviderTokenRow).where(
                ProviderTokenRow.token_hash == hashlib.sha256(keys["ann"].encode()).hexdigest()
            )
        )
    page = f"/ce/providers/{key.provider_id}"
    assert officer.post(f"{page}/close").status_code == 303
    assert send(client, keys["ann"], report()).status_code == 401
    assert officer.post(f"{page}/open").status_code == 303
    assert send(client, keys["ann"], report()).status_code == 201
    assert officer.post(f"{page}/keys/{key.id}/revoke").status_code == 303
    assert send(client, keys["ann"], report()).status_code == 401
    assert officer.post(f"{page}/keys/{key.id}/revoke").status_code == 409


def test_a_foreign_key_reports_and_reads_nobody_of_ours(client, runtime, keys, report):
    assert send(client, keys["bob"], report()).status_code == 404
    send(client, keys["ann"], report())
    answer = client.get(f"{RECORDS}/{EXAMPLE['key']}", headers={"Authorization": f"Bearer {keys['bob']}"})
    assert answer.status_code == 404
    _as_described("/records/{key}", "get", answer)
    assert count(runtime) == 1


def test_number_and_name_must_both_fit(client, keys, report):
    answers = [
        send(client, keys["ann"], report(**change)) for change in ({"name": "别人"}, {"id_number": numbered(77)})
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json == answers[1].json, "which of them is wrong is not told"


WRONG = {
    "key": ["", "a b", "x" * 81, 5],
    "id_number": ["", "52052619900307001", "520526199003070018x", 5],
    "name": ["", "x" * 51, 5],
    "title": ["", "x" * 101, "a\nb"],
    "category": ["", "fun", None],
    "minutes": [0, -1, 1.5, "270", True, 10**9],
    "first_on": ["", "2026-02-30", "05.03.2026", "1999-12-31", "2026-04-02"],
    "last_on": ["2026-03-04", "2028-01-01"],
    "from_time": ["25:00", "9", "16:00"],
    "kind": ["degree", "x"],
    "result": ["x" * 51],
    "more": ["x"],
}


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, values in WRONG.items() for v in values])
def test_what_is_not_as_described_is_refused_by_name(client, runtime, keys, report, field, value):
    answer = send(client, keys["ann"], report(**{field: value}))
    assert answer.status_code == 422
    assert count(runtime) == 0


@pytest.mark.parametrize("missing", ["key", "id_number", "name", "title", "category", "minutes", "first_on"])
def test_what_is_needed_is_needed(client, keys, report, missing):
    record = report()
    del record[missing]
    answer = send(client, keys["ann"], record, **{"Accept-Language": "en"})
    assert answer.status_code == 422
    assert missing in answer.json["message"]


@pytest.mark.parametrize("body", [b"", b"[1]", b"nonsense", b'"x"', b"{" + b" " * 20_000 + b"}"])
def test_what_is_no_record(client, keys, body):
    answer = client.post(RECORDS, data=body, headers={"Authorization": f"Bearer {keys['ann']}"})
    assert answer.status_code == 422
    _as_described("/records", "post", answer)


def test_a_key_is_shown_once_and_kept_as_a_hash(sign_in, runtime, claims):
    where = claims.world.organisations["ann_county"]
    provider = claims.do(providing.add_provider, "ann_officer", name="协会", organisation_id=where)
    officer = sign_in("ann_officer")
    page = f"/ce/providers/{provider}"
    shown = officer.post(page, data={"label": "教务系统"}).text
    key = shown.partition('<code class="long-code">')[2].partition("<")[0]
    assert key.startswith("exp_")
    assert key not in officer.get(page).text
    with runtime.database.read() as session:
        row = session.scalar(select(ProviderTokenRow))
        trail = session.scalars(select(AuditEventRow.after)).all()
    assert key not in json.dumps([row.token_hash, row.begins, row.label, trail])
    assert sign_in("bob_officer").get(page).status_code == 404
    assert sign_in("bob_officer").post(page, data={"label": "x"}).status_code == 404
    assert sign_in("bob_officer").post(f"{page}/close").status_code == 404
    assert sign_in("bob_officer").post(f"{page}/keys/{row.id}/revoke").status_code == 404
    assert sign_in("ann_trainer").post(page, data={"label": "x"}).status_code == 403


def test_a_provider_is_recognised_within_bounds(sign_in, world, runtime):
    officer = sign_in("ann_officer")
    form = {"name": "协会", "organisation_id": world.organisations["ann_county"]}
    assert officer.post("/ce/providers", data=form).status_code == 303
    assert officer.post("/ce/providers", data=form).status_code == 422
    foreign = {**form, "organisation_id": world.organisations["bob_county"]}
    assert officer.post("/ce/providers", data=foreign).status_code == 422
    assert "协会" in officer.get("/ce/providers").text
    assert "协会" in officer.get("/ce/providers?export=csv").text
    assert "协会" not in sign_in("bob_officer").get("/ce/providers").text
