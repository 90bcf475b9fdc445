"""The question types by name. To add one: its module, and a name here; the contract tests run it unasked."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

from examprep.bank.types.case_analysis import CaseAnalysis
from examprep.bank.types.choices import Choices
from examprep.bank.types.essay import Essay
from examprep.bank.types.multiple_choice import MultipleChoice
from examprep.bank.types.programme_design import ProgrammeDesign
from examprep.bank.types.short_answer import ShortAnswer
from examprep.bank.types.single_choice import SingleChoice
from examprep.bank.types.true_false import TrueFalse
from examprep.bank.types.written import Written
from examprep.kernel.registry import Registry

Content: TypeAlias = Choices | Written


class QuestionType(Protocol):
    """How questions of one type are read, kept and marked. Marks are half-points.

    An answer is a set of ticks: places of options, or of marking points where ``written``. ``one_tick``: at most one.
    """

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str:
        """A message id."""

    @property
    def one_tick(self) -> bool: ...

    @property
    def written(self) -> bool: ...

    def read(self, raw: Mapping[str, Any]) -> Any:
        """Raises ContentError: the raw content is not one of this type."""

    def write(self, content: Any) -> dict[str, Any]:
        """The content as JSON; `read` reads it back the same."""

    def key(self, content: Any) -> frozenset[int]:
        """The ticks that earn everything."""

    def full(self, content: Any) -> int:
        """What the key earns."""

    def grade(self, content: Any, ticks: frozenset[int] | None) -> int: ...

    def example(self) -> dict[str, Any]: ...


QUESTION_TYPES: Registry[QuestionType] = Registry(
    SingleChoice(), MultipleChoice(), TrueFalse(), ShortAnswer(), CaseAnalysis(), ProgrammeDesign(), Essay()
)
