"""Cases of periods that closed short: opened and mended by themselves, told once, decided by an officer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from examprep.ce import case_store, exempting, store
from examprep.ce.case_models import CaseEventRow, CaseRow
from examprep.ce.case_store import CASE, EVENT
from examprep.ce.rules.consequences import Policy
from examprep.ce.rules.requirement import Requirement
from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.period import Period
from examprep.kernel.sentence import N_
from examprep.people import directory
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.reminders.actions import Reminder, queue_many

DECIDE = Permission.CE_CASE_DECIDE
STAGES = ("told-employer", "told-bureau")
LONGEST_MAKE_UP = timedelta(days=366)
NAMED_IN_A_DIGEST = 20
NOBODY = "nobody"  # in place of a reason: there was no officer who could be told


def follow(session: Session, asked: Requirement, policy: Policy, persons: tuple[int, int], *, now: datetime) -> int:
    """Open, mend and reopen the cases of one requirement and a range of persons; returns how many changed.

    Raises nothing; safe to repeat. The holder is told at the opening, in the same transaction.
    """
    today = office_day(now)
    opened = [
        CASE(
            person_id=row.person_id,
            code=row.code,
            period_start=row.period_start,
            period_end=row.period_end,
            opened_on=today,
            missing_minutes=row.missing_minutes,
            state="open",
        )
        for row in case_store.closed_short(session, asked.code, policy.since, today, persons)
    ]
    session.add_all(opened)
    session.flush()
    _write(session, opened, "opened", now)
    _tell_holders(session, opened, asked, now)
    return len(opened)


def settle(session: Session, persons: tuple[int, int], *, now: datetime) -> int:
    """Mend what is mended and reopen what is short again, of a range of persons; returns how many changed."""
    mended = case_store.to_mend(session, persons)
    reopened = case_store.to_reopen(session, office_day(now), persons)
    for rows, kind, state in ((mended, "mended", "mended"), (reopened, "reopened", "open")):
        for row in rows:
            row.state = state
        _write(session, rows, kind, now)
    return len(mended) + len(reopened)


def tell(session: Session, asked: Requirement, policy: Policy, *, now: datetime) -> int:
    """Tell employers, then bureaus, of cases that are old enough: each case once, one mail for each officer."""
    today, queued = office_day(now), 0
    for stage, days in zip(STAGES, (policy.employer_days, policy.bureau_days), strict=True):
        if days is None:
            continue
        waiting = case_store.untold(session, asked.code, today - timedelta(days=days), stage)
        if not waiting:
            continue
        by_officer: dict[int, list[int]] = {}
        above = stage == "told-bureau"
        officers = directory.officers_over(session, {w.organisation_id for w in waiting}, today, above=above)
        for case in waiting:
            for officer in officers[case.organisation_id]:
                by_officer.setdefault(officer, []).append(case.person_id)
        names = directory.names_of(session, {person for people in by_officer.values() for person in people})
        queued += queue_many(
            session,
            [
                Reminder(
                    key=f"ce.case.{asked.code}.{stage}.{officer}.{today.isoformat()}",
                    person_id=officer,
                    template="ce-cases",
                    context={
                        "names": [names[person] for person in people[:NAMED_IN_A_DIGEST]],
                        "count": len(people),
                        "requirement": dict(asked.names),
                        "counted_on": today,
                    },
                )
                for officer, people in by_officer.items()
            ],
            now=now,
        )
        alone = {case.id for case in waiting if not officers[case.organisation_id]}
        _log(session, [case.id for case in waiting if case.id not in alone], stage, now)
        _log(session, sorted(alone), stage, now, reason=NOBODY)
    return queued


def _tell_holders(session: Session, cases: Sequence[CaseRow], asked: Requirement, now: datetime) -> None:
    queue_many(
        session,
        [
            Reminder(
                key=f"ce.case.{case.id}.opened",
                person_id=case.person_id,
                template="ce-case",
                context={
                    "requirement": dict(asked.names),
                    "missing": asked.hours_missing(case.missing_minutes),
                    "last_on": case.period_end - timedelta(days=1),
                },
            )
            for case in cases
        ],
        now=now,
    )
    _write(session, cases, "told-person", now)


def decide(session: Session, actor: Actor, case_id: int, decision: str, *, reason: str, now: datetime) -> None:
    """The final decision of an officer, by name: ``waived`` lifts what follows, ``upheld`` lets it stand.

    Raises:
        NotFound: no such case within the actor's bounds. Conflict: ``ce.case-decided`` -- it is not open.
        RuleViolation: ``ce.case-own`` -- nobody decides their own; ``ce.case-reason``; ``ce.case-decision``.
    """
    if decision not in ("waived", "upheld"):
        raise RuleViolation("ce.case-decision", "Choose a decision.")
    row = _locked(session, actor, case_id)
    if row.state != "open":
        raise Conflict("ce.case-decided", "This case is not open any more.")
    _decided(session, actor, row, decision, reason, now)
    row.state = decision


def take_back(session: Session, actor: Actor, case_id: int, *, reason: str, now: datetime) -> None:
    """Take the final decision back: the case is open again, with both on file.

    Raises:
        NotFound; Conflict: ``ce.case-undecided``; RuleViolation: ``ce.case-own``, ``ce.case-reason``.
    """
    row = _locked(session, actor, case_id)
    if row.state not in ("waived", "upheld"):
        raise Conflict("ce.case-undecided", "There is no decision to take back.")
    _decided(session, actor, row, "taken-back", reason, now)
    row.state = "open"


def grant_make_up(session: Session, actor: Actor, case_id: int, *, last_day: date, reason: str, now: datetime) -> None:
    """Let the hours be made up until a day (补学): until then nothing stops, and what is earned counts for the period.

    Raises:
        NotFound; Conflict: ``ce.case-decided``, ``ce.exemption-overlap``; RuleViolation: ``ce.case-own``,
            ``ce.case-reason``, ``ce.make-up-day`` -- not after today, or more than a year away.
    """
    today = office_day(now)
    if not today < last_day <= today + LONGEST_MAKE_UP:
        raise RuleViolation("ce.make-up-day", "The last day for making up lies after today, within a year.")
    row = _locked(session, actor, case_id)
    if row.state != "open":
        raise Conflict("ce.case-decided", "This case is not open any more.")
    _decided(session, actor, row, "make-up", reason, now, until_on=last_day)
    exempting.postpone(
        session, actor, row.person_id, code=row.code, period=Period(row.period_start, row.period_end),
        last_day=last_day, note=reason, now=now,
    )  # fmt: skip


def case(session: Session, actor: Actor, case_id: int) -> dict[str, Any]:
    """One case as its page shows it.

    Raises:
        NotFound: no such case of a person within the actor's bounds.
    """
    row = session.get(CaseRow, case_id)
    if row is None:
        raise NotFound("ce.case", "There is no such case.")
    person = seen(session, actor, Permission.CE_STANDING_SEE, row.person_id)
    kept = store.kept(session, row.person_id).get((row.code, row.period_start))
    asked = asked_in(store.versions(session), row.code, kept.requirement_id if kept else None)
    missing = kept.missing_minutes if kept else 0
    return {
        "id": row.id,
        "person_id": row.person_id,
        "name": person.name,
        "code": row.code,
        "requirement": asked.names,
        "first": row.period_start,
        "last": row.period_end - timedelta(days=1),
        "opened_on": row.opened_on,
        "state": row.state,
        "missing_then": asked.hours_missing(row.missing_minutes),
        "missing": asked.hours_missing(missing),
        "make_up_until": kept.closes_on - timedelta(days=1) if kept and kept.closes_on > row.opened_on else None,
    }


def of_person(session: Session, person_id: int) -> list[dict[str, Any]]:
    """A person's cases that were not mended, for their page; whether the actor may see it is asked before."""
    versions, found = store.versions(session), []
    for row in case_store.of_person(session, person_id):
        asked = asked_in(versions, row["code"], row["requirement_id"])
        later = row["closes_on"] is not None and row["closes_on"] > row["period_end"]
        found.append(
            {
                "id": row["id"],
                "state": row["state"],
                "requirement": asked.names,
                "missing": asked.hours_missing(row["missing_minutes"] or 0),
                "last": row["period_end"] - timedelta(days=1),
                "make_up_until": row["closes_on"] - timedelta(days=1) if later else None,
            }
        )
    return found


