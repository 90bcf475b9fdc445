"""What a subject says about one kind of file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session
from wtforms import Form

from examprep.kernel.sentence import Sentence
from examprep.people.actor import Actor
from examprep.plumbing.sheets import Row


@dataclass(frozen=True)
class Upload:
    """A file as it came, and what was chosen beside it (the importer's own options)."""

    filename: str
    content: bytes
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """What is wrong in one row, and what would be right. ``column`` is the head as written in the file."""

    row: int
    column: str
    sentence: Sentence


@dataclass(frozen=True)
class Plan:
    """What applying the file would do.

    ``rows`` are the file's rows, kept so that failed ones can be handed back under ``heads``; ``counts`` are
    (message id, number) pairs for the summary, ``notes`` what the user should know; ``prepared`` is the importer's own.
    """

    heads: Sequence[str]
    rows: Sequence[Row]
    problems: Sequence[Problem] = ()
    counts: Sequence[tuple[str, int]] = ()
    notes: Sequence[Sentence] = ()
    prepared: Any = None


class Importer(Protocol):
    """One kind of file. ``options_form`` asks what the file itself does not say, or is ``None``."""

    name: str
    title: str
    permission: str
    accepts: tuple[str, ...]
    help: str
    options_form: type[Form] | None

    def option_choices(self, session: Session, actor: Actor) -> Mapping[str, Sequence[tuple[str, str]]]:
        """The choices of the select fields in ``options_form``."""

    def template(self) -> bytes:
        """An empty workbook to fill by hand."""

    def plan(self, session: Session, actor: Actor, upload: Upload, *, now: datetime) -> Plan:
        """Read the whole file and say what it would do; writes nothing.

        Raises:
            UnreadableFile: the file as a whole cannot be read.
            RuleViolation: an option is missing or wrong.
        """

    def apply(self, session: Session, actor: Actor, plan: Plan, batch_id: int, *, now: datetime) -> int:
        """Write a plan without problems, each row bearing ``batch_id``; returns how many rows were written."""

    def undo(self, session: Session, actor: Actor, batch_id: int, *, now: datetime) -> int:
        """Take the batch back.

        Raises:
            RuleViolation: something was built on it since; the sentence says what.
        """
