"""The rows of a list as HTML: hundreds of cells a page, on every list; from a template each would take ten times as
long.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from examprep.kernel.sentence import N_
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Column, in_words
from examprep.plumbing.site import undrawn

UI = "_macros/ui.html"
_BADGE = Column("", "", "badge")
_BOX = Markup('<input class="form-check-input" type="checkbox" form="{}"')
_OF_ROW = Markup(' name="id" value="{}" aria-label="{}"> ')


def table_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], tick: str = "") -> Markup:
    """One ``tr`` for each row: its first cell heads it, the others name their column for narrow screens.

    ``tick`` is the id of a form for which rows are ticked, by their ids.
    """
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
    drawn = []
    for row in rows:
        ticked = str(_OF_ROW.format(row["id"], choose % {"name": in_words(row[first.name], first)})) if tick else ""
        drawn.append(f"<tr>\n{head}{box}{ticked}{_linked(show_first(row[first.name]), first.link, row)}</th>\n")
        for name, link, show, said, unsaid in others:
            value = row[name]
            shown = show(value)
            drawn.append(
                f"{unsaid if value in (None, '') else said}{_linked(shown, link, row) if link else shown}</td>\n"
            )
        drawn.append("</tr>\n")
    return Markup("".join(drawn))  # noqa: S704 -- escaped piece by piece


def _escaped(text: str) -> str:
    return text if text.isalnum() else str(escape(text))  # letters and figures, Chinese ones too, need nothing


def _begun(column: Column, more: str) -> str:
    return f'<td class="{column.css}{more}" data-label="{escape(say(column.label))}">'


def _linked(shown: str, link: Callable[[Any], str | None] | None, row: Mapping[str, Any]) -> str:
    address = link(row) if link else None
    return f'<a href="{escape(address)}">{shown}</a>' if address else shown
