"""The plans that the bench of memory compares: ours, plain FSRS and SM-2; the last two also without repeating."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from examprep.practice.rules.calendar import Held
from examprep.practice.rules.curve import AGAIN, DEFAULT, GOOD
from examprep.practice.rules.grading import Asked, rate
from examprep.practice.rules.planning import reviews

TEN_MINUTES = 12  # questions between a miss and its next showing
ASKED = Asked(places=4, one_tick=True, written=False)


class Plan(Protocol):
    """A plan is told every answer, and chooses what comes back on a day.

    ``repeats_after``: how many questions after a miss it is shown again; ``None``: behind all others.
    """

    @property
    def repeats_after(self) -> int | None: ...

    def choose(self, day: int, most: int) -> Sequence[int]: ...

    def learn(self, card: int, at: float, right: bool, sure: str | None) -> None: ...


@dataclass
class _State:
    stability: float
    difficulty: float
    at: float
    due: float
    missed: bool = False


@dataclass
class PlainFsrs:
    """FSRS-6 as it comes: right is good, wrong is again; what is due longest comes first, then what is due next."""

    days: int
    kept: dict[int, _State] = field(default_factory=dict)
    repeats_after: ClassVar[int | None] = TEN_MINUTES

    def grade(self, right: bool, sure: str | None) -> int:
        return GOOD if right else AGAIN

    def choose(self, day: int, most: int) -> Sequence[int]:
        return sorted(self.kept, key=lambda card: (self.kept[card].due, card))[:most]

    def learn(self, card: int, at: float, right: bool, sure: str | None) -> None:
        rating, kept = self.grade(right, sure), self.kept.get(card)
        if kept is None:
            new = DEFAULT.first(rating)
        else:
            new = DEFAULT.after(kept.stability, kept.difficulty, rating, int(at) - int(kept.at))
        due = at + (0.01 if rating == AGAIN else max(1, round(new[0])))
        self.kept[card] = _State(*new, at, due, not right)


class GradedFsrs(PlainFsrs):
    """The same with our grades, to tell what grading gives from what planning gives."""

    def grade(self, right: bool, sure: str | None) -> int:
        return rate(ASKED, share=float(right), sure=sure, took_ms=None)


class FsrsOnce(PlainFsrs):
    """Plain FSRS without its step of ten minutes."""

    repeats_after = None


class Ours(GradedFsrs):
    """The reviews of today's plan, as the product chooses them; what was missed comes again when all is asked."""

    repeats_after = None

    def choose(self, day: int, most: int) -> Sequence[int]:
        held = [
            Held(card, kept.stability, kept.difficulty, int(kept.at) - day, int(kept.due) - day, unseen=kept.missed)
            for card, kept in self.kept.items()
        ]
        return reviews(held, days_left=self.days - day, most=max(1, most))[:most]


@dataclass
class Sm2:
    """SuperMemo 2 (1990): intervals 1, 6 and then times an ease, which falls with every hard or missed answer."""

    days: int
    repeats_after: ClassVar[int | None] = TEN_MINUTES
    kept: dict[int, tuple[int, float, int, float]] = field(default_factory=dict)  # times, ease, interval, due

    def choose(self, day: int, most: int) -> Sequence[int]:
        return sorted(self.kept, key=lambda card: (self.kept[card][3], card))[:most]

    def learn(self, card: int, at: float, right: bool, sure: str | None) -> None:
        times, ease, interval, due = self.kept.get(card, (0, 2.5, 0, 0.0))
        if times == 0 and due == int(at) + 1:
            return  # shown again in the sitting in which it was missed: that changes nothing
        quality = 4 if right else 2
        ease = max(1.3, ease + 0.1 - (5 - quality) * (0.08 + (5 - quality) * 0.02))
        if not right:
            self.kept[card] = (0, ease, 1, int(at) + 1)
            return
        interval = 1 if times == 0 else 6 if times == 1 else round(interval * ease)
        self.kept[card] = (times + 1, ease, interval, int(at) + interval)


class Sm2Once(Sm2):
    """SM-2 without repeating in the sitting."""

    repeats_after = None


PLANS = {"examprep": Ours, "fsrs": PlainFsrs, "sm2": Sm2, "fsrs-once": FsrsOnce, "sm2-once": Sm2Once}
