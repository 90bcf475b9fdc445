"""The rows of a list as HTML: hundreds of cells a page, on every list; from a template each would take ten times as
long.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from flask import request
from markupsafe import Markup, escape

from examprep.kernel.sentence import N_
from examprep.plumbing.i18n import language, say
from examprep.plumbing.listing import Column, SharedColumns, in_words
from examprep.plumbing.site import undrawn

UI = "_macros/ui.html"
_ROWS_KEPT = 5_000  # of each list, some 800 bytes a row
_BADGE = Column("", "", "badge")
_BOX = Markup('<input class="form-check-input" type="checkbox" form="{}"')
_OF_ROW = Markup(' name="id" value="{}" aria-label="{}"> ')


def table_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], tick: str = "") -> Markup:
    """One ``tr`` for each row: its first cell heads it, the others name their column for narrow screens.

    ``tick`` is the id of a form for which rows are ticked, by their ids.
    """
    if isinstance(columns, SharedColumns):
        assert not tick, "a row is drawn for all who see it"
        return _shared_rows(rows, columns)
    return Markup("".join(map(_drawer(columns, tick), rows)))  # noqa: S704 -- escaped piece by piece


def _shared_rows(rows: Sequence[Mapping[str, Any]], columns: SharedColumns) -> Markup:
    seen_as, kept = (language(), request.root_path), columns.drawn
    draw = None
    found = []
    for row in rows:
        key = (*seen_as, *row.values())
        drawn = kept.get(key)
        if drawn is None:
            draw = draw or _drawer(columns, "")
            if len(kept) >= _ROWS_KEPT:
                kept.clear()
            drawn = kept[key] = draw(columns.shape(row))
        found.append(drawn)
    return Markup("".join(found))  # noqa: S704 -- escaped piece by piece


def _drawer(columns: Sequence[Column], tick: str) -> Callable[[Mapping[str, Any]], str]:
    """What makes a row its HTML, in the language of the page."""
    cell = undrawn(UI, "cell")
    badge = cache(lambda state: cell(_BADGE, state))  # few states stand in many rows

    def shower(column: Column) -> Callable[[Any], str]:
        """What makes a value of the column the inside of its cell."""
        if column.kind == "badge":
            return lambda value: str(badge(value) if isinstance(value, str) else cell(column, value))
        if column.kind == "rate":
            return lambda value: str(cell(column, value))
        return lambda value: _escaped(in_words(value, column))

    first, show_first = columns[0], shower(columns[0])
    others = [
        (column.name, column.link, shower(column), _begun(column, ""), _begun(column, " unsaid"))
        for column in columns[1:]
    ]
    head = f'<th scope="row" class="{first.css}">'
    box, choose = str(_BOX.format(tick)) if tick else "", say(N_("Choose %(name)s"))

    def draw(row: Mapping[str, Any]) -> str:
        ticked = str(_OF_ROW.format(row["id"], choose % {"name": in_words(row[first.name], first)})) if tick else ""
        drawn = [f"<tr>\n{head}{box}{ticked}{_linked(show_first(row[first.name]), first.link, row)}</th>\n"]
        for name, link, show, said, unsaid in others:
            value = row[name]
            shown = show(value)
            drawn.append(
                f"{unsaid if value in (None, '') else said}{_linked(shown, link, row) if link else shown}</td>\n"
            )
        drawn.append("</tr>\n")
        return "".join(drawn)

    return draw


def _escaped(text: str) -> str:
    return text if text.isalnum() else str(escape(text))  # letters and figures, Chinese ones too, need nothing


def _begun(column: Column, more: str) -> str:
    return f'<td class="{column.css}{more}" data-label="{escape(say(column.label))}">'


def _linked(shown: str, link: Callable[[Any], str | None] | None, row: Mapping[str, Any]) -> str:
    address = link(row) if link else None
    return f'<a href="{escape(address)}">{shown}</a>' if address else shown
