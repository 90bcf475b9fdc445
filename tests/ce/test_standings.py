"""The list's arithmetic in the database says what the rules say, for any sums and any requirement."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from examprep.ce import standings, store
from examprep.ce.models import BalanceRow
from examprep.ce.rules.credit import CATEGORIES, Credit, Requirement, Share
from examprep.ce.rules.standing import standing
from examprep.kernel.period import calendar_year
from examprep.people.access import Permission
from examprep.plumbing.listing import Ask

TODAY = date(2026, 4, 1)

minutes = st.sampled_from([0, 1, 44, 1349, 1350, 1351, 2699, 2700, 2701, 4049, 4050, 6000])
requirements = st.builds(
    lambda total, minimum, cap, grouped: Requirement(
        "x",
        {"ASW": total, "SW": total + 45, "SSW": total},
        minimums=(Share(("professional",), minimum), Share(("elective",), 45)),
        caps=(Share(("general", "elective"), cap),) if grouped else (Share(("general",), cap),),
        minutes_per_hour=45,
        since=date(2016, 1, 1),
        until=None,
        source="test",
    ),
    total=st.sampled_from([3240, 4050]),
    minimum=st.sampled_from([0, 2700]),
    cap=st.sampled_from([0, 1350]),
    grouped=st.booleans(),
)


def test_list_and_rules_agree(runtime, world, holders):
    ann, bob = world.people["ann_candidate"], world.people["bob_candidate"]

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(requirements, st.tuples(minutes, minutes, minutes), st.tuples(minutes, minutes, minutes))
    def check(requirement, anns, bobs):
        rows = [
            {"person_id": person, "year": 2026, "category": category, "minutes": amount}
            for person, amounts in ((ann, anns), (bob, bobs))
            for category, amount in zip(CATEGORIES, amounts, strict=True)
            if amount
        ]
        with runtime.database.write() as session:
            session.execute(delete(BalanceRow))
            if rows:
                session.execute(insert(BalanceRow), rows)
        with runtime.database.read() as session:
            actor = world.actor(session, "province_officer")
            page = store.standings(session, actor, Permission.CE_STANDING_SEE, Ask(), requirement, 2026, TODAY)
            base, recorded, met = store.summary(
                session, actor, Permission.CE_STANDING_SEE, Ask(), requirement, 2026, TODAY
            )
        listed = {row["id"]: row for row in page.rows}
        judged = {
            person: standing(
                [Credit(n, m, c, TODAY) for n, (c, m) in enumerate(zip(CATEGORIES, amounts, strict=True)) if m],
                requirement,
                level,
                calendar_year(2026),
            )
            for person, amounts, level in ((ann, anns, "ASW"), (bob, bobs, "SW"))
        }
        for person, found in judged.items():
            assert listed[person]["counted"] == found.counted_minutes
            assert listed[person]["missing"] == found.missing_minutes
            assert (listed[person]["state"] == "ce-met") == found.met
        assert base == 2
        assert recorded == sum(anns) + sum(bobs)
        assert met == sum(found.met for found in judged.values())

    check()


def test_a_holder_counts_from_the_year_of_the_certificate(runtime, world, holders):
    with runtime.database.read() as session:
        actor = world.actor(session, "province_officer")
        assert standings.summary(session, actor, 2026, today=TODAY).holders == 2
        assert standings.summary(session, actor, 2025, today=TODAY).holders == 2
        empty = standings.summary(session, actor, 2024, today=TODAY)
        assert (empty.holders, empty.mean_minutes, empty.met.percent) == (0, None, None)


def test_the_level_of_a_past_year_is_the_level_held_then(runtime, world, holders):
    holders.certify("ann_candidate", "SW", date(2026, 3, 1))
    holders.post("ann_candidate", 1, on=date(2025, 12, 1))
    with runtime.database.read() as session:
        actor = world.actor(session, "ann_candidate")
        now = standings.own_ledger(session, actor, 2026, today=TODAY)
        then = standings.own_ledger(session, actor, 2025, today=TODAY)
        assert (now.level, then.level) == ("SW", "ASW")
        assert [(y.year, y.standing.level) for y in now.years] == [(2026, "SW"), (2025, "ASW")]
