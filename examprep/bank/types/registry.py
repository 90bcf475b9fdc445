"""The question types by name. To add one: its module, and a name here; the contract tests run it unasked."""

from collections.abc import Mapping
from typing import Any, Protocol

from examprep.bank.types.choices import Choices
from examprep.bank.types.multiple_choice import MultipleChoice
from examprep.bank.types.single_choice import SingleChoice
from examprep.kernel.registry import Registry


class QuestionType(Protocol):
    """How questions of one type are read, kept and marked. Marks are half-points."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str:
        """A message id."""

    @property
    def full_half_points(self) -> int: ...

    def read(self, raw: Mapping[str, Any]) -> Choices:
        """Raises ContentError: the raw content is not one of this type."""

    def write(self, content: Choices) -> dict[str, Any]: ...

    def key(self, content: Choices) -> frozenset[int]:
        """The ticks that earn everything."""

    def grade(self, content: Choices, ticks: frozenset[int] | None) -> int: ...

    def example(self) -> dict[str, Any]: ...


QUESTION_TYPES: Registry[QuestionType] = Registry(SingleChoice(), MultipleChoice())
