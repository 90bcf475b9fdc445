"""A case told in the stem, and several questions about it (案例分析). Source: DOMAIN.md 1.1 -- 20 points each."""

from collections.abc import Mapping
from typing import Any

from examprep.bank.types.written import Written, WrittenType, read_written
from examprep.kernel.sentence import N_


class CaseAnalysis(WrittenType):
    name = "case-analysis"
    label = N_("Case analysis")

    def read(self, raw: Mapping[str, Any]) -> Written:
        """Raises ContentError: what holds for all written answers."""
        return read_written({**raw, "accepted": ()})

    def example(self) -> dict[str, Any]:
        return {
            "parts": [
                {"prompt": "一", "points": [{"text": "甲", "half_points": 4}, {"text": "乙", "half_points": 3}]},
                {"prompt": "二", "points": [{"text": "丙", "half_points": 8}]},
            ],
        }
