"""Cron's five fields as APScheduler's trigger, meaning what cron means by them.

APScheduler 3 counts weekdays from Monday = 0, cron from Sunday = 0; and where both day fields are given cron takes
either day, APScheduler both. So weekdays are handed on by name, and giving both day fields is refused.
"""

from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger

from examprep.kernel.clock import OFFICE_ZONE

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# How far back the last due instant is looked for, the nearest first: every minute up to every fourth year.
_REACHES = tuple(timedelta(days=days) for days in (0.01, 1.01, 8, 32, 367, 1500))


def cron_trigger(cron: str) -> CronTrigger:
    """The trigger of five fields in office time.

    Raises:
        ValueError: not five fields, a field that cron would not take, or both day fields.
    """
    fields = cron.split()
    if len(fields) != 5:
        raise ValueError(f"{cron!r}: cron has five fields")
    minute, hour, day, month, weekday = fields
    if day != "*" and weekday != "*":
        raise ValueError(f"{cron!r}: give the day of the month or the weekday, not both")
    return CronTrigger(
        minute=minute,
        hour=hour,
        day=day,
        month=month,
        day_of_week="*" if weekday == "*" else _weekdays(weekday),
        timezone=OFFICE_ZONE,
    )


def last_due(trigger: CronTrigger, now: datetime) -> datetime | None:
    """The latest instant not after ``now`` at which the trigger was due; ``None`` if not within four years."""
    for reach in _REACHES:
        due = trigger.get_next_fire_time(None, now - reach)
        if due is None or due > now:
            continue
        last, following = due, due
        while following is not None and following <= now:
            last, following = following, trigger.get_next_fire_time(following, following + timedelta(seconds=1))
        return last.astimezone(UTC)
    return None


def _weekdays(field: str) -> str:
    """The field as a list of names; ``1-5``, ``mon-fri``, ``0``, ``7``, ``fri-sun`` and steps are cron's."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if step and not (step.isdecimal() and int(step)):
            raise ValueError(f"{part!r}: a step is a whole number")
        first, dash, last = ("0", "-", "6") if span == "*" else span.partition("-")
        start = _day(first)
        # "5-7" and "fri-sun" run on into Sunday; "6-1" over the week's end too.
        end = _day(last) if dash else 6 if step else start
        days = range(start, end + 1 if end >= start else end + 8)
        found.update(day % 7 for day in days[:: int(step or 1)])
    return ",".join(_DAYS[day] for day in sorted(found))


def _day(text: str) -> int:
    name = text.lower()
    if name in _DAYS:
        return _DAYS.index(name)
    if text.isdecimal() and int(text) <= 7:
        return int(text)
    raise ValueError(f"{text!r} is no weekday: use sun to sat, or 0 to 7")
