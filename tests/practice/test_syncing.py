"""Answers that devices kept: each counts once however it comes; what is hostile is refused and changes nothing."""

import io
import logging
import re
from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from sqlalchemy import select

from examprep.app.operations import differences
from examprep.bank import life
from examprep.kernel.clock import office_day
from examprep.people.actions import add_person
from examprep.practice.models import AnswerRow, DayRow
from tests.practice.conftest import SUBJECT, SYLLABUS, contents, right, wrong

MINUTE, DAY = 60_000, 86_400_000
CLOCK = 1_800_000_000_000  # what the device's clock says when it sends; the server's says something else


@pytest.fixture
def ann(sign_in, questions):
    return sign_in("ann_candidate")


@pytest.fixture
def kept():
    """``kept(question, {1}, ago=MINUTE)``: an answer as a device keeps it."""

    def go(question, ticks, *, ago=MINUTE, **more):
        return {
            "id": str(uuid4()),
            "subject": SUBJECT,
            "scope": "all",
            "syllabus": SYLLABUS,
            "version": question if isinstance(question, int) else question.version_id,
            "ticks": sorted(ticks),
            "blank": False,
            "sure": None,
            "took_ms": 8000,
            "at": CLOCK - ago,
            **more,
        }

    return go


@pytest.fixture
def send(world):
    def go(client, answers, *, person="ann_candidate", clock=CLOCK, headers=None):
        body = {"person": world.people.get(person, person), "clock": clock, "answers": answers}
        return client.post("/practice/sync", json=body, headers={"Accept": "application/json", **(headers or {})})

    return go


def states(answer):
    assert answer.status_code == 200, answer.text
    return [each["state"] for each in answer.json["answers"]]


def codes(answer):
    assert answer.status_code == 200, answer.text
    return [each.get("code") for each in answer.json["answers"]]


def logged(database):
    with database.read() as session:
        return session.scalars(select(AnswerRow).order_by(AnswerRow.id)).all()


def test_each_answer_counts_once_however_often_it_comes(ann, kept, send, questions, database):
    batch = [kept(questions[0], {1}), kept(questions[6], {0, 1})]
    assert states(send(ann, batch)) == ["accepted", "accepted"]
    before = contents(database)
    assert states(send(ann, batch)) == ["repeated", "repeated"]
    assert states(send(ann, [batch[1], batch[1], batch[0]])) == ["repeated"] * 3
    assert contents(database) == before
    assert [(row.client_id, row.half_points) for row in logged(database)] == [(batch[0]["id"], 2), (batch[1]["id"], 2)]


def test_an_answer_that_came_on_the_page_is_known_by_its_name(ann, kept, send, questions, database):
    answer = kept(questions[0], {1})
    page = {"answer": answer["id"], "version": answer["version"], "syllabus": SYLLABUS, "tick": "1"}
    assert ann.post(f"/practice/{SUBJECT}/all", data=page).status_code == 200
    assert states(send(ann, [answer])) == ["repeated"]
    assert len(logged(database)) == 1


def test_an_answer_counts_for_the_day_on_which_it_was_given(ann, kept, send, questions, database, clock):
    assert states(send(ann, [kept(questions[0], {1}, ago=3 * DAY), kept(questions[1], {0}, ago=0)]))
    rows = logged(database)
    assert [row.at for row in rows] == [clock.now() - timedelta(days=3), clock.now()]
    with database.read() as session:
        days = dict(session.execute(select(DayRow.answered_on, DayRow.rights)).all())
    assert days == {office_day(rows[0].at): 1, office_day(rows[1].at): 0}
    assert differences(database) == []


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_batches_come_in_any_order_and_the_log_explains_what_is_kept(ann, kept, send, questions, database, order):
    one, two = questions[0], questions[6]
    batches = [
        [kept(one, right(one), ago=5 * DAY), kept(two, wrong(two), ago=4 * DAY)],
        [kept(one, wrong(one), ago=2 * DAY, sure="sure")],
        [kept(one, right(one), ago=DAY, sure="guessing"), kept(two, right(two), ago=MINUTE)],
    ]
    for number in order:
        assert set(states(send(ann, batches[number]))) == {"accepted"}
    assert len(logged(database)) == 5
    assert differences(database) == []


