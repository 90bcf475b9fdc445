"""Standings as kept: with each line, by the sweep as time passes, and never otherwise once a period is closed."""

from datetime import UTC, date, datetime
from random import Random

import pytest
from sqlalchemy import func, select, update

from examprep.ce import actions, counting, editing, exempting, rebuild, standings, store, sweeping
from examprep.ce.exempting import Decision
from examprep.ce.jobs import follow_register
from examprep.ce.models import LineRow, StandingRow
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.models import PersonRow
from examprep.plumbing.jobs import JobTurn
from examprep.plumbing.listing import Ask
from examprep.plumbing.uploads import Accepted
from examprep.register.models import RegisterCertificateRow
from tests.ce.conftest import HOUR

TODAY = date(2026, 4, 1)
PROOF = Accepted("证明.pdf", "pdf", b"%PDF-1.4 %%EOF", "0" * 64)
FIFTH = {
    "code": "changzhou",
    "names": {"zh": "常州每年72学时（公共24＋专业48）", "en": "Changzhou: 72 credit hours a year"},
    "period_kind": "calendar_year",
    "minutes": {"ASW": 72 * HOUR, "SW": 72 * HOUR, "SSW": 72 * HOUR},
    "minimums": [
        {"categories": ["general"], "minutes": 24 * HOUR},
        {"categories": ["professional"], "minutes": 48 * HOUR},
    ],
    "caps": [],
    "minutes_per_hour": 45,
    "terms": {"conversions": {"day": {"minutes": 6 * HOUR}}, "carry_over_minutes": 10 * HOUR},
    "since": date(2026, 1, 1),
    "until": None,
    "region_code": "520526",
    "organisation_id": None,
    "replaces": "mohrss-25",
    "source": "常州市规定",
    "certainty": "M",
}


def kept(session, person_id):
    return {
        (row.code, row.period_start): {c.name: getattr(row, c.name) for c in StandingRow.__table__.columns}
        for row in session.scalars(select(StandingRow).where(StandingRow.person_id == person_id))
    }


def closed_words(session, person_id, year=2025):
    """Everything that is shown of a closed year, to the letter."""
    ledger = standings.ledger(session, person_id, "x", year, today=TODAY)
    return repr(
        [(s.requirement, s.duty.level, s.counted_minutes, s.findings, s.lines, s.reasons) for s in ledger.standings]
    )


def test_a_line_is_in_the_standing_at_once_and_verify_agrees(runtime, world, holders):
    ann = world.people["ann_candidate"]
    with runtime.database.read() as session:
        before = kept(session, ann)["mohrss-25", date(2026, 1, 1)]
    line = holders.post("ann_candidate", 10, "general")
    with runtime.database.read() as session:
        after = kept(session, ann)["mohrss-25", date(2026, 1, 1)]
        assert after["counted_minutes"] - before["counted_minutes"] == 10 * HOUR
        assert {code for code, _ in kept(session, ann)} == {"mohrss-25", "weining-mean"}
        assert list(rebuild.standings(session, False)) == []
    with runtime.database.write() as session:
        actions.reverse(session, line, reason="x", posted_by=None, now=runtime.clock.now())
    with runtime.database.read() as session:
        assert kept(session, ann)["mohrss-25", date(2026, 1, 1)] == before


def test_verify_finds_and_mends_a_standing_that_is_wrong(runtime, world, holders):
    with runtime.database.write() as session:
        session.execute(update(StandingRow).where(StandingRow.code == "mohrss-25").values(counted_minutes=1))
    with runtime.database.write() as session:
        assert len(list(rebuild.standings(session, True))) == 2
    with runtime.database.read() as session:
        assert list(rebuild.standings(session, False)) == []


def test_a_second_sweep_writes_nothing(runtime, world, holders):
    with runtime.database.write() as session:
        session.execute(StandingRow.__table__.delete())
    assert sweeping.sweep(runtime.database, today=TODAY) == 3
    assert sweeping.sweep(runtime.database, today=TODAY) == 0
    assert sweeping.sweep(runtime.database, today=TODAY, stopping=lambda: True) == 0


def test_the_new_year_begins_with_the_sweep(runtime, world, holders):
    new_year = date(2027, 1, 1)
    sweeping.sweep(runtime.database, today=new_year)
    with runtime.database.read() as session:
        found = kept(session, world.people["ann_candidate"])
    assert found["mohrss-25", new_year]["counted_minutes"] == 0
    assert found["mohrss-25", date(2026, 1, 1)]["counted_minutes"] == 20 * HOUR


