"""Files that cannot be read at all, and how large those are that can."""

from examprep.kernel.errors import RuleViolation

ROW_LIMIT = 300_000


class UnreadableFile(RuleViolation):
    """The file as a whole cannot be read; the sentence says why and what to send instead."""
