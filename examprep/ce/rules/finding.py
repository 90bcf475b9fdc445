"""What one rule says about one person's year."""

from dataclasses import dataclass

from examprep.kernel.sentence import Sentence


@dataclass(frozen=True)
class Finding:
    """``missing_minutes`` must still be earned in one of ``categories``; 0 when the rule is met."""

    rule: str
    missing_minutes: int
    categories: tuple[str, ...]
    sentence: Sentence

    @property
    def met(self) -> bool:
        return self.missing_minutes == 0