def test_who_holds_no_certificate_any_more_owes_nothing(runtime, world, holders):
    with runtime.database.write() as session:
        session.execute(
            RegisterCertificateRow.__table__.delete().where(
                RegisterCertificateRow.person_id == world.people["ann_candidate"]
            )
        )
    sweeping.sweep(runtime.database, today=TODAY)
    with runtime.database.read() as session:
        assert kept(session, world.people["ann_candidate"]) == {}
        assert kept(session, world.people["bob_candidate"]) != {}


def test_the_register_is_followed(runtime, world, holders):
    holders.recount = lambda: None
    holders.certify("ann_trainer", registered_on=date(2026, 1, 1))
    now = runtime.clock.now()
    assert follow_register(JobTurn(runtime, now, now)) == 3
    with runtime.database.read() as session:
        assert {code for code, _ in kept(session, world.people["ann_trainer"])} == {
            "mca-123",
            "mohrss-25",
            "weining-mean",
        }
        # The other's agency lies in another county, whose holders have no such target.
        assert {code for code, _ in kept(session, world.people["bob_candidate"])} == {"mohrss-25"}


def test_a_new_version_leaves_closed_periods_as_they_are(runtime, world, holders):
    ann, now = world.people["ann_candidate"], runtime.clock.now()
    holders.post("ann_candidate", 61, on=date(2025, 11, 1))
    holders.post("ann_candidate", 40, "general", on=date(2025, 12, 1))
    with runtime.database.read() as session:
        words, rows = closed_words(session, ann), kept(session, ann)
    fresh = {**FIFTH, "code": "mohrss-25", "region_code": None, "replaces": None}
    with runtime.database.write() as session:
        editing.save(session, world.actor(session, "ann_administrator"), fresh, now=now, today=TODAY)
    assert follow_register(JobTurn(runtime, now, now)) > 0  # the change is swept
    with runtime.database.read() as session:
        assert closed_words(session, ann) == words
        after = kept(session, ann)
        assert after["mohrss-25", date(2025, 1, 1)] == rows["mohrss-25", date(2025, 1, 1)]
        assert after["mohrss-25", date(2026, 1, 1)]["required_minutes"] == 72 * HOUR
    # Nor does a move or a further certificate change what is closed; a late line counts under what governed it.
    with runtime.database.write() as session:
        session.execute(
            update(PersonRow).where(PersonRow.id == ann).values(organisation_id=world.organisations["bob_agency"])
        )
    holders.certify("ann_candidate", "SW", date(2026, 3, 1))
    with runtime.database.read() as session:
        assert closed_words(session, ann) == words
    holders.post("ann_candidate", 1, on=date(2025, 12, 31))
    with runtime.database.read() as session:
        row = kept(session, ann)["mohrss-25", date(2025, 1, 1)]
        assert (row["level"], row["counted_minutes"]) == ("ASW", 92 * HOUR)
        assert list(rebuild.standings(session, False)) == []


def test_a_fifth_requirement_is_data_alone(runtime, world, holders, sign_in):
    now, ann = runtime.clock.now(), world.people["ann_candidate"]
    with runtime.database.read() as session:
        seen = editing.preview(session, FIFTH, today=TODAY)
        assert (seen.begins, seen.ends, seen.becomes_short) == (1, 0, 0)
    with runtime.database.write() as session:
        editing.save(session, world.actor(session, "ann_administrator"), FIFTH, now=now, today=TODAY)
    sweeping.sweep(runtime.database, today=TODAY)
    holders.post("ann_candidate", 1, "professional", kind="day", units=5)
    holders.post("ann_candidate", 24, "general")
    with runtime.database.read() as session:
        assert {code for code, _ in kept(session, ann)} == {"changzhou", "weining-mean"}
        found = {s.requirement.code: s for s in standings.ledger(session, ann, "", 2026, today=TODAY).standings}
        assert found["changzhou"].met
        assert found["changzhou"].counted_minutes == (20 + 30 + 24) * HOUR
    page = sign_in("ann_candidate").get("/ce/").text
    assert "常州每年72学时" in page
    listed = sign_in("ann_officer").get("/ce/standing?clock=changzhou").text
    assert "ann_candidate" in listed


def test_the_order_of_posting_does_not_matter(runtime, world, holders):
    lines = [("general", 20), ("elective", 15), ("professional", 30), ("general", 5), ("professional", 33)]
    found = []
    for name, seed in (("ann_candidate", 1), ("bob_candidate", 2)):
        order = list(enumerate(lines))
        Random(seed).shuffle(order)
        if name == "bob_candidate":
            holders.post(name, 20)
        for number, (category, hours) in order:
            holders.post(name, hours, category, source=900 + number)
        with runtime.database.read() as session:
            row = kept(session, world.people[name])["mohrss-25", date(2026, 1, 1)]
            found.append({k: v for k, v in row.items() if k.endswith("_minutes") or k in store.CATEGORIES})
    assert found[0] == found[1]


