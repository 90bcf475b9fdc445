"""The rows of a list as HTML: hundreds of cells a page, on every list; from a template each would take ten times as
long.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from examprep.kernel.sentence import N_
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Column, in_words
from examprep.plumbing.site import undrawn

UI = "_macros/ui.html"
MARKED_UP = {"rate", "badge"}
_BADGE = Column("", "", "badge")
_BOX = Markup('<input class="form-check-input" type="checkbox" form="{}"')
_OF_ROW = Markup(' name="id" value="{}" aria-label="{}"> ')


def table_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], tick: str = "") -> Markup:
    """One ``tr`` for each row: its first cell heads it, the others name their column for narrow screens.

    ``tick`` is the id of a form for which rows are ticked, by their ids.
    """
    cell = undrawn(UI, "cell")
    badge = cache(lambda state: cell(_BADGE, state))  # few states stand in many rows

    def marked_up(column: Column, value: Any) -> Markup:
        return badge(value) if column.kind == "badge" and isinstance(value, str) else cell(column, value)

    first, others = columns[0], [(column, _begun(column, ""), _begun(column, " unsaid")) for column in columns[1:]]
    head = f'<th scope="row" class="{first.css}">'
    box, choose = str(_BOX.format(tick)) if tick else "", say(N_("Choose %(name)s"))
    drawn = []
    for row in rows:
        ticked = str(_OF_ROW.format(row["id"], choose % {"name": in_words(row[first.name], first)})) if tick else ""
        drawn.append("<tr>\n" + head + box + ticked + _shown(first, row, marked_up) + "</th>\n")
        for column, said, unsaid in others:
            begun = unsaid if row[column.name] in (None, "") else said
            drawn.append(begun + _shown(column, row, marked_up) + "</td>\n")
        drawn.append("</tr>\n")
    return Markup("".join(drawn))  # noqa: S704 -- escaped piece by piece


def _begun(column: Column, more: str) -> str:
    return f'<td class="{column.css}{more}" data-label="{escape(say(column.label))}">'


def _shown(column: Column, row: Mapping[str, Any], marked_up: Any) -> str:
    value = row[column.name]
    shown = str(marked_up(column, value) if column.kind in MARKED_UP else escape(in_words(value, column)))
    address = column.link(row) if column.link else None
    return f'<a href="{escape(address)}">{shown}</a>' if address else shown
