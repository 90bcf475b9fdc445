"""Slots in the office's clock, rooms, overlaps."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from examprep.kernel.errors import RuleViolation
from examprep.training.rules.schedule import checked, place_key, slot

DAY = date(2026, 4, 10)


def test_a_slot_is_read_in_the_office_clock():
    found = slot(DAY, time(19), time(21), " 三楼 ")
    assert (found.starts_at, found.ends_at) == (
        datetime(2026, 4, 10, 11, tzinfo=UTC),
        datetime(2026, 4, 10, 13, tzinfo=UTC),
    )
    assert (found.minutes, found.place) == (120, "三楼")


@pytest.mark.parametrize(
    ("start", "end", "ends_at"),
    [
        pytest.param(time(23), time(1), datetime(2026, 4, 10, 17, tzinfo=UTC), id="past-midnight"),
        pytest.param(time(22), time(0), datetime(2026, 4, 10, 16, tzinfo=UTC), id="until-midnight"),
        pytest.param(time(0, 30), time(2), datetime(2026, 4, 9, 18, tzinfo=UTC), id="just-after-midnight"),
        pytest.param(time(21), time(6), datetime(2026, 4, 10, 22, tzinfo=UTC), id="until-six"),
    ],
)
def test_a_night_slot_ends_on_the_right_day(start, end, ends_at):
    assert slot(DAY, start, end).ends_at == ends_at


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        pytest.param(time(9), time(9), "training.times", id="no-length"),
        pytest.param(time(2), time(2), "training.times", id="no-length-at-night"),
        pytest.param(time(14), time(12), "training.times", id="end-before-start"),
        pytest.param(time(22), time(6, 1), "training.times", id="past-six"),
        pytest.param(time(8), time(20, 1), "training.too-long", id="over-twelve-hours"),
        pytest.param(time(9), time(5), "training.too-long", id="night-mistyped"),
    ],
)
def test_times_that_cannot_be_meant_are_refused(start, end, code):
    with pytest.raises(RuleViolation) as refused:
        slot(DAY, start, end)
    assert refused.value.code == code


@pytest.mark.parametrize("other", ["三楼会议室", " 三楼 会议室", "３楼".replace("３", "三") + "会议室"])
def test_the_same_room_written_otherwise(other):
    assert place_key(other) == place_key("三楼会议室")
    assert place_key("Room A１") == place_key("room a1")
    assert place_key("  ") == ""


def test_sessions_that_touch_do_not_overlap():
    morning, noon = slot(DAY, time(9), time(12), "A"), slot(DAY, time(12), time(14), "A")
    assert checked([noon, morning], "on-site") == (morning, noon)


@pytest.mark.parametrize("beside", [False, True])
def test_sessions_that_overlap_are_refused(beside):
    night, early = slot(DAY, time(23), time(1), "A"), slot(date(2026, 4, 11), time(0, 59), time(2), "A")
    with pytest.raises(RuleViolation, match=r"training\.overlap"):
        checked([night] if beside else [night, early], "on-site", beside=[early] if beside else [])


@pytest.mark.parametrize(
    ("mode", "place", "link", "code"),
    [
        ("on-site", "", "https://x.cn", "training.place"),
        ("on-line", "A", "", "training.link"),
        ("both", "A", "", "training.link"),
        ("both", "", "https://x.cn", "training.place"),
    ],
)
def test_the_mode_needs_its_place_or_link(mode, place, link, code):
    with pytest.raises(RuleViolation) as refused:
        checked([slot(DAY, time(9), time(10), place, link)], mode)
    assert refused.value.code == code


def test_a_hundred_sessions_are_enough():
    many = [slot(DAY + timedelta(days=n), time(9), time(10), "A") for n in range(101)]
    assert len(checked(many[:100], "on-site")) == 100
    with pytest.raises(RuleViolation, match=r"training\.too-many"):
        checked(many[:1], "on-site", beside=many[1:])
