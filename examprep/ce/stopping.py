"""What stops for a holder while hours are missing: asked by the register, which knows no hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from examprep.ce import case_store, store
from examprep.ce.case_store import CASE
from examprep.ce.enforcing import asked_in
from examprep.ce.policies import all_policies
from examprep.ce.rules.consequences import Policy, governing
from examprep.kernel.period import Period
from examprep.kernel.sentence import Sentence
from examprep.plumbing.bulk import among


@dataclass(frozen=True)
class Stands:
    """A case that stands in somebody's way now: what is missing, and by which policy what stops."""

    person_id: int
    case_id: int
    policy: Policy
    since: date  # the first day on which nothing could be made up any more
    sentence: Sentence


def standing_in_the_way(
    session: Session, person_ids: Sequence[int], policies: Sequence[Policy], *, today: date
) -> list[Stands]:
    """What stops for these persons now, by case; who was given time to make up is not among them."""
    versions, found = store.versions(session), []
    for case in session.execute(case_store.standing(among(session, CASE.person_id, person_ids), today)):
        asked = asked_in(versions, case.code, case.requirement_id)
        sentence = Sentence(
            "%(hours)s credit hours are missing for %(requirement)s, in the period up to and including %(day)s.",
            hours=asked.hours_missing(case.missing_minutes or 0),
            requirement=asked.names,
            day=case.period_end - timedelta(days=1),
        )
        policy = governing(policies, case.code, today)
        found.append(Stands(case.person_id, case.id, policy, case.closes_on or case.period_end, sentence))
    return found


def renewal_hindrance(session: Session, person_id: int, level: str, term: Period, today: date) -> Sentence | None:
    """What continuing education stands in the way of renewing a registration, by the policies that say so.

    The term's own requirement is asked while the term lasts; earlier periods by their cases.
    """
    policies = all_policies(session)
    versions = store.versions(session)
    for row in store.kept(session, person_id).values():
        own = (row.period_start, row.period_end, row.level) == (term.start, term.end, level)
        if own and row.missing_minutes > 0 and governing(policies, row.code, today).renewal:
            asked = asked_in(versions, row.code, row.requirement_id)
            return Sentence(
                "%(hours)s credit hours of this registration period are missing for %(requirement)s.",
                hours=asked.hours_missing(row.missing_minutes),
                requirement=asked.names,
            )
    stands = standing_in_the_way(session, [person_id], policies, today=today)
    return next((each.sentence for each in stands if each.policy.renewal), None)


def held_allowances(session: Session, person_ids: Sequence[int], today: date) -> Mapping[int, tuple[date, Sentence]]:
    """Of whom months of allowance are not paid, from which day on and why, by the policies that say so."""
    stands = standing_in_the_way(session, person_ids, all_policies(session), today=today)
    return {each.person_id: (each.since, each.sentence) for each in reversed(stands) if each.policy.allowance}


def public_remark(session: Session, person_id: int, today: date) -> Sentence | None:
    """What the public check says, where a policy lets it: that hours are missing, or that none are."""
    policies = all_policies(session)
    stands = standing_in_the_way(session, [person_id], policies, today=today)
    if any(each.policy.public_check for each in stands):
        return Sentence("Credit hours of a period that is over are missing")
    owed = {row.code for row in store.kept(session, person_id).values()}
    if any(governing(policies, code, today).public_check for code in owed):
        return Sentence("No credit hours of a period that is over are missing")
    return None
