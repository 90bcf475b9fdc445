"""What one answer changes for one person and one question: the step that both answering and rebuilding take."""

from dataclasses import dataclass
from datetime import datetime

from examprep.practice.rules.grading import Asked, rate
from examprep.practice.rules.notebook import Entry, noted
from examprep.practice.rules.spacing import Memory, Weights, forgotten, review

NOT_IN_NOTEBOOK = Entry()
# Crammed answers teach the memory nothing; those to the test of an on-line unit and those in a mock
# exam teach as any others.
LEARN, CRAM, UNIT, MOCK = "learn", "cram", "unit", "mock"


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept of one question for one person, besides the log itself."""

    memory: Memory
    entry: Entry
    reps: int  # answers
    rights: int  # answers with the full mark
    lapses: int  # how often it was lost after it had been learnt


@dataclass(frozen=True, slots=True)
class Given:
    """One answer: what it earned of what, how it was given, and under which weights it is worked in."""

    half_points: int
    full_half_points: int
    sure: str | None
    took_ms: int | None
    at: datetime
    mode: str = LEARN
    weights: Weights | None = None

    @property
    def right(self) -> bool:
        return self.half_points == self.full_half_points

    @property
    def share(self) -> float:
        return self.half_points / self.full_half_points if self.full_half_points else 0.0


def learn(kept: Kept | None, asked: Asked, given: Given) -> Kept:
    """What is kept after one more answer; ``None`` before the first, which always teaches.

    A crammed answer is counted, and a mistake in it is noted; it leaves the memory alone and takes nothing out of the
    notebook.
    """
    before = kept.entry if kept else NOT_IN_NOTEBOOK
    entry = noted(before, right=given.right, sure=given.sure, at=given.at)
    if kept is not None and given.mode == CRAM:
        entry = before if given.right else entry
        return Kept(kept.memory, entry, kept.reps + 1, kept.rights + given.right, kept.lapses)
    rating = rate(asked, share=given.share, sure=given.sure, took_ms=given.took_ms)
    memory = kept.memory if kept else None
    return Kept(
        memory=review(memory, rating, given.at, given.weights),
        entry=entry,
        reps=(kept.reps if kept else 0) + 1,
        rights=(kept.rights if kept else 0) + given.right,
        lapses=(kept.lapses if kept else 0) + forgotten(memory, rating),
    )
