"""Today's plan, cramming, the pace, and answers under fitted weights: on both databases, through the actions."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from examprep.kernel.clock import office_day
from examprep.kernel.errors import RuleViolation
from examprep.practice import day, overview, plan_store
from examprep.practice.models import AnswerRow, DayRow, MemoryRow, PlanRow, WeightsRow
from examprep.practice.rules.calendar import Held
from examprep.practice.rules.curve import PUBLISHED
from examprep.practice.rules.order import PLAN, Scope
from examprep.practice.shelf import way
from examprep.syllabus import actions as syllabus
from tests.practice.conftest import SUBJECT, SYLLABUS, contents, right, wrong
from tests.practice.test_rebuild import differences

PAGE = f"/practice/{SUBJECT}/day"


@pytest.fixture
def person(world):
    return world.people["ann_candidate"]


@pytest.fixture
def ask(database, world, clock, questions, person):
    """``ask("progress")`` calls one of day's questions with the scope ``plan``, now."""

    def go(name, *more, at=None):
        with database.write() as session:
            on = way(session, SUBJECT, SYLLABUS, Scope(PLAN), person)
            return getattr(day, name)(session, person, on, *more, at or clock.now())

    return go


@pytest.fixture
def exam(database, clock):
    """The day of the next exam."""
    with database.read() as session:
        return syllabus.next_exam(session, clock.today())[1]


def test_the_plan_begins_with_new_questions_and_is_the_same_on_every_device(ask, give, questions):
    plan = ask("plan")
    assert (plan.reviews, sorted(plan.question_ids)) == (0, [q.question_id for q in questions])
    by_id = {q.question_id: q for q in questions}
    first, second = (by_id[number] for number in plan.question_ids[:2])
    assert give(first, right(first), scope="plan").upcoming == second
    assert ask("plan").question_ids == list(plan.question_ids)
    assert (ask("progress").done, ask("progress").left) == (1, 9)


def test_reviews_come_before_new_questions(ask, give, questions, clock):
    give(questions[8], wrong(questions[8]))
    clock.advance(timedelta(days=2))
    plan = ask("plan")
    assert (plan.reviews, plan.question_ids[0]) == (1, questions[8].question_id)
    assert len(plan.question_ids) == 10


def test_what_was_missed_in_the_plan_comes_back_in_it_after_ten_minutes(database, world, ask, give, questions, clock):
    with database.write() as session:
        day.set_pace(
            session, world.actor(session, "ann_candidate"), subject_code=SUBJECT, minutes=30, most=2, now=clock.now()
        )
    by_id = {q.question_id: q for q in questions}
    first, second = (by_id[number] for number in ask("plan").question_ids)
    give(first, wrong(first), scope="plan")
    assert give(second, right(second), scope="plan").upcoming is None
    clock.advance(timedelta(minutes=11))
    assert ask("upcoming") == first.question_id
    assert give(first, right(first), scope="plan").upcoming is None


def test_a_new_day_has_a_new_plan(database, ask, give, questions, clock):
    give(questions[0], {1}, scope="plan")
    clock.advance(timedelta(days=1))
    plan = ask("plan")
    assert (plan.kept, len(plan.question_ids)) == (False, 10)
    with database.read() as session:
        assert session.scalars(select(PlanRow.planned_on)).one() < clock.today()


def test_another_pace_plans_the_day_anew(database, world, ask, give, questions, clock):
    give(questions[0], {1}, scope="plan")
    with database.write() as session:
        day.set_pace(
            session, world.actor(session, "ann_candidate"), subject_code=SUBJECT, minutes=30, most=3, now=clock.now()
        )
    assert len(ask("plan").question_ids) == 3
    assert questions[0].question_id not in ask("plan").question_ids


@pytest.mark.parametrize(("minutes", "most"), [(4, None), (481, None), (30, 0), (30, 1001)])
def test_an_impossible_pace_is_refused(database, world, clock, questions, minutes, most):
    before = contents(database)
    with database.write() as session:
        actor = world.actor(session, "ann_candidate")
    with database.write() as session, pytest.raises(RuleViolation) as refusal:
        day.set_pace(session, actor, subject_code=SUBJECT, minutes=minutes, most=most, now=clock.now())
    assert refusal.value.code == "practice.pace"
    assert contents(database) == before


def test_the_forecast_ends_before_the_exam_and_a_new_date_moves_it(database, ask, give, questions, clock, exam):
    for question in questions[:5]:
        give(question, right(question), sure="sure")
    forecast = ask("forecast", at=clock.today())
    assert (forecast.exam_on, forecast.days[0][0]) == (exam, clock.today())
    assert forecast.days[-1][0] == exam - timedelta(days=1)
    assert forecast.total >= 5
    near = exam - timedelta(days=3)
    with database.write() as session:
        person = session.scalars(select(MemoryRow.person_id)).first()
        on = way(session, SUBJECT, SYLLABUS, Scope(PLAN), person)
        back = [day.comes_back_on(session, person, on, q.question_id, near) for q in questions[:5]]
    assert all(near <= each < exam for each in back)


def test_a_miss_is_not_told_for_the_day_on_which_the_forecast_has_it_but_for_when_it_is_due(
    database, world, give, questions, clock, exam
):
    for question in questions[:8]:
        give(question, wrong(question))
    with database.read() as session:
        actor = world.actor(session, "ann_candidate")
        back = [
            overview.review(session, actor, question_id=each.question_id, today=clock.today()).back_on
            for each in questions[:8]
        ]
    assert back == [clock.today()] * 8


