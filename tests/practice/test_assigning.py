"""Assignments: set within bounds, asked in order, counted from the log, reminded of, cancelled with a reason."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from examprep.bank import actions as bank
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.models import AuditEventRow
from examprep.practice import assigning, overview, syncing
from examprep.practice.assigning import Entry
from examprep.practice.models import AnswerRow, AssignmentRow, GivenRow
from examprep.reminders.models import OutboxRow
from tests.practice.conftest import SUBJECT, contents, right, wrong
from tests.practice.test_views import sent


@pytest.fixture
def assign(database, world, clock, questions):
    """Ann's trainer sets questions to Ann's county, due in a week, unless said else; gives the id."""

    def go(by="ann_trainer", **more):
        given = {
            "title": "第一周",
            "subject_code": SUBJECT,
            "due_on": clock.today() + timedelta(days=7),
            "numbers": [questions[place].question_id for place in (7, 2, 4)],
            "organisation_id": world.organisations["ann_county"],
            **more,
        }
        with database.write() as session:
            return assigning.set_assignment(
                session, world.actor(session, by), Entry(**given), today=clock.today(), now=clock.now()
            )

    return go


@pytest.fixture
def seen(database, world, clock):
    def go(assignment_id, by="ann_trainer"):
        with database.read() as session:
            return assigning.progress(session, world.actor(session, by), assignment_id, today=clock.today())

    return go


@pytest.fixture
def cancel(database, world, clock):
    def go(assignment_id, reason="发错了", by="ann_trainer"):
        with database.write() as session:
            assigning.cancel(session, world.actor(session, by), assignment_id, reason, now=clock.now())

    return go


def mine(database, world, clock, by="ann_candidate"):
    with database.read() as session:
        return assigning.mine(session, world.actor(session, by), today=clock.today())


def rows(database, row):
    with database.read() as session:
        return session.scalars(select(row)).all()


def walk(give, questions, scope, first):
    """Answer from a question on to the scope's end; the questions that came, by their numbers from 0."""
    came, question = [], first
    while question is not None:
        came.append(questions.index(question))
        question = give(question, right(question), scope=scope).upcoming
    return came


def test_it_is_set_to_those_who_practise_there_and_below(database, world, assign):
    assign()
    assert [row.person_id for row in rows(database, GivenRow)] == [world.people["ann_candidate"]]
    (line,) = [row for row in rows(database, AuditEventRow) if row.act == "practice.assignment-set"]
    assert line.after["questions"] == 3


def test_it_is_asked_in_its_own_order_and_resumed_on_any_device(give, questions, assign, sign_in):
    scope = f"assignment-{assign()}"
    page = sign_in("ann_candidate").get(f"/practice/{SUBJECT}/{scope}").text
    assert "第 8 道自编题" in page
    assert "第一周" in page
    assert walk(give, questions, scope, questions[7]) == [7, 2, 4]
    again = sign_in("ann_candidate").get(f"/practice/{SUBJECT}/{scope}").text
    assert f"/practice/{SUBJECT}/{scope}/restart" in again


def test_a_question_outside_it_is_not_asked_on_its_way(give, questions, assign):
    scope = f"assignment-{assign()}"
    with pytest.raises(NotFound, match=r"practice\.question"):
        give(questions[0], {1}, scope=scope)


def test_who_did_how_much_is_counted_from_the_log(database, world, give, questions, assign, seen, clock):
    give(questions[7], right(questions[7]))
    clock.advance(timedelta(hours=1))
    number = assign()
    (row,) = seen(number).rows
    assert (row["answered"], row["state"]) == (0, "not-begun"), "what was answered before does not count"
    give(questions[2], wrong(questions[2]))
    give(questions[2], right(questions[2]), scope=f"assignment-{number}")
    (row,) = seen(number).rows
    assert (row["answered"], row["right"].part, row["right"].base, row["state"]) == (1, 1, 2, "begun")
    clock.advance(timedelta(days=8))
    assert (seen(number).late, seen(number).finished) == (1, 0)
    assert [one.late for one in mine(database, world, clock)] == [True]
    for place in (7, 4):
        give(questions[place], right(questions[place]), scope=f"assignment-{number}")
    assert (seen(number).late, seen(number).finished) == (0, 1)
    assert mine(database, world, clock) == [], "finished and past its day it is gone from the home"


