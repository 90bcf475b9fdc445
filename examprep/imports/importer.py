"""What a subject says about one kind of file."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol, runtime_checkable

from sqlalchemy.orm import Session
from wtforms import Form

from examprep.kernel.sentence import Sentence
from examprep.people.actor import Actor
from examprep.plumbing.packed import Packed
from examprep.plumbing.sheets import Row, Table


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


MATCHED, CREATED, DOUBTFUL, REFUSED = "matched", "created", "doubtful", "refused"
NEW, CHANGED, SAME = "new", "changed", "same"


class Line(NamedTuple):
    """How one row ends: matched to a person, creating one, waiting for an officer's decision, or refused.

    ``effect``: whether it brings something new, changes what is on file, or says the same; ``None`` of the last two
    ends. ``said``: the differences (old → new), what is doubtful, or what is wrong. ``candidates``: whom a doubtful
    row may mean.
    """

    number: int
    state: str
    effect: str | None
    name: str
    person_id: int | None = None
    said: tuple[Sentence, ...] = ()
    candidates: tuple[int, ...] = ()


class Lines(Packed[Line]):
    """How the rows of a file end, in their order; how many ended in which state and with which effect."""

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        super().__init__(Line._make)
        self.states, self.effects = Counter[str](), Counter[str | None]()
        for line in lines:
            self.append(line)

    def append(self, value: Line) -> None:
        super().append(value)
        self.states[value.state] += 1
        self.effects[value.effect] += 1


class Persons:
    """Whom each row that creates a person became: ids by the numbers of rows, which are noted in their order."""

    def __init__(self) -> None:
        self._rows, self._ids = array("l"), array("q")

    def note(self, pairs: Iterable[tuple[int, int]]) -> None:
        for row, person_id in pairs:
            self._rows.append(row)
            self._ids.append(person_id)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._rows, self._ids, strict=True)

    def get(self, row: int) -> int | None:
        at = bisect_left(self._rows, row)
        return self._ids[at] if at < len(self._rows) and self._rows[at] == row else None


@dataclass(frozen=True)
class Plan:
    """What applying the file would do.

    ``rows`` are the file's rows, kept so that failed ones can be handed back under ``heads``; ``counts`` are
    (message id, number) pairs for the summary, ``notes`` what the user should know; ``prepared`` is the importer's own.

    ``lines`` tell of every row how it ends; of an importer that gives none, a file is right as a whole or not at all.
    ``persons`` is filled by applying.
    """

    heads: Sequence[str]
    rows: Sequence[Row]
    problems: Sequence[Problem] = ()
    counts: Sequence[tuple[str, int]] = ()
    notes: Sequence[Sentence] = ()
    prepared: Any = None
    lines: Lines | None = None
    persons: Persons = field(default_factory=Persons)


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


@runtime_checkable
class Reviewed(Protocol):
    """An importer whose doubtful rows wait for an officer."""

    may_be_new: bool  # whether a row may create a person
    other_numbers: Sequence[str]  # heads under which numbers stand that are no persons', and are shown whole

    def settle(
        self,
        session: Session,
        actor: Actor,
        table: Table,
        options: Mapping[str, str],
        settled: Mapping[int, int | None],
        *,
        now: datetime,
    ) -> Plan:
        """The plan of rows whose persons are decided: by the row's number the person's id, ``None`` for a new one."""
