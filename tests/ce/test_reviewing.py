"""Review: what is decided, by whom, and what can never be: two claims of one hour, one's own, a silent finding."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, func, select

from examprep.ce import auditing, claiming, reviewing
from examprep.ce.actions import correct
from examprep.ce.claim_models import ClaimAuditItemRow, ClaimEventRow, ClaimRow, EvidenceRow
from examprep.ce.models import BalanceRow, LineRow
from examprep.ce.rebuild import differences
from examprep.ce.rules.sampling import sample
from examprep.kernel.errors import Conflict, NotFound, Refusal, RuleViolation
from examprep.people.access import Role
from examprep.people.actions import grant_role
from examprep.people.models import AuditEventRow
from examprep.reminders.models import OutboxRow
from tests.ce.claims import Claims
from tests.plumbing.test_uploads import picture

OFFICER = "ann_officer"


@pytest.fixture
def claims(runtime, world):
    return Claims(runtime, world)


def read(runtime, query):
    with runtime.database.read() as session:
        return session.execute(query).all()


def total(runtime):
    return read(runtime, select(func.coalesce(func.sum(LineRow.minutes), 0)))[0][0]


def state(runtime, claim_id):
    return read(runtime, select(ClaimRow.state).where(ClaimRow.id == claim_id))[0][0]


def refused(kind, verb, *args, **options):
    with pytest.raises(kind) as found:
        verb(*args, **options)
    return found.value.code


def test_an_approval_posts_once_and_tells(runtime, claims):
    claim = claims.hand_in()
    claims.do(reviewing.approve, OFFICER, claim)
    assert total(runtime) == 135
    assert refused(Conflict, claims.do, reviewing.approve, OFFICER, claim) == "ce.claim-decided"
    assert refused(Conflict, claims.do, reviewing.reject, OFFICER, claim, "double", "") == "ce.claim-decided"
    (line,) = read(runtime, select(LineRow.source_kind, LineRow.source_id, LineRow.earned_on))
    assert line == ("ce.claim", claim, date(2026, 3, 5))
    assert [act for (act,) in read(runtime, select(ClaimEventRow.act).order_by(ClaimEventRow.id))] == [
        "submitted",
        "approved",
    ]
    assert ("ce.claim-approved",) in read(runtime, select(AuditEventRow.act))
    assert read(runtime, select(OutboxRow.template)) == [("claim-decided",)]


def test_a_part_is_recognised_with_a_word(runtime, claims):
    claim = claims.hand_in()
    assert refused(RuleViolation, claims.do, reviewing.approve, OFFICER, claim, minutes=90) == "ce.claim-part-why"
    assert refused(RuleViolation, claims.do, reviewing.approve, OFFICER, claim, minutes=136) == "ce.claim-minutes"
    assert refused(RuleViolation, claims.do, reviewing.approve, OFFICER, claim, minutes=0) == "ce.claim-minutes"
    claims.do(reviewing.approve, OFFICER, claim, minutes=90, words="证书写的是2学时")
    assert total(runtime) == 90


def test_returned_corrected_and_approved(runtime, claims):
    claim = claims.hand_in()
    assert refused(RuleViolation, claims.do, reviewing.send_back, OFFICER, claim, "unreadable", " ") == "ce.claim-words"
    assert refused(RuleViolation, claims.do, reviewing.send_back, OFFICER, claim, "no", "x") == "ce.claim-reason"
    claims.do(reviewing.send_back, OFFICER, claim, "unreadable", "请重拍第二页")
    assert state(runtime, claim) == "returned"
    with runtime.database.write() as session:
        actor = claims.world.actor(session, "ann_candidate")
        found = claiming.own_claim(session, actor, claim)
        (file,) = found.files
        claiming.remove_file(session, actor, claim, file["id"])
    with runtime.database.read() as session:
        assert session.scalar(select(EvidenceRow.content)) is None, "that it was there stays known"
        assert session.scalar(select(func.count()).select_from(EvidenceRow)) == 1


def test_nobody_reviews_their_own(runtime, world, claims):
    with runtime.database.write() as session:
        where = world.organisations["ann_county"]
        person = world.people["ann_officer"]
        grant_role(session, person_id=person, organisation_id=where, role=Role.CANDIDATE, since=date(2020, 1, 1))
    claim = claims.hand_in("ann_officer")
    assert refused(NotFound, claims.do, reviewing.approve, OFFICER, claim) == "ce.claim"
    assert refused(NotFound, claims.do, reviewing.approve, "bob_officer", claim) == "ce.claim"
    claims.do(reviewing.approve, "province_officer", claim)
    assert refused(NotFound, claims.do, reviewing.take_back, OFFICER, claim, "mistake", "x") == "ce.claim"


def test_the_same_file_is_found_across_persons(runtime, claims):
    proof = picture(colour=(1, 2, 3))
    first, second = claims.hand_in(proof=proof), claims.hand_in("bob_candidate", proof=proof)
    third = claims.hand_in(proof=proof, day=date(2026, 3, 6))
    with runtime.database.read() as session:
        found = reviewing.doubts(session, [first, second, third])
    assert [(d.code, d.claim_id) for d in found[first]] == [("same-file", second), ("same-file", third)]
    assert "another person" in str(found[first][0].sentence)
    assert "the same person" in str(found[first][1].sentence)
    assert claims.do(reviewing.approve_clean, OFFICER, first) is False
    assert total(runtime) == 0


def test_of_two_at_the_same_time_one_can_be_approved(runtime, claims):
    first, second = claims.hand_in(), claims.hand_in(at=(600, 800))
    after = claims.hand_in(at=(800, 900), minutes=45)
    claims.do(reviewing.approve, OFFICER, first)
    assert refused(Conflict, claims.do, reviewing.approve, OFFICER, second) == "ce.claim-overlap"
    claims.do(reviewing.approve, OFFICER, after)
    claims.do(reviewing.take_back, OFFICER, first, "mistake", "认错了人")
    claims.do(reviewing.approve, OFFICER, second)
    assert total(runtime) == 180


def test_of_two_at_once_one_is_approved(runtime, claims):
    """Twenty claims of one hour, approved by twenty requests at the same moment."""
    made = [claims.hand_in(at=(540 + n, 720 + n)) for n in range(20)]

    def approve(claim):
        try:
            claims.do(reviewing.approve, OFFICER, claim, words="同意")
        except Conflict as refusal:
            return refusal.code
        return "approved"

    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(approve, made))
    assert sorted(found) == ["approved"] + ["ce.claim-overlap"] * 19
    assert total(runtime) == 135


def test_one_claim_approved_by_ten_at_once_is_posted_once(runtime, claims):
    claim = claims.hand_in()

    def approve(_):
        try:
            claims.do(reviewing.approve, OFFICER, claim)
        except Conflict as refusal:
            return refusal.code
        return "approved"

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(approve, range(10))) == ["approved"] + ["ce.claim-decided"] * 9
    assert total(runtime) == 135


def test_a_full_day_needs_a_word_at_review_too(runtime, claims):
    first = claims.hand_in(at=(480, 840), minutes=360)
    second = claims.hand_in(at=(840, 1080), minutes=240)
    claims.do(reviewing.approve, OFFICER, first)
    assert refused(RuleViolation, claims.do, reviewing.approve, OFFICER, second) == "ce.claim-day-why"
    claims.do(reviewing.approve, OFFICER, second, words="当天确为两场")
    assert total(runtime) == 600


def test_a_reversal_is_a_line_of_its_own(runtime, claims):
    claim = claims.hand_in()
    assert refused(Conflict, claims.do, reviewing.take_back, OFFICER, claim, "mistake", "x") == "ce.claim-not-approved"
    claims.do(reviewing.approve, OFFICER, claim)
    assert refused(RuleViolation, claims.do, reviewing.take_back, OFFICER, claim, "mistake", "") == "ce.claim-words"
    claims.do(reviewing.take_back, OFFICER, claim, "mistake", "认错了人")
    assert total(runtime) == 0
    assert len(read(runtime, select(LineRow.id))) == 2
    assert refused(Conflict, claims.do, reviewing.take_back, OFFICER, claim, "mistake", "x") == "ce.reversed"
    with runtime.database.read() as session:
        assert reviewing.claim_of(session, claims.world.actor(session, OFFICER), claim).state == "claim-reversed"


def test_a_line_taken_back_in_the_ledger_is_seen_on_the_claim(runtime, world, claims):
    claim = claims.hand_in()
    line = claims.do(reviewing.approve, OFFICER, claim)
    claims.do(correct, OFFICER, world.people["ann_candidate"], line, reason="录错")
    with runtime.database.read() as session:
        assert reviewing.claim_of(session, world.actor(session, OFFICER), claim).state == "claim-reversed"
    claims.do(reviewing.approve, OFFICER, claims.hand_in(at=(540, 720)))


def draw(claims, seed="公开种子", percent=50, who=OFFICER, since=date(2026, 1, 1)):
    return claims.do(auditing.draw, who, since=since, last=date(2026, 4, 1), percent=percent, seed=seed)


def test_an_audit_can_be_drawn_again_and_takes_back_what_it_finds(runtime, world, claims):
    made = [claims.hand_in(day=date(2026, 3, 1) + timedelta(days=n)) for n in range(9)]
    for claim in made:
        claims.do(reviewing.approve, OFFICER, claim)
    first, second = draw(claims), draw(claims)
    items = select(ClaimAuditItemRow.claim_id).order_by(ClaimAuditItemRow.place)
    drawn = [c for (c,) in read(runtime, items.where(ClaimAuditItemRow.audit_id == first))]
    assert drawn == [c for (c,) in read(runtime, items.where(ClaimAuditItemRow.audit_id == second))]
    assert drawn == sample("公开种子", made, 5)
    claims.do(auditing.settle, OFFICER, first, drawn[0], sound=True, words="")
    assert refused(Conflict, claims.do, auditing.settle, OFFICER, first, drawn[0], sound=False, words="x") == (
        "ce.audit-settled"
    )
    assert refused(RuleViolation, claims.do, auditing.settle, OFFICER, first, drawn[1], sound=False, words="") == (
        "ce.claim-words"
    )
    claims.do(auditing.settle, OFFICER, first, drawn[1], sound=False, words="证书是别人的")
    assert total(runtime) == 135 * 8
    claims.do(auditing.settle, OFFICER, second, drawn[1], sound=False, words="同上")
    assert total(runtime) == 135 * 8, "a second finding takes nothing more"
    rest = next(c for c in made if c not in drawn)
    assert refused(NotFound, claims.do, auditing.settle, OFFICER, first, rest, sound=True, words="") == "ce.audit"
    assert refused(NotFound, claims.do, auditing.settle, "bob_officer", first, drawn[2], sound=True, words="") == (
        "ce.audit"
    )
    assert ("ce.audit-settled",) in read(runtime, select(AuditEventRow.act))


def test_an_audit_draws_from_what_is_there(runtime, claims):
    assert refused(RuleViolation, draw, claims) == "ce.audit-empty"
    claims.do(reviewing.approve, OFFICER, claims.hand_in())
    assert refused(RuleViolation, draw, claims, who="bob_officer") == "ce.audit-empty"
    assert refused(RuleViolation, draw, claims, since=date(2026, 5, 1)) == "ce.audit-days"
    assert refused(RuleViolation, draw, claims, percent=0) == "ce.audit-percent"
    assert refused(RuleViolation, draw, claims, seed=" ") == "ce.audit-seed"


def machine(runtime, world) -> type[RuleBasedStateMachine]:
    class Ledger(RuleBasedStateMachine):
        """Claims are made, decided and reversed in any order; the ledger is what was approved and stands."""

        @initialize()
        def empty(self):
            with runtime.database.write() as session:
                for row in (ClaimEventRow, EvidenceRow, ClaimRow, OutboxRow, AuditEventRow, BalanceRow):
                    session.execute(delete(row))
                session.execute(delete(LineRow).where(LineRow.reverses_id.is_not(None)))
                session.execute(delete(LineRow))
            self.claims, self.made, self.stands = Claims(runtime, world), [], {}

        @rule(
            who=st.sampled_from(["ann_candidate", "bob_candidate"]),
            day=st.integers(1, 6),
            start=st.integers(0, 20),
            hours=st.integers(1, 4),
        )
        def hand_in(self, who, day, start, hours):
            at = (start * 60, (start + hours) * 60)
            claim = self.claims.hand_in(
                who, day=date(2026, 3, day), at=at, minutes=hours * 45, day_reason="集中", note=str(len(self.made))
            )
            self.made.append((claim, who, day, at))

        @rule(pick=st.integers(0, 30), part=st.booleans(), who=st.sampled_from(["ann_officer", "province_officer"]))
        def approve(self, pick, part, who):
            if not self.made:
                return
            claim, holder, day, at = self.made[pick % len(self.made)]
            clash = any(
                other == holder and on == day and at[0] < span[1] and span[0] < at[1]
                for other, on, span, _ in self.stands.values()
            )
            minutes = 1 if part else None
            try:
                self.claims.do(reviewing.approve, who, claim, minutes=minutes, words="同意")
            except Refusal:
                return
            assert not clash
            self.stands[claim] = holder, day, at, minutes or (at[1] - at[0]) // 60 * 45

        @rule(pick=st.integers(0, 30))
        def reject(self, pick):
            self._try(reviewing.reject, pick, "double", "重复")

        @rule(pick=st.integers(0, 30))
        def send_back(self, pick):
            self._try(reviewing.send_back, pick, "unreadable", "看不清")

        @rule(pick=st.integers(0, 30))
        def reverse(self, pick):
            if claim := self._try(reviewing.take_back, pick, "mistake", "有误"):
                del self.stands[claim]

        def _try(self, verb, pick, *args):
            if not self.made:
                return None
            claim = self.made[pick % len(self.made)][0]
            try:
                self.claims.do(verb, "province_officer", claim, *args)
            except Refusal:
                return None
            return claim

        @invariant()
        def the_ledger_is_what_was_approved_and_stands(self):
            with runtime.database.read() as session:
                assert list(differences(session, False)) == []
                found = session.scalar(select(func.coalesce(func.sum(LineRow.minutes), 0)))
                kept = session.scalar(select(func.coalesce(func.sum(BalanceRow.minutes), 0)))
            assert found == kept == sum(minutes for *_, minutes in self.stands.values())

    return Ledger


def test_the_ledger_equals_approved_claims_minus_reversals(runtime, world):
    wanted = settings(max_examples=12, stateful_step_count=25, suppress_health_check=list(HealthCheck), deadline=None)
    run_state_machine_as_test(machine(runtime, world), settings=wanted)


@pytest.mark.parametrize(
    ("minutes", "words", "kind", "units"),
    [pytest.param(None, "", "paper-first", 2, id="whole"), pytest.param(900, "其中一篇", "hours", 1, id="part")],
)
def test_a_line_tells_what_a_requirement_may_count_otherwise(runtime, claims, minutes, words, kind, units):
    claim = claims.hand_in(kind="paper-first", at=None, minutes=3600, units=2)
    claims.do(reviewing.approve, OFFICER, claim, minutes=minutes, words=words)
    assert read(runtime, select(LineRow.kind, LineRow.units)) == [(kind, units)]