def test_a_retired_question_is_owed_by_nobody(database, world, give, questions, assign, seen, clock):
    number = assign()
    with database.write() as session:
        bank.retire(session, world.actor(session, "ann_trainer"), questions[2].question_id, now=clock.now())
    assert walk(give, questions, f"assignment-{number}", questions[7]) == [7, 4]
    assert seen(number).finished == 1


def test_drawn_by_lot_they_are_of_the_chapter_and_the_type(database, assign, questions, chapters):
    assign(numbers=(), chapter_id=chapters[1], type="multiple-choice", count=3)
    (row,) = rows(database, AssignmentRow)
    assert len(set(row.question_ids)) == 3
    assert set(row.question_ids) < {question.question_id for question in questions[6:]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"due_on": date(2026, 3, 31)}, "practice.due", id="yesterday"),
        pytest.param({"due_on": date(2029, 1, 1)}, "practice.due", id="in-years"),
        pytest.param({"numbers": [999_999]}, "practice.assigned-questions", id="unknown-question"),
        pytest.param({"numbers": (), "count": 0}, "practice.assigned-questions", id="no-questions"),
        pytest.param({"numbers": (), "count": 5, "type": "poem"}, "practice.assigned-questions", id="no-such-type"),
        pytest.param({"organisation_id": 999_999}, "practice.assigned-persons", id="no-such-organisation"),
        pytest.param({"organisation_id": None, "person_ids": ()}, "practice.assigned-persons", id="nobody"),
        pytest.param({"organisation_id": None, "person_ids": (999_999,)}, "practice.assigned-persons", id="unknown"),
    ],
)
def test_what_is_refused_changes_nothing(database, assign, change, code):
    before = contents(database)
    with pytest.raises(RuleViolation, match=code.replace(".", r"\.")):
        assign(**change)
    assert contents(database) == before


def test_nobody_is_set_anything_from_outside(database, world, assign):
    for change in (
        {"organisation_id": world.organisations["bob_county"]},
        {"organisation_id": None, "person_ids": [world.people["bob_candidate"]]},
    ):
        with pytest.raises(RuleViolation, match=r"practice\.assigned-persons"):
            assign(**change)
    both = [world.people["ann_candidate"], world.people["bob_candidate"], world.people["ann_officer"]]
    assign(organisation_id=None, person_ids=both)
    assert [row.person_id for row in rows(database, GivenRow)] == [world.people["ann_candidate"]]


def test_another_persons_assignment_is_no_way(give, questions, assign, sign_in, database):
    number = assign()
    bob = sign_in("bob_candidate")
    address = f"/practice/{SUBJECT}/assignment-{number}"
    before = contents(database)
    assert bob.get(address).status_code == 404
    assert bob.post(address, data=sent(questions[7], 0)).status_code == 404
    assert bob.post(f"{address}/restart").status_code == 404
    assert sign_in("ann_candidate").get(f"/practice/asw-comprehensive/assignment-{number}").status_code == 404
    assert sign_in("ann_candidate").get(f"/practice/{SUBJECT}/assignment-{number + 1}").status_code == 404
    assert contents(database) == before


def test_another_county_sees_and_cancels_nothing(assign, seen, cancel, sign_in):
    number = assign()
    with pytest.raises(NotFound, match=r"practice\.assignment"):
        seen(number, by="bob_trainer")
    with pytest.raises(NotFound, match=r"practice\.assignment"):
        cancel(number, by="bob_trainer")
    bob = sign_in("bob_trainer")
    assert bob.get(f"/practice/assignments/{number}").status_code == 404
    assert "第一周" not in bob.get("/practice/assignments").text


