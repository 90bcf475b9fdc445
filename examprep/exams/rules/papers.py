"""Which subjects a level has, and how levels and subjects are said.

Source: 国人部发〔2006〕71号 for assistant and intermediate, 高级社会工作师评价办法 (2018) for senior; DOMAIN.md 1.1.
Codes are those of the syllabus.
"""

from collections.abc import Iterable

from examprep.kernel.sentence import Sentence
from examprep.syllabus.rules.levels import ASSISTANT, INTERMEDIATE, SENIOR

SUBJECTS: dict[str, tuple[str, ...]] = {
    ASSISTANT: ("asw-comprehensive", "asw-practice"),
    INTERMEDIATE: ("sw-comprehensive", "sw-law-policy", "sw-practice"),
    SENIOR: ("ssw-practice",),
}
LEVEL_OF = {subject: level for level, subjects in SUBJECTS.items() for subject in subjects}
# Every paper is worth 100 points (DOMAIN.md 1.1).
FULL_HALF_POINTS = 200

SUBJECT_NAMES = {
    "asw-comprehensive": Sentence("Comprehensive ability (assistant)"),
    "asw-practice": Sentence("Practice (assistant)"),
    "sw-comprehensive": Sentence("Comprehensive ability (intermediate)"),
    "sw-law-policy": Sentence("Law and policy"),
    "sw-practice": Sentence("Practice (intermediate)"),
    "ssw-practice": Sentence("Practice (senior)"),
}


def enumerated(parts: Iterable[Sentence]) -> Sentence:
    """Several sentences said as one list.

    Raises:
        ValueError: there is nothing to say.
    """
    first, *rest = parts
    for part in rest:
        first = Sentence("%(first)s, %(second)s", first=first, second=part)
    return first


def named(subjects: Iterable[str]) -> Sentence:
    """Subjects by name, in one list."""
    return enumerated(SUBJECT_NAMES[subject] for subject in subjects)


def some_of(level: str, subjects: Iterable[str]) -> tuple[str, ...] | None:
    """Subjects of a level, each once and in their order; ``None`` when they are all of them."""
    wanted = {*subjects}
    some = tuple(subject for subject in SUBJECTS[level] if subject in wanted)
    return None if some == SUBJECTS[level] else some


def bit(subject: str) -> int:
    """The bit of a subject among those of its level: 1, 2 or 4."""
    return 1 << SUBJECTS[LEVEL_OF[subject]].index(subject)
