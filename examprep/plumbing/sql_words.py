"""Words of SQL that the two databases say differently: the greatest of several, days of instants and between days."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Date, Dialect, Integer, Text, bindparam, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from examprep.kernel.clock import OFFICE_ZONE

Among = Callable[[Any], ColumnElement[bool]]  # that a column's value is one of those asked for


class Greatest(FunctionElement[Any]):
    """The greatest of its arguments; SQLite calls it ``max``."""

    inherit_cache = True
    name = "greatest"


class Least(FunctionElement[Any]):
    """The least of its arguments; SQLite calls it ``min``."""

    inherit_cache = True
    name = "least"


class Days(FunctionElement[int]):
    """Days from the second day to the first."""

    inherit_cache = True
    name = "days"
    type = Integer()


class OfficeDay(FunctionElement[date]):
    """The office day that holds an instant: `office_day` as a column. SQLite knows no zones, only today's offset."""

    inherit_cache = True
    name = "office_day"
    type = Date()


class MonthsLater(FunctionElement[date]):
    """The same day of a later month, or that month's last: `months_after` as a column."""

    inherit_cache = True
    name = "months_later"
    type = Date()


class Equal(FunctionElement[Any]):
    """One of two columns that a join holds equal: the first, for SQLite the second.

    Bound to a range, both tables of a join by it let PostgreSQL read just that range of each. SQLite would read all of
    a table that it believes well bound by itself into a filter first, even where one person is asked for.
    """

    inherit_cache = True
    name = "equal"

    def __init__(self, column: Any, other: Any) -> None:
        super().__init__(column, other)
        self.type = column.type


@compiles(Greatest)
@compiles(Least)
def _by_name(element: FunctionElement[Any], compiler: Any, **options: Any) -> str:
    return f"{element.name}({compiler.process(element.clauses, **options)})"


@compiles(Greatest, "sqlite")
@compiles(Least, "sqlite")
def _on_sqlite(element: FunctionElement[Any], compiler: Any, **options: Any) -> str:
    name = {"greatest": "max", "least": "min"}[element.name]
    return f"{name}({compiler.process(element.clauses, **options)})"


@compiles(Equal)
def _equal(element: Equal, compiler: Any, **options: Any) -> str:
    return str(compiler.process(next(iter(element.clauses)), **options))


@compiles(Equal, "sqlite")
def _equal_on_sqlite(element: Equal, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(list(element.clauses)[1], **options)}"  # the sign keeps it from seeing through it


@compiles(Days)
def _days(element: Days, compiler: Any, **options: Any) -> str:
    later, earlier = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(CAST({later} AS DATE) - CAST({earlier} AS DATE))"


@compiles(Days, "sqlite")
def _days_on_sqlite(element: Days, compiler: Any, **options: Any) -> str:
    later, earlier = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(OfficeDay)
def _office_day(element: OfficeDay, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AT TIME ZONE '{OFFICE_ZONE.key}' AS DATE)"


@compiles(OfficeDay, "sqlite")
def _office_day_on_sqlite(element: OfficeDay, compiler: Any, **options: Any) -> str:
    # To the second: it would round the last half millisecond of a day up.
    return f"date(substr({compiler.process(element.clauses, **options)}, 1, 19), '+8 hours')"


@compiles(MonthsLater)
def _months_later(element: MonthsLater, compiler: Any, **options: Any) -> str:
    day, months = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST({day} + make_interval(months => {months}) AS DATE)"


@compiles(MonthsLater, "sqlite")
def _months_later_on_sqlite(element: MonthsLater, compiler: Any, **options: Any) -> str:
    # SQLite runs over the end of a shorter month; its last day is then the earlier of the two.
    day, months = (compiler.process(clause, **options) for clause in element.clauses)
    over = f"date({day}, '+' || {months} || ' months')"
    last = f"date({day}, 'start of month', '+' || ({months} + 1) || ' months', '-1 day')"
    return f"min({over}, {last})"


class Numbers(TypeDecorator[Sequence[int]]):
    """Whole numbers as one value: an array, or JSON for SQLite, which has none."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(Integer))

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        numbers = list(value or ())
        return json.dumps(numbers) if dialect.name == "sqlite" else numbers


class IsGiven(FunctionElement[bool]):
    """That a column is one of the numbers that come as one value; the statement is the same for however many."""

    inherit_cache = True
    name = "is_given"
    type = Boolean()

    def __init__(self, column: Any, name: str) -> None:
        super().__init__(column, bindparam(name, type_=Numbers()))


@compiles(IsGiven)
def _is_given(element: IsGiven, compiler: Any, **options: Any) -> str:
    column, numbers = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({numbers})"


@compiles(IsGiven, "sqlite")
def _is_given_on_sqlite(element: IsGiven, compiler: Any, **options: Any) -> str:
    column, numbers = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608 -- the compiler's own words


def whole(amount: Any, of: Any) -> Any:
    """Whole division of what is not negative: both databases cut off what is left."""
    return amount.op("/", precedence=8)(of)


def is_any(column: Any, values: Sequence[Any]) -> ColumnElement[bool]:
    """That a column is one of a few values; unlike ``IN``, it can be put into the driver's words beforehand."""
    return or_(*(column == value for value in values))
