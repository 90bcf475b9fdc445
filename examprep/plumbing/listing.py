"""Every list: what the user asked of it (words, filters, order, page), and the answer as rows or as a file.

A page declares its columns once; the table macro, the CSV and the XLSX are made from the same declaration, and
an export keeps the filter and the order of the page it was asked from.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, ClassVar

from flask import Response, url_for
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from examprep.kernel.clock import OFFICE_ZONE
from examprep.kernel.errors import RuleViolation
from examprep.kernel.minutes import MINUTES_PER_CREDIT_HOUR, credit_hours
from examprep.kernel.rate import Rate
from examprep.kernel.sentence import Sentence
from examprep.plumbing.i18n import day, hours, in_language, instant, marks, month, number, percent, say, signed, yuan

PAGE_SIZES = (25, 50, 100, 200)
EXPORT_LIMIT = 200_000
EXPORT_FORMATS = ("csv", "xlsx")


@dataclass(frozen=True)
class Ask:
    """What a user wants of a list. Unknown values fall back to the default: an old bookmark still opens."""

    words: str = ""
    filters: Mapping[str, str] = field(default_factory=dict, hash=False)  # compared, but a dictionary has no hash
    sort: str = ""
    descending: bool = False
    page: int = 1
    size: int = PAGE_SIZES[0]
    export: str = ""

    @classmethod
    def of(cls, args: MultiDict[str, str], *, filters: Sequence[str] = (), size: int = PAGE_SIZES[0]) -> "Ask":
        """Read ``?q=&sort=-name&page=2&size=50&export=xlsx`` and the named filters."""
        if not args:
            return cls(size=size)
        sort = args.get("sort", "")
        asked_size = args.get("size", type=int)
        return cls(
            words=_asked(args, "q"),
            filters={name: value for name in filters if (value := _asked(args, name))},
            sort=sort.removeprefix("-"),
            descending=sort.startswith("-"),
            page=min(max(1, args.get("page", 1, type=int) or 1), 1_000_000),
            size=asked_size if asked_size in PAGE_SIZES else size,
            export=args.get("export", "") if args.get("export") in EXPORT_FORMATS else "",
        )

    def number(self, name: str) -> int | None:
        """A filter that is a row's id; ``None`` when it is not given or is no such number."""
        text = self.filters.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    def day(self, name: str) -> date | None:
        """A filter that is an office day; ``None`` when it is not given or is no day."""
        try:
            return date.fromisoformat(self.filters.get(name, ""))
        except ValueError:
            return None

    def query(self, **changes: object) -> dict[str, object]:
        """The query string of this ask with changes, for links."""
        order = f"{'-' if self.descending else ''}{self.sort}" if self.sort else None
        current = {"q": self.words or None, **self.filters, "sort": order, "size": self.size, "page": None}
        return {name: value for name, value in {**current, **changes}.items() if value not in (None, "")}


@dataclass(frozen=True)
class Place:
    """Where a list stands: the endpoint of its page, and what its route says besides."""

    endpoint: str
    route: tuple[tuple[str, Any], ...]

    def address(self, ask: Ask, **changes: object) -> str:
        """The address of the list, asked so but for the changes."""
        return url_for(self.endpoint, **{**dict(self.route), **ask.query(**changes)})


def _asked(args: MultiDict[str, str], name: str) -> str:
    """A value of the query string."""
    return args.get(name, "").strip()[:100]


@dataclass(frozen=True)
class Column:
    """One column: how it is headed, shown, ordered and exported.

    ``kind``: text, lines (text whose lines stay lines), day, month, instant, number, change (a number whose sign is
    read first), yuan (fen inside), hours (minutes
    inside), marks (half-points inside), rate, sentence, names ({zh, en}), choice (a code that ``choices`` names),
    badge (a state of `ui.states`). ``link`` gives a row's address. ``minutes_per_hour`` is of kind hours.
    """

    name: str
    label: str
    kind: str = "text"
    sortable: bool = False
    link: Callable[[Any], str | None] | None = None
    total: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)  # of kind "choice": message id by code
    minutes_per_hour: int = MINUTES_PER_CREDIT_HOUR
    digits: int = 0  # of kind number: how many stand behind the point

    @property
    def numeric(self) -> bool:
        return self.kind in {"number", "change", "hours", "marks", "rate", "yuan"}

    @property
    def css(self) -> str:
        """The class of its cells."""
        if self.numeric:
            return "num"
        if self.kind in {"day", "month", "instant"}:
            return "when"
        return self.kind if self.kind in {"lines", "sentence"} else ""


