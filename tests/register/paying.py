"""Paying an award in tests by the way the product pays: a scheme, a claim that two approve, a run."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from examprep.people.actor import Actor
from examprep.people.moving import Merge
from examprep.register import actions, claims, merging, run_planning, runs, schemes
from examprep.register.claims import Claim


def scheme(session: Session, officer: Actor, *, now: datetime, since: date = date(2020, 1, 1), **more) -> int:
    """A monthly allowance of the officer's organisation, 300 yuan for assistants, 500 for the next level."""
    entry = {"name": "津贴", "kind": "monthly", "fen_by_level": {"ASW": 30_000, "SW": 50_000}, "source": "办法", **more}
    return schemes.add_scheme(session, officer, organisation_id=officer.organisation_id, since=since, now=now, **entry)


def approved(
    session: Session, scheme_id: int, person: Actor, hands: tuple[Actor, Actor], *, today: date, now: datetime, place=0
) -> int:
    """A claim of the person's certificate in that place, the highest first, approved by both."""
    held = actions.certificates_of(session, person.person_id)
    claim_id = claims.apply(session, person, Claim(scheme_id, held[place].id, True, None), today=today, now=now)
    for hand in hands:
        claims.approve(session, hand, claim_id, today=today, now=now)
    return claim_id


def run(session: Session, officer: Actor, month: date, *, today: date, now: datetime) -> int:
    """The officer's organisation's run for a month."""
    plan = run_planning.plan(session, officer, officer.organisation_id, month, today=today)
    return runs.make(session, officer, officer.organisation_id, month, sha256=plan.sha256, today=today, now=now)


def merge(session, actor, gone_id, kept_id, *, now):
    """The register's part in a merge of two persons: what it noted is what takes it back."""
    found = Merge(session, actor.person_id, gone_id, kept_id, now)
    merging.take_over(found)
    return found


def take_back(session, actor, merged, *, now):
    merging.give_back(replace(merged, session=session, by=actor.person_id, now=now))
