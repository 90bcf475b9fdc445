"""Awards from the scheme to finance: two persons approve, a run pays what was previewed, mistakes are reversed."""

import io
import re
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from examprep.kernel.errors import Conflict, Forbidden, NotFound, RuleViolation
from examprep.people.access import Role
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask
from examprep.register import actions, awards, claims, rebuild, run_lists, run_planning, runs, schemes
from examprep.register.claims import Claim
from examprep.register.models import AwardClaimRow, AwardLineRow, AwardRunRow
from tests.factories import enlist
from tests.register import paying

TODAY, NEW = date(2026, 4, 1), {"qualified_year": 2025, "issued_on": date(2025, 10, 9)}
APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)


class Office:
    """One county's officers at work, each act a transaction of its own."""

    def __init__(self, runtime, world):
        self.runtime, self.world, self.now = runtime, world, runtime.clock.now()

    def do(self, act, who, *rest, **more):
        with self.runtime.database.write() as session:
            return act(session, self.world.actor(session, who), *rest, **more)

    def ask(self, query, who, *rest, **more):
        with self.runtime.database.read() as session:
            return query(session, self.world.actor(session, who), *rest, **more)

    def certify(self, name="ann_candidate", level="ASW", **more):
        entry = {"level": level, "number": f"{level}-{name}", **NEW, **more}
        return self.do(actions.add_certificate, "ann_officer", person_id=self.world.people[name], now=self.now, **entry)

    def scheme(self, **more):
        return self.do(paying.scheme, "ann_officer", now=self.now, **more)

    def apply(self, scheme_id, certificate_id, who="ann_candidate", today=TODAY, employed_since=None):
        claim = Claim(scheme_id, certificate_id, True, employed_since)
        return self.do(claims.apply, who, claim, today=today, now=self.now)

    def approve(self, claim_id, *hands):
        return [self.do(claims.approve, hand, claim_id, today=TODAY, now=self.now) for hand in hands][-1]

    def run(self, month=APRIL, today=MAY, who="ann_officer"):
        return self.do(paying.run, who, month, today=today, now=self.now)

    def plan(self, month=APRIL, who="ann_officer", today=MAY):
        return self.ask(run_planning.plan, who, self.world.organisations["ann_county"], month, today=today)

    def lines(self, who="ann_candidate"):
        with self.runtime.database.read() as session:
            person_id = self.world.people[who]
            query = select(AwardLineRow).where(AwardLineRow.person_id == person_id).order_by(AwardLineRow.id)
            return [(one.id, one.fen, one.why) for one in session.scalars(query)]

    def merge(self, gone, kept):
        """The register's part in a merge, and what it noted."""
        return self.do(paying.merge, "ann_officer", self.world.people[gone], self.world.people[kept], now=self.now)

    def totals(self, who="ann_officer"):
        return self.ask(awards.paid_totals, who)

    def sound(self):
        with self.runtime.database.read() as session:
            assert list(rebuild.run_differences(session, False)) == []
            assert list(rebuild.differences(session, False)) == []


@pytest.fixture
def office(runtime, world):
    with runtime.database.write() as session:
        more = (("second", "ann_county"), ("third", "ann_county"), ("city_second", "prefecture"))
        for order, (name, where) in enumerate(more, 80):
            enlist(session, runtime, world, name, where, Role.OFFICER, date(2020, 1, 1), order, runtime.clock.now())
    return Office(runtime, world)


@pytest.fixture
def claim(office):
    """ann_candidate's claim on 300 yuan a month, approved, from April 2026 on."""
    claim_id = office.apply(office.scheme(), office.certify())
    assert office.approve(claim_id, "ann_officer", "second") == "approved"
    return claim_id


def test_totals_of_some_months_are_of_the_months_that_were_paid_for(office, claim):
    """A report of a year that is over says what was paid for it, whenever it was paid."""
    office.run(APRIL)
    office.run(MAY, today=date(2026, 6, 1))
    assert office.totals() == (1, 60_000)
    assert office.ask(awards.paid_totals, "ann_officer", until=MAY) == (1, 30_000)
    assert office.ask(awards.paid_totals, "ann_officer", since=MAY, until=date(2026, 6, 1)) == (1, 30_000)
    assert office.ask(awards.paid_totals, "ann_officer", until=APRIL) == (0, 0)