def decision(**changes):
    values = {
        "kind": "exempt",
        "code": None,
        "since": date(2026, 1, 1),
        "last": date(2026, 12, 31),
        "make_up_until": None,
        "reason_code": "illness",
        "note": "",
    }
    return Decision(**{**values, **changes})


def test_hours_of_the_exempt_are_in_no_mean(runtime, world, holders):
    holders.post("bob_candidate", 60)
    with runtime.database.write() as session:
        officer, ann = world.actor(session, "province_officer"), world.people["ann_candidate"]
        exempting.decide(session, runtime.vault, officer, ann, decision(), PROOF, now=runtime.clock.now())
        found = standings.summary(session, officer, 2026, today=TODAY)
    assert (found.exempt, found.met.base, found.recorded_minutes, found.mean_minutes) == (1, 1, 60 * HOUR, 60 * HOUR)


def test_figures_of_a_longer_period_are_called_so(runtime, world, holders):
    """Before anybody owed hours of a calendar year, those of the registration periods are not the year's."""
    holders.certify("bob_candidate", issued_on=date(2023, 3, 1),
                    registered_on=date(2023, 4, 1))  # fmt: skip
    with runtime.database.read() as session:
        officer = world.actor(session, "province_officer")
        then = standings.summary(session, officer, 2023, today=TODAY)
        now = standings.summary(session, officer, 2026, today=TODAY)
        elsewhere = standings.summary(
            session, officer, 2023, today=TODAY, ask=Ask(filters={"unit": str(world.organisations["ann_county"])})
        )
    assert (then.yearly, then.met.base, then.minutes_per_hour) == (False, 1, 60)
    assert (now.yearly, now.minutes_per_hour) == (True, HOUR)
    assert elsewhere.requirement is None


def test_an_exemption_spares_and_its_withdrawal_asks_again(runtime, world, holders):
    ann, now = world.people["ann_candidate"], runtime.clock.now()
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        id_ = exempting.decide(session, runtime.vault, officer, ann, decision(), PROOF, now=now)
        assert kept(session, ann)["mohrss-25", date(2026, 1, 1)]["owed_days"] == 0
        assert standings.summary(session, officer, 2026, today=TODAY).exempt == 1
        with pytest.raises(Conflict, match="decided already"):
            exempting.decide(session, runtime.vault, officer, ann, decision(last=date(2026, 2, 1)), PROOF, now=now)
        exempting.withdraw(session, officer, ann, id_, why="误录", now=now)
        assert kept(session, ann)["mohrss-25", date(2026, 1, 1)]["owed_days"] == 365
        with pytest.raises(Conflict, match="withdrawn already"):
            exempting.withdraw(session, officer, ann, id_, why="x", now=now)
        assert [each["withdrawn_why"] for each in exempting.listed(session, ann)] == ["误录"]
        assert list(rebuild.standings(session, False)) == []


def test_a_postponement_lets_hours_be_made_up(runtime, world, holders):
    ann, now = world.people["ann_candidate"], runtime.clock.now()
    holders.post("ann_candidate", 5, on=date(2026, 3, 20), counts_on=date(2025, 12, 31))
    with runtime.database.read() as session:
        assert kept(session, ann)["mohrss-25", date(2025, 1, 1)]["counted_minutes"] == 0  # too late as yet
    granted = decision(
        kind="postponed", since=date(2025, 12, 1), last=date(2025, 12, 31), make_up_until=date(2026, 6, 30)
    )
    with runtime.database.write() as session:
        exempting.decide(session, runtime.vault, world.actor(session, "ann_officer"), ann, granted, PROOF, now=now)
        row = kept(session, ann)["mohrss-25", date(2025, 1, 1)]
        assert (row["counted_minutes"], row["closes_on"]) == (5 * HOUR, date(2026, 7, 1))
        assert kept(session, ann)["mohrss-25", date(2026, 1, 1)]["counted_minutes"] == 20 * HOUR


