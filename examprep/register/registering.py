"""The steps of a registration: what holders and officers do with an application, and what the platform says of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from examprep.feature import RenewalCheck
from examprep.kernel.errors import Conflict, Forbidden, NotFound, Refusal, RuleViolation
from examprep.kernel.period import Period
from examprep.kernel.sentence import Sentence
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.people.models import PersonRow, RegionRow
from examprep.register import ledger
from examprep.register.limits import limits_of, stands
from examprep.register.models import RegisterCertificateRow
from examprep.register.rules.process import STEPS, Status, Step, check_bureau, check_step, open_steps
from examprep.register.rules.registration import months_after
from examprep.register.rules.windows import Verdict, verdict

DECIDES = ("accepted", "first-passed", "first-failed", "final-passed", "final-failed")
EDIT = Permission.REGISTER_HOLDER_EDIT


@dataclass(frozen=True)
class Standing:
    """One certificate's registration today: whether it may be applied for, what hinders it, what the actor may do."""

    verdict: Verdict
    hindrances: Sequence[Sentence]
    steps: Sequence[Step]


def standing(
    session: Session, actor: Actor, certificate_id: int, *, today: date, checks: Sequence[RenewalCheck] = ()
) -> Standing:
    """What can be done about a certificate's registration.

    Raises:
        NotFound: no such certificate that the actor may see.
    """
    row = _visible(session, actor, certificate_id)
    limits = limits_of(session, row.person_id, today)
    found = verdict(limits, row.issued_on, row.registered_until, today)
    hindrances = _hindrances(session, row, checks, today) if found.again else ()
    own, level = row.person_id == actor.person_id, stands(session, actor, EDIT, row.person_id)
    steps = []
    for step in open_steps(Status(row.status), accepted=row.accepted):
        if step.act == "applied" and (hindrances or (own and not found.open) or not (own or level)):
            continue
        if step.by == "" and not (own or level):
            continue
        if step.by and (own or not _may(step, level, limits.needed) or not _other_hand(session, actor, row, step)):
            continue
        steps.append(step)
    return Standing(found, hindrances, steps)


def take(
    session: Session,
    actor: Actor,
    certificate_id: int,
    act: str,
    *,
    today: date,
    now: datetime,
    reason: str | None = None,
    place_code: str | None = None,
    registered_on: date | None = None,
    checks: Sequence[RenewalCheck] = (),
) -> None:
    """Take one step of `rules.process.STEPS`. ``registered_on`` is asked of ``completed`` alone.

    A renewal that ``checks`` hinder is neither applied for nor approved. An application outside the window is taken
    only of an officer, who says why. Nobody decides twice about one application, nor about their own.

    Raises:
        NotFound: no such certificate within the actor's bounds.
        Forbidden: ``register.bureau``, ``register.own``, ``register.same-hand``.
        RuleViolation: ``register.step``, ``register.reason``, ``register.window``, ``register.hindered``.
    """
    row, step = ledger.locked(session, certificate_id), STEPS[act]
    _bounded(session, actor, row, step)
    check_step(step, Status(row.status), accepted=row.accepted, reason=reason)
    limits = limits_of(session, row.person_id, today)
    if step.by:
        check_bureau(step, stands(session, actor, EDIT, row.person_id), limits.needed)
        if not _other_hand(session, actor, row, step):
            raise Forbidden("register.same-hand", "You took part in this application already; somebody else decides.")
    values: dict[str, Any] = {"reason": (reason or "").strip() or None, "place_code": place_code}
    if act == "applied":
        _check_window(actor, row, verdict(limits, row.issued_on, row.registered_until, today), reason)
        values["applied_on"] = today
    hindrances = _hindrances(session, row, checks, today) if act in ("applied", "final-passed") else ()
    if hindrances:
        raise RuleViolation("register.hindered", "The registration cannot be renewed yet: %(why)s", why=hindrances[0])
    if act == "completed":
        values |= _term(row, registered_on or today, limits.term_months)
    about = {"certificate_id": certificate_id, "actor_id": actor.person_id}
    ledger.append(session, ledger.event(act, row.person_id, now=now, **about, **values))
    after = {"step": act} | ({"reason": values["reason"]} if values["reason"] else {})
    record(session, actor, "register.step", "register_certificate", certificate_id, now=now, after=after)