def test_a_run_pays_what_was_previewed_and_once(office, claim):
    plan = office.plan()
    assert (plan.persons, len(plan.lines), plan.fen) == (1, 1, 30_000)
    run_id = office.run()
    assert office.totals() == (1, 30_000)
    with pytest.raises(RuleViolation, match="nothing to pay"):
        office.run()
    office.run(MAY)
    assert office.totals() == (1, 60_000)
    office.do(runs.close, "second", run_id, now=office.now)
    with pytest.raises(RuleViolation, match="closed or cancelled"):
        office.do(runs.cancel, "second", run_id, now=office.now)
    assert [row["fen"] for row in office.ask(run_lists.by_month, "ann_officer")] == [30_000, 30_000]
    office.sound()


def test_a_run_pays_arrears_and_not_what_is_to_come(office, claim):
    with pytest.raises(RuleViolation, match="not begun"):
        office.run(date(2026, 6, 1), today=MAY)
    office.run(MAY)
    assert [fen for _, fen, _ in office.lines()] == [30_000, 30_000]


def test_a_changed_preview_is_not_paid(office, claim):
    plan = office.plan()
    office.do(claims.stop, "ann_officer", claim, until=APRIL, reason="离职", now=office.now)
    organisation = office.world.organisations["ann_county"]
    with pytest.raises((Conflict, RuleViolation)):
        office.do(runs.make, "ann_officer", organisation, APRIL, sha256=plan.sha256, today=MAY, now=office.now)
    assert office.totals() == (0, 0)


@pytest.mark.parametrize(
    ("applicant", "hands", "error"),
    [
        pytest.param("ann_officer", ["ann_officer"], Forbidden, id="the-applicant"),
        pytest.param("ann_candidate", ["ann_officer", "ann_officer"], Forbidden, id="the-same-twice"),
        pytest.param("ann_candidate", ["second", "ann_officer", "third"], RuleViolation, id="a-third"),
        pytest.param("ann_candidate", ["bob_officer"], NotFound, id="another-county"),
        pytest.param("ann_candidate", ["ann_trainer"], NotFound, id="a-trainer"),
        pytest.param("ann_candidate", ["ann_candidate"], NotFound, id="the-holder"),
    ],
)
def test_who_does_not_approve(office, applicant, hands, error):
    claim_id = office.apply(office.scheme(), office.certify(), applicant)
    for hand in hands[:-1]:
        office.approve(claim_id, hand)
    with pytest.raises(error):
        office.approve(claim_id, hands[-1])


def test_an_officer_who_holds_a_certificate_does_not_approve_their_own(office):
    claim_id = office.apply(office.scheme(), office.certify("second"), "ann_officer")
    with pytest.raises(Forbidden):
        office.approve(claim_id, "second")


@pytest.mark.parametrize("hands", [("ann_officer", "ann_officer"), ("ann_candidate", "second"), ("second", "third")])
def test_the_database_holds_to_two_persons(runtime, office, hands):
    """``third`` applied, ``ann_candidate`` is paid: whatever the code does, such a row is refused."""
    scheme_id, certificate_id = office.scheme(), office.certify()
    people = office.world.people
    values = {
        "scheme_id": scheme_id, "person_id": people["ann_candidate"], "certificate_id": certificate_id, "level": "ASW",
        "full_time": True, "from_month": APRIL, "state": "approved", "applied_by": people["third"],
        "applied_on": TODAY, "first_by": people[hands[0]], "second_by": people[hands[1]],
    }  # fmt: skip
    with pytest.raises(IntegrityError), runtime.database.write() as session:
        session.execute(insert(AwardClaimRow).values(**values))


