"""What becomes of a person's rows when two rows turn out to be one person: declared by whoever owns the tables.

`merging.py` decides that two are one and asks every part in turn. A row goes over unless the row that stays has its
like: by a uniqueness of the table, or by the columns that the declaration names. Then both stay where they are, and
the one left behind counts no longer.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Date,
    Index,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeEngine

from examprep.kernel.sentence import Sentence
from examprep.plumbing.bulk import among, in_parts
from examprep.plumbing.db import UTCDateTime

MOVED, STAYED, TAKEN, CARRIED = "moved", "stayed", "taken", "carried"
Row = Mapping[str, Any]
Key = dict[str, Any]


@dataclass(frozen=True)
class Moves:
    """A column that says whose a row is, and by which rule its rows go over.

    ``by``: columns of which one thing is told, as a session or an exam; where both tell of it, only the row that
    stays counts. ``story``: such columns too; what was added since on the same thing goes back with what went over,
    also by later declarations of the same columns. ``other``: a column that must name somebody else. ``follows``: a
    column that names another row of the table; both go, or both stay. ``holds``: a table, declared later, and the
    column that names a row of it, which stays, or goes back, where this one does. ``aside``: columns of a row that is
    left behind, and what becomes of their values, so that it counts no longer. ``taken``: rows that are nothing but a
    key are taken away instead. ``carried``: its own part moves them by its own rules.
    """

    row: type[DeclarativeBase]
    label: str
    column: str = "person_id"
    by: Sequence[str] = ()
    story: Sequence[str] = ()
    other: str = ""
    follows: str = ""
    holds: tuple[str, str] | None = None
    aside: Mapping[str, Callable[[Any, datetime], Any]] = field(default_factory=dict)
    taken: bool = False
    carried: bool = False

    @property
    def table(self) -> Table:
        return self.row.__table__  # type: ignore[return-value]

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column}"

    def read(self, told: Row) -> Key:
        """A row's values again that `Merge.note` was given."""
        return {name: _value(self.table.c[name].type, value) for name, value in told.items()}

    @property
    def key(self) -> list[str]:
        """What tells the rows of one person apart."""
        return [column.name for column in self.table.primary_key if column.name != self.column]