def enter_platform(
    session: Session, actor: Actor, certificate_id: int, *, status: Status, registered_on: date | None,
    registered_until: date | None = None, now: datetime, today: date,
) -> None:  # fmt: skip
    """Note what the national platform says of a certificate, whatever was said here before.

    Raises:
        NotFound: no such certificate within the actor's bounds.
        RuleViolation: ``register.platform-day`` -- registered, but since when is not said, or in the future.
    """
    row = ledger.locked(session, certificate_id)
    seen(session, actor, EDIT, row.person_id)
    if status in (Status.COMPLETED, Status.ISSUED) and registered_on is None and row.registered_on is None:
        raise RuleViolation("register.platform-day", "Say since when the certificate is registered.")
    if registered_on is not None and not row.issued_on <= registered_on <= today:
        raise RuleViolation("register.platform-day", "A certificate is registered after it was issued, up to today.")
    values: dict[str, Any] = {"status": status.value}
    if registered_on is not None:
        term = limits_of(session, row.person_id, today).term_months
        values |= {
            "registered_on": registered_on,
            "registered_until": registered_until or months_after(registered_on, term),
        }
    about = {"certificate_id": certificate_id, "actor_id": actor.person_id}
    ledger.append(session, ledger.event("platform", row.person_id, now=now, **about, **values))
    record(session, actor, "register.platform", "register_certificate", certificate_id, now=now)


def name_region(session: Session, actor: Actor, certificate_id: int, *, region_code: str, now: datetime) -> None:
    """Say in which region alone a local certificate is valid: lists of centres do not always, and hands slip.

    Raises:
        NotFound: no such certificate within the actor's bounds.
        RuleViolation: ``register.national`` -- it is valid in the whole country.
    """
    row = ledger.locked(session, certificate_id)
    seen(session, actor, EDIT, row.person_id)
    if row.validity != "local":
        raise RuleViolation("register.national", "The certificate is valid in the whole country.")
    about = {"certificate_id": certificate_id, "actor_id": actor.person_id, "region_code": region_code}
    ledger.append(session, ledger.event("corrected", row.person_id, now=now, **about))
    record(session, actor, "register.region-named", "register_certificate", certificate_id, now=now)


def take_back(session: Session, actor: Actor, event_id: int, *, now: datetime) -> int:
    """Take back the last thing that happened to a certificate; returns the certificate.

    Raises:
        NotFound: no such event within the actor's bounds.
        Conflict: ``register.not-last`` -- something else happened since, or it was taken back already.
    """
    found = session.get(ledger.EVENT, event_id)
    if found is None or found.certificate_id is None:
        raise NotFound("register.event", "There is no such entry.")
    row = ledger.locked(session, found.certificate_id)
    seen(session, actor, EDIT, row.person_id)
    last = ledger.last_effective(ledger.events_of(session, row.id))
    if last is None or last["id"] != event_id or last["kind"] == "moved":
        raise Conflict("register.not-last", "Only the last entry can be taken back.")
    about = {"certificate_id": row.id, "actor_id": actor.person_id, "undoes_id": event_id}
    ledger.append(session, ledger.event("undone", row.person_id, now=now, **about))
    record(session, actor, "register.taken-back", "register_certificate", row.id, now=now)
    return row.id


def withdraw(session: Session, actor: Actor, certificate_id: int, *, reason: str, now: datetime) -> int:
    """Take a certificate that was entered by mistake out of the register; returns whose it was.

    Raises:
        NotFound: no such certificate within the actor's bounds.
    """
    row = ledger.locked(session, certificate_id)
    seen(session, actor, EDIT, row.person_id)
    about = {"certificate_id": certificate_id, "actor_id": actor.person_id, "reason": reason}
    ledger.append(session, ledger.event("withdrawn", row.person_id, now=now, **about))
    record(session, actor, "register.withdrawn", "register_certificate", certificate_id, now=now,
           after={"reason": reason})  # fmt: skip
    return row.person_id


def taken_out(session: Session, person_id: int) -> list[dict[str, Any]]:
    """The certificates of a person that were taken out of the register: the entry's id, number, reason and when.

    Whether the person may be seen is asked before.
    """
    entry, begun, undone = ledger.EVENT, aliased(ledger.EVENT), aliased(ledger.EVENT)
    rows = session.execute(
        select(entry.id, begun.number, begun.level, entry.reason, entry.at)
        .join(begun, begun.id == entry.certificate_id)
        .where(entry.person_id == person_id, entry.kind == "withdrawn")
        .where(~select(undone.id).where(undone.undoes_id == entry.id).exists())
        .order_by(entry.id.desc())
    )
    return [dict(row) for row in rows.mappings()]


def bring_back(session: Session, actor: Actor, event_id: int, *, now: datetime) -> int:
    """Put a certificate that was taken out by mistake back, as it was; returns it. ``event_id`` took it out.

    Raises:
        NotFound: no such event within the actor's bounds.
        Conflict: ``register.not-last`` -- it was put back already; ``register.number`` -- its number was entered
            again since.
    """
    found = session.get(ledger.EVENT, event_id)
    if found is None or found.certificate_id is None or found.kind != "withdrawn":
        raise NotFound("register.event", "There is no such entry.")
    seen(session, actor, EDIT, found.person_id)
    about = {"certificate_id": found.certificate_id, "actor_id": actor.person_id, "undoes_id": event_id}
    try:
        with session.begin_nested():
            ledger.write(session, [ledger.event("undone", found.person_id, now=now, **about)])
    except IntegrityError as error:
        raise Conflict("register.not-last", "Only the last entry can be taken back.") from error
    ledger.make(session, ledger.events_of(session, found.certificate_id))
    record(session, actor, "register.brought-back", "register_certificate", found.certificate_id, now=now)
    return found.certificate_id