@pytest.mark.parametrize("who", ["ann_candidate", "ann_officer"])
def test_only_trainers_set_anything(assign, sign_in, who):
    number = assign()
    client = sign_in(who)
    for address in ("/practice/assignments", "/practice/assignments/new", f"/practice/assignments/{number}"):
        assert client.get(address).status_code == 403
    assert client.post(f"/practice/assignments/{number}/cancel", data={"reason": "x"}).status_code == 403


def test_cancelled_it_is_owed_and_asked_no_longer(
    database, world, clock, give, questions, assign, seen, cancel, sign_in
):
    number = assign()
    give(questions[7], right(questions[7]), scope=f"assignment-{number}")
    cancel(number, " 题目有误 ")
    assert (seen(number).reason, mine(database, world, clock)) == ("题目有误", [])
    assert sign_in("ann_candidate").get(f"/practice/{SUBJECT}/assignment-{number}").status_code == 404
    assert len(rows(database, AnswerRow)) == 1
    with pytest.raises(Conflict, match=r"practice\.cancelled"):
        cancel(number)
    assert [row.after for row in rows(database, AuditEventRow) if row.act == "practice.assignment-cancelled"] == [
        {"reason": "题目有误"}
    ]


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201])
def test_cancelling_needs_a_reason(assign, cancel, reason):
    with pytest.raises(RuleViolation, match=r"practice\.reason"):
        cancel(assign(), reason)


def test_an_answer_kept_on_a_device_outlives_a_cancelled_assignment(database, world, clock, questions, assign, cancel):
    from examprep.practice.actions import Sent
    from examprep.practice.rules.order import read_scope

    number = assign()
    cancel(number)
    kept = Sent("11111111-1111-4111-8111-111111111111", questions[7].version_id, "2025", frozenset({0, 1, 2}))
    late = syncing.Late(SUBJECT, read_scope(f"assignment-{number}"), kept)
    with database.write() as session:
        outcome = syncing.take(session, world.actor(session, "ann_candidate"), late, now=clock.now())
    assert outcome.state == syncing.ACCEPTED


def keys(database):
    return {row.key.rpartition(".")[0] for row in rows(database, OutboxRow)}


