"""The rows of a list as HTML: nothing that somebody typed is ever markup."""

import pytest
from flask_babel import force_locale

from examprep.plumbing.listing import Column
from examprep.plumbing.table import table_rows

NASTY = "<b>\"'&"


def drawn(app, columns, row, **more):
    with app.test_request_context(), force_locale("en"):
        return str(table_rows([row], columns, **more))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("column", "more"),
    [
        pytest.param(Column("name", "Name"), {}, id="first-value"),
        pytest.param(Column("name", "Name", "lines"), {}, id="lines"),
        pytest.param(Column("name", "Name", "choice", choices={NASTY: NASTY}), {}, id="choice"),
        pytest.param(Column("name", "Name", link=lambda row: f"/a?{row['name']}"), {}, id="address"),
        pytest.param(Column("name", NASTY), {}, id="label-of-the-first"),
        pytest.param(Column("name", "Name"), {"tick": NASTY}, id="ticked"),
    ],
)
def test_what_was_typed_is_never_markup(app, column, more):
    row = {"id": NASTY, "name": NASTY, "other": NASTY}
    for columns in ((column, Column("other", "Other")), (Column("other", "Other"), column)):
        html = drawn(app, columns, row, **more)
        assert "<b>" not in html
        assert html.count('"') % 2 == 0  # an attribute ends where it was meant to
        assert "&lt;b&gt;&#34;&#39;&amp;" in html


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_box_says_whom_it_chooses(app):
    html = drawn(app, (Column("name", "Name"),), {"id": 7, "name": "甲班"}, tick="chosen")
    assert 'form="chosen" name="id" value="7" aria-label="Choose 甲班"' in html


@pytest.mark.parametrize(
    ("kind", "css"),
    [("number", "num"), ("rate", "num"), ("day", "when"), ("instant", "when"), ("lines", "lines"), ("text", "")],
)
def test_the_class_of_a_cell(kind, css):
    assert Column("a", "A", kind).css == css