def test_refused_reopened_withdrawn_and_applied_for_once(office):
    scheme_id, certificate_id = office.scheme(), office.certify()
    claim_id = office.apply(scheme_id, certificate_id)
    with pytest.raises(Conflict, match="applied for already"):
        office.apply(scheme_id, certificate_id)
    office.do(claims.refuse, "ann_officer", claim_id, reason="材料不全", now=office.now)
    with pytest.raises(RuleViolation, match="no approval"):
        office.approve(claim_id, "second")
    office.do(claims.reopen, "ann_officer", claim_id, now=office.now)
    office.approve(claim_id, "second", "ann_officer")
    with pytest.raises(RuleViolation, match="bureau can stop"):
        office.do(claims.retract, "ann_candidate", claim_id, now=office.now)
    with pytest.raises(NotFound):
        office.do(claims.stop, "bob_officer", claim_id, until=MAY, reason="x", now=office.now)
    office.do(claims.stop, "ann_officer", claim_id, until=MAY, reason="离职", now=office.now)
    office.run(date(2026, 6, 1), today=date(2026, 6, 2))
    assert [fen for _, fen, _ in office.lines()] == [30_000]
    again = office.apply(scheme_id, certificate_id)
    office.do(claims.retract, "ann_candidate", again, now=office.now)


def test_a_condition_not_met_is_named(office):
    scheme_id = office.scheme(conditions={"registered": True, "service_months": 12})
    certificate_id = office.certify()
    with pytest.raises(RuleViolation, match="12 months of continuous service"):
        office.apply(scheme_id, certificate_id)
    with pytest.raises(RuleViolation, match="registration is not in force"):
        office.apply(scheme_id, certificate_id, employed_since=date(2020, 1, 1))
    claim = Claim(scheme_id, certificate_id, True, None)
    found = office.ask(claims.explain, "ann_candidate", claim, today=TODAY)
    assert [one.name for one in found if not one.met] == ["service", "registered"]
    with pytest.raises(NotFound):
        office.ask(claims.explain, "bob_officer", claim, today=TODAY)


def test_a_scheme_of_another_county_is_not_offered(office):
    certificate_id = office.certify()
    theirs = office.do(paying.scheme, "bob_officer", now=office.now)
    with pytest.raises(NotFound):
        office.apply(theirs, certificate_id)
    with pytest.raises(NotFound):
        office.do(
            schemes.add_version, "ann_officer", theirs, since=TODAY, source="x", fen_by_level={"ASW": 1}, now=office.now
        )


def test_a_month_is_not_paid_while_a_condition_fails_and_is_later(office, runtime):
    scheme_id = office.scheme(conditions={"in_post": True})
    office.approve(office.apply(scheme_id, office.certify()), "ann_officer", "second")

    def in_post(yes):
        with runtime.database.write() as session:
            person = PersonRow.id == office.world.people["ann_candidate"]
            session.execute(update(PersonRow).where(person).values(in_post=yes))

    in_post(False)
    plan = office.plan()
    assert (len(plan.lines), [str(one.why) for one in plan.unpaid]) == (0, ["Not in post."])
    in_post(True)
    assert office.plan().fen == 30_000


def test_the_cap_ends_the_payments(office):
    scheme_id = office.scheme(cap_months=2)
    office.approve(office.apply(scheme_id, office.certify()), "ann_officer", "second")
    office.run(date(2026, 8, 1), today=date(2026, 9, 1))
    assert [fen for _, fen, _ in office.lines()] == [30_000, 30_000]
    plan = office.plan(date(2026, 9, 1))
    assert [str(one.why) for one in plan.unpaid] == ["All 2 months are paid."]


def test_taken_back_once_and_counted_again_with_the_next_run(office, claim):
    office.run()
    line = office.lines()[0][0]
    office.do(awards.take_back, "ann_officer", line, reason="重复", now=office.now)
    with pytest.raises(Conflict):
        office.do(awards.take_back, "ann_officer", line, reason="重复", now=office.now)
    with pytest.raises(NotFound):
        office.do(awards.take_back, "bob_officer", line, reason="重复", now=office.now)
    assert office.totals() == (0, 0)
    plan = office.plan()
    assert (plan.fen, [str(one.why) for one in plan.unpaid]) == (
        -30_000,
        ["What was paid for this month was taken back."],
    )
    run_id = office.run()
    back = office.lines()[1][0]
    office.do(awards.reinstate, "ann_officer", back, reason="误追回", now=office.now)
    with pytest.raises(Conflict):
        office.do(awards.reinstate, "ann_officer", back, reason="误追回", now=office.now)
    office.run()
    assert office.totals() == (1, 30_000)
    row, page = office.ask(run_lists.run, "ann_officer", run_id, Ask())
    assert (row["fen"], page.totals["fen"]) == (-30_000, -30_000)
    office.sound()