Heads = tuple[tuple[str, str, bool, bool], ...]  # name, label, whether of figures, whether it can be ordered by


class SharedColumns(tuple[Column, ...]):
    """The columns of a list whose rows many persons look at, and again and again: each row is drawn once and kept.

    ``shape`` makes of a row of the query what the columns show. It and the columns' links may depend on nothing but
    the row, whose values have hashes, and the language.
    """

    shape: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    drawn: dict[tuple[Any, ...], str]  # `table_rows` keeps them here
    heads: Heads

    def __new__(
        cls, columns: Iterable[Column], shape: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    ) -> "SharedColumns":
        made = super().__new__(cls, columns)
        made.shape, made.drawn, made.heads = shape, {}, heads(tuple(made))
        return made


@dataclass(frozen=True)
class Page:
    """One page of a list. ``rows`` are mappings by column name; ``total`` counts all that match."""

    rows: Sequence[Mapping[str, Any]]
    total: int
    ask: Ask
    totals: Mapping[str, int] = field(default_factory=dict)  # of all that match, not of this page alone
    sizes: ClassVar[Sequence[int]] = PAGE_SIZES

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.ask.size))

    @property
    def first(self) -> int:
        return 0 if not self.total else (self.ask.page - 1) * self.ask.size + 1

    @property
    def last(self) -> int:
        return min(self.total, self.ask.page * self.ask.size)


