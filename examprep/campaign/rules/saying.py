"""What a candidate may say of an exam year."""

from collections.abc import Mapping, Sequence

from examprep.exams.rules.papers import SUBJECTS
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_

WILL, REGISTERED, UNDECIDED, WONT = "will", "registered", "undecided", "wont"
SAYS: Mapping[str, str] = {
    WILL: N_("Will register"),
    REGISTERED: N_("Has registered"),
    UNDECIDED: N_("Undecided"),
    WONT: N_("Will not sit"),
}


def check_statement(says: str, level: str | None, subjects: Sequence[str]) -> list[str] | None:
    """The subjects to keep: ``None`` stands for every subject of the level.

    Raises:
        RuleViolation: ``campaign.says``; ``campaign.level`` -- whoever registers says for which level;
            ``campaign.subjects`` -- not of the level.
    """
    if says not in SAYS:
        raise RuleViolation("campaign.says", "Say whether you will register.")
    if level is None:
        if says in (WILL, REGISTERED):
            raise RuleViolation("campaign.level", "Choose the level for which you register.")
        return None
    known = SUBJECTS.get(level)
    if known is None or not set(subjects) <= set(known):
        raise RuleViolation("campaign.subjects", "The level has no such subjects.")
    chosen = [subject for subject in known if subject in subjects]
    return chosen if chosen and len(chosen) < len(known) else None