def kept(database):
    with database.read() as session:
        return {
            row.question_id: (row.stability, row.due_at, row.last_at, row.mistaken_at, row.reps)
            for row in session.scalars(select(MemoryRow))
        }


def test_cramming_is_logged_and_counted_and_moves_no_review(database, give, questions, clock):
    give(questions[0], {1})
    before = kept(database)[questions[0].question_id]
    clock.advance(timedelta(days=1))
    assert give(questions[0], {1}, scope="cram").right
    after = kept(database)[questions[0].question_id]
    assert after[:4] == before[:4]
    with database.read() as session:
        assert [row.mode for row in session.scalars(select(AnswerRow).order_by(AnswerRow.id))] == ["learn", "cram"]
        assert session.scalars(select(DayRow.answered).where(DayRow.answered_on == clock.today())).one() == 1
    assert differences(database) == []


def test_a_crammed_mistake_enters_the_notebook_and_its_question_comes_again(database, give, ask, questions, clock):
    for question in questions[:2]:
        give(question, right(question))
    clock.advance(timedelta(hours=1))
    assert give(questions[0], {0}, scope="cram").upcoming == questions[1]
    assert kept(database)[questions[0].question_id][3] == clock.now()
    assert give(questions[1], {1}, scope="cram").upcoming == questions[0]
    assert give(questions[0], {1}, scope="cram").upcoming is None
    assert kept(database)[questions[0].question_id][3] is not None
    assert differences(database) == []


def test_answers_before_and_after_new_weights_are_rebuilt_each_by_its_own(database, give, questions, clock):
    give(questions[0], {1})
    weights = [*PUBLISHED[:2], 5.0, *PUBLISHED[3:20], 0.3]
    with database.write() as session:
        session.add(WeightsRow(weights=weights, answers=1, loss_before=0.4, loss_after=0.3, fitted_at=clock.now()))
    give(questions[1], {1})
    clock.advance(timedelta(days=3))
    give(questions[0], {1})
    found = kept(database)
    assert found[questions[1].question_id][0] == 5.0
    with database.read() as session:
        named = session.scalars(select(AnswerRow.weights_id).order_by(AnswerRow.id)).all()
        number = session.scalars(select(WeightsRow.id)).one()
    assert named == [None, number, number]
    assert differences(database) == []


@pytest.fixture
def ann(sign_in, questions):
    return sign_in("ann_candidate")


def test_home_leads_to_the_plan_and_the_page_of_the_day_shows_pace_and_forecast(ann, give, questions):
    give(questions[0], {1})
    home = ann.get("/practice/").text
    assert f'href="/practice/{SUBJECT}/plan"' in home
    assert f'href="{PAGE}"' in home
    page = ann.get(PAGE).text
    assert "chart-bar" in page
    assert 'value="30"' in page
    assert ann.get(f"/practice/{SUBJECT}/plan").status_code == 200


def test_the_pace_is_saved_and_wrong_values_are_told_beside_the_field(ann, database):
    assert ann.post(PAGE, data={"minutes": "45", "most": "20"}).status_code == 303
    page = ann.get(PAGE).text
    assert 'value="45"' in page
    assert 'value="20"' in page
    refused = ann.post(PAGE, data={"minutes": "1", "most": ""})
    assert refused.status_code == 422
    assert "field-wrong" in refused.text


def test_a_planned_question_that_is_skipped_goes_to_the_end(ann, ask, questions, person, clock):
    first, *others = ask("plan").question_ids
    version = next(q.version_id for q in questions if q.question_id == first)
    assert ann.post(f"/practice/{SUBJECT}/plan/skip", data={"version": version}).status_code == 303
    assert ask("plan").question_ids == [*others, first]


def test_cramming_is_offered_in_the_last_two_weeks(database, give, questions, clock, world, exam):
    give(questions[0], {1})

    def offered(today: date) -> bool:
        with database.read() as session:
            actor = world.actor(session, "ann_candidate")
            return overview.home(session, actor, subject_code=SUBJECT, today=today, now=clock.now()).cram

    assert not offered(exam - timedelta(days=15))
    assert offered(exam - timedelta(days=14))


def test_the_databases_tell_of_what_was_seen_as_its_row_does(database, person, give, questions, clock):
    give(questions[0], right(questions[0]))
    give(questions[1], wrong(questions[1]))
    give(questions[2], wrong(questions[2]))
    clock.advance(timedelta(days=1))
    give(questions[2], right(questions[2]))
    with database.read() as session:
        for now in (clock.now(), clock.now() + timedelta(days=40)):
            found = {each.question_id: each for each in plan_store.seen(session, person, SUBJECT, now)}
            rows = session.scalars(select(MemoryRow).where(MemoryRow.person_id == person)).all()
            assert len(found) == len(rows) == 3
            for row in rows:
                seen, today = found[row.question_id], office_day(now)
                assert seen.waiting == (row.due_at <= now)
                assert seen.last == (office_day(row.last_at) - today).days
                assert seen.due == (office_day(row.due_at) - today).days
                assert seen.unseen == (row.mistaken_at is not None and row.mistaken_at >= row.last_at)
    assert [found[each.question_id].unseen for each in questions[:3]] == [False, True, False]


def test_what_was_seen_begins_with_what_planning_holds():
    assert plan_store.Seen._fields[: len(Held._fields)] == Held._fields
