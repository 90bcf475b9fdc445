"""The menu shows the current place, of one role, and only what it may open."""

import re

import pytest


def current(page: str) -> list[str]:
    return re.findall(r'href="([^"]+)" aria-current="page"', page)


@pytest.mark.parametrize(
    ("who", "path", "place"),
    [
        pytest.param("ann_officer", "/people", "/people", id="the-place-itself"),
        pytest.param("ann_officer", "/people/new", "/people", id="below-it"),
        pytest.param("ann_officer", "/account", None, id="in-no-place"),
        pytest.param("ann_trainer", "/training/mentoring", "/training/mentoring", id="the-longest-wins"),
    ],
)
def test_the_current_place(sign_in, who, path, place):
    found = {address for address in current(sign_in(who).get(path).text) if not address.startswith("#")}
    assert found == ({place} if place else set())


def test_a_person_of_two_roles_switches(sign_in, world, runtime):
    admin = sign_in("ann_administrator")
    own = world.people["ann_administrator"]
    admin.post(f"/people/{own}/roles", data={"role": "trainer", "organisation_id": world.organisations["ann_county"]})
    before = admin.get("/account").text
    assert "/audit" in before
    assert "/training/mentoring" not in before
    admin.post("/role", data={"role": "trainer"})
    after = admin.get("/account").text
    assert "/training/mentoring" in after
    assert 'href="/audit"' not in after
    assert admin.get("/audit").status_code == 200