def test_a_cancelled_run_is_paid_by_the_next(office, claim):
    first = office.run()
    office.do(runs.cancel, "ann_officer", first, now=office.now)
    assert office.totals() == (0, 0)
    assert office.ask(run_lists.run, "ann_officer", first, Ask())[0]["fen"] == 0
    office.run()
    assert [(fen, why) for _, fen, why in office.lines()] == [
        (30_000, "paid"),
        (-30_000, "cancelled"),
        (30_000, "paid"),
    ]
    office.sound()


def test_what_was_taken_back_before_its_run_is_cancelled_is_settled_with_it(office, claim):
    first = office.run()
    office.do(awards.take_back, "ann_officer", office.lines()[0][0], reason="重复", now=office.now)
    office.do(runs.cancel, "ann_officer", first, now=office.now)
    assert office.totals() == (0, 0)
    assert office.plan().lines == []
    office.sound()


def test_a_run_whose_payment_was_taken_back_later_is_not_cancelled(office, claim):
    first = office.run()
    office.do(awards.take_back, "ann_officer", office.lines()[0][0], reason="重复", now=office.now)
    office.run(MAY)
    with pytest.raises(Conflict, match="later one"):
        office.do(runs.cancel, "ann_officer", first, now=office.now)
    office.sound()


@pytest.mark.parametrize(
    ("upgrade", "fen"),
    [
        pytest.param("full", [100_000, 300_000], id="full"),
        pytest.param("difference", [100_000, 200_000], id="difference"),
        pytest.param("nothing", [100_000], id="nothing"),
    ],
)
def test_one_off_awards_after_an_upgrade(office, upgrade, fen):
    """吴忠 and 宁夏: once for each level; what a higher level adds is the scheme's."""
    scheme_id = office.scheme(kind="one-off", upgrade=upgrade, fen_by_level={"ASW": 100_000, "SW": 300_000})
    office.approve(office.apply(scheme_id, office.certify()), "ann_officer", "second")
    office.run()
    higher = office.certify(level="SW")
    if upgrade == "nothing":
        with pytest.raises(RuleViolation, match="nothing more"):
            office.apply(scheme_id, higher)
    else:
        office.approve(office.apply(scheme_id, higher), "ann_officer", "second")
        office.run(MAY)
    assert [each for _, each, _ in office.lines()] == fen
    with pytest.raises(RuleViolation):
        office.run(MAY)


def test_the_cap_counts_the_months_of_the_scheme_alone(office):
    certificate_id = office.certify()
    other, capped = office.scheme(name="另一办法", fen_by_level={"ASW": 20_000}), office.scheme(cap_months=1)
    office.approve(office.apply(other, certificate_id), "ann_officer", "second")
    office.run()
    office.approve(office.apply(capped, certificate_id), "ann_officer", "second")
    office.run(MAY)
    assert sorted(fen for _, fen, _ in office.lines()) == [20_000, 20_000, 30_000]


def test_an_upgrade_is_held_against_what_the_same_scheme_paid(office):
    certificate_id = office.certify()
    other = office.scheme(name="另一办法", kind="one-off", fen_by_level={"ASW": 70_000})
    scheme_id = office.scheme(kind="one-off", upgrade="difference", fen_by_level={"ASW": 100_000, "SW": 300_000})
    for each in (other, scheme_id):
        office.approve(office.apply(each, certificate_id), "ann_officer", "second")
    office.run()
    office.approve(office.apply(scheme_id, office.certify(level="SW")), "ann_officer", "second")
    office.run(MAY)
    assert sorted(fen for _, fen, _ in office.lines()) == [70_000, 100_000, 200_000]


