"""What the types answered by ticking options share."""

from typing import Any

from examprep.bank.types.choices import Choices, write_choices


class TickedType:
    """Options of which one or several are right; ``full_half_points`` is what the key earns."""

    one_tick = False
    written = False
    full_half_points: int

    def write(self, content: Choices) -> dict[str, Any]:
        return write_choices(content)

    def key(self, content: Choices) -> frozenset[int]:
        return content.correct

    def full(self, content: Choices) -> int:
        return self.full_half_points