def asked_in(versions: Sequence[Requirement], code: str, requirement_id: int | None) -> Requirement:
    """The version that a case's period is kept with; of a period that is owed no more, the latest of the code."""
    own = [version for version in versions if version.code == code]
    return next((version for version in own if version.id == requirement_id), own[-1])


def _decided(
    session: Session, actor: Actor, row: CaseRow, kind: str, reason: str, now: datetime, *, until_on: date | None = None
) -> None:
    if row.person_id == actor.person_id:
        raise RuleViolation("ce.case-own", "Nobody decides their own case.")
    if not reason.strip():
        raise RuleViolation("ce.case-reason", "Say why: the holder reads it.")
    session.add(
        EVENT(case_id=row.id, kind=kind, at=now, by_id=actor.person_id, reason=reason.strip(), until_on=until_on)
    )
    session.flush()
    after = {"decision": kind, "reason": reason.strip()}
    record(session, actor, "ce.case-decided", "ce_case", row.id, now=now, after=after)


def _locked(session: Session, actor: Actor, case_id: int) -> CaseRow:
    row = session.get(CaseRow, case_id, with_for_update=True)
    if row is None:
        raise NotFound("ce.case", "There is no such case.")
    seen(session, actor, DECIDE, row.person_id)
    return row


def _write(session: Session, cases: Iterable[CaseRow], kind: str, now: datetime) -> None:
    _log(session, [case.id for case in cases], kind, now)


def _log(session: Session, case_ids: Sequence[int], kind: str, now: datetime, *, reason: str = "") -> None:
    if case_ids:
        values = [{"case_id": case_id, "kind": kind, "at": now, "reason": reason} for case_id in case_ids]
        session.execute(insert(CaseEventRow), values)


STATES: Mapping[str, str] = {
    "open": N_("Case open"),
    "mended": N_("Mended"),
    "waived": N_("Waived"),
    "upheld": N_("Upheld"),
}