def test_an_upgrade_changes_the_monthly_amount_from_its_month(office):
    scheme_id = office.scheme()
    office.approve(office.apply(scheme_id, office.certify()), "ann_officer", "second")
    office.run()
    higher = office.certify(level="SW", issued_on=date(2026, 3, 20))
    office.approve(office.apply(scheme_id, higher, today=date(2026, 5, 2)), "ann_officer", "second")
    office.run(MAY)
    assert [fen for _, fen, _ in office.lines()] == [30_000, 50_000]


def test_of_two_schemes_of_which_only_the_highest_pays(office):
    lower = office.scheme(name="甲", stacking="highest", fen_by_level={"ASW": 20_000})
    higher = office.scheme(name="乙", stacking="highest", fen_by_level={"ASW": 30_000})
    beside = office.scheme(name="丙", fen_by_level={"ASW": 5_000})
    certificate_id = office.certify()
    office.approve(office.apply(lower, certificate_id), "ann_officer", "second")
    office.run()
    for scheme_id in (higher, beside):
        office.approve(office.apply(scheme_id, certificate_id), "ann_officer", "second")
    office.run()
    assert sorted(fen for _, fen, _ in office.lines()) == [5_000, 10_000, 20_000]  # topped up to the higher
    office.run(MAY)
    assert office.totals() == (1, 70_000)


def test_what_another_scheme_has_paid_since_does_not_count_again(office):
    certificate_id = office.certify()
    first = office.scheme(name="甲", stacking="highest")
    office.approve(office.apply(first, certificate_id), "ann_officer", "second")
    office.run()
    office.do(awards.take_back, "ann_officer", office.lines()[0][0], reason="重复", now=office.now)
    other = office.scheme(name="乙", stacking="highest", fen_by_level={"ASW": 20_000})
    office.approve(office.apply(other, certificate_id), "ann_officer", "second")
    office.run()
    assert office.totals() == (1, 20_000)
    back = next(id_ for id_, fen, _ in office.lines() if fen == -30_000)
    with pytest.raises(Conflict) as refusal:
        office.do(awards.reinstate, "ann_officer", back, reason="误追回", now=office.now)
    assert refusal.value.code == "register.award-elsewhere"
    later = next(id_ for id_, fen, _ in office.lines() if fen == 20_000)
    office.do(awards.take_back, "ann_officer", later, reason="改发", now=office.now)
    office.do(awards.reinstate, "ann_officer", back, reason="误追回", now=office.now)
    assert office.totals() == (1, 30_000)
    office.sound()


def test_two_organisations_paying_at_once_pay_only_the_highest(office):
    certificate_id = office.certify()
    above = {"name": "市级", "stacking": "highest", "fen_by_level": {"ASW": 20_000}}
    city = office.do(paying.scheme, "province_officer", now=office.now, **above)
    county = office.scheme(name="县级", stacking="highest")
    for scheme_id in (city, county):
        claim_id = office.apply(scheme_id, certificate_id)
        for hand in ("province_officer", "ann_officer" if scheme_id == county else "city_second"):
            office.do(claims.approve, hand, claim_id, today=TODAY, now=office.now)
    with ThreadPoolExecutor(1) as pool:
        with office.runtime.database.write() as session:
            paying.run(session, office.world.actor(session, "ann_officer"), APRIL, today=MAY, now=office.now)
            other = pool.submit(office.run, who="province_officer")
            wait([other], timeout=1)  # it waits for the first; if it did not, it would be done by now
        with pytest.raises((Conflict, RuleViolation)):
            other.result()
    assert [fen for _, fen, _ in office.lines()] == [30_000]
    office.sound()


def test_a_later_version_pays_from_its_day(office, claim):
    scheme_id = office.ask(schemes.schemes, "ann_officer", "register:award:pay")[0][0]
    more = {"since": MAY, "source": "新办法", "fen_by_level": {"ASW": 40_000}}
    office.do(schemes.add_version, "ann_officer", scheme_id, now=office.now, **more)
    office.run(MAY)
    assert [fen for _, fen, _ in office.lines()] == [30_000, 40_000]


