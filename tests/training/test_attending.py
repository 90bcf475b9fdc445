"""Attendance, closing once, reopening, and what cannot be changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from examprep.ce.models import LineRow
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.training import actions, attending, enrolling, overview, presence
from examprep.training.presence_models import AttendanceRow, PresenceRow
from examprep.training.rules.schedule import slot
from tests.training.conftest import EVENING


@pytest.fixture
def evening(season):
    """A session of three learners that is just over: (session id, learners, trainer)."""
    class_id, people = season.class_(), season.learners(3)
    for who in people:
        season.do(enrolling.enrol, who, class_id)
    season.go_to(EVENING.ends_at)
    return season.sessions(class_id)[0], people, season.actor("ann_trainer")


def tick(season, evening, *present):
    session_id, people, trainer = evening
    ticks = {who.person_id: number in present for number, who in enumerate(people)}
    return season.do(attending.take_attendance, trainer, session_id, ticks)


def minutes(season, who):
    lines = season.ask(lambda s: s.scalars(select(LineRow.minutes).where(LineRow.person_id == who.person_id)).all())
    return sum(lines)


def test_only_who_is_present_gets_the_length_of_the_session(season, evening):
    session_id, people, trainer = evening
    assert tick(season, evening, 0, 2) == (2, 3)
    assert season.do(attending.close_session, trainer, session_id) == 2
    assert [minutes(season, who) for who in people] == [120, 0, 120]
    line = season.ask(lambda s: s.scalars(select(LineRow)).first())
    assert (line.category, line.earned_on, line.source_kind, line.source_id) == (
        "professional",
        date(2026, 4, 10),
        "training.session",
        session_id,
    )


def test_closing_again_posts_nothing(season, evening):
    session_id, people, trainer = evening
    tick(season, evening, 0)
    assert [season.do(attending.close_session, trainer, session_id) for _ in range(3)] == [1, 0, 0]
    assert minutes(season, people[0]) == 120


def test_ten_closings_at_once_post_once(season, evening):
    session_id, people, trainer = evening
    tick(season, evening, 0, 1)
    with ThreadPoolExecutor(10) as pool:
        counts = list(pool.map(lambda _: season.do(attending.close_session, trainer, session_id), range(10)))
    assert sorted(counts) == [0] * 9 + [2]
    assert minutes(season, people[0]) == 120


def test_a_closed_session_keeps_its_attendance(season, evening):
    session_id, _, trainer = evening
    tick(season, evening, 0)
    season.do(attending.close_session, trainer, session_id)
    for act in (
        lambda: tick(season, evening, 1),
        lambda: season.do(actions.cancel_session, trainer, session_id, reason="x"),
        lambda: season.do(actions.change_session, trainer, session_id, EVENING),
    ):
        with pytest.raises(RuleViolation, match=r"training\.session-closed"):
            act()
    _, learners = season.ask(lambda s: overview.meeting(s, trainer, session_id))
    assert [learner.present for learner in learners] == [True, False, False]


def test_a_correction_is_a_further_line(season, evening):
    _session_id, people, _ = evening
    tick(season, evening, 0, 1)
    tick(season, evening, 0)
    tick(season, evening, 0)
    lines = season.ask(
        lambda s: s.scalars(
            select(PresenceRow.kind).where(PresenceRow.person_id == people[1].person_id).order_by(PresenceRow.id)
        ).all()
    )
    assert lines == ["present", "absent"]


def test_two_who_tick_at_once_do_not_undo_each_other(season, evening):
    session_id, people, trainer = evening
    season.do(attending.take_attendance, trainer, session_id, {people[0].person_id: True})
    assert season.do(attending.take_attendance, trainer, session_id, {people[1].person_id: True}) == (2, 3)


def test_somebody_not_on_the_list_is_passed_over(season, evening):
    session_id, _, trainer = evening
    stranger = season.world.people["bob_candidate"]
    assert season.do(attending.take_attendance, trainer, session_id, {stranger: True}) == (0, 3)
    assert season.ask(lambda s: s.get(AttendanceRow, (session_id, stranger))) is None


def test_who_left_after_having_come_stays_on_the_list(season, evening):
    session_id, people, trainer = evening
    tick(season, evening, 0)
    season.do(enrolling.leave, people[0], season.ask(lambda s: overview.meeting(s, trainer, session_id))[0].class_id)
    assert season.do(attending.close_session, trainer, session_id) == 1


@pytest.mark.parametrize("before_end", [timedelta(seconds=1), timedelta(hours=1)])
def test_a_session_is_not_closed_before_it_is_over(season, evening, before_end):
    session_id, _, trainer = evening
    season.go_to(EVENING.ends_at, -before_end)
    tick(season, evening, 0)
    with pytest.raises(RuleViolation, match=r"training\.not-over"):
        season.do(attending.close_session, trainer, session_id)


def test_closing_asks_for_attendance_first(season, evening):
    session_id, _, trainer = evening
    with pytest.raises(RuleViolation, match=r"training\.no-attendance"):
        season.do(attending.close_session, trainer, session_id)


def test_attendance_is_taken_from_the_office_day_on(season, evening):
    season.go_to(datetime(2026, 4, 9, 15, 59, tzinfo=UTC))  # 23:59 of the day before, in the office
    with pytest.raises(RuleViolation, match=r"training\.too-early"):
        tick(season, evening, 0)
    season.go_to(datetime(2026, 4, 9, 16, 0, tzinfo=UTC))
    assert tick(season, evening, 0) == (1, 3)


def test_reopening_takes_the_hours_back_and_closing_gives_them_again(season, evening):
    session_id, people, trainer = evening
    tick(season, evening, 0, 1)
    season.do(attending.close_session, trainer, session_id)
    officer = season.actor("ann_officer")
    assert season.do(attending.reopen_session, officer, session_id, reason="登记有误") == 2
    assert [minutes(season, who) for who in people] == [0, 0, 0]
    tick(season, evening, 0, 2)
    assert season.do(attending.close_session, trainer, session_id) == 2
    assert [minutes(season, who) for who in people] == [120, 0, 120]
    season.do(attending.reopen_session, trainer, session_id, reason="再次更正")
    assert [minutes(season, who) for who in people] == [0, 0, 0]


def test_reopening_needs_a_reason_and_a_closed_session(season, evening):
    session_id, _, trainer = evening
    with pytest.raises(RuleViolation, match=r"training\.not-closed"):
        season.do(attending.reopen_session, trainer, session_id, reason="x")
    tick(season, evening, 0)
    season.do(attending.close_session, trainer, session_id)
    with pytest.raises(RuleViolation, match=r"training\.reason"):
        season.do(attending.reopen_session, trainer, session_id, reason="  ")


def test_reopening_passes_over_a_line_an_officer_took_back(season, evening):
    from examprep.ce import actions as ce

    session_id, people, trainer = evening
    tick(season, evening, 0)
    season.do(attending.close_session, trainer, session_id)
    with season.database.write() as session:
        line = session.scalar(select(LineRow.id))
        ce.reverse(session, line, reason="x", posted_by=None, now=season.clock.now())
    season.do(attending.reopen_session, trainer, session_id, reason="更正")
    assert minutes(season, people[0]) == 0


def test_a_night_session_counts_on_the_day_and_year_it_began(season):
    night = slot(date(2026, 12, 31), time(23), time(1), "A")
    class_id, (who,) = season.class_(slots=(night,)), season.learners(1)
    season.do(enrolling.enrol, who, class_id)
    trainer, (session_id,) = season.actor("ann_trainer"), season.sessions(class_id)
    season.go_to(night.ends_at)  # 01:00 of 1 January in the office, 17:00 of 31 December in UTC
    season.do(attending.take_attendance, trainer, session_id, {who.person_id: True})
    season.do(attending.close_session, trainer, session_id)
    line = season.ask(lambda s: s.scalar(select(LineRow)))
    assert (line.earned_on, line.minutes) == (date(2026, 12, 31), 120)


def test_a_night_session_is_today_on_both_days(season):
    night = slot(date(2026, 4, 1), time(23), time(1), "A")
    season.class_(slots=(night,))
    trainer = season.actor("ann_trainer")
    for hours, seen in ((-1, 1), (1, 1), (1.5, 1), (25, 0)):
        season.go_to(night.starts_at, timedelta(hours=hours))
        home = season.ask(lambda s: overview.home(s, trainer, now=season.clock.now()))
        assert len(home.today) == seen, hours


def test_a_session_with_people_present_is_not_cancelled(season, evening):
    session_id, _, trainer = evening
    tick(season, evening, 0)
    with pytest.raises(RuleViolation, match=r"training\.present"):
        season.do(actions.cancel_session, trainer, session_id, reason="停电")
    tick(season, evening)
    season.do(actions.cancel_session, trainer, session_id, reason="停电")
    with pytest.raises(RuleViolation, match=r"training\.session-cancelled"):
        season.do(attending.close_session, trainer, session_id)


def test_cancelling_the_class_leaves_what_was_closed(season, evening):
    session_id, people, trainer = evening
    tick(season, evening, 0)
    season.do(attending.close_session, trainer, session_id)
    class_id = season.ask(lambda s: overview.meeting(s, trainer, session_id))[0].class_id
    season.do(actions.cancel_class, trainer, class_id, reason="人数不足")
    view = season.ask(lambda s: overview.class_view(s, trainer, class_id, now=season.clock.now()))
    assert [each.state for each in view.sessions] == ["closed", "cancelled"]
    assert minutes(season, people[0]) == 120


def test_another_county_finds_no_session(season, evening):
    session_id = evening[0]
    bob = season.actor("bob_trainer")
    for act in (
        lambda: season.do(attending.take_attendance, bob, session_id, {}),
        lambda: season.do(attending.close_session, bob, session_id),
        lambda: season.do(attending.reopen_session, bob, session_id, reason="x"),
    ):
        with pytest.raises(NotFound):
            act()


def test_attendance_is_rebuilt_from_the_log(season, evening):
    tick(season, evening, 0, 2)
    tick(season, evening, 0)
    with season.database.write() as session:
        assert list(presence.differences(session, False)) == []
        session.execute(update(AttendanceRow).values(present=True))
        assert len(list(presence.differences(session, True))) == 2
        assert list(presence.differences(session, False)) == []