def history(session: Session, actor: Actor, certificate_id: int) -> list[dict[str, Any]]:
    """Everything that happened to a certificate, newest first, with who did it; ``undone`` marks what was taken back.

    Raises:
        NotFound: no such certificate that the actor may see.
    """
    _visible(session, actor, certificate_id)
    events = ledger.events_of(session, certificate_id)
    ids = {one["actor_id"] for one in events if one["actor_id"]}
    regions = _names(session, {one["region_code"] for one in events if one["region_code"]})
    names = dict(session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids))).all())
    undone = {one["undoes_id"] for one in events}
    last = ledger.last_effective(events)
    return [
        {
            **one,
            "who": names.get(one["actor_id"]),
            "region": regions.get(one["region_code"]),
            "undone": one["id"] in undone,
            "last": one is last,
        }
        for one in reversed(events)
    ]


def certificate(session: Session, actor: Actor, certificate_id: int) -> tuple[str, dict[str, Any]]:
    """Its holder's name and the certificate as the register has it, with the name of its ``region``.

    Raises:
        NotFound: no such certificate that the actor may see.
    """
    row = _visible(session, actor, certificate_id)
    name = session.get_one(PersonRow, row.person_id).name
    found = {column.name: getattr(row, column.name) for column in row.__table__.columns}
    return name, {**found, "region": _names(session, {row.region_code}).get(row.region_code)}


def _names(session: Session, codes: Collection[str | None]) -> dict[str | None, str]:
    """The names of regions by their codes."""
    return dict(session.execute(select(RegionRow.code, RegionRow.name).where(RegionRow.code.in_(codes))).all())


def _visible(session: Session, actor: Actor, certificate_id: int) -> RegisterCertificateRow:
    row = session.get(RegisterCertificateRow, certificate_id)
    if row is None:
        raise NotFound("register.certificate", "There is no such certificate.")
    if row.person_id != actor.person_id:
        seen(session, actor, Permission.REGISTER_HOLDER_SEE, row.person_id)
    return row


def _bounded(session: Session, actor: Actor, row: RegisterCertificateRow, step: Step) -> None:
    if row.person_id == actor.person_id:
        if step.by:
            raise Forbidden("register.own", "Nobody decides about their own registration.")
        return
    seen(session, actor, EDIT, row.person_id)


def _may(step: Step, level: int | None, needed: Mapping[str, int]) -> bool:
    try:
        check_bureau(step, level, needed)
    except Refusal:
        return False
    return True


def _other_hand(session: Session, actor: Actor, row: RegisterCertificateRow, step: Step) -> bool:
    """Whether the actor has not decided about this application before. An officer may have applied for the holder: two
    hands are needed, not three.
    """
    if step.act not in DECIDES:
        return True
    hands: set[int | None] = set()
    events = ledger.events_of(session, row.id)
    undone = {one["undoes_id"] for one in events}
    for one in events:
        if one["kind"] == "applied":
            hands = set()
        if one["kind"] in DECIDES and one["id"] not in undone:
            hands.add(one["actor_id"])
    return actor.person_id not in hands


def _hindrances(
    session: Session, row: RegisterCertificateRow, checks: Sequence[RenewalCheck], today: date
) -> list[Sentence]:
    """What must be done before the registration can be renewed, of those who stand above the register."""
    if row.registered_on is None or row.registered_until is None:
        return []
    term = Period(row.registered_on, row.registered_until)
    found = (check.hindrance(session, row.person_id, row.level, term, today) for check in checks)
    return [sentence for sentence in found if sentence is not None]


def _check_window(actor: Actor, row: RegisterCertificateRow, found: Verdict, reason: str | None) -> None:
    if found.open:
        return
    own = row.person_id == actor.person_id
    if own or not (reason or "").strip():
        raise (
            RuleViolation("register.window", "%(verdict)s", verdict=found.sentence)
            if own
            else RuleViolation(
                "register.window-reason", "The application is outside its time. Say why it is taken all the same."
            )
        )


def _term(row: RegisterCertificateRow, registered_on: date, months: int) -> dict[str, date]:
    """A renewal that is approved before the term ends begins with the day on which it ends."""
    if row.registered_until is not None and registered_on < row.registered_until:
        registered_on = row.registered_until
    return {"registered_on": registered_on, "registered_until": months_after(registered_on, months)}
