"""Whatever is claimed, approved, paid, cancelled, taken back, upgraded and merged, nothing is paid twice.

After each step, of every entitlement the sum of its lines is nothing or one payment, every run's totals are those of
its lines, and what finance was told to pay is what the ledger says was paid.
"""

from collections import defaultdict
from datetime import date

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select

from examprep.kernel.errors import Refusal
from examprep.register import awards, claims, rebuild, run_planning, runs
from examprep.register.models import (
    AwardClaimRow,
    AwardLineRow,
    AwardRunLineRow,
    AwardRunRow,
    AwardSchemeRow,
    AwardVersionRow,
    RegisterCertificateRow,
    RegisterEventRow,
)
from tests.register import paying
from tests.register.test_awards import Office, office  # noqa: F401 -- the fixture

HOLDERS = ("ann_candidate", "ann_trainer", "third", "ann_administrator")
OFFICERS = ("ann_officer", "second", "third")
TABLES = (
    AwardRunLineRow, AwardRunRow, AwardLineRow, AwardClaimRow, AwardVersionRow, AwardSchemeRow,
    RegisterCertificateRow, RegisterEventRow,
)  # fmt: skip
LEVELS = ("ASW", "SW", "SSW")
AMOUNTS = {"ASW": 30_000, "SW": 50_000, "SSW": 100_000}
TODAY = date(2026, 12, 15)
holder, officer = st.sampled_from(HOLDERS), st.sampled_from(OFFICERS)
month = st.integers(4, 12).map(lambda number: date(2026, number, 1))
some = st.integers(0, 1_000)


