"""The rows of a list as HTML: nothing that somebody typed is ever markup."""

import pytest
from flask import url_for
from flask_babel import force_locale

from examprep.plumbing import table
from examprep.plumbing.listing import Ask, Column, Page, SharedColumns, download
from examprep.plumbing.site import undrawn
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


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_shared_row_is_drawn_once_for_each_language_and_for_what_stands_in_it(app, monkeypatch):
    shaped = []

    def shape(row):
        shaped.append(row)
        return {**row, "name": row["name"] * 2}

    columns = SharedColumns(
        (Column("name", "Name", link=lambda row: url_for("people.account", n=row["id"])), Column("state", "State")),
        shape=shape,
    )
    row, plain = {"id": 7, "name": NASTY, "state": "a"}, (*columns,)

    def page(spoken="en", **more):
        with app.test_request_context("/", **more), force_locale(spoken):
            found = str(table_rows([row], columns))
            assert found == str(table_rows([shape(row)], plain))  # as it would be drawn anew
            shaped.pop()
            return found

    first = page()
    assert page() == first
    assert len(shaped) == 1
    assert page("zh") != first
    assert "/below/account" in page(environ_overrides={"SCRIPT_NAME": "/below"})
    row["state"] = "b"
    assert page() == first.replace(">a</td>", ">b</td>") != first
    monkeypatch.setattr(table, "_ROWS_KEPT", 1)
    row["state"] = "c"
    page()
    assert len(columns.drawn) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_file_of_a_shared_list_says_what_the_page_says(app):
    columns = SharedColumns((Column("name", "Name"),), shape=lambda row: {"name": row["name"] + "班"})
    with app.test_request_context(), force_locale("en"):
        file = download(Page([{"name": "甲"}], 1, Ask(export="csv")), columns, "list")
    assert file.get_data(as_text=True) == "\ufeffName\r\n甲班\r\n"


def listed(app, rows, caption="List", **more):
    asked = Ask(words=more.pop("words", ""), page=more.pop("number", 1))
    page = Page(rows, more.pop("total", len(rows)), asked, more.pop("totals", {}))
    with app.test_request_context("/people"), force_locale("en"):
        return undrawn(table.UI, "table")(
            page, (Column("name", "Name"), Column("n", "Figure", "number")), caption, **more
        )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_stands_around_rows_is_kept_without_them(app):
    one, other = ([{"name": name, "n": 1}] for name in ("Ann", "Bob"))
    pages = [listed(app, rows, totals=totals) for rows in (one, other) for totals in ({}, {"n": 7000})]
    for page, (name, sums) in zip(pages, [("Ann", 0), ("Ann", 1), ("Bob", 0), ("Bob", 1)], strict=True):
        assert (page.count(name), page.count("<tfoot>"), page.count("7,000")) == (1, sums, sums)
        assert "\x00" not in page
    assert "1–1 of 1" in pages[0]
    assert "1–25 of 70" in listed(app, one, total=70)
    assert "26–50 of 70" in listed(app, one, total=70, number=2)
    assert "<table" not in listed(app, [])
    assert "Add one" in listed(app, [], empty_hint="Add one")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_stands_around_rows_is_never_markup(app):
    page = listed(app, [{"name": "Ann", "n": 1}], NASTY, words=NASTY)
    assert "<b>" not in page
    assert page.count("&lt;b&gt;&#34;&#39;&amp;") >= 3  # the caption, its label, the search
