"""A service programme to be designed for a case (方案设计). Source: DOMAIN.md 1.1 -- one of 20 points."""

from collections.abc import Mapping
from typing import Any

from examprep.bank.types.written import Written, WrittenType, read_written
from examprep.kernel.sentence import N_


class ProgrammeDesign(WrittenType):
    name = "programme-design"
    label = N_("Programme design")

    def read(self, raw: Mapping[str, Any]) -> Written:
        """Raises ContentError: what holds for all written answers."""
        return read_written({**raw, "accepted": ()})

    def example(self) -> dict[str, Any]:
        return {
            "parts": [
                {"prompt": "", "points": [{"text": "目标", "half_points": 8}, {"text": "步骤", "half_points": 12}]},
            ],
        }
