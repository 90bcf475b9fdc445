"""The four steps of a topic (学习 → 实践 → 分享 → 精准化辅导): where a person stands, computed from what happened.

Source: the four steps of 枫桥E学堂. A step is done when its facts are there, whatever came first; the next step is
the first that is not done. How long somebody stands there counts from the last of the steps before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from examprep.kernel.sentence import N_

LEARN, PRACTISE, SHARE, TUTOR = "learn", "practise", "share", "tutor"
STEPS = (LEARN, PRACTISE, SHARE, TUTOR)
NAMES: Mapping[str, str] = {
    LEARN: N_("Learn"),
    PRACTISE: N_("Put into practice"),
    SHARE: N_("Share"),
    TUTOR: N_("Tutoring"),
}


@dataclass(frozen=True)
class Standing:
    """``step``: where the person stands, ``None`` when all is done; ``since``: from when on they stand there."""

    done: Mapping[str, datetime]
    step: str | None
    since: datetime


def standing(done: Mapping[str, datetime | None], *, begins: datetime) -> Standing:
    """Where somebody stands; ``done`` says when each step was done, ``begins`` when they took their seat."""
    happened = {step: at for step in STEPS if (at := done.get(step)) is not None}
    step = next((each for each in STEPS if each not in happened), None)
    before = STEPS[: STEPS.index(step)] if step else STEPS
    return Standing(happened, step, max([begins, *(happened[each] for each in before)]))


def reached(instants: Sequence[datetime], needed: int) -> datetime | None:
    """When the last of so many things happened; ``None`` while there are fewer. Nothing needed is no step to do."""
    return sorted(instants)[needed - 1] if 0 < needed <= len(instants) else None