def test_a_batch_is_worked_in_by_when_its_answers_were_given(ann, kept, send, questions, database):
    later, earlier = kept(questions[0], {1}, ago=MINUTE), kept(questions[1], {1}, ago=2 * MINUTE)
    send(ann, [later, earlier])
    assert [row.client_id for row in logged(database)] == [earlier["id"], later["id"]]


def test_two_devices_merge(ann, sign_in, kept, send, questions, database):
    other = sign_in("ann_candidate")
    here, there = [kept(q, right(q)) for q in questions[:4]], [kept(q, wrong(q)) for q in questions[2:6]]
    assert states(send(ann, here)) == ["accepted"] * 4
    assert states(send(other, there)) == ["accepted"] * 4
    assert {row.client_id for row in logged(database)} == {answer["id"] for answer in here + there}
    assert "第 7 道自编题" in ann.get(f"/practice/{SUBJECT}/all").text
    assert differences(database) == []


def test_one_that_cannot_be_taken_does_not_hold_up_the_others(ann, kept, send, questions, database):
    answers = [kept(questions[0], {1}), kept(999_999, {1}), kept(questions[1], {1})]
    assert codes(send(ann, answers)) == [None, "practice.question", None]
    assert len(logged(database)) == 2


def test_a_question_that_has_left_its_chapter_still_counts(ann, kept, send, questions, chapters, database):
    assert states(send(ann, [kept(questions[0], {1}, scope=f"chapter-{chapters[1]}")])) == ["accepted"]
    assert logged(database)[0].question_id == questions[0].question_id


def retire(database, world, clock, question):
    with database.write() as session:
        life.retire(session, world.actor(session, "ann_trainer"), question.question_id, now=clock.now())


HOSTILE = {
    "no-name": ({"id": ""}, "practice.shape"),
    "forged-name": ({"id": "1 OR 1=1"}, "practice.shape"),
    "name-not-text": ({"id": {"$ne": ""}}, "practice.shape"),
    "not-served": ({"version": 987_654}, "practice.question"),
    "vast-version": ({"version": 10**14}, "practice.shape"),
    "vaster-version": ({"version": 10**400}, "practice.shape"),
    "negative-version": ({"version": -1}, "practice.shape"),
    "truth-as-version": ({"version": True}, "practice.shape"),
    "other-subject": ({"subject": "asw-practice"}, "practice.question"),
    "no-subject": ({"subject": "no-such"}, "practice.question"),
    "no-way": ({"scope": "everything"}, "practice.shape"),
    "future": ({"at": CLOCK + DAY}, "practice.future"),
    "negative-time": ({"at": -5}, "practice.shape"),
    "ancient": ({"at": CLOCK - 31 * DAY}, "practice.stale"),
    "epoch": ({"at": 0}, "practice.stale"),
    "time-as-text": ({"at": "2026-01-01"}, "practice.shape"),
    "time-not-whole": ({"at": 1.5}, "practice.shape"),
    "negative-duration": ({"took_ms": -1}, "practice.shape"),
    "no-such-option": ({"ticks": [7]}, "practice.ticks"),
    "negative-tick": ({"ticks": [-1]}, "practice.shape"),
    "two-of-one": ({"ticks": [0, 1]}, "practice.ticks"),
    "nothing-ticked": ({"ticks": []}, "practice.empty"),
    "many-ticks": ({"ticks": list(range(2000))}, "practice.shape"),
    "sure-of-what": ({"sure": "very"}, "practice.shape"),
    "sure-as-list": ({"sure": []}, "practice.shape"),
    "blank-as-text": ({"blank": "yes"}, "practice.shape"),
    "endless-words": ({"written": ["字" * 20_001]}, "practice.shape"),
    "words-of-nothing": ({"written": ["\0"]}, "practice.shape"),
    "half-a-letter": ({"syllabus": "\ud800"}, "practice.shape"),
}


