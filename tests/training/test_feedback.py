"""Feedback after class: asked of whoever came, changeable for a week, told without names and never of a few."""

from datetime import date, timedelta

import pytest
from sqlalchemy import inspect, select, text

from examprep.kernel.clock import office_time
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people.models import AuditEventRow
from examprep.plumbing.jobs import JobTurn
from examprep.training import attending, enrolling, feedback
from examprep.training.feedback import Entry
from examprep.training.feedback_jobs import cut_feedback
from examprep.training.feedback_models import FeedbackRow
from examprep.training.rules.feedback import FEW, OPEN, SHOWN, Spread, lacking, state
from tests.training.conftest import EVENING, NEXT_EVENING

OVER = office_time(date(2026, 4, 25), EVENING.starts_at.time())  # the last session is on 17 April


@pytest.mark.parametrize(
    ("answers", "over", "found", "needed"),
    [
        pytest.param(0, False, OPEN, 5, id="nobody-yet"),
        pytest.param(9, False, OPEN, 0, id="enough-but-they-may-change"),
        pytest.param(4, True, FEW, 1, id="one-too-few"),
        pytest.param(5, True, SHOWN, 0, id="just-enough"),
    ],
)
def test_when_results_are_told(answers, over, found, needed):
    assert state(answers, over=over) == found
    assert lacking(answers) == needed


def test_a_spread_counts_the_best_first():
    assert Spread.of([5, 5, 1]).counts == (2, 0, 0, 0, 1)
    assert Spread.of([5, 5, 2]).mean == 4
    assert Spread.of([]).mean is None


@pytest.fixture
def held(season):
    """A class of two evenings for eight: seven came to the first, which is closed, and one did not."""
    class_id, people = season.class_(), season.learners(8)
    for who in people:
        season.do(enrolling.enrol, who, class_id)
    season.go_to(EVENING.ends_at)
    trainer, (first, _) = season.actor("ann_trainer"), season.sessions(class_id)
    season.do(attending.take_attendance, trainer, first, {who.person_id: True for who in people[:7]})
    season.do(attending.close_session, trainer, first)
    return class_id, people


@pytest.fixture
def give(season, held):
    def go(who, *steps, words=""):
        with season.database.write() as session:
            entry = Entry(*steps, words)
            feedback.give(session, season.runtime.vault, who, held[0], entry, now=season.clock.now())

    return go


@pytest.fixture
def results(season, held):
    def ask(name="ann_trainer"):
        actor = season.actor(name)
        return season.ask(lambda s: feedback.results(s, actor, held[0], today=season.clock.today()))

    return ask


def test_who_came_answers_once_and_may_change_it_for_a_week(season, held, give, results):
    _, people = held
    with pytest.raises(NotFound):
        give(people[7], 5, 5, 5)
    with pytest.raises(RuleViolation):
        give(people[0], 5, 5, 6)
    give(people[0], 1, 1, 1)
    give(people[0], 5, 4, 3, words="好\r\n的")
    season.go_to(OVER - timedelta(days=1))  # the last day
    give(people[1], 2, 2, 2)
    assert (results().answers, results().came, results().lacking) == (2, 7, 3)
    season.go_to(OVER)
    with pytest.raises(RuleViolation):
        give(people[1], 3, 3, 3)


def test_nothing_is_told_before_the_end_nor_of_four(season, held, give, results, sign_in):
    _, people = held
    for who in people[:4]:
        give(who, 5, 4, 1, words=f"写给老师的话{who.person_id}")
    season.go_to(OVER)
    assert (results().state, results().scales, results().words) == (FEW, (), ())
    season.go_to(EVENING.ends_at)
    give(people[4], 1, 4, 1)
    assert (results().state, results().scales, results().words) == (OPEN, (), ())
    pages = ("/training/all/feedback", "/training/all/feedback?export=csv", f"/training/all/{held[0]}/report")
    trainer = sign_in("ann_trainer")
    for page in pages:
        shown = trainer.get(page)
        assert shown.status_code == 200
        assert "写给老师的话" not in shown.text
        assert "4.2" not in shown.text
    season.go_to(OVER)
    found = results()
    assert found.state == SHOWN
    assert [spread.counts for _, spread in found.scales] == [(4, 0, 0, 0, 1), (0, 5, 0, 0, 0), (0, 0, 0, 0, 5)]
    assert len(found.words) == 4
    sheet = trainer.get(pages[1]).text
    assert "4.2" in sheet
    report = trainer.get(pages[2]).text
    assert "写给老师的话" in report
    assert "写给老师的话" not in trainer.get(f"{pages[2]}?export=csv").text
    with pytest.raises(NotFound):
        results("bob_trainer")
    assert "周五晚班" not in sign_in("bob_trainer").get(pages[0]).text


def test_nobody_can_tell_who_said_what(season, held, give):
    _, people = held
    columns = {column.key for column in inspect(FeedbackRow).columns}
    assert columns == {"key", "class_id", "useful", "clear", "suited", "words"}
    for who in people[:6]:
        give(who, 5, 4, 3, words=who.name)
    with season.database.read() as session:
        before = {row.words: row.key for row in session.scalars(select(FeedbackRow))}
        acts = session.scalars(select(AuditEventRow.act)).all()
        if season.database.engine.dialect.name == "sqlite":
            made = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'training_feedback'"))
            assert "WITHOUT ROWID" in made  # a row's number would tell the order
    assert not [act for act in acts if "feedback" in act]
    turn = JobTurn(season.runtime, OVER, OVER)
    assert cut_feedback(JobTurn(season.runtime, OVER, OVER - timedelta(days=1))) == 0
    assert (cut_feedback(turn), cut_feedback(turn)) == (1, 0)
    with season.database.read() as session:
        after = {row.words: row.key for row in session.scalars(select(FeedbackRow))}
    assert before.keys() == after.keys()
    assert not set(before.values()) & set(after.values())
    # Whoever sees the class go on after all is not asked again: their first answer could not be found.
    with pytest.raises(RuleViolation):
        give(people[0], 1, 1, 1)


def test_a_learners_pages(season, held, sign_in, world):
    class_id, _ = held
    candidate = sign_in("ann_candidate")
    at = f"/training/classes/{class_id}/feedback"
    assert candidate.get(at).status_code == 404
    me = season.actor("ann_candidate")
    season.go_to(EVENING.starts_at, -timedelta(days=30))
    season.do(enrolling.enrol, me, class_id)
    season.go_to(NEXT_EVENING.ends_at)
    trainer, (_, second) = season.actor("ann_trainer"), season.sessions(class_id)
    season.do(attending.take_attendance, trainer, second, {me.person_id: True})
    season.do(attending.close_session, trainer, second)
    assert at in candidate.get(f"/training/classes/{class_id}").text
    ask = lambda: season.ask(  # noqa: E731
        lambda s: feedback.waiting(s, season.runtime.vault, me, today=season.clock.today())
    )
    assert [each.class_id for each in ask()] == [class_id]
    assert candidate.post(at, data={"useful": 5}).status_code == 422
    typed = {"useful": 5, "clear": 4, "suited": 2, "words": "换个大一点的教室"}
    assert candidate.post(at, data=typed).status_code == 303
    assert "换个大一点的教室" in candidate.get(at).text
    assert ask() == []
    assert candidate.post(f"{at}/withdraw").status_code == 303
    assert "换个大一点的教室" not in candidate.get(at).text
    assert sign_in("ann_trainer").get(at).status_code == 403
