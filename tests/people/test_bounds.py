"""Whom a region's figures are of: everybody of its organisations, and of all that lie below these."""

import pytest

from examprep.people.bounds import people_of_region


@pytest.mark.parametrize(
    ("region", "inside"),
    [
        pytest.param("520500", {"ann_candidate", "bob_candidate"}, id="a-prefecture-with-its-counties"),
        pytest.param("520526", {"ann_candidate"}, id="a-county"),
        pytest.param("110000", set(), id="elsewhere"),
    ],
)
def test_the_people_of_a_region(database, world, region, inside):
    with database.read() as session:
        found = set(session.scalars(people_of_region(region)))
    assert {name for name in ("ann_candidate", "bob_candidate") if world.people[name] in found} == inside
