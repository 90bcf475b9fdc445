"""What a timetable may look like, in the office's clock."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from examprep.kernel.clock import office_day, office_time
from examprep.kernel.errors import RuleViolation

NIGHT_ENDS = time(6)  # an end that reads earlier than its start means the next day only up to this hour
LONGEST = timedelta(hours=12)
MOST_SESSIONS = 100


@dataclass(frozen=True, order=True)
class Slot:
    """One session as planned: instants half-open, and where it is."""

    starts_at: datetime
    ends_at: datetime
    place: str = ""
    link: str = ""

    @property
    def minutes(self) -> int:
        return minutes_between(self.starts_at, self.ends_at)


def place_key(place: str) -> str:
    """How places are compared: width, spaces and capitals do not make another room; empty for none."""
    return "".join(unicodedata.normalize("NFKC", place).split()).casefold()


def minutes_between(starts_at: datetime, ends_at: datetime) -> int:
    """Whole minutes from start to end."""
    return int((ends_at - starts_at) / timedelta(minutes=1))


def slot(day: date, start: time, end: time, place: str = "", link: str = "") -> Slot:
    """A slot on an office day; from 23:00 to 01:00 ends on the next day.

    Raises:
        RuleViolation: ``training.times`` -- the end is not after the start; ``training.too-long``.
    """
    last = day
    if end <= start:
        if end > NIGHT_ENDS or end == start:
            raise RuleViolation("training.times", "The end is not after the start on %(day)s.", day=day)
        last = day + timedelta(days=1)
    found = Slot(office_time(day, start), office_time(last, end), place.strip(), link.strip())
    if found.ends_at - found.starts_at > LONGEST:
        raise RuleViolation("training.too-long", "A session lasts at most 12 hours; see %(day)s.", day=day)
    return found


def checked(slots: Iterable[Slot], mode: str, *, beside: Sequence[Slot] = ()) -> tuple[Slot, ...]:
    """The slots in order, when they fit the mode, each other and the sessions they stand ``beside``.

    Raises:
        RuleViolation: ``training.place`` -- an on-site session without a place; ``training.link`` -- an on-line
            one without a link; ``training.overlap``; ``training.too-many`` -- over 100 sessions.
    """
    ordered = tuple(sorted(slots))
    for each in ordered:
        day = office_day(each.starts_at)
        if mode in {"on-site", "both"} and not each.place:
            raise RuleViolation("training.place", "Give a place for the session on %(day)s.", day=day)
        if mode in {"on-line", "both"} and not each.link:
            raise RuleViolation("training.link", "Give a link for the session on %(day)s.", day=day)
    everything = sorted((*ordered, *beside))
    if len(everything) > MOST_SESSIONS:
        raise RuleViolation("training.too-many", "A class has at most %(count)s sessions.", count=MOST_SESSIONS)
    for before, after in pairwise(everything):
        if after.starts_at < before.ends_at:
            raise RuleViolation(
                "training.overlap",
                "Two sessions of the class overlap on %(day)s.",
                day=office_day(after.starts_at),
            )
    return ordered
