"""A page of a list: how many there are is counted only where it must be, and is right all the same."""

import pytest
from sqlalchemy import Integer, String, column, select, values
from werkzeug.datastructures import MultiDict

from examprep.kernel.errors import RuleViolation
from examprep.plumbing import kept_list, listing
from examprep.plumbing.kept_list import KeptList
from examprep.plumbing.listing import PAGE_SIZES, Ask, fetch

SIZE = PAGE_SIZES[0]


def anew(database, query, asked, **ways):
    with database.read() as session:
        return fetch(session, query, asked, **ways)


def kept(database, query, asked, **ways):
    with database.glance() as connection:  # closed by it, so that no thread keeps it
        return KeptList(query, filters={}, **ways).page(connection, asked)


@pytest.fixture(params=[anew, kept])
def page(request, database):
    def go(count, **asked):
        rows = values(column("n", Integer), column("name", String)).data([(n, f"甲{n}") for n in range(count)]).cte("t")
        ways = {"default": [rows.c.n], "searchable": [rows.c.name], "sortable": {"name": rows.c.name}}
        return request.param(database, select(rows), Ask(**asked), **ways)

    return go


@pytest.mark.parametrize(
    ("count", "asked", "shown", "pages"),
    [
        pytest.param(1, {}, 1, 1, id="one"),
        pytest.param(SIZE, {}, SIZE, 1, id="exactly-a-page"),
        pytest.param(SIZE + 1, {}, SIZE, 2, id="one-more"),
        pytest.param(SIZE + 2, {}, SIZE, 2, id="two-more"),
        pytest.param(SIZE + 1, {"page": 2}, 1, 2, id="the-second-page"),
        pytest.param(SIZE, {"page": 2}, SIZE, 1, id="a-page-beyond-the-last"),
        pytest.param(SIZE + 1, {"export": "csv"}, SIZE + 1, 2, id="a-file"),
    ],
)
def test_how_many_there_are(page, count, asked, shown, pages):
    found = page(count, **asked)
    assert (found.total, len(found.rows), found.pages) == (count, shown, pages)


@pytest.mark.parametrize(("words", "total"), [(f"甲{SIZE}", 1), ("甲", SIZE + 1), ("%", 0), ("乙", 0)])
def test_how_many_match(page, words, total):
    assert page(SIZE + 1, words=words).total == total


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        pytest.param({}, 0, id="its-own"),
        pytest.param({"sort": "name"}, 0, id="rising"),
        pytest.param({"sort": "name", "descending": True}, 9, id="falling"),
        pytest.param({"sort": "n", "descending": True}, 0, id="not-to-be-sorted-by"),
        pytest.param({"page": 99}, SIZE, id="the-last-page"),
    ],
)
def test_the_order(page, asked, first):
    assert page(SIZE + 1, **asked).rows[0] == {"n": first, "name": f"甲{first}"}


def test_a_file_has_its_bound(page, monkeypatch):
    for module in (listing, kept_list):
        monkeypatch.setattr(module, "EXPORT_LIMIT", 3)
    assert page(3, export="csv").total == 3
    with pytest.raises(RuleViolation, match="4 rows match"):
        page(4, export="csv")


def test_a_list_asked_for_without_a_query_is_as_one_that_asks_nothing():
    bare = Ask.of(MultiDict(), filters=("state",), size=50)
    assert bare == Ask.of(MultiDict({"q": " ", "state": ""}), filters=("state",), size=50)
    assert (bare.size, bare.page, dict(bare.filters)) == (50, 1, {})
