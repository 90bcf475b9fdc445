"""What one answer tells of memory: right or wrong, sure or guessing, and how long it took, as one of FSRS's ratings.

FSRS takes a right answer for recall. A right answer to a question with options may be luck, so guessing counts:

- anything short of the full mark is not recalled; written answers, marked by points, are recalled from 60 % on;
- a right answer that was guessed is not recalled where luck alone is right once in five or more often (true or false,
  one of four), and recalled with difficulty where it hardly ever is; ticked faster than anybody reads, it counts as
  guessed;
- right, but slower than the exam's pace allows, is recalled with difficulty;
- right, sure and quick is recalled with ease, unless luck alone is right every third time. Sureness alone is not
  enough: people are surer than they are right, and the long interval after ease is lost on whoever was not.

Units: milliseconds from shown to sent; beyond ``AWAY_MS`` nobody was thinking all the time, so it says nothing.
"""

from dataclasses import dataclass

from examprep.practice.rules.curve import AGAIN, EASY, GOOD, HARD

SURE, GUESSING = "sure", "guessing"
FASTEST_MS = 1_500
AWAY_MS = 10 * 60 * 1000
# The papers leave 90 to 113 seconds a question; one with several right options takes more than one with one.
SLOW_MS = {True: 90_000, False: 150_000}
WRITTEN_RECALLED, WRITTEN_WELL = 0.6, 0.85
QUICK = 1 / 3  # of the time beyond which an answer is slow
LUCK_COUNTS, LUCK_RULES = 1 / 5, 1 / 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a question bears on the rating. ``places``: how many things there are to tick."""

    places: int
    one_tick: bool
    written: bool

    @property
    def luck(self) -> float:
        """The chance, 0..1, of earning the full mark by ticking blindly.

        With several right options blind ticking means any two or more of them, as the papers say.
        """
        if self.written or self.places < 1:
            return 0.0
        if self.one_tick:
            return 1 / self.places
        return 1 / max(1, int(2**self.places) - self.places - 1)


def rate(asked: Asked, *, share: float, sure: str | None, took_ms: int | None) -> int:
    """The rating of an answer that earned ``share``, 0..1, of the full mark: 1 again, 2 hard, 3 good, 4 easy."""
    if asked.written:
        return _rate_written(share, sure)
    if share < 1:
        return AGAIN
    if sure == GUESSING or _unread(took_ms):
        return AGAIN if asked.luck >= LUCK_COUNTS else HARD
    if _slow(asked, took_ms):
        return HARD
    return EASY if sure == SURE and asked.luck < LUCK_RULES and _quick(asked, took_ms) else GOOD


def _rate_written(share: float, sure: str | None) -> int:
    if share < WRITTEN_RECALLED:
        return AGAIN
    if share < WRITTEN_WELL or sure == GUESSING:
        return HARD
    return EASY if share == 1 and sure == SURE else GOOD


def _unread(took_ms: int | None) -> bool:
    return took_ms is not None and 0 < took_ms < FASTEST_MS


def _slow(asked: Asked, took_ms: int | None) -> bool:
    return took_ms is not None and SLOW_MS[asked.one_tick] < took_ms < AWAY_MS


def _quick(asked: Asked, took_ms: int | None) -> bool:
    return took_ms is not None and FASTEST_MS <= took_ms <= QUICK * SLOW_MS[asked.one_tick]
