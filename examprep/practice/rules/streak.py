"""How many days somebody has kept practising, with one day off forgiven in any seven.

Nobody with a job and a family practises on every day of half a year. A count that one missed day sets to nothing tells
them that the months before were worth nothing; so a single day off is forgiven, the second within a week is not.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)
FORGIVEN_EVERY = 7  # days


@dataclass(frozen=True, slots=True)
class Streak:
    """``days`` on which there was practice, since ``since``, with ``forgiven`` days off among them."""

    days: int = 0
    since: date | None = None
    forgiven: int = 0


def streak(practised: Collection[date], today: date) -> Streak:
    """The run of practice that reaches today or yesterday: today is not over, so it does not end one yet."""
    days = set(practised)
    at = today if today in days else today - _DAY
    found, forgiven, last_forgiven = Streak(), 0, None
    while at in days or at - _DAY in days:
        if at in days:
            found = Streak(found.days + 1, at, forgiven)
        elif last_forgiven is not None and (last_forgiven - at).days < FORGIVEN_EVERY:
            break
        else:
            forgiven, last_forgiven = forgiven + 1, at
        at -= _DAY
    return found
