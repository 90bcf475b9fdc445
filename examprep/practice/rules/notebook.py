"""When a question enters the notebook of mistakes (错题本), and when it leaves; and why one missed it.

It enters at any answer short of the full mark. It leaves after right answers on enough different office days; a guess
does not count towards leaving, and one mistake starts the count anew. How many days are enough is each person's
choice, so what is kept is the count alone: the choice is applied when the notebook is read, holds for every question
at once, and leaves nothing to be worked out anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from examprep.kernel.clock import office_day
from examprep.kernel.sentence import N_

RIGHT_DAYS_TO_LEAVE = 2
FEWEST_DAYS, MOST_DAYS = 1, 5

# Why a question was missed: message ids by code, which is part of an address.
CAUSES: Mapping[str, str] = {
    "concept": N_("Concept unclear"),
    "misread": N_("Question misread"),
    "confused": N_("Two things confused"),
    "forgotten": N_("Not remembered"),
    "options": N_("Could not tell the options apart"),
    "careless": N_("Careless"),
    "guessed": N_("Guessed wrong"),
    "outside": N_("Not learnt yet"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One question's last mistake, and on how many different days it was answered right since."""

    mistaken_at: datetime | None = None  # the last mistake; null: never missed
    right_days: int = 0
    righted_on: date | None = None

    def listed(self, days_to_leave: int) -> bool:
        """Whether it is in the notebook of whoever leaves it after so many days."""
        return self.mistaken_at is not None and self.right_days < days_to_leave


def noted(entry: Entry, *, right: bool, sure: str | None, at: datetime) -> Entry:
    """The entry after one more answer."""
    if not right:
        return Entry(mistaken_at=at)
    day = office_day(at)
    if entry.mistaken_at is None or sure == "guessing" or entry.righted_on == day:
        return entry
    return Entry(entry.mistaken_at, entry.right_days + 1, day)
