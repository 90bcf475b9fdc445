"""What one answer changes for one person and one question: the step that both answering and rebuilding take."""

from dataclasses import dataclass
from datetime import datetime

from examprep.practice.rules.notebook import Entry, noted
from examprep.practice.rules.spacing import Memory, forgotten, rate, review

NOT_IN_NOTEBOOK = Entry()


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept of one question for one person, besides the log itself."""

    memory: Memory
    entry: Entry
    reps: int  # answers
    rights: int  # answers with the full mark
    lapses: int  # how often it was lost after it had been learnt


def learn(kept: Kept | None, *, right: bool, sure: str | None, at: datetime) -> Kept:
    """What is kept after one more answer; ``None`` before the first."""
    rating = rate(right=right, sure=sure)
    before = kept.memory if kept else None
    return Kept(
        memory=review(before, rating, at),
        entry=noted(kept.entry if kept else NOT_IN_NOTEBOOK, right=right, sure=sure, at=at),
        reps=(kept.reps if kept else 0) + 1,
        rights=(kept.rights if kept else 0) + right,
        lapses=(kept.lapses if kept else 0) + forgotten(before, rating),
    )
