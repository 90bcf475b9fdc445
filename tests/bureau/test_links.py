"""Every figure of the officer's home opens the rows it is counted from, also when one unit is chosen."""

import html
import re
from datetime import date

import pytest

from examprep.app.schema import load_data
from examprep.people.models import PersonRow
from examprep.register.actions import add_certificate
from examprep.training import mentoring
from tests.register import paying

TOTAL = re.compile(r'<span class="count">[\d,]+–[\d,]+ of ([\d,]+)</span>')


@pytest.fixture
def bureau(runtime, world):
    """In ann's county two holders since 2021 and 2025, a pair and an award; in bob's one holder, a pair and an award.

    Ann's officer is not in post.
    """
    now, today = runtime.clock.now(), runtime.clock.today()
    issued = {"ann_candidate": date(2021, 9, 1), "ann_trainer": date(2025, 9, 1), "bob_candidate": date(2025, 9, 1)}
    with runtime.database.write() as session:
        load_data(session, today)
        for name, issued_on in issued.items():
            add_certificate(
                session, None, person_id=world.people[name], level="ASW", number=name, qualified_year=issued_on.year,
                issued_on=issued_on, now=now,
            )  # fmt: skip
        for county, mentor, mentee in (("ann", "trainer", "candidate"), ("bob", "candidate", "trainer")):
            mentoring.pair(
                session, world.actor(session, f"{county}_trainer"), mentor_id=world.people[f"{county}_{mentor}"],
                mentee_id=world.people[f"{county}_{mentee}"], since=date(2026, 1, 1), widen=True, now=now,
            )  # fmt: skip
            officer = world.actor(session, f"{county}_officer")
            hands = (officer, world.actor(session, "province_officer"))
            scheme = paying.scheme(session, officer, now=now)
            paying.approved(
                session, scheme, world.actor(session, f"{county}_candidate"), hands, today=date(2026, 2, 1), now=now
            )
            paying.run(session, officer, date(2026, 2, 1), today=today, now=now)
        session.get_one(PersonRow, world.people["ann_officer"]).in_post = False


@pytest.fixture
def opened(bureau, sign_in, world):
    """``opened(label, unit)``: how many rows stand behind a figure of the provincial officer's home."""
    client = sign_in("province_officer")
    client.post("/language", data={"language": "en"})

    def go(label: str, unit: str | None) -> int:
        home = client.get(f"/bureau/?unit={world.organisations[unit] if unit else ''}").text
        href = re.search(rf'figure-label"><a href="([^"]*)">{label}</a>', home)
        return _rows(client, href[1])

    return go


def _rows(client, href: str) -> int:
    page = client.get(html.unescape(href))
    assert page.status_code == 200
    return int(TOTAL.search(page.text)[1])


@pytest.mark.parametrize(
    ("label", "everywhere", "in_one_county"),
    [
        ("Certificate holders", 3, 2),
        ("Certified share of those in post", 8, 3),
        ("Mentors to mentees", 2, 1),
        ("Awards paid", 2, 1),
    ],
)
def test_a_figure_opens_its_rows(opened, label, everywhere, in_one_county):
    assert opened(label, None) == everywhere
    assert opened(label, "ann_county") == in_one_county


def test_a_years_holders_are_those_of_that_day(opened, sign_in, world):
    client = sign_in("province_officer")
    home = client.get(f"/bureau/?unit={world.organisations['ann_county']}").text
    found = dict(re.findall(r'<a href="([^"]*as_of=(?:2021|2025)-12-31)">(\d+)</a>', home))
    assert sorted(found.values()) == ["1", "2"]
    for href, count in found.items():
        assert _rows(client, href) == int(count)


def test_what_is_no_day_or_no_unit_is_passed_over(opened, sign_in):
    client = sign_in("province_officer")
    assert _rows(client, "/register/holders?as_of=2021-02-30&unit=x") == 3
    assert _rows(client, "/training/mentoring?organisation=x") == 2
    assert _rows(client, "/register/awards?organisation=99999999999999999999") == 2


def test_an_ended_pair_is_neither_counted_nor_behind_the_figure(opened, runtime, world):
    with runtime.database.write() as session:
        trainer = world.actor(session, "bob_trainer")
        page = mentoring.pairs(session, trainer, "training:class:manage", mentoring.Ask(), today=runtime.clock.today())
        now = runtime.clock.now()
        mentoring.end_pair(session, trainer, page.rows[0]["id"], reason="x", today=runtime.clock.today(), now=now)
    assert opened("Mentors to mentees", None) == 1