@pytest.mark.parametrize("both", [False, True])
def test_merged_rows_are_paid_once(office, runtime, both):
    """Two rows turn out to be one person: what both were paid is asked back, what one was paid goes over."""
    scheme_id = office.scheme()
    names = ["ann_candidate", "third"] if both else ["third"]
    for name in names:
        office.approve(office.apply(scheme_id, office.certify(name), name), "ann_officer", "second")
    office.run()
    office.merge("third", "ann_candidate")
    assert office.totals() == (1, 30_000)
    assert office.plan().fen == (-30_000 if both else 0)
    office.run(MAY)
    assert office.totals() == (1, 60_000)
    office.sound()


@pytest.mark.parametrize("asked_back", [False, True])
@pytest.mark.parametrize("both", [False, True])
def test_what_was_paid_returns_when_a_merge_is_taken_back(office, both, asked_back):
    """Whether finance took the second payment back already or not: in the end each was paid once, as before."""
    scheme_id = office.scheme()
    names = ["ann_candidate", "third"] if both else ["third"]
    for name in names:
        office.approve(office.apply(scheme_id, office.certify(name), name), "ann_officer", "second")
    office.run()
    before = [sum(fen for _, fen, _ in office.lines(name)) for name in ("ann_candidate", "third")]
    merge = office.merge("third", "ann_candidate")
    if asked_back:
        office.run(MAY)
    office.do(paying.take_back, "ann_officer", merge, now=office.now)
    months = 1 if asked_back else 0
    after = [sum(fen for _, fen, why in office.lines(name)) for name in ("ann_candidate", "third")]
    assert after == [before[0] + 30_000 * months, before[1]]
    with office.runtime.database.read() as session:
        states = session.execute(select(AwardClaimRow.person_id, AwardClaimRow.state)).all()
    assert sorted(states) == sorted((office.world.people[name], "approved") for name in names)
    office.sound()


def test_a_run_of_somebody_merged_since_is_not_cancelled(office):
    office.approve(office.apply(office.scheme(), office.certify("third"), "third"), "ann_officer", "second")
    first = office.run()
    office.merge("third", "ann_candidate")
    with pytest.raises(Conflict, match="was merged"):
        office.do(runs.cancel, "ann_officer", first, now=office.now)
    office.sound()


def test_verify_finds_a_run_whose_totals_were_changed(office, runtime, claim):
    office.run()
    with runtime.database.write() as session:
        session.execute(update(AwardRunRow).values(fen=1))
        assert len(list(rebuild.run_differences(session, True))) == 1
    office.sound()


def test_another_county_neither_pays_nor_sees(office, claim):
    run_id = office.run()
    assert office.totals("bob_officer") == (0, 0)
    assert office.totals("province_officer") == (1, 30_000)
    for act in (runs.close, runs.cancel):
        with pytest.raises(NotFound):
            office.do(act, "bob_officer", run_id, now=office.now)
    with pytest.raises(NotFound):
        office.ask(run_planning.plan, "bob_officer", office.world.organisations["ann_county"], APRIL, today=MAY)
    assert office.ask(run_lists.listed, "bob_officer", Ask()).total == 0


def test_the_list_names_months_and_sum(office, claim):
    office.run(MAY)
    page = office.ask(awards.paid_people, "ann_officer", Ask(words="ann_candidate"))
    assert [(row["months"], row["fen"]) for row in page.rows] == [(2, 60_000)]


SCHEME = {
    "name": "一次性奖励", "kind": "one-off", "since": "2025-01-01", "yuan_asw": "1000.50", "stacking": "add",
    "upgrade": "full", "source": "办法", "service_months": "12", "window_first": "01-01", "window_last": "12-31",
}  # fmt: skip


