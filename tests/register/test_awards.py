"""Awards: each month paid once, within the cap, taken back by a further line; the pages and who may use them."""

from datetime import date

import pytest

from examprep.kernel.errors import Conflict, RuleViolation
from examprep.people.access import Permission
from examprep.people.bounds import seen
from examprep.plumbing.listing import Ask
from examprep.register import actions, awards

NOW_MONTH = date(2026, 3, 1)


@pytest.fixture
def scheme(runtime, world) -> int:
    """ann's county pays assistants 300 yuan a month, at most three months; ann_candidate is an assistant."""
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        actions.add_certificate(
            session,
            officer,
            person_id=world.people["ann_candidate"],
            level="ASW",
            number="20230612520526000001",
            qualified_year=2023,
            issued_on=date(2023, 10, 9),
            now=runtime.clock.now(),
        )
        return awards.add_scheme(
            session,
            organisation_id=world.organisations["ann_county"],
            name="津贴",
            kind="monthly",
            fen_by_level={"ASW": 30_000, "SW": 50_000},
            cap_months=3,
            since=date(2025, 1, 1),
            source="办法",
        )


@pytest.fixture
def pay(runtime, world, scheme):
    def go(month: date, who: str = "ann_candidate", by: str = "ann_officer") -> int:
        with runtime.database.write() as session:
            actor = world.actor(session, by)
            return awards.pay_month(
                session, actor, scheme_id=scheme, person_id=world.people[who], month=month, now=runtime.clock.now()
            )

    return go


def totals(runtime, world, who="ann_officer"):
    with runtime.database.read() as session:
        return awards.paid_totals(session, world.actor(session, who))


def test_months_add_up_and_each_is_paid_once(runtime, world, pay):
    pay(date(2026, 1, 5))
    pay(date(2026, 2, 27))
    with pytest.raises(Conflict):
        pay(date(2026, 2, 1))
    assert totals(runtime, world) == (1, 60_000)


@pytest.mark.parametrize(
    ("months", "who", "code"),
    [
        pytest.param([1, 2, 3, 4], "ann_candidate", "register.award-cap", id="cap"),
        pytest.param([1], "ann_trainer", "register.award-level", id="no-certificate"),
    ],
)
def test_what_the_scheme_does_not_pay(pay, months, who, code):
    for month in months[:-1]:
        pay(date(2026, month, 1), who)
    with pytest.raises(RuleViolation) as refusal:
        pay(date(2026, months[-1], 1), who)
    assert refusal.value.code == code


def test_before_the_scheme_began_nothing_is_paid(pay):
    with pytest.raises(RuleViolation, match="award-early"):
        pay(date(2024, 12, 31))


def test_taking_back_leaves_both_lines_and_happens_once(runtime, world, pay):
    line = pay(NOW_MONTH)

    def take_back() -> None:
        with runtime.database.write() as session:
            officer = world.actor(session, "ann_officer")
            awards.take_back(session, officer, line, reason="重复", now=runtime.clock.now())

    take_back()
    with pytest.raises(Conflict):
        take_back()
    with runtime.database.read() as session:
        _, lines = awards.ledger(session, world.actor(session, "ann_officer"), world.people["ann_candidate"])
    assert sorted(found["fen"] for found in lines) == [-30_000, 30_000]
    assert totals(runtime, world) == (0, 0)


def test_another_county_neither_pays_nor_sees(runtime, world, pay):
    pay(NOW_MONTH)
    with pytest.raises(Exception, match="no such person"):
        pay(date(2026, 2, 1), by="bob_officer")
    assert totals(runtime, world, "bob_officer") == (0, 0)
    assert totals(runtime, world, "province_officer") == (1, 30_000)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        pytest.param("ann_officer", 200, id="own-county"),
        pytest.param("bob_officer", 404, id="another-county"),
        pytest.param("ann_trainer", 403, id="role-may-not"),
    ],
)
def test_who_opens_a_ledger(sign_in, world, pay, who, status):
    pay(NOW_MONTH)
    assert sign_in(who).get(f"/register/awards/{world.people['ann_candidate']}").status_code == status


def test_an_officer_pays_and_takes_back_on_the_page(sign_in, world, scheme, runtime):
    client, address = sign_in("ann_officer"), f"/register/awards/{world.people['ann_candidate']}"
    month = {"scheme_id": scheme, "month": "2026-02-10"}
    assert client.post(address, data=month).status_code == 303
    assert client.post(address, data=month).status_code == 422
    page = client.get(address).text
    assert "300" in page
    line = page.split("/register/awards/line/")[1].split("/")[0]
    assert client.post(f"/register/awards/line/{line}/take-back", data={"reason": ""}).status_code == 422
    assert client.post(f"/register/awards/line/{line}/take-back", data={"reason": "重复"}).status_code == 303
    assert totals(runtime, world) == (0, 0)


def test_the_list_names_months_and_sum(runtime, world, pay):
    pay(date(2026, 1, 1))
    pay(date(2026, 2, 1))
    with runtime.database.read() as session:
        officer = world.actor(session, "ann_officer")
        page = awards.paid_people(session, officer, Ask(words="ann_candidate"))
        assert [(row["months"], row["fen"]) for row in page.rows] == [(2, 60_000)]
        assert seen(session, officer, Permission.REGISTER_AWARD_PAY, world.people["ann_candidate"])
