"""Lists that are asked for all day: their query is put together once, and sent in the driver's words.

`listing.fetch` makes its query anew for each page, which takes SQLAlchemy ten times as long as SQLite takes to answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, String, bindparam, func, or_, select

from examprep.plumbing.listing import EXPORT_LIMIT, Ask, Page, escape_like, refuse_longer
from examprep.plumbing.prepared import Prepared


class KeptList:
    """A list whose values are bound parameters of its query; one statement finds a page and counts all that match.

    ``filters``: the condition of each filter, its value bound under the filter's name.
    """

    def __init__(
        self,
        query: Select[*tuple[Any, ...]],
        *,
        sortable: Mapping[str, Any],
        searchable: Sequence[Any],
        default: Sequence[Any],
        filters: Mapping[str, ColumnElement[bool]],
    ) -> None:
        self._names = query.selected_columns.keys()
        self._query = query
        self._sortable, self._searchable, self._default, self._filters = sortable, searchable, default, filters
        self._shapes: dict[tuple[Any, ...], Prepared] = {}

    def page(self, connection: Connection, ask: Ask, **values: Any) -> Page:
        """One page, or for an export all of it; one statement, or where a page beyond the last is asked for three.

        Raises:
            RuleViolation: ``list.too-long`` -- as `fetch` does.
        """
        words = self._words(ask)
        asked = {**ask.filters, **values, "needle": f"%{escape_like(ask.words)}%"}

        def rows(page: int, size: int) -> list[tuple[Any, ...]]:
            return words.run(connection, {**asked, "most": size, "passed": (page - 1) * size})

        found = rows(1, EXPORT_LIMIT) if ask.export else rows(ask.page, ask.size)
        if not found and ask.page > 1 and (first := rows(1, 1)):  # beyond the last page: that one
            ask = replace(ask, page=-(-first[0][-1] // ask.size))
            found = rows(ask.page, ask.size)
        total = found[0][-1] if found else 0
        if ask.export:
            refuse_longer(total)
        return Page([dict(zip(self._names, row, strict=False)) for row in found], total, ask)

    def _words(self, ask: Ask) -> Prepared:
        sort = ask.sort if ask.sort in self._sortable else ""
        shape = (sort, ask.descending, bool(ask.words), *(name for name in self._filters if name in ask.filters))
        found = self._shapes.get(shape)
        if found is None:
            columns = (*self._query.selected_columns, func.count())
            found = self._shapes[shape] = Prepared(partial(self._shaped, sort, ask), columns)
        return found

    def _shaped(self, sort: str, ask: Ask, dialect: str) -> Select[*tuple[Any, ...]]:
        query = self._query.where(*(is_so for name, is_so in self._filters.items() if name in ask.filters))
        if ask.words:
            needle: Any = bindparam("needle", type_=String)
            query = query.where(or_(*(column.ilike(needle, escape="\\") for column in self._searchable)))
        # SQLite stops at a page's last row where an index has the order; it counts apart, without joins that change
        # no count. PostgreSQL sorts all that match anyway, so they are counted as they go by.
        apart = select(func.count()).select_from(query.subquery()).scalar_subquery()
        total = apart if dialect == "sqlite" else func.count().over()
        if sort:
            order = self._sortable[sort]
            query = query.order_by(order.desc() if ask.descending else order.asc())
        return (
            query.add_columns(total)
            .order_by(*self._default)
            .limit(bindparam("most", type_=Integer))
            .offset(bindparam("passed", type_=Integer))
        )