def test_pages_from_the_scheme_to_the_file_for_finance(office, sign_in, world):
    officer, second, holder = sign_in("ann_officer"), sign_in("second"), sign_in("ann_candidate")
    typed = {**SCHEME, "organisation_id": world.organisations["ann_county"]}
    assert officer.post("/register/schemes/add", data={**typed, "window_last": ""}).status_code == 422
    assert officer.post("/register/schemes/add", data={**typed, "yuan_asw": ""}).status_code == 422
    assert officer.post("/register/schemes/add", data={**typed, "yuan_asw": "1.005"}).status_code == 422
    scheme = officer.post("/register/schemes/add", data=typed).location
    assert officer.post("/register/schemes/add", data=typed).status_code == 422
    assert officer.get(scheme).status_code == 200
    assert officer.get(f"{scheme}/versions/add").status_code == 200
    assert officer.post(f"{scheme}/versions/add", data={**SCHEME, "since": "2027-01-01"}).status_code == 303
    office.certify()
    person = world.people["ann_candidate"]
    assert holder.get("/register/claims/mine").status_code == 200
    form = f"{scheme}/apply/{person}"
    held = re.search(r'<option[^>]*value="(\d+)"', holder.get(form).text)[1]
    assert holder.post(form, data={"certificate_id": held}).status_code == 422
    stated = {"certificate_id": held, "employed_since": "2020-01-01", "full_time": "y"}
    claim = holder.post(form, data=stated).location
    assert holder.post(f"{claim}/approve").status_code == 403
    assert officer.get(claim).status_code == 200
    assert officer.post(f"{claim}/approve").status_code == 303
    assert officer.post(f"{claim}/approve").status_code == 403
    assert second.post(f"{claim}/approve").status_code == 303
    preview = officer.get("/register/runs/preview?month=2026-04").text
    sha256 = re.search(r'name="sha256" value="(\w+)"', preview)[1]
    sent = {"organisation_id": world.organisations["ann_county"], "month": "2026-04-01", "sha256": sha256}
    assert officer.post("/register/runs", data={**sent, "sha256": "0" * 64}).status_code == 409
    run = officer.post("/register/runs", data=sent).location
    rows = list(load_workbook(io.BytesIO(officer.get(f"{run}?export=xlsx").data)).active.values)
    assert rows[1][1].startswith("520526")
    assert rows[1][-1] == 1000.5
    assert officer.get(run).status_code == 200
    assert officer.get(f"{run}?export=csv").status_code == 200
    ledger = officer.get(f"/register/awards/{person}").text
    line = re.search(r"/register/awards/line/(\d+)/take-back", ledger)[1]
    assert officer.post(f"/register/awards/line/{line}/take-back", data={"reason": ""}).status_code == 422
    assert officer.post(f"/register/awards/line/{line}/take-back", data={"reason": "重复"}).status_code == 303
    back = re.search(r"/register/awards/line/(\d+)/reinstate", officer.get(f"/register/awards/{person}").text)[1]
    assert officer.post(f"/register/awards/line/{back}/reinstate", data={"reason": "误"}).status_code == 303
    assert second.post(f"{run}/close").status_code == 303
    for page in ("/register/awards", "/register/schemes", "/register/claims", "/register/runs"):
        assert officer.get(page).status_code == 200, page
        assert officer.get(f"{page}?export=csv").status_code == 200, page
        assert holder.get(page).status_code == 403, page
    for page in (claim, run, scheme, f"/register/awards/{person}"):
        assert sign_in("bob_officer").get(page).status_code == 404, page
        assert sign_in("ann_trainer").get(page).status_code == 403, page


def test_stop_refuse_and_withdraw_on_the_page(office, sign_in, claim):
    officer, holder = sign_in("ann_officer"), sign_in("ann_candidate")
    page = f"/register/claims/{claim}"
    assert officer.post(f"{page}/stop", data={"reason": "离职"}).status_code == 422
    assert officer.post(f"{page}/stop", data={"reason": "离职", "until": "2026-05-01"}).status_code == 303
    with office.runtime.database.read() as session:
        row = session.get(AwardClaimRow, claim)
        other = office.apply, row.scheme_id, row.certificate_id
    again = other[0](*other[1:])
    page = f"/register/claims/{again}"
    assert officer.post(f"{page}/refuse", data={"reason": ""}).status_code == 422
    assert officer.post(f"{page}/refuse", data={"reason": "材料不全"}).status_code == 303
    assert officer.post(f"{page}/reopen").status_code == 303
    assert holder.post(f"{page}/retract").status_code == 303


def test_forged_posts_are_refused(app, office, sign_in, claim):
    officer = sign_in("ann_officer")
    app.config["WTF_CSRF_ENABLED"] = True
    for act in ("approve", "refuse", "stop"):
        assert officer.post(f"/register/claims/{claim}/{act}").status_code == 400
    assert officer.post("/register/runs").status_code == 400
