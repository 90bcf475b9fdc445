"""The ways through the questions: by type, at random, marked ones, the day's question, and reading with the answers."""

from datetime import timedelta

import pytest

from examprep.bank import actions as bank
from examprep.kernel.errors import NotFound
from examprep.practice import actions, overview
from tests.practice.conftest import SUBJECT, contents, right, wrong
from tests.practice.test_views import sent


@pytest.fixture
def standing(database, world, clock, questions):
    def go(scope, by="ann_candidate"):
        with database.read() as session:
            return overview.standing(
                session,
                world.actor(session, by),
                subject_code=SUBJECT,
                scope=scope,
                today=clock.today(),
                now=clock.now(),
            )

    return go


@pytest.fixture
def walk(give, standing):
    """Answer a scope from where the person stands to its end; the questions in the order in which they came."""

    def go(scope, by="ann_candidate"):
        came, question = [], standing(scope, by).question
        while question is not None:
            came.append(question.question_id)
            question = give(question, right(question), scope=scope, by=by).upcoming
        return came

    return go


def today(clock):
    return f"{clock.today():%Y%m%d}"


def test_by_type_only_that_type_comes(walk, questions):
    assert walk("type-multiple-choice") == [question.question_id for question in questions[6:]]


def test_by_type_no_other_may_be_answered(give, questions):
    with pytest.raises(NotFound, match=r"practice\.question"):
        give(questions[0], {1}, scope="type-multiple-choice")


def test_at_random_every_question_comes_once_and_each_person_has_an_order(walk, questions, clock):
    scope = f"random-{today(clock)}"
    mine, others = walk(scope), walk(scope, by="bob_candidate")
    every = [question.question_id for question in questions]
    assert sorted(mine) == sorted(others) == every
    assert mine != others


def test_at_random_another_device_goes_on_in_the_same_order(give, standing, questions, clock):
    scope = f"random-{today(clock)}"
    first = standing(scope)
    told = give(first.question, right(first.question), scope=scope)
    assert (told.position, told.total) == (2, 10)
    assert standing(scope).question == told.upcoming


def test_a_retired_question_is_never_asked(database, world, standing, walk, questions, clock, mark):
    mark(questions[2])
    mark(questions[3])
    with database.write() as session:
        bank.retire(session, world.actor(session, "ann_trainer"), questions[2].question_id, now=clock.now())
    for scope in (f"random-{today(clock)}", "type-single-choice", "marked", "all"):
        assert questions[2].question_id not in walk(scope)


@pytest.fixture
def mark(database, world, clock):
    def go(question, by="ann_candidate"):
        with database.write() as session:
            actor = world.actor(session, by)
            *_, on = overview.open_way(session, actor, subject_code=SUBJECT, scope="all", today=clock.today())
            return actions.toggle_mark(session, actor, on, version_id=question.version_id, now=clock.now())

    return go


def test_marked_are_ones_own(mark, walk, questions):
    mark(questions[4])
    mark(questions[7])
    mark(questions[1], by="bob_candidate")
    assert walk("marked") == [questions[4].question_id, questions[7].question_id]


def test_the_days_question_is_the_same_for_everybody_and_another_on_other_days(standing, questions, clock):
    asked = []
    for _ in range(12):
        scope = f"daily-{today(clock)}"
        mine, others = standing(scope), standing(scope, by="bob_candidate")
        assert mine.question == others.question
        assert (mine.position, mine.total) == (1, 1)
        asked.append(mine.question.question_id)
        clock.advance(timedelta(days=1))
    assert len(set(asked)) > 3


def test_the_days_question_is_one(give, standing, questions, clock):
    scope = f"daily-{today(clock)}"
    question = standing(scope).question
    assert give(question, right(question), scope=scope).upcoming is None
    assert standing(scope).question is None
    other = next(one for one in questions if one != question)
    with pytest.raises(NotFound):
        give(other, right(other), scope=scope)


def test_a_day_to_come_is_not_open(give, standing, questions, clock):
    scope = f"daily-{clock.today() + timedelta(days=1):%Y%m%d}"
    with pytest.raises(NotFound, match=r"practice\.scope"):
        standing(scope)
    with pytest.raises(NotFound, match=r"practice\.scope"):
        give(questions[0], {1}, scope=scope)


