"""A question discussed at length (论述). Source: DOMAIN.md 1.1 -- one of the senior paper; how many points is data."""

from collections.abc import Mapping
from typing import Any

from examprep.bank.types.written import Written, WrittenType, read_written
from examprep.kernel.sentence import N_


class Essay(WrittenType):
    name = "essay"
    label = N_("Essay")

    def read(self, raw: Mapping[str, Any]) -> Written:
        """Raises ContentError: what holds for all written answers."""
        return read_written({**raw, "accepted": ()})

    def example(self) -> dict[str, Any]:
        return {
            "parts": [
                {"prompt": "", "points": [{"text": "观点", "half_points": 20}, {"text": "论证", "half_points": 30}]},
            ],
        }
