"""Classes as a calendar that other programs read.

Source: RFC 5545 (iCalendar), RFC 7986 (names and refresh). A series is one event with its rule; the days it skips are
EXDATE, a session moved or cancelled is an exception of its own (RECURRENCE-ID), so that nothing vanishes silently.
The text depends on rows alone, never on when it is asked for: what did not change is the same to the byte.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard, vRecur

from examprep.kernel.clock import OFFICE_ZONE, office_time

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_OFFSET = timedelta(hours=8)  # without summer time since 1992


@dataclass(frozen=True)
class Entry:
    """One session. ``occurs_on`` is the day of its series that it stands for; ``revision`` rises with each change."""

    id: int
    series_id: int | None
    occurs_on: date | None
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    link: str
    address: str  # of its page
    cancelled: bool
    reason: str
    revision: int
    changed_at: datetime


@dataclass(frozen=True)
class Rule:
    """One series: the same hours on weekdays (Monday is 0) from the first to the last day, both in, but ``skipped``."""

    id: int
    weekdays: Sequence[int]
    first_on: date
    last_on: date
    starts: time
    ends: time
    skipped: Sequence[date]

    def begins(self, day: date) -> datetime:
        return office_time(day, self.starts)

    def finishes(self, day: date) -> datetime:
        ended = office_time(day, self.ends)
        return ended if self.ends > self.starts else ended + timedelta(days=1)


@dataclass(frozen=True)
class Words:
    """What is said in the reader's language."""

    cancelled: str
    alarm: str


def calendar(
    name: str,
    entries: Iterable[Entry],
    rules: Mapping[int, Rule],
    *,
    installation: str,
    alarm_minutes: int,
    words: Words,
) -> bytes:
    """The calendar's text. ``installation`` makes the events' ids unique in the world; ``alarm_minutes`` 0: none."""
    book = Calendar()
    book.add("prodid", "-//examprep//training//ZH")
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("method", "PUBLISH")
    book.add("name", name)
    book.add("x-wr-calname", name)
    book.add("x-wr-timezone", str(OFFICE_ZONE))
    book.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    book.add("x-published-ttl", "PT1H")
    book.add_component(_zone())
    writer = _Writer(installation, alarm_minutes, words)
    of_series: dict[int, list[Entry]] = {}
    for entry in sorted(entries, key=lambda each: (each.starts_at, each.id)):
        if entry.series_id is not None and entry.series_id in rules:
            of_series.setdefault(entry.series_id, []).append(entry)
        else:
            book.add_component(writer.event(f"session-{entry.id}", entry))
    for series_id, own in sorted(of_series.items()):
        for event in writer.series(rules[series_id], own):
            book.add_component(event)
    return bytes(book.to_ical())


@dataclass(frozen=True)
class _Writer:
    installation: str
    alarm_minutes: int
    words: Words

    def series(self, rule: Rule, entries: Sequence[Entry]) -> list[Event]:
        """The event with the rule, and one for each session that is no longer as the rule says."""
        usual = next((each for each in entries if self._as_planned(rule, each)), entries[0])
        whole = replace(
            usual,
            starts_at=rule.begins(rule.first_on),
            ends_at=rule.finishes(rule.first_on),
            cancelled=False,
            reason="",
            revision=sum(each.revision for each in entries),
            changed_at=max(each.changed_at for each in entries),
        )
        uid = f"series-{rule.id}"
        master = self.event(uid, whole)
        until = rule.begins(rule.last_on).astimezone(UTC)
        master.add(
            "rrule", vRecur({"FREQ": "WEEKLY", "UNTIL": until, "BYDAY": [_DAYS[day] for day in sorted(rule.weekdays)]})
        )
        if rule.skipped:
            master.add("exdate", [_local(rule.begins(day)) for day in sorted(rule.skipped)])
        events = [master]
        for entry in entries:
            if self._as_planned(rule, entry) and (entry.place, entry.link) == (usual.place, usual.link):
                continue
            event = self.event(uid, entry)
            assert entry.occurs_on is not None
            event.add("recurrence-id", _local(rule.begins(entry.occurs_on)))
            events.append(event)
        return events

    def _as_planned(self, rule: Rule, entry: Entry) -> bool:
        assert entry.occurs_on is not None
        planned = rule.begins(entry.occurs_on), rule.finishes(entry.occurs_on)
        return (entry.starts_at, entry.ends_at) == planned and not entry.cancelled

    def event(self, uid: str, entry: Entry) -> Event:
        event = Event()
        event.add("uid", f"{uid}@{self.installation}")
        event.add("dtstamp", entry.changed_at.astimezone(UTC).replace(microsecond=0))
        event.add("last-modified", entry.changed_at.astimezone(UTC).replace(microsecond=0))
        event.add("sequence", entry.revision)
        event.add("summary", f"{self.words.cancelled}{entry.title}" if entry.cancelled else entry.title)
        event.add("dtstart", _local(entry.starts_at))
        event.add("dtend", _local(entry.ends_at))
        event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
        event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
        if entry.place or entry.link:
            event.add("location", entry.place or entry.link)
        event.add("description", "\n".join(filter(None, (entry.reason, entry.link, entry.address))))
        event.add("url", entry.address)
        if self.alarm_minutes and not entry.cancelled:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", f"{self.words.alarm}{entry.title}")
            alarm.add("trigger", -timedelta(minutes=self.alarm_minutes))
            event.add_component(alarm)
        return event


def _zone() -> Timezone:
    zone = Timezone()
    zone.add("tzid", str(OFFICE_ZONE))
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1992, 1, 1))  # noqa: DTZ001 -- RFC 5545 wants a local time here
    standard.add("tzoffsetfrom", _OFFSET)
    standard.add("tzoffsetto", _OFFSET)
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


def _local(instant: datetime) -> datetime:
    return instant.astimezone(OFFICE_ZONE)