@pytest.mark.parametrize("scope", ["random", "daily"])
def test_an_address_without_its_day_leads_to_today(sign_in, questions, clock, scope):
    answer = sign_in("ann_candidate").get(f"/practice/{SUBJECT}/{scope}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/practice/{SUBJECT}/{scope}-{today(clock)}")
    assert sign_in("ann_candidate").post(f"/practice/{SUBJECT}/{scope}", data=sent(questions[0], 1)).status_code == 404


def test_reading_shows_the_answer_and_logs_nothing(sign_in, questions, database):
    ann = sign_in("ann_candidate")
    before = contents(database)
    page = ann.get(f"/practice/{SUBJECT}/recite-all").text
    assert "解析 1" in page
    assert "option-key" in page
    assert contents(database) == before
    assert ann.post(f"/practice/{SUBJECT}/recite-all", data=sent(questions[0], 1)).status_code == 404
    assert contents(database) == before


def test_reading_goes_on_and_back_and_is_kept_for_every_device(sign_in, questions, database):
    ann, address = sign_in("ann_candidate"), f"/practice/{SUBJECT}/recite-all"

    def turn(question, to):
        return ann.post(f"{address}/turn", data={"version": question.version_id, "to": to}, follow_redirects=True).text

    assert "解析 2" in turn(questions[0], "next")
    assert "解析 2" in turn(questions[0], "next"), "pressed twice it goes on once"
    assert "解析 3" in turn(questions[1], "next")
    assert "解析 2" in turn(questions[2], "back")
    assert "解析 1" in turn(questions[0], "back"), "before the first there is none"
    turn(questions[4], "next")
    assert "解析 6" in sign_in("ann_candidate").get(address).text
    assert "第 1 道自编题" in ann.get(f"/practice/{SUBJECT}/all").text, "answering has a place of its own"
    assert not {name: rows for name, rows in contents(database).items() if rows and name != "practice_place"}


def test_reading_ends(sign_in, questions):
    ann, address = sign_in("ann_candidate"), f"/practice/{SUBJECT}/recite-type-multiple-choice"
    page = ann.post(
        f"{address}/turn", data={"version": questions[9].version_id, "to": "next"}, follow_redirects=True
    ).text
    assert "解析" not in page
    assert f"{address}/restart" in page


def test_turning_pages_is_for_reading_only(sign_in, questions, database):
    ann = sign_in("ann_candidate")
    before = contents(database)
    answer = ann.post(f"/practice/{SUBJECT}/all/turn", data={"version": questions[0].version_id, "to": "next"})
    assert answer.status_code == 404
    assert ann.post(f"/practice/{SUBJECT}/recite-all/turn", data={"version": "x"}).status_code == 303
    assert contents(database) == before


@pytest.mark.parametrize(
    ("scope", "says"),
    [
        ("marked", f"/practice/{SUBJECT}/all"),
        ("notebook", f"/practice/{SUBJECT}/all"),
        ("type-case-analysis", "/practice"),
    ],
)
def test_an_empty_way_says_what_to_do_next(sign_in, questions, scope, says):
    page = sign_in("ann_candidate").get(f"/practice/{SUBJECT}/{scope}")
    assert page.status_code == 200
    assert f'class="btn btn-primary" href="{says}' in page.text


@pytest.mark.parametrize("scope", ["type-poem", "type-all", "recite-due", "recite-daily", "daily-99990101", "random-0"])
def test_there_is_no_such_way(sign_in, questions, scope):
    assert sign_in("ann_candidate").get(f"/practice/{SUBJECT}/{scope}").status_code == 404


def test_the_home_leads_to_every_way(sign_in, questions, give, mark, standing, clock):
    mark(questions[4])
    question = standing(f"daily-{today(clock)}").question
    give(question, wrong(question), scope=f"daily-{today(clock)}")
    page = sign_in("ann_candidate").get("/practice/", query_string={"subject": SUBJECT}).text
    for scope in ("daily", "random", "type-single-choice", "type-multiple-choice", "marked", "recite-all", "notebook"):
        assert f'href="/practice/{SUBJECT}/{scope}"' in page
    assert f"/practice/{SUBJECT}/daily-" not in page, "the day's question is no place to go on from"
