"""A page of a list: how many there are is counted only where it must be, and is right all the same."""

import pytest
from sqlalchemy import Integer, String, column, select, values

from examprep.plumbing.listing import PAGE_SIZES, Ask, fetch

SIZE = PAGE_SIZES[0]


def page(database, count, **asked):
    rows = values(column("n", Integer), column("name", String)).data([(n, f"甲{n}") for n in range(count)]).cte("t")
    with database.read() as session:
        query = select(rows)
        return fetch(session, query, Ask(**asked), default=[rows.c.n], searchable=[rows.c.name])


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
def test_how_many_there_are(database, count, asked, shown, pages):
    found = page(database, count, **asked)
    assert (found.total, len(found.rows), found.pages) == (count, shown, pages)


def test_how_many_match(database):
    assert page(database, SIZE + 1, words=f"甲{SIZE}").total == 1