@pytest.mark.parametrize(
    ("changes", "file", "code"),
    [
        pytest.param({"last": date(2025, 12, 31)}, PROOF, "ce.exemption-days", id="ends-before-it-begins"),
        pytest.param({"last": date(2031, 1, 1)}, PROOF, "ce.exemption-days", id="too-long"),
        pytest.param({"kind": "postponed"}, PROOF, "ce.exemption-until", id="until-when"),
        pytest.param(
            {"kind": "postponed", "make_up_until": date(2026, 5, 1)}, PROOF, "ce.exemption-until", id="until-too-early"
        ),
        pytest.param({}, None, "ce.document-missing", id="no-document"),
    ],
)
def test_what_cannot_be_decided(runtime, world, holders, changes, file, code):
    with runtime.database.write() as session:
        officer, ann = world.actor(session, "ann_officer"), world.people["ann_candidate"]
        with pytest.raises(RuleViolation) as refusal:
            exempting.decide(session, runtime.vault, officer, ann, decision(**changes), file, now=runtime.clock.now())
        assert refusal.value.code == code
        with pytest.raises(NotFound):
            exempting.decide(
                session,
                runtime.vault,
                officer,
                world.people["bob_candidate"],
                decision(),
                PROOF,
                now=runtime.clock.now(),
            )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"since": date(2025, 12, 31)}, "ce.since", id="would-govern-a-closed-year"),
        pytest.param({"minutes": {}}, "ce.terms", id="asks-nothing"),
        pytest.param({"minimums": FIFTH["minimums"] * 2}, "ce.terms", id="a-minimum-twice"),
        pytest.param({"terms": {"first_year": "never"}}, "ce.terms", id="an-unknown-word"),
        pytest.param({"terms": {"unheard-of": 1}}, "ce.terms", id="an-unknown-term"),
        pytest.param({"code": "mca-123"}, "ce.period-kind", id="another-kind-of-period"),
    ],
)
def test_versions_that_are_refused(runtime, world, holders, changes, code):
    with runtime.database.write() as session:
        admin = world.actor(session, "ann_administrator")
        with pytest.raises(RuleViolation) as refusal:
            editing.save(session, admin, {**FIFTH, **changes}, now=runtime.clock.now(), today=TODAY)
        assert refusal.value.code == code


def test_many_lines_at_once_are_what_each_would_be(runtime, world, holders):
    ann, bob, now = world.people["ann_candidate"], world.people["bob_candidate"], runtime.clock.now()
    postings = [
        actions.Posting(person, 60, "professional", "x", date(year, 3, 1), "test.many", year)
        for person in (ann, bob)
        for year in (2025, 2026)
    ]
    with runtime.database.write() as session:
        assert actions.post_many(session, postings, posted_by=None, now=now) == 4
        assert actions.post_many(session, postings, posted_by=None, now=now) == 0
        assert actions.post_many(session, [], posted_by=None, now=now) == 0
    with runtime.database.read() as session:
        assert session.scalar(select(func.count()).select_from(LineRow)) == 5
        assert kept(session, bob)["mohrss-25", date(2026, 1, 1)]["counted_minutes"] == 60
        assert list(rebuild.standings(session, False)) == list(rebuild.differences(session, False)) == []


def test_a_past_day_is_judged_by_what_was_known_then(runtime, world, holders):
    ann = world.people["ann_candidate"]
    with runtime.database.write() as session:
        session.execute(update(LineRow).values(posted_at=datetime(2026, 3, 10, 1, tzinfo=UTC)))
        officer = world.actor(session, "province_officer")
        before = standings.ledger_of(session, officer, ann, 2026, today=TODAY, as_of=date(2026, 3, 9))
        then = standings.ledger_of(session, officer, ann, 2026, today=TODAY, as_of=date(2026, 3, 10))
    assert [s.counted_minutes for s in before.standings] == [0, 0]
    assert [s.counted_minutes for s in then.standings] == [20 * HOUR, 20 * HOUR]


def test_the_figures_of_the_officers_page(runtime, world, holders):
    holders.post("ann_candidate", 70)
    with runtime.database.read() as session:
        officer = world.actor(session, "province_officer")
        asked = standings.requirement_on(store.versions(session), "mohrss-25", TODAY)
        page, found = standings.standings(session, officer, Ask(), asked, 2026, today=TODAY)
        assert (found.holders, found.met.part, found.on_pace.part, found.mean_minutes) == (2, 1, 1, 45 * HOUR)
        groups = standings.groups(session, officer, Ask(), asked, 2026, today=TODAY, limit=9)
        assert [(g.level, g.summary.met.part, g.summary.met.base) for g in groups] == [("SW", 0, 1), ("ASW", 1, 1)]
        assert standings.spread(session, officer, Ask(), asked, 2026, today=TODAY, steps=9) == (
            10 * HOUR,
            [1, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        )
        behind = Ask(filters={"state": "ce-behind"})
        assert standings.standings(session, officer, behind, asked, 2026, today=TODAY)[0].total == 1
        assert page.total == 2
    holders.post("bob_candidate", 23)  # of 90 by the ninety-first of 365 days: a little more than a fourth
    with runtime.database.read() as session:
        found = standings.standings(session, officer, Ask(), asked, 2026, today=TODAY)[1]
        assert (found.met.part, found.on_pace.part) == (1, 2)


def test_counting_many_after_a_certificate_changed(runtime, world, holders):
    with runtime.database.write() as session:
        counting.recount(session, [], today=TODAY)
        counting.recount(session, list(world.people.values()), today=TODAY)
        assert session.scalar(select(func.count()).select_from(StandingRow)) == 3