@pytest.mark.parametrize(("change", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_answers_are_refused_logged_once_and_change_nothing(
    ann, kept, send, questions, database, caplog, change, code
):
    before = contents(database)
    caplog.set_level(logging.WARNING)
    answer = send(ann, [{**kept(questions[0], {1}), **change}])
    assert codes(answer) == [code]
    assert answer.json["answers"][0]["message"]
    assert [code in record.getMessage() for record in caplog.records] == [True]
    assert contents(database) == before


@pytest.mark.parametrize("raw", [None, 7, "answer", [], ["id"], {}], ids=str)
def test_what_is_no_answer_is_refused_alone(ann, kept, send, questions, database, raw):
    assert codes(send(ann, [raw, kept(questions[0], {1})])) == ["practice.shape", None]
    assert len(logged(database)) == 1


def test_an_answer_after_retirement_is_refused_but_one_that_came_before_stays(
    ann, kept, send, questions, database, world, clock
):
    answer = kept(questions[0], {1})
    assert states(send(ann, [answer])) == ["accepted"]
    retire(database, world, clock, questions[0])
    assert codes(send(ann, [kept(questions[0], {1}), answer])) == ["practice.withdrawn", None]
    assert len(logged(database)) == 1


BODIES = {
    "empty": b"",
    "not-json": b"{",
    "list": b"[]",
    "no-answers": b'{"person": 1, "clock": 1}',
    "answers-no-list": b'{"person": 1, "clock": 1, "answers": {}}',
    "no-clock": b'{"person": 1, "answers": []}',
    "not-a-number": b'{"person": NaN, "clock": 1, "answers": []}',
    "deep": b"[" * 200_000,
    "digits": b'{"person": 1' + b"0" * 100_000 + b', "clock": 1, "answers": []}',
    "latin": '{"person": "é"}'.encode("latin-1"),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_is_no_batch_is_refused_whole(ann, database, caplog, body):
    before = contents(database)
    caplog.set_level(logging.WARNING)
    answer = ann.post("/practice/sync", data=body, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["error"]) == (422, "practice.batch")
    assert len(caplog.records) == 1
    assert contents(database) == before


def test_a_long_batch_and_a_large_body_are_refused(ann, kept, send, questions, database, caplog):
    before = contents(database)
    caplog.set_level(logging.WARNING)
    assert send(ann, [kept(questions[0], {1})] * 101).json["error"] == "practice.batch-long"
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    assert ann.post("/practice/sync", data=b" " * 10_000_000, headers=headers).status_code == 413
    assert len(caplog.records) == 2
    assert contents(database) == before


@pytest.mark.parametrize("size", [600_000, 10_000_000])
def test_a_large_body_without_a_length_is_refused(ann, questions, database, size):
    answer = ann.post(
        "/practice/sync",
        input_stream=io.BytesIO(b" " * size),
        environ_overrides={"wsgi.input_terminated": True},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 413


def test_another_persons_answers_are_refused_whole(ann, kept, send, questions, database, world, caplog):
    before = contents(database)
    caplog.set_level(logging.WARNING)
    answer = send(ann, [kept(questions[0], {1})], person="bob_candidate")
    assert (answer.status_code, answer.json["error"]) == (403, "practice.person")
    assert len(caplog.records) == 1
    assert contents(database) == before


def test_what_a_device_kept_for_a_row_that_was_merged_is_the_other_rows(ann, world, runtime, database):
    assert ann.get("/practice/sync").json["merged"] == []
    with database.write() as session:
        about = {"organisation_id": world.organisations["ann_agency"], "now": runtime.clock.now()}
        gone = add_person(session, runtime.vault, name="ann_candidate", **about)
        gone.merged_into_id, gone.organisation_id = world.people["ann_candidate"], None
    assert ann.get("/practice/sync").json["merged"] == [gone.id]


def test_a_name_belongs_to_its_person(ann, sign_in, kept, send, questions, database):
    answer = kept(questions[0], {1})
    assert states(send(ann, [answer])) == ["accepted"]
    assert states(send(sign_in("bob_candidate"), [answer], person="bob_candidate")) == ["accepted"]
    assert len(logged(database)) == 2


def test_signed_out_nothing_is_taken(app, kept, send, questions, database):
    app.config["WTF_CSRF_ENABLED"] = False
    answer = send(app.test_client(), [kept(questions[0], {1})])
    assert answer.status_code == 303
    assert logged(database) == []


def test_the_token_is_fetched_and_asked_for(app, world, kept, send, questions, database):
    client = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)[1]
    typed = {"sign_in_name": "ann_candidate", "password": world.password, "csrf_token": token}
    assert client.post("/sign-in", data=typed).status_code == 303
    who = client.get("/practice/sync").json
    assert who["person"] == world.people["ann_candidate"]
    assert states(send(client, [kept(questions[0], {1})], headers={"X-CSRFToken": who["token"]})) == ["accepted"]
    for headers in ({}, {"X-CSRFToken": "forged"}):
        refused = send(client, [kept(questions[1], {1})], headers=headers)
        assert (refused.status_code, refused.json["error"]) == (400, "access.csrf")
    headers = {"X-CSRFToken": who["token"], "Content-Type": "application/json", "Accept": "application/json"}
    assert client.post("/practice/sync", data=b" " * 10_000_000, headers=headers).status_code == 413
    # A token that came in a header opens no door to forms that have none.
    assert client.post(f"/practice/{SUBJECT}/restart", data={}).status_code in {400, 405}
    assert client.post("/language", data={"language": "en", "next": "/"}).status_code == 400
    assert len(logged(database)) == 1


def test_the_pack_holds_todays_plan_what_is_due_and_what_comes_next(ann, give, questions, clock):
    give(questions[0], {0})  # missed: comes back after ten minutes
    give(questions[1], {1})
    clock.advance(timedelta(minutes=20))
    pack = ann.get(f"/practice/pack?subject={SUBJECT}").json
    ways = {one["version"]: set(one["scopes"]) for one in pack["questions"]}
    assert ways == {
        questions[0].version_id: {"due"},
        **{question.version_id: {"plan", "all"} for question in questions[2:]},
    }
    assert pack["questions"][-1]["version"] == questions[0].version_id
    in_turn = sorted(pack["questions"][:-1], key=lambda one: one["scopes"]["all"])
    assert [one["version"] for one in in_turn] == [question.version_id for question in questions[2:]]
    assert "解析 1" in pack["questions"][-1]["reasons"]
    assert (pack["syllabus"], pack["language"]) == (SYLLABUS, "zh")


def test_what_was_done_of_the_plan_without_a_connection_is_done(ann, kept, send, questions, database):
    pack = ann.get(f"/practice/pack?subject={SUBJECT}").json["questions"]
    answers = [
        {**kept(one["version"], set(one["key"]), ago=(10 - n) * MINUTE), "scope": "plan"} for n, one in enumerate(pack)
    ]
    assert set(states(send(ann, answers))) == {"accepted"}
    left = ann.get(f"/practice/pack?subject={SUBJECT}").json["questions"]
    assert [one for one in left if "plan" in one["scopes"]] == []
    assert differences(database) == []


def test_the_plan_is_done_whichever_device_sends_first(ann, sign_in, kept, send, questions, clock):
    clock.advance(timedelta(hours=5))
    pack = ann.get(f"/practice/pack?subject={SUBJECT}").json["questions"]
    earlier, later = (
        [{**kept(one["version"], set(one["key"]), ago=ago), "scope": "plan"} for one in some]
        for some, ago in ((pack[:5], 180 * MINUTE), (pack[5:], MINUTE))
    )
    assert set(states(send(ann, later))) == {"accepted"}
    assert set(states(send(sign_in("ann_candidate"), earlier))) == {"accepted"}
    left = ann.get(f"/practice/pack?subject={SUBJECT}").json["questions"]
    assert [one for one in left if "plan" in one["scopes"]] == []


def test_the_pack_marks_as_the_server_does(ann, kept, send, questions, database):
    for one in ann.get(f"/practice/pack?subject={SUBJECT}").json["questions"]:
        question = next(q for q in questions if q.version_id == one["version"])
        possible = range(1, 1 << len(question.options))
        ticks = [{place for place in range(len(question.options)) if bits >> place & 1} for bits in possible]
        sets = [found for found in ticks if len(found) == 1 or not one["one_tick"]]
        send(ann, [kept(question, found) for found in sets])
        rows = [row for row in logged(database) if row.version_id == question.version_id]
        assert len(rows) == len(sets)
        assert [row.half_points for row in rows] == [one["marks"][sum(1 << n for n in row.ticked)] for row in rows]


def test_an_unchanged_pack_is_not_sent_again(ann, give, questions):
    first = ann.get(f"/practice/pack?subject={SUBJECT}")
    again = ann.get(f"/practice/pack?subject={SUBJECT}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    give(questions[0], {1})
    changed = ann.get(f"/practice/pack?subject={SUBJECT}", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_the_kept_page_is_nobodys(ann, world):
    page = ann.get("/practice/offline")
    assert page.status_code == 200
    assert "ann_candidate" not in page.text
    assert "csrf" not in page.text