@dataclass
class Merge:
    """One merge while it is done or undone: by whom, whose rows, and what became of each."""

    session: Session
    by: int
    gone_id: int
    kept_id: int
    now: datetime
    # Rows that stay, or when it is undone go back, with others that name them; by table.
    held: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    # What those rows that go back tell of, by the columns that name it.
    stories: dict[Sequence[str], set[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(set))
    noted: list[dict[str, Any]] = field(default_factory=list)

    def note(self, name: str, key: Row, fate: str, before: Row | None = None) -> None:
        """Keep what became of a row; ``name`` is that of table and column."""
        self.noted.append({"name": name, "key": _told(key), "fate": fate, "before": _told(before)})

    def hold(self, moves: Moves, rows: Iterable[Row]) -> None:
        """Where rows stay behind or go back, so do those that they name."""
        if moves.holds:
            table, column = moves.holds
            self.held[table].update(row[column] for row in rows if row[column] is not None)

    def noted_of(self, name: str, *fates: str) -> list[dict[str, Any]]:
        return [one for one in self.noted if one["name"] == name and one["fate"] in fates]


def nothing_hinders(_session: Session, _gone_id: int, _kept_id: int) -> Sequence[Sentence]:
    return ()


@dataclass(frozen=True)
class Moving:
    """One package's part in merges. Columns are named ``table.column``.

    ``derived``: rebuilt afterwards by ``rebuild`` (persons, now). ``acts``: who did something; that stays as it was.
    ``hinders`` says why two persons cannot be merged now. ``carry`` and ``carry_back`` are for what is ``carried``.
    ``remarks`` is what somebody should look at before merging.
    """

    moves: Sequence[Moves] = ()
    derived: Collection[str] = ()
    acts: Collection[str] = ()
    hinders: Callable[[Session, int, int], Sequence[Sentence]] = nothing_hinders
    remarks: Callable[[Session, int, int], Sequence[Sentence]] = nothing_hinders
    carry: Callable[[Merge], None] | None = None
    carry_back: Callable[[Merge], None] | None = None
    rebuild: Callable[[Session, Sequence[int], datetime], None] | None = None


@dataclass(frozen=True)
class Plan:
    """Which rows go over, and which are left behind."""

    goes: Sequence[Row]
    stays: Sequence[Row]


def plan(merge: Merge, moves: Moves) -> Plan:
    """What of one person would go to the other, but for what was left behind before; nothing is written."""
    known = {_as_tuple(moves, moves.read(one["key"])) for one in merge.noted_of(moves.name, STAYED)}
    rows = [row for row in _rows(merge.session, moves, merge.gone_id) if _as_tuple(moves, row) not in known]
    theirs = _rows(merge.session, moves, merge.kept_id) if rows else []
    taken = [_signature(unique, theirs) for unique in _uniques(moves)]
    goes: list[Row] = []
    stays: list[Row] = []
    left = set(merge.held[moves.table.name])
    for row in rows:
        clash = any(unique.of(row) in there for unique, there in taken)
        clash = clash or (bool(moves.other) and row[moves.other] == merge.kept_id)
        clash = clash or row.get("id") in left or (bool(moves.follows) and row[moves.follows] in left)
        (stays if clash else goes).append(row)
        if clash and "id" in row:
            left.add(row["id"])
    return Plan(goes, stays)


def carry_over(merge: Merge, moves: Moves) -> None:
    """Give the rows of the one who goes to the one who stays, and note each."""
    session, found = merge.session, plan(merge, moves)
    _give(session, moves, found.goes, merge.gone_id, merge.kept_id)
    for row in found.goes:
        merge.note(moves.name, _key(moves, row), MOVED)
    merge.hold(moves, found.stays)
    for row in found.stays:
        before = None
        if moves.aside:
            values = {name: becomes(row[name], merge.now) for name, becomes in moves.aside.items()}
            before = {name: row[name] for name in values}
            session.execute(update(moves.table).where(*_is(moves, row, merge.gone_id)).values(**values))
        if moves.taken:
            session.execute(delete(moves.table).where(*_is(moves, row, merge.gone_id)))
        merge.note(moves.name, _key(moves, row), TAKEN if moves.taken else STAYED, before)


def carry_back(merge: Merge, moves: Moves) -> None:
    """Give back exactly the rows that went over, with what was added to the same story or rests on it.

    What would now meet its like there stays.
    """
    session, table = merge.session, moves.table
    back = _that_go_back(merge, moves)
    theirs = _rows(session, moves, merge.gone_id) if back else []
    taken = [_signature(unique, theirs) for unique in _uniques(moves, told=False)]
    free = [row for row in back if not any(unique.of(row) in there for unique, there in taken)]
    _give(session, moves, free, merge.kept_id, merge.gone_id)
    merge.hold(moves, free)
    for one in merge.noted_of(moves.name, STAYED, TAKEN):
        key = moves.read(one["key"])
        if one["fate"] == TAKEN:
            session.execute(insert(table).values(**key, **{moves.column: merge.gone_id}))
        elif one["before"]:
            values = moves.read(one["before"])
            session.execute(update(table).where(*_is(moves, key, merge.gone_id)).values(**values))


def _that_go_back(merge: Merge, moves: Moves) -> list[Row]:
    keys = {_as_tuple(moves, moves.read(one["key"])) for one in merge.noted_of(moves.name, MOVED)}
    stories, held = merge.stories[moves.story] if moves.story else set(), merge.held[moves.table.name]
    if not (keys or stories or held):
        return []
    rows = _rows(merge.session, moves, merge.kept_id)
    if moves.story:
        stories.update(_story(moves, row) for row in rows if _as_tuple(moves, row) in keys)
    back: list[Row] = []
    for row in rows:
        rests = moves.follows and row[moves.follows] in held
        if _as_tuple(moves, row) in keys or _story(moves, row) in stories or row.get("id") in held or rests:
            back.append(row)
            held.update([row["id"]] if moves.follows else [])
    return back


@dataclass(frozen=True)
class _Unique:
    """Columns that with the person may stand once, where ``flag`` (if any) holds. ``strict``: nothing is a value."""

    columns: Sequence[str]
    flag: str = ""
    strict: bool = False

    def of(self, row: Row) -> tuple[Any, ...] | None:
        found = tuple(row[name] for name in self.columns)
        if (self.flag and not row[self.flag]) or (not self.strict and None in found):
            return None
        return found


def _signature(unique: _Unique, rows: Iterable[Row]) -> tuple[_Unique, set[tuple[Any, ...]]]:
    return unique, {found for row in rows if (found := unique.of(row)) is not None}


def _uniques(moves: Moves, *, told: bool = True) -> list[_Unique]:
    table, column = moves.table, moves.column
    found = [_Unique(moves.by, strict=True)] if moves.by and told else []
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and column in constraint.columns:
            found.append(_Unique([each.name for each in constraint.columns if each.name != column]))
    if column in table.primary_key.columns:
        found.append(_Unique(moves.key))
    found += [
        _Unique([each.name for each in index.columns if each.name != column], _flag(index))
        for index in _unique_indices(moves)
    ]
    return found


def _unique_indices(moves: Moves) -> list[Index]:
    ours = [index for index in moves.table.indexes if index.unique and moves.column in index.columns]
    return sorted(ours, key=lambda index: str(index.name))


def _flag(index: Index) -> str:
    return f"if_{index.name}" if index.dialect_options["sqlite"]["where"] is not None else ""


def _rows(session: Session, moves: Moves, person_id: int) -> list[Row]:
    """What the rules ask of a person's rows, in the order of their keys."""
    table = moves.table
    names = dict.fromkeys(
        [
            *moves.key,
            *(name for unique in _uniques(moves) for name in unique.columns),
            *(name for name in (moves.other, moves.follows) if name),
            *(moves.holds[1:] if moves.holds else ()),
            *moves.story,
            *moves.aside,
        ]
    )
    dialect = session.get_bind().dialect.name
    flags: list[Any] = [
        literal_column(f"({index.dialect_options[dialect]['where']})").label(_flag(index))
        for index in _unique_indices(moves)
        if _flag(index)
    ]
    columns = [table.c[name] for name in names] or [table.c[moves.column]]
    query = select(*columns, *flags).where(table.c[moves.column] == person_id)
    return [dict(row) for row in session.execute(query.order_by(*(table.c[n] for n in moves.key))).mappings()]


def _give(session: Session, moves: Moves, rows: Sequence[Row], source: int, target: int) -> None:
    """Write another person into rows: by one statement for many where a number tells them apart."""
    table, column = moves.table, moves.table.c[moves.column]
    if not rows:
        return
    if len(moves.key) == 1 and moves.key == ["id"]:
        for part in in_parts(row["id"] for row in rows):
            here = (column == source, among(session, table.c.id, part))
            session.execute(update(table).where(*here).values({column: target}))
        return
    same = and_(column == source, *(table.c[name] == bindparam(f"of_{name}") for name in moves.key))
    values = [{f"of_{name}": row[name] for name in moves.key} for row in rows]
    statement = update(table).where(same).values({column: target})
    if moves.key:
        session.connection().execute(statement, values)
    else:
        session.execute(statement)


def _is(moves: Moves, row: Row, person_id: int) -> list[Any]:
    table = moves.table
    return [table.c[moves.column] == person_id, *(table.c[name] == row[name] for name in moves.key)]


def _key(moves: Moves, row: Row) -> Key:
    return {name: row[name] for name in moves.key}


def _as_tuple(moves: Moves, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in moves.key)


def _story(moves: Moves, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in moves.story)


def _told(row: Row | None) -> Key | None:
    """A row's values as JSON has them."""
    if row is None:
        return None
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def _value(kind: TypeEngine[Any], value: Any) -> Any:
    if isinstance(value, str) and isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(value, str) and isinstance(kind, UTCDateTime):
        return datetime.fromisoformat(value)
    return value


def own(parts: Iterable[Moving]) -> Iterator[Moves]:
    """Everything that moves by the general rules."""
    return (moves for part in parts for moves in part.moves if not moves.carried)
