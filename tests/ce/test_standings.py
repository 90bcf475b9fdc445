"""What is kept for many by SQL is what the rules say of each, for any requirement, lines and decisions."""

from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from examprep.ce import counting, standings
from examprep.ce.models import ExemptionRow, LineRow, RequirementRow, StandingRow
from examprep.ce.rules.requirement import CATEGORIES

TODAY = date(2026, 4, 1)
AT = datetime(2026, 3, 31, 17, tzinfo=UTC)

minutes = st.sampled_from([1, 44, 45, 1349, 1350, 2700, 4050, 6000])
categories = st.sampled_from(CATEGORIES)
some_conversions = st.sampled_from(
    [
        {},
        {"day": {"minutes": 270}, "degree": {"minutes": 5400, "cap": 5400}},
        {"teaching": {"percent": 133, "cap": 900}, "hours": {"percent": 75}},
    ]
)
minimums = st.sampled_from(
    [
        [],
        [{"categories": ["professional"], "minutes": 2700}],
        [{"categories": ["professional"], "part": [2, 3]}],
        [{"categories": ["general"], "minutes": 1350}, {"categories": ["professional", "elective"], "minutes": 1890}],
    ]
)
caps = st.sampled_from(
    [[], [{"categories": ["general", "elective"], "minutes": 1350}], [{"categories": ["general"], "minutes": 0}]]
)
terms = st.fixed_dictionaries(
    {
        "first_year": st.sampled_from(["full", "pro-rata", "next-year"]),
        "grace_months": st.sampled_from([0, 4]),
        "carry_over_minutes": st.sampled_from([0, 900]),
        "conversions": some_conversions,
        "counts": st.sampled_from([["professional", "general", "elective"], ["professional", "elective"]]),
    }
)


def requirement(code, kind="calendar_year", **changes):
    values = {
        "code": code,
        "names": {"zh": code},
        "period_kind": kind,
        "minutes": {"ASW": 3240, "SW": 4050},
        "minimums": [],
        "caps": [],
        "minutes_per_hour": 45,
        "terms": {},
        "since": date(2015, 1, 1),
        "until": None,
        "region_code": None,
        "replaces": None,
        "certainty": "M",
        "source": "test",
    }
    return {**values, **changes}


requirements = st.builds(lambda m, c, t: {"minimums": m, "caps": c, "terms": t}, minimums, caps, terms)
one_line = st.fixed_dictionaries(
    {
        "minutes": minutes,
        "category": categories,
        "kind": st.sampled_from(["hours", "day", "degree", "teaching"]),
        "units": st.integers(1, 3),
        "earned_on": st.dates(date(2024, 12, 1), TODAY),
        "back": st.sampled_from([0, 0, 0, 90, 400]),
        "reversed": st.sampled_from([False, False, True]),
    }
)
spared = st.tuples(
    st.sampled_from(["exempt", "postponed"]), st.dates(date(2025, 1, 1), date(2026, 6, 1)), st.integers(1, 500)
)


def write_lines(session, person, lines):
    number = 0
    for line in lines:
        back, taken_back = line["back"], line["reversed"]
        row = {k: v for k, v in line.items() if k not in {"back", "reversed"}}
        row |= {"person_id": person, "activity": "x", "posted_at": AT, "source_kind": "test"}
        row["counts_on"] = date.fromordinal(line["earned_on"].toordinal() - back)
        number += 1
        id_ = session.scalar(insert(LineRow).values(**row, source_id=number).returning(LineRow.id))
        if taken_back:
            number += 1
            row |= {"minutes": -row["minutes"], "reverses_id": id_, "reason": "x"}
            session.execute(insert(LineRow).values(**row, source_id=number))


def test_kept_and_rules_agree(runtime, world, holders):
    ann, bob = world.people["ann_candidate"], world.people["bob_candidate"]
    officer = world.people["province_officer"]
    holders.certify("ann_candidate", "ASW", date(2023, 9, 1), registered_on=date(2024, 3, 31))
    holders.certify("bob_candidate", "SW", date(2026, 2, 10), registered_on=date(2026, 2, 10))

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        yearly=requirements,
        local=requirements,
        registered=requirements,
        anns=st.lists(one_line, max_size=6),
        bobs=st.lists(one_line, max_size=6),
        decided=st.none() | spared,
    )
    def check(yearly, local, registered, anns, bobs, decided):
        with runtime.database.write() as session:
            for table in (StandingRow, ExemptionRow, RequirementRow):
                session.execute(delete(table))
            session.execute(delete(LineRow).where(LineRow.reverses_id.is_not(None)))
            session.execute(delete(LineRow))
            registered["terms"] = {**registered["terms"], "carry_over_minutes": 0}
            session.execute(
                insert(RequirementRow),
                [
                    requirement("yearly", **yearly),
                    requirement("local", region_code="520526", replaces="yearly", **local),
                    requirement("registered", "registration_period", **registered),
                ],
            )
            write_lines(session, ann, anns)
            write_lines(session, bob, bobs)
            if decided:
                kind, since, days = decided
                until = date.fromordinal(since.toordinal() + days)
                later = date.fromordinal(until.toordinal() + 40) if kind == "postponed" else None
                session.execute(
                    insert(ExemptionRow).values(
                        person_id=ann, kind=kind, since=since, until=until, postponed_to=later, reason_code="illness",
                        note="", decided_by=officer, decided_at=AT,
                    )
                )  # fmt: skip
            counting.recount(session, [ann, bob], today=TODAY)
        with runtime.database.read() as session:
            for person in (ann, bob):
                kept = {
                    (row.code, row.period_start): row
                    for row in session.scalars(select(StandingRow).where(StandingRow.person_id == person))
                    if row.period_end > TODAY
                }
                judged = standings.ledger(session, person, "", 2026, today=TODAY).standings
                assert {(s.requirement.code, s.period.start) for s in judged} == set(kept)
                for found in judged:
                    row = kept[found.requirement.code, found.period.start]
                    for name in ("required", "recorded", "counted", "missing", "surplus"):
                        assert getattr(row, f"{name}_minutes") == getattr(found, f"{name}_minutes"), name
                    assert (row.owed_days, row.closes_on, row.level, row.carried_minutes) == (
                        found.duty.owed_days,
                        found.duty.closes_on,
                        found.level,
                        found.duty.carried_minutes,
                    )
                    parts = sum(part.minutes for part in found.lines)
                    assert parts == found.counted_minutes - found.duty.carried_minutes
                    assert (row.missing_minutes == 0) == found.met
                    assert sum(part.minutes for part in found.missing) == found.missing_minutes
                # What a home's card shows comes from the kept rows alone.
                shown = {s.requirement.code: s for s in standings.kept(session, person, today=TODAY)}
                assert shown.keys() == {s.requirement.code for s in judged if TODAY in s.period}
                over = max((row.period_end for row in kept.values()), default=TODAY)
                assert not standings.kept(session, person, today=over)  # a period is over on its end
                for found in judged:
                    if TODAY in found.period:
                        one = shown[found.requirement.code]
                        assert (one.period, one.required_minutes) == (found.period, found.required_minutes)
                        for name in ("recorded", "counted", "missing", "surplus"):
                            assert getattr(one, f"{name}_minutes") == getattr(found, f"{name}_minutes"), name

    check()