def test_whoever_has_not_finished_is_reminded_once_of_each(database, world, clock, give, questions, assign):
    number = assign()
    assert keys(database) == {f"practice.assignment.{number}.set"}

    def remind():
        with database.write() as session:
            return assigning.remind(session, today=clock.today(), now=clock.now())

    counts = []
    for _ in range(10):
        counts.append(remind())
        counts.append(remind())
        clock.advance(timedelta(days=1))
    assert [place // 2 for place, count in enumerate(counts) if count] == [6, 8]
    assert keys(database) == {f"practice.assignment.{number}.{kind}" for kind in ("set", "soon", "late")}


def test_a_reminder_is_dropped_once_it_is_done_or_cancelled(database, world, clock, give, questions, assign, cancel):
    number, other = assign(), assign(numbers=[questions[0].question_id])

    def due(assignment_id):
        with database.read() as session:
            person, context = world.people["ann_candidate"], {"assignment": assignment_id}
            return assigning.still_open(session, person, context, clock.today())

    assert (due(number), due(other)) == (True, True)
    walk(give, questions, f"assignment-{number}", questions[7])
    cancel(other)
    assert (due(number), due(other), due(999)) == (False, False, False)


def test_the_mail_leads_to_it(database, world, assign, app):
    from flask import render_template

    number = assign()
    (row,) = rows(database, OutboxRow)
    with app.test_request_context():
        text = render_template(
            "reminders/assignment.txt",
            **{**row.context, "due_on": date(2026, 4, 8)},
            person_name="安",
            base_url="https://example.org",
            authority="社工",
        )
    assert text.startswith("新作业：第一周")
    assert f"https://example.org/practice/{SUBJECT}/assignment-{number}" in text


def test_what_was_cancelled_is_set_again_and_lists_are_narrowed(sign_in, questions, assign, cancel):
    number = assign()
    cancel(number)
    trainer, candidate, address = sign_in("ann_trainer"), sign_in("ann_candidate"), "/practice/assignments"
    assert "第一周" in trainer.get(f"{address}?state=cancelled&subject={SUBJECT}").text
    assert "第一周" not in trainer.get(f"{address}?state=assignment-open").text
    assert sign_in("bob_trainer").post(f"{address}/{number}/restore").status_code == 404
    assert candidate.post(f"{address}/{number}/restore").status_code == 403
    assert trainer.post(f"{address}/{number}/restore").status_code == 303
    assert trainer.post(f"{address}/{number}/restore").status_code == 409
    assert "第一周" in trainer.get(f"{address}?state=assignment-open").text
    assert "第一周" not in trainer.get(f"{address}?state=assignment-over").text
    assert "第一周" in candidate.get("/practice/").text


def test_the_trainers_pages(sign_in, world, questions, database, clock):
    ann = sign_in("ann_trainer")
    address = f"/practice/assignments/new?subject={SUBJECT}"
    form = ann.get(address).text
    assert "ann 县社会工作部" in form
    assert "bob 县社会工作部" not in form
    data = {
        "title": "<b>周末</b>",
        "organisation_id": str(world.organisations["ann_county"]),
        "due_on": (clock.today() + timedelta(days=2)).isoformat(),
        "chapter_id": "0",
        "type": "single-choice",
        "count": "4",
        "numbers": "",
    }
    forged = ann.post(address, data={**data, "organisation_id": str(world.organisations["bob_county"])})
    assert forged.status_code == 422
    assert rows(database, AssignmentRow) == []
    page = ann.post(address, data=data, follow_redirects=True).text
    assert "&lt;b&gt;周末&lt;/b&gt;" in page
    assert "ann_candidate" in page
    (row,) = rows(database, AssignmentRow)
    assert len(row.question_ids) == 4
    assert "周末" in ann.get("/practice/assignments").text
    assert "ann_candidate" in ann.get(f"/practice/assignments/{row.id}?export=csv").text
    assert ann.post(f"/practice/assignments/{row.id}/cancel", data={"reason": ""}).status_code == 422
    assert ann.post(f"/practice/assignments/{row.id}/cancel", data={"reason": "改期"}).status_code == 303
    assert "改期" in ann.get(f"/practice/assignments/{row.id}").text


def test_persons_are_handed_over_by_a_class(sign_in, world, questions, database, clock):
    ann = sign_in("ann_trainer")
    people = [world.people["ann_candidate"], world.people["bob_candidate"]]
    address = f"/practice/assignments/new?subject={SUBJECT}&person={people[0]}&person={people[1]}"
    page = ann.get(address).text
    assert "ann_candidate" in page
    assert "bob_candidate" not in page
    due = (clock.today() + timedelta(days=2)).isoformat()
    data = {"title": "班级作业", "due_on": due, "chapter_id": "0", "type": "", "count": "2"}
    assert ann.post(address, data=data).status_code == 303
    assert [row.person_id for row in rows(database, GivenRow)] == [people[0]]


def test_the_home_shows_what_is_set(sign_in, assign, give, questions, clock):
    number = assign()
    give(questions[7], right(questions[7]), scope=f"assignment-{number}")
    page = sign_in("ann_candidate").get(f"/practice/?subject={SUBJECT}").text
    assert f'href="/practice/{SUBJECT}/assignment-{number}"' in page
    assert re.search(r"已做 1 / 3 题", page)
    assert "第一周" not in sign_in("bob_candidate").get(f"/practice/?subject={SUBJECT}").text


def test_a_place_in_it_is_not_where_one_goes_on(database, world, give, questions, assign, clock):
    give(questions[0], {1})
    clock.advance(timedelta(minutes=5))
    give(questions[7], right(questions[7]), scope=f"assignment-{assign()}")
    with database.read() as session:
        home = overview.home(
            session,
            world.actor(session, "ann_candidate"),
            subject_code=SUBJECT,
            today=clock.today(),
            now=clock.now(),
        )
    assert home.going_on == "all"
