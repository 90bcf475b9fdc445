"""A season copied: by the same weekly rule from a new first day, with that season's holidays, nothing doubled."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.training import actions, copying, enrolling, seat_rules, units
from examprep.training.actions import ClassEntry
from examprep.training.models import ClassRow, EnrolmentRow, SeriesRow, SessionRow
from examprep.training.rules.entry import SeatRules, Share
from examprep.training.rules.recurrence import Series, shifted
from examprep.training.rules.schedule import slot
from examprep.training.study_models import MaterialRow
from examprep.training.unit_models import UnitRow

MORNING, LATER = time(9), time(11)


@pytest.mark.parametrize(
    ("days", "by", "found", "skipped"),
    [
        pytest.param([(2026, 3, 7), (2026, 3, 14)], 7, [(2026, 3, 14), (2026, 3, 21)], [], id="a-week"),
        pytest.param([(2026, 3, 7)], 8, [(2026, 3, 21)], [], id="not-before-the-first-day-and-on-its-weekday"),
        pytest.param([(2026, 3, 7)], -3, [(2026, 3, 7)], [], id="back-by-less-than-a-week-stays"),
        # Wednesday 1 May 2024 is a holiday: it and what follows come a week later.
        pytest.param(
            [(2024, 4, 10), (2024, 4, 17)], 14, [(2024, 4, 24), (2024, 5, 8)], [(2024, 5, 1)], id="over-a-holiday"
        ),
        # Sunday 28 April 2024 was worked in exchange.
        pytest.param([(2024, 4, 14)], 14, [(2024, 5, 12)], [(2024, 4, 28)], id="over-a-worked-sunday"),
    ],
)
def test_single_sessions_move_by_weeks(days, by, found, skipped):
    slots = [slot(date(*day), MORNING, LATER, "教室") for day in days]
    moved, left_out = shifted(slots, timedelta(days=by), skip_days_off=True)
    assert [office_day(one.starts_at) for one in moved][: len(found)] == [date(*day) for day in found]
    assert [each.on for each in left_out][: len(skipped)] == [date(*day) for day in skipped]


@pytest.fixture
def source(season):
    """Tuesdays and Thursdays six times, the second moved to a Saturday, one cancelled; and a single Sunday."""
    class_id = season.class_(slots=(slot(date(2026, 4, 19), MORNING, LATER, "县委党校"),), name="2026年春季班")
    trainer = season.actor("ann_trainer")
    weekly = Series(frozenset({1, 3}), date(2026, 4, 14), time(19), time(21), 6, True, "三楼会议室")
    season.do(actions.add_sessions, trainer, class_id, (), series=weekly)
    first, second, *_ = season.sessions(class_id)
    season.do(actions.change_session, trainer, second, slot(date(2026, 4, 18), MORNING, LATER, "别处"))
    season.do(actions.cancel_session, trainer, first, reason="停电")
    return class_id


def copied(season, class_id, first_on, place=copying.Place()):  # noqa: B008 -- frozen
    trainer = season.actor("ann_trainer")
    found = season.ask(lambda s: copying.source(s, trainer, class_id))
    return copying.season(found, first_on=first_on, skip_days_off=True, place=place)


def entry(season, class_id, **changes):
    def of(session):
        row = session.get_one(ClassRow, class_id)
        names = ("course_id", "name", "trainer_id", "capacity", "mode", "opens_on", "closes_on")
        return ClassEntry(**{**{name: getattr(row, name) for name in names}, **changes})

    return season.ask(of)


def test_the_same_rule_from_a_new_first_day(season, source):
    # 22 September 2026 is a Tuesday; Thursday 1 October is National Day.
    found = copied(season, source, date(2026, 9, 22))
    (weekly,) = found.series
    assert (weekly.weekdays, weekly.starts, weekly.times) == ({1, 3}, time(19), 5)
    assert weekly.place == "三楼会议室"
    assert [office_day(one.starts_at).weekday() for one in found.slots] == [6]
    made = season.do(
        copying.copy_class, season.actor("ann_trainer"), source, entry(season, source, name="2026年秋季班"), found
    )
    with season.database.read() as session:
        rows = session.scalars(select(SessionRow).where(SessionRow.class_id == made)).all()
        assert len(rows) == 6
        days = sorted(office_day(row.starts_at) for row in rows)
        assert days[0] == date(2026, 9, 22)
        assert date(2026, 9, 29) in days
        assert not {date(2026, 10, day) for day in (1, 2, 3)} & set(days)
        assert session.scalar(select(SeriesRow.weekdays).where(SeriesRow.class_id == made)) == [1, 3]
        assert {row.state for row in rows} == {"planned"}
        assert not [row for row in rows if row.place == "别处"]


def test_what_belongs_to_the_class_comes_along_and_nobody_with_it(season, source, sign_in):
    trainer, learner = season.actor("ann_trainer"), season.actor("ann_candidate")
    season.do(enrolling.enrol, learner, source)
    sign_in("ann_trainer").post(
        f"/training/all/{source}/materials", data={"title": "守则", "link": "https://example.org/a", "submit": "1"}
    )
    course_id = season.ask(lambda s: s.get_one(ClassRow, source).course_id)
    reading = units.UnitEntry(
        course_id=course_id, class_id=source, title="读法条", kind="text", body="**甲**", minutes=45
    )
    with season.database.write() as session:
        units.add(session, season.runtime.vault, trainer, reading, now=season.clock.now())
    rules = SeatRules(approval="trainer", shares=(Share(trainer.organisation_id, 2, date(2026, 4, 10)),))
    moved = copying.moved_rules(rules, timedelta(days=7))
    assert moved.shares[0].released_on == date(2026, 4, 17)
    found = copied(season, source, date(2026, 7, 7))
    made = season.do(
        copying.copy_class, trainer, source, entry(season, source, name="2026年秋季班"), found, rules=moved
    )
    with season.database.read() as session:
        assert session.scalars(select(EnrolmentRow.class_id)).all() == [source]
        of_class = lambda row, name: session.scalars(select(getattr(row, name)).where(row.class_id == made)).all()  # noqa: E731
        assert of_class(MaterialRow, "title") == ["守则"]
        assert of_class(UnitRow, "body") == ["**甲**"]
    kept = season.ask(lambda s: seat_rules.of_class(s, trainer, made))
    assert (kept.approval, kept.shares[0].seats, kept.shares[0].released_on) == ("trainer", 2, date(2026, 4, 17))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("typed", [pytest.param(False, id="as-offered"), pytest.param(True, id="as-typed")])
def test_days_that_were_offered_follow_the_chosen_first_day(season, source, sign_in, typed):
    trainer, page = season.actor("ann_trainer"), sign_in("ann_trainer")
    share = Share(trainer.organisation_id, 2, date(2026, 4, 7))
    with season.database.write() as session:
        row = session.get_one(ClassRow, source)
        seat_rules.keep(session, row, SeatRules(shares=(share,)), now=season.clock.now())
    offer = lambda day: season.ask(  # noqa: E731
        lambda s: copying.offered(s, kept, first_on=day, today=season.clock.today())
    )
    kept = season.ask(lambda s: copying.source(s, trainer, source))
    began, begins = kept.first_on, copying.following_day([kept], today=season.clock.today())
    chosen = begins + timedelta(weeks=19)
    shown = offer(begins)
    released, last = shown.rules.shares[0].released_on, shown.entry.closes_on - timedelta(days=1)
    offered = page.get(f"/training/all/{source}/copy").text
    assert all(f'value="{day}"' in offered for day in (begins, released, last))
    sent = {
        **vars(shown.entry), "name": "2026年秋季班", "first_on": chosen, "offered_for": begins,
        "last_day": last + timedelta(days=typed), "shares-0-organisation_id": share.organisation_id,
        "shares-0-seats": 2, "shares-0-released_on": released + timedelta(days=typed), "submit": 1,
    }  # fmt: skip
    made = page.post(f"/training/all/{source}/copy", data={name: v for name, v in sent.items() if v is not None})
    class_id = int(made.location.rsplit("/", 1)[1])
    days = (
        season.ask(lambda s: seat_rules.of_class(s, trainer, class_id)).shares[0].released_on,
        season.ask(lambda s: s.get_one(ClassRow, class_id).closes_on),
    )
    after = offer(chosen)
    moved = (share.released_on + (chosen - began), after.entry.closes_on)
    stays = (released + timedelta(days=1), shown.entry.closes_on + timedelta(days=1))
    assert days == (stays if typed else moved)


def test_what_it_would_meet_is_told_and_refused(season, source):
    trainer = season.actor("ann_trainer")
    found = copied(season, source, date(2026, 4, 14))  # the very same days
    asked = entry(season, source, name="再来一次")
    look = season.ask(lambda s: copying.look(s, trainer, asked, found, source_id=source))
    assert not look.possible
    with pytest.raises(Conflict):
        season.do(copying.copy_class, trainer, source, asked, found)
    with season.database.read() as session:
        assert session.scalar(select(ClassRow.id).where(ClassRow.name == "再来一次")) is None
    elsewhere = copied(season, source, date(2026, 7, 7), copying.Place("新教室"))
    assert {slot.place for slot in (*elsewhere.slots, *elsewhere.series)} == {"新教室"}


def test_a_class_without_sessions_is_not_copied(season):
    class_id = season.class_(slots=())
    with pytest.raises(RuleViolation):
        copied(season, class_id, date(2026, 7, 7))


def test_a_cancelled_class_is_copied_whole(season, source):
    season.do(actions.cancel_class, season.actor("ann_trainer"), source, reason="疫情")
    assert copied(season, source, date(2026, 7, 7)).series[0].times == 6


def test_others_do_not_copy(season, source, sign_in):
    found, asked = copied(season, source, date(2026, 7, 7)), entry(season, source, name="x")
    bob = season.actor("bob_trainer")
    with pytest.raises(NotFound):
        season.do(copying.copy_class, bob, source, asked, found)
    at = f"/training/all/{source}/copy"
    assert sign_in("bob_trainer").get(at).status_code == 404
    assert sign_in("ann_candidate").get(at).status_code == 403


def test_the_page(season, source, sign_in):
    trainer, at = sign_in("ann_trainer"), f"/training/all/{source}/copy"
    assert f'href="{at}"' in trainer.get(f"/training/all/{source}").text
    with season.database.read() as session:
        row = session.get_one(ClassRow, source)
        typed = {
            "course_id": row.course_id, "name": "2026年秋季班", "trainer_id": row.trainer_id, "capacity": 30,
            "mode": "on-site", "opens_on": "2026-08-01", "last_day": "2026-08-31", "first_on": "2026-09-08",
            "skip_days_off": "y",
        }  # fmt: skip
    looked = trainer.post(at, data={**typed, "look": 1})
    assert looked.status_code == 200
    assert "2026年9月8日" in looked.text
    saved = trainer.post(at, data={**typed, "submit": 1})
    assert saved.status_code == 303
    assert "2026年秋季班" in trainer.get(saved.location).text
    assert trainer.post(at, data={**typed, "submit": 1}).status_code == 422