def machine(desk: Office) -> type[RuleBasedStateMachine]:
    class Ledger(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            with desk.runtime.database.write() as session:
                # Each example begins with an empty ledger, so that hypothesis can go through it again.
                for table in TABLES:
                    session.execute(delete(table))
            self.serial, at = 0, desk.now
            kinds = (
                {"kind": "monthly", "cap_months": 4, "upgrade": "difference"},
                {"kind": "one-off", "upgrade": "difference"},
                {"kind": "monthly", "stacking": "highest"},
                {"kind": "monthly", "stacking": "highest", "conditions": {"back_pay": True}},
                {"kind": "one-off", "upgrade": "nothing"},
            )
            self.schemes = [
                desk.do(paying.scheme, "ann_officer", now=at, **{**kind, "name": str(order),
                        "fen_by_level": {k: v + 1_000 * order for k, v in AMOUNTS.items()}})
                for order, kind in enumerate(kinds)
            ]  # fmt: skip
            for name in HOLDERS:
                self._certify(name, "ASW")

        def _certify(self, name, level):
            self.serial += 1
            desk.certify(name, level, number=f"N{self.serial}-{level}", issued_on=date(2026, 3, 1))

        def _try(self, act, who, *rest, **more):
            """Do it or be refused; anything else is a fault."""
            try:
                return desk.do(act, who, *rest, **more)
            except Refusal:
                return None

        def _pick(self, query, at):
            with desk.runtime.database.read() as session:
                found = session.scalars(query).all()
            return found[at % len(found)] if found else None

        @rule(name=holder, who=officer, scheme=some, at=some, on=month, own=st.booleans())
        def claim(self, name, who, scheme, at, on, own):
            held = select(RegisterCertificateRow.id).where(RegisterCertificateRow.person_id == desk.world.people[name])
            certificate_id = self._pick(held.order_by(RegisterCertificateRow.id), at)
            if certificate_id is not None:
                stated = claims.Claim(self.schemes[scheme % len(self.schemes)], certificate_id, True, None)
                by = name if own else who
                claim_id = self._try(claims.apply, by, stated, today=on, now=desk.now)
                # Most are approved at once, else the machine seldom comes to a payment.
                if claim_id is not None and at % 4:
                    for hand in OFFICERS:
                        self._try(claims.approve, hand, claim_id, today=TODAY, now=desk.now)

        @rule(at=some, who=officer)
        def approve(self, at, who):
            query = select(AwardClaimRow.id).where(AwardClaimRow.state.in_(("applied", "checked")))
            if (claim_id := self._pick(query.order_by(AwardClaimRow.id), at)) is not None:
                self._try(claims.approve, who, claim_id, today=TODAY, now=desk.now)

        @rule(at=some, until=month)
        def stop(self, at, until):
            query = select(AwardClaimRow.id).where(AwardClaimRow.state == "approved").order_by(AwardClaimRow.id)
            if (claim_id := self._pick(query, at)) is not None:
                self._try(claims.stop, "ann_officer", claim_id, until=until, reason="x", now=desk.now)

        @rule(name=holder, level=st.sampled_from(LEVELS[1:]))
        def upgrade(self, name, level):
            self._certify(name, level)

        @rule(on=month)
        def pay(self, on):
            plan = desk.plan(on)
            organisation = desk.world.organisations["ann_county"]
            made = self._try(runs.make, "ann_officer", organisation, on, sha256=plan.sha256, today=TODAY, now=desk.now)
            assert (made is None) == (not plan.lines)
            assert desk.plan(on).lines == []  # whatever can be paid is paid

        @rule(at=some, closes=st.booleans())
        def settle(self, at, closes):
            query = select(AwardRunRow.id).where(AwardRunRow.state == "open").order_by(AwardRunRow.id)
            if (run_id := self._pick(query, at)) is not None:
                self._try(runs.close if closes else runs.cancel, "second", run_id, now=desk.now)

        @rule(at=some)
        def take_back(self, at):
            query = select(AwardLineRow.id).where(AwardLineRow.fen > 0).order_by(AwardLineRow.id)
            if (line_id := self._pick(query, at)) is not None:
                self._try(awards.take_back, "ann_officer", line_id, reason="x", now=desk.now)

        @rule(at=some)
        def reinstate(self, at):
            query = select(AwardLineRow.id).where(AwardLineRow.why == "clawback").order_by(AwardLineRow.id)
            if (line_id := self._pick(query, at)) is not None:
                self._try(awards.reinstate, "ann_officer", line_id, reason="x", now=desk.now)

        @rule(gone=holder, kept=holder)
        def merge(self, gone, kept):
            if gone != kept:
                desk.merge(gone, kept)

        @invariant()
        def nothing_is_paid_twice(self):
            with desk.runtime.database.read() as session:
                lines = session.scalars(select(AwardLineRow).order_by(AwardLineRow.id)).all()
                placed = dict(session.execute(select(AwardRunLineRow.line_id, AwardRunLineRow.run_id)).all())
                states = dict(session.execute(select(AwardRunRow.id, AwardRunRow.state)).all())
                totals = dict(session.execute(select(AwardRunRow.id, AwardRunRow.fen)).all())
                assert list(rebuild.run_differences(session, False)) == []
                assert list(rebuild.differences(session, False)) == []
            by_id = {line.id: line for line in lines}
            by_entitlement, by_run = defaultdict(list), defaultdict(int)
            for line in lines:
                if line.why == "paid" and line.reverses_id:
                    assert by_id[line.reverses_id].why == "cancelled"  # what was taken back is not paid again by itself
                by_entitlement[line.scheme_id, line.person_id, line.entitlement].append(line.fen)
                if line.id in placed:
                    by_run[placed[line.id]] += line.fen
            for fens in by_entitlement.values():
                assert sum(fens) in {0, *(fen for fen in fens if fen > 0)}, fens
                assert sum(fens) <= max(AMOUNTS.values()) + 4_000
            assert {run: totals[run] for run in by_run} == dict(by_run)
            assert all(totals[run] == 0 for run, state in states.items() if state == "cancelled")
            # What is in no run waits for one, or moved between merged rows.
            waiting = sum(one.fen for one in lines if one.id not in placed and one.why in run_planning.PENDING)
            moved = sum(one.fen for one in lines if one.id not in placed and one.why == "moved")
            assert moved == 0
            assert sum(totals.values()) + waiting == sum(line.fen for line in lines)

    return Ledger


def test_nothing_is_paid_twice(office):  # noqa: F811
    run_state_machine_as_test(
        machine(office),
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