def fetch(
    session: Session,
    query: Select[*tuple[Any, ...]],
    ask: Ask,
    *,
    sortable: Mapping[str, Any] | None = None,
    searchable: Sequence[Any] = (),
    default: Sequence[Any],
    totals: Sequence[str] = (),
) -> Page:
    """Run ``query`` (whose columns are labelled as the page's) for one page, or for an export all of it.

    ``totals`` names columns to be summed over all that match.
    ``default`` is the order when none is asked, and the last tie-breaker always: paging must be stable.

    Raises:
        RuleViolation: ``list.too-long`` -- an export of more than 200,000 rows.
    """
    if ask.words and searchable:
        needle = f"%{escape_like(ask.words)}%"
        query = query.where(or_(*(column.ilike(needle, escape="\\") for column in searchable)))
    order = (sortable or {}).get(ask.sort)
    if order is not None:
        ordered = query.order_by(order.desc() if ask.descending else order.asc(), *default)
    else:
        ordered = query.order_by(*default)
    # Columns need nothing of what the session does for entities, which takes as long again as the database.
    session.flush()
    send = session.connection().execute
    if ask.page == 1 and not ask.export and not totals:
        # Most lists end on their first page: then nothing needs to be counted.
        rows = send(ordered.limit(ask.size + 1)).mappings().all()
        total = len(rows) if len(rows) <= ask.size else send(_counted(query)).scalar_one()
        return Page([dict(row) for row in rows[: ask.size]], total, ask)
    total, *summed = send(_counted(query, totals)).one()
    if ask.export:
        refuse_longer(total)
    else:
        last_page = max(1, -(-total // ask.size))
        ask = replace(ask, page=min(ask.page, last_page))
        ordered = ordered.limit(ask.size).offset((ask.page - 1) * ask.size)
    return Page([dict(row) for row in send(ordered).mappings()], total, ask, _sums(totals, summed))


def refuse_longer(total: int) -> None:
    """Raises RuleViolation: ``list.too-long`` -- an export of more than 200,000 rows."""
    if total > EXPORT_LIMIT:
        raise RuleViolation(
            "list.too-long", "%(total)s rows match; filter to at most %(limit)s.", total=total, limit=EXPORT_LIMIT
        )


def _counted(query: Select[*tuple[Any, ...]], totals: Sequence[str] = ()) -> Select[*tuple[Any, ...]]:
    """How many rows a query finds, and the sums of some of its columns."""
    found = query.order_by(None).subquery()
    return select(func.count(), *(func.coalesce(func.sum(found.c[name]), 0) for name in totals)).select_from(found)


def _sums(names: Sequence[str], values: Sequence[Any]) -> dict[str, int]:
    return {name: int(value) for name, value in zip(names, values, strict=True)}


def page_of(rows: Sequence[Mapping[str, Any]], ask: Ask, *, columns: Sequence[Column] = ()) -> Page:
    """The same for rows already computed: search, order, page and totals in memory."""
    if ask.words:
        needle = ask.words.casefold()
        rows = [row for row in rows if any(needle in str(value).casefold() for value in row.values())]
    by_name = {column.name: column for column in columns}
    if ask.sort in by_name and by_name[ask.sort].sortable:
        rows = sorted(rows, key=lambda row: _sort_key(row[ask.sort]), reverse=ask.descending)
    totals = {c.name: sum(row[c.name] or 0 for row in rows) for c in columns if c.total}
    total = len(rows)
    if not ask.export:
        ask = replace(ask, page=min(ask.page, max(1, -(-total // ask.size))))
        rows = rows[(ask.page - 1) * ask.size : ask.page * ask.size]
    return Page(rows, total, ask, totals)


def _sort_key(value: Any) -> tuple[bool, Any]:
    if isinstance(value, Rate):
        value = value.share
    return (value is not None, value if value is not None else 0)


def escape_like(text: str) -> str:
    """The text with LIKE's wildcards made plain (escape character: backslash)."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def download(page: Page, columns: Sequence[Column], name: str, definitions: Sequence[tuple[str, str]] = ()) -> Response:
    """The list as a file in the asked format, headed as on the page.

    ``definitions`` say what the figures mean, words and sentence; a workbook has them on a second sheet.
    """
    heads = [say(column.label) for column in columns]
    found = map(columns.shape, page.rows) if isinstance(columns, SharedColumns) else page.rows
    rows = ([_cell(column, row.get(column.name)) for column in columns] for row in found)
    if page.ask.export == "csv":
        return file_response(csv_bytes(heads, rows), f"{name}.csv", "text/csv; charset=utf-8")
    return file_response(
        xlsx_bytes(heads, rows, notes=definitions),
        f"{name}.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def _cell(column: Column, value: Any) -> Any:
    if value is None:
        return ""
    match column.kind:
        case "hours":
            return float(credit_hours(value, minutes_per_hour=column.minutes_per_hour))
        case "yuan":
            return value / 100
        case "number" if column.digits:
            return round(float(value), column.digits)
        case "marks":
            return float(marks(value))
        case "rate":
            return percent(value)
        case "sentence" | "badge":
            return say(value)
        case "choice":
            return say(column.choices.get(str(value), str(value)))
        case "names":
            return in_language(value)
    if isinstance(value, Sentence):
        return say(value)
    return value


def heads(columns: Sequence[Column]) -> Heads:
    """What the heads of a list are drawn from."""
    if isinstance(columns, SharedColumns):
        return columns.heads
    return tuple((column.name, column.label, column.numeric, column.sortable) for column in columns)


def in_words(value: Any, column: Column) -> str:
    """A value in words, as pages show it; a table marks a rate and a badge up."""
    if value is None:
        return "—"
    match column.kind:
        case "text" | "lines" if not isinstance(value, Sentence):
            return value if isinstance(value, str) else str(value)
        case "change":
            return signed(value, 1)
        case "day":
            return day(value)
        case "instant":
            return instant(value)
        case "month":
            return month(value)
        case "number":
            return number(value, column.digits)
        case "hours":
            return hours(value, column.minutes_per_hour)
        case "marks":
            return marks(value)
        case "yuan":
            return yuan(value)
    return str(_cell(column, value))


def csv_bytes(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV that Excel in China opens rightly: UTF-8 with its mark, and no cell that would run as a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.astimezone(OFFICE_ZONE).strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + cell
    return cell


def xlsx_bytes(
    heads: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    sheet: str = "Sheet1",
    notes: Sequence[tuple[str, str]] = (),
) -> bytes:
    """One sheet with a frozen, filterable head; text stays text (an ID number is never a number).

    ``notes`` stand on a second sheet, a word and what it means in each row.
    """
    import xlsxwriter  # only here: else every process would hold it

    buffer = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        page.set_column(0, max(0, len(heads) - 1), 16)
        page.write_row(0, 0, heads, bold)
        count = 0
        for count, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                plain = _plain(cell) if isinstance(cell, date | datetime) else cell
                page.write(count, column, plain if isinstance(plain, int | float | str) else str(plain))
        page.autofilter(0, 0, count, max(0, len(heads) - 1))
        if notes:
            beside = book.add_worksheet("Sheet2")
            beside.set_column(0, 0, 24)
            beside.set_column(1, 1, 100)
            for place, (word, meaning) in enumerate(notes):
                beside.write_string(place, 0, word, bold)
                beside.write_string(place, 1, meaning)
    return buffer.getvalue()


def file_response(content: bytes, name: str, mimetype: str) -> Response:
    """A download, never shown inline."""
    response = Response(content, mimetype=mimetype)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
