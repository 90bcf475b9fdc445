"""Payment runs: what finance pays out in one go, previewed, made with control totals, exported, closed or cancelled."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from examprep.feature import HolderCheck
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.register.models import (
    AwardClaimRow,
    AwardLineRow,
    AwardRunLineRow,
    AwardRunRow,
    AwardSchemeRow,
    RegisterCertificateRow,
)
from examprep.register.paid import Chain, Paid, paid_to, post
from examprep.register.rules.awarding import (
    Facts,
    Kind,
    Version,
    amount,
    entitlement,
    month_of,
    monthly,
    months_left,
    unmet,
)
from examprep.register.rules.registration import months_after
from examprep.register.schemes import Versions
from examprep.syllabus.rules.levels import LEVELS, rank

LINE, RUN, RUN_LINE, CLAIM, SCHEME = AwardLineRow, AwardRunRow, AwardRunLineRow, AwardClaimRow, AwardSchemeRow
PAY = Permission.REGISTER_AWARD_PAY
Checks = Sequence[HolderCheck]
PENDING = ("clawback", "reinstated")  # written between runs; the next run takes them along


@dataclass(frozen=True)
class Planned:
    """One line that a run would write, or, with ``line_id``, take along."""

    line_id: int | None
    scheme_id: int
    scheme: str
    claim_id: int | None
    person_id: int
    name: str
    unit: str
    level: str
    entitlement: str
    month: date
    fen: int
    reverses_id: int | None


@dataclass(frozen=True)
class Unpaid:
    """A claim of which the run's month is not paid, and why."""

    claim_id: int
    name: str
    scheme: str
    why: Sentence


@dataclass(frozen=True)
class Plan:
    """What a run of an organisation and a month would pay. ``sha256`` names exactly these lines."""

    lines: Sequence[Planned]
    unpaid: Sequence[Unpaid]

    @property
    def persons(self) -> int:
        return len({line.person_id for line in self.lines})

    @property
    def fen(self) -> int:
        return sum(line.fen for line in self.lines)

    @property
    def sha256(self) -> str:
        return _digest((p.scheme_id, p.person_id, p.entitlement, p.fen) for p in self.lines)


def _digest(lines: Any) -> str:
    """Of the lines' (scheme, person, entitlement, fen), in whatever order they come."""
    return hashlib.sha256("\n".join(sorted("|".join(map(str, line)) for line in lines)).encode()).hexdigest()


def plan(
    session: Session, actor: Actor, organisation_id: int, month: date, *, today: date, checks: Checks = ()
) -> Plan:
    """What a run would pay; nothing is written. ``checks`` may hold months back until something is in order.

    Raises:
        NotFound: ``register.run-organisation`` -- none of the actor's organisations.
    """
    _ours(session, actor, organisation_id)
    month = month_of(month)
    rows = _claims(session, organisation_id)
    versions = Versions(session, [row["scheme_id"] for row in rows])
    persons = sorted({row["person_id"] for row in rows})
    paid = paid_to(session, persons)
    held = {person: hold for check in checks for person, hold in check.holds(session, persons, today).items()}
    lines: list[Planned] = []
    unpaid: list[Unpaid] = []
    for row in _in_order(rows, versions, month):
        whys = list(_pay(row, versions, paid, month, lines, held.get(row["person_id"])))
        if whys:
            unpaid.append(Unpaid(row["id"], row["name"], row["scheme"], whys[-1]))
    return Plan([*_pending(session, organisation_id), *lines], unpaid)


def _claims(session: Session, organisation_id: int) -> list[dict[str, Any]]:
    """The claims of an organisation's schemes that are or were approved, with what is known of their persons."""
    held = RegisterCertificateRow
    rows = session.execute(
        select(
            CLAIM.id, CLAIM.scheme_id, SCHEME.name.label("scheme"), SCHEME.kind, CLAIM.person_id, PersonRow.name,
            PersonRow.in_post, OrganisationRow.name.label("unit"), OrganisationRow.region_code, CLAIM.level,
            CLAIM.full_time, CLAIM.employed_since, CLAIM.from_month, CLAIM.until_month,
            held.issued_on, held.registered_on, held.registered_until, held.place_code,
        )
        .join(SCHEME, SCHEME.id == CLAIM.scheme_id)
        .join(PersonRow, PersonRow.id == CLAIM.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .outerjoin(held, (held.id == CLAIM.certificate_id) & (held.person_id == CLAIM.person_id))
        .where(SCHEME.organisation_id == organisation_id, CLAIM.state.in_(("approved", "stopped")))
    )  # fmt: skip
    return [dict(row) for row in rows.mappings()]


def _in_order(rows: Sequence[dict[str, Any]], versions: Versions, month: date) -> list[dict[str, Any]]:
    """Higher levels first, since a month is paid once; and of schemes of which only the highest pays that one first."""

    def order(row: dict[str, Any]) -> tuple[int, int, int]:
        version = versions.on(row["scheme_id"], month)
        return (-rank(row["level"]), -(version.fen_by_level.get(row["level"], 0) if version else 0), row["id"])

    return sorted(rows, key=order)


def _pay(
    row: dict[str, Any],
    versions: Versions,
    paid: Paid,
    month: date,
    lines: list[Planned],
    held: tuple[date, Sentence] | None,
) -> Any:
    """Add the lines of one claim up to a month; yield why a month of it is not paid.

    A month that is held back is paid by a later run, when what held it is in order.
    """
    if row["kind"] == Kind.ONE_OFF:
        months = [month] if row["from_month"] <= month and row["until_month"] is None else []
    else:
        last = month if row["until_month"] is None else min(month, months_after(row["until_month"], -1))
        months, at = [], row["from_month"]
        while at <= last:
            months.append(at)
            at = months_after(at, 1)
    for at in months:
        version = versions.on(row["scheme_id"], at)
        if version is None or (version.until is not None and version.until <= at):
            yield Sentence("The scheme is not in force in this month.")
            continue
        what = entitlement(version.kind, row["level"], at)
        chain = paid.chain(row["scheme_id"], row["person_id"], what)
        if chain is not None and (chain.fen > 0 or chain.why != "cancelled"):
            if chain.fen <= 0 and at == month:
                yield Sentence("What was paid for this month was taken back.")
            continue
        if held is not None and row["kind"] != Kind.ONE_OFF and at >= month_of(held[0]):
            yield held[1]
            continue
        if why := _hindrance(row, version, paid, at):
            yield why
            continue
        fen = _amount(row, version, paid, what)
        if not fen:
            yield Sentence("Another award is paid already, and only the highest counts.")
            continue
        reverses = chain.tail_id if chain else None
        lines.append(
            Planned(
                None, row["scheme_id"], row["scheme"], row["id"], row["person_id"], row["name"], row["unit"],
                row["level"], what, at, fen, reverses,
            )
        )  # fmt: skip
        paid.chains[row["scheme_id"], row["person_id"], what] = Chain(fen, 0, "paid", row["level"], at)


def _hindrance(row: dict[str, Any], version: Version, paid: Paid, month: date) -> Sentence | None:
    """Why a month of a claim is not paid, if it is not."""
    if row["issued_on"] is None:
        return Sentence("The certificate is not in the register any more.")
    facts = Facts(
        level=row["level"],
        issued_on=row["issued_on"],
        registered_on=row["registered_on"],
        registered_until=row["registered_until"],
        place_code=row["place_code"] or row["region_code"],
        in_post=row["in_post"],
        full_time=row["full_time"],
        employed_since=row["employed_since"],
    )
    if missing := unmet(monthly(version, facts, month, month)):
        return missing[0].sentence
    if version.kind != Kind.ONE_OFF:
        left = months_left(version, paid.months(row["scheme_id"], row["person_id"]), row["level"])
        if left == 0:
            return Sentence("All %(count)s months are paid.", count=version.cap_months)
    return None


def _amount(row: dict[str, Any], version: Version, paid: Paid, what: str) -> int:
    lower = [level for level in LEVELS if rank(level) < rank(row["level"])]
    return amount(
        version,
        row["level"],
        paid_lower=paid.of_levels(row["scheme_id"], row["person_id"], lower),
        paid_elsewhere=paid.elsewhere(row["scheme_id"], row["person_id"], what),
    )


def _pending(session: Session, organisation_id: int) -> list[Planned]:
    """Lines written between runs, of an organisation's schemes: they go with the next one."""
    rows = session.execute(
        select(
            LINE.id, LINE.scheme_id, SCHEME.name, LINE.claim_id, LINE.person_id, PersonRow.name, OrganisationRow.name,
            LINE.level, LINE.entitlement, LINE.month, LINE.fen, LINE.reverses_id,
        )
        .join(SCHEME, SCHEME.id == LINE.scheme_id)
        .join(PersonRow, PersonRow.id == LINE.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .outerjoin(RUN_LINE, RUN_LINE.line_id == LINE.id)
        .where(SCHEME.organisation_id == organisation_id, LINE.why.in_(PENDING), RUN_LINE.line_id.is_(None))
        .order_by(LINE.id)
    )  # fmt: skip
    return [Planned(*tuple(row)) for row in rows]


def make(
    session: Session,
    actor: Actor,
    organisation_id: int,
    month: date,
    *,
    sha256: str,
    today: date,
    now: datetime,
    checks: Checks = (),
) -> int:
    """Make the run that was previewed, known by its ``sha256``; returns its id.

    Raises:
        NotFound: as `plan`.
        Conflict: ``register.run-changed`` -- it would not pay the same any more; ``register.award-paid``.
        RuleViolation: ``register.run-empty``, ``register.run-future`` -- a month that has not begun.
    """
    # One run of an organisation at a time: the second waits here, and then finds everything paid.
    session.execute(select(OrganisationRow.id).where(OrganisationRow.id == organisation_id).with_for_update())
    if month_of(month) > today:
        raise RuleViolation("register.run-future", "This month has not begun yet.")
    found = plan(session, actor, organisation_id, month, today=today, checks=checks)
    if not found.lines:
        raise RuleViolation("register.run-empty", "There is nothing to pay.")
    if found.sha256 != sha256:
        raise Conflict("register.run-changed", "What is to be paid has changed since the preview. Look at it again.")
    ids = [line.line_id or _post(session, actor, line, now) for line in found.lines]
    values = {"organisation_id": organisation_id, "month": month_of(month), "state": "open"}
    totals = {"persons": found.persons, "lines": len(ids), "fen": found.fen, "sha256": found.sha256}
    run_id = session.scalar(
        insert(RUN).values(**values, **totals, made_by=actor.person_id, made_at=now).returning(RUN.id)
    )
    assert run_id is not None
    session.execute(insert(RUN_LINE), [{"run_id": run_id, "line_id": id_} for id_ in ids])
    after = {"lines": len(ids), "fen": found.fen}
    record(session, actor, "register.run-made", "award_run", run_id, now=now, after=after)
    return run_id


def _post(session: Session, actor: Actor, line: Planned, now: datetime) -> int:
    values = {
        "scheme_id": line.scheme_id,
        "claim_id": line.claim_id,
        "person_id": line.person_id,
        "level": line.level,
        "entitlement": line.entitlement,
        "month": line.month,
        "fen": line.fen,
        "why": "paid",
        "reverses_id": line.reverses_id,
        "posted_by": actor.person_id,
    }
    return post(session, values, now=now)


def close(session: Session, actor: Actor, run_id: int, *, now: datetime) -> None:
    """Note that finance has paid a run out; then it changes no more.

    Raises:
        NotFound: no such run of the actor's organisations.
        RuleViolation: ``register.run-state`` -- it is not open.
    """
    _settle(session, actor, run_id, "closed", now)
    record(session, actor, "register.run-closed", "award_run", run_id, now=now)


def cancel(session: Session, actor: Actor, run_id: int, *, now: datetime) -> None:
    """Take back a run that finance did not pay out: each payment by a negative line, in the same run.

    What was cancelled is paid by the next run. Lines that the run only took along wait for the next one again.

    Raises:
        NotFound, RuleViolation: as `close`.
        Conflict: ``register.run-built-on`` -- a payment of it was taken back in a later run; ``register.run-moved`` --
            a person of it was merged since.
    """
    _settle(session, actor, run_id, "cancelled", now)
    session.execute(
        delete(RUN_LINE).where(
            RUN_LINE.run_id == run_id, RUN_LINE.line_id.in_(select(LINE.id).where(LINE.why.in_(PENDING)))
        )
    )
    lines = session.scalars(select(LINE).join(RUN_LINE, RUN_LINE.line_id == LINE.id).where(RUN_LINE.run_id == run_id))
    for line in lines.all():
        later = session.execute(
            select(LINE.id, LINE.why, RUN_LINE.run_id)
            .outerjoin(RUN_LINE, RUN_LINE.line_id == LINE.id)
            .where(LINE.reverses_id == line.id)
        ).first()
        if later is not None and later.run_id is not None:
            raise Conflict("register.run-built-on", "A payment of this run was taken back in a later one.")
        if later is not None and later.why == "moved":
            raise Conflict(
                "register.run-moved", "A person of this run was merged with another. Take the payments back one by one."
            )
        id_ = later.id if later is not None else _reverse(session, actor, line, now)
        session.execute(insert(RUN_LINE).values(run_id=run_id, line_id=id_))
    session.execute(update(RUN).where(RUN.id == run_id).values(**totals(session, run_id)))
    record(session, actor, "register.run-cancelled", "award_run", run_id, now=now)


def _reverse(session: Session, actor: Actor, line: AwardLineRow, now: datetime) -> int:
    names = ("scheme_id", "claim_id", "person_id", "level", "entitlement", "month")
    values = {name: getattr(line, name) for name in names}
    values |= {"fen": -line.fen, "why": "cancelled", "reverses_id": line.id, "posted_by": actor.person_id}
    return post(session, values, now=now)


def note_export(session: Session, actor: Actor, run_id: int, *, now: datetime) -> None:
    """Leave in the trail that somebody took a run's file, which holds ID numbers.

    Raises:
        NotFound: no such run of the actor's organisations.
    """
    record(session, actor, "register.run-exported", "award_run", _run(session, actor, run_id).id, now=now)


def totals(session: Session, run_id: int) -> dict[str, Any]:
    """A run's control totals, counted from its lines."""
    rows = session.execute(
        select(LINE.scheme_id, LINE.person_id, LINE.entitlement, LINE.fen)
        .join(RUN_LINE, RUN_LINE.line_id == LINE.id)
        .where(RUN_LINE.run_id == run_id)
    ).all()
    return {
        "persons": len({row.person_id for row in rows}),
        "lines": len(rows),
        "fen": sum(row.fen for row in rows),
        "sha256": _digest(tuple(row) for row in rows),
    }


def _settle(session: Session, actor: Actor, run_id: int, state: str, now: datetime) -> None:
    row = _run(session, actor, run_id)
    done = session.execute(
        update(RUN)
        .where(RUN.id == row.id, RUN.state == "open")
        .values(state=state, settled_by=actor.person_id, settled_at=now)
        .returning(RUN.id)
    ).first()
    if done is None:
        raise RuleViolation("register.run-state", "This run is closed or cancelled already.")


def _run(session: Session, actor: Actor, run_id: int) -> AwardRunRow:
    row = session.scalar(select(RUN).where(RUN.id == run_id, within(RUN.organisation_id, actor, PAY)))
    if row is None:
        raise NotFound("register.run", "There is no such run.")
    return row


def _ours(session: Session, actor: Actor, organisation_id: int) -> None:
    query = select(OrganisationRow.id).where(
        OrganisationRow.id == organisation_id, within(OrganisationRow.id, actor, PAY)
    )
    if session.scalar(query) is None:
        raise NotFound("register.run-organisation", "That is none of your organisations.")


def payers(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the actor's organisations that have schemes."""
    rows = session.execute(
        select(OrganisationRow.id, OrganisationRow.name)
        .where(OrganisationRow.id.in_(select(SCHEME.organisation_id)), within(OrganisationRow.id, actor, PAY))
        .order_by(OrganisationRow.name)
    )
    return [(id_, name) for id_, name in rows]


def listed(session: Session, actor: Actor, ask: Ask) -> Page:
    """The runs of the actor's organisations, the newest first; filters ``state`` (prefixed), ``organisation``."""
    query = (
        select(
            RUN.id, RUN.month, OrganisationRow.name.label("organisation"), ("run-" + RUN.state).label("state"),
            RUN.persons, RUN.lines, RUN.fen, RUN.made_at, PersonRow.name.label("maker"),
        )
        .join(OrganisationRow, OrganisationRow.id == RUN.organisation_id)
        .join(PersonRow, PersonRow.id == RUN.made_by)
        .where(within(RUN.organisation_id, actor, Permission.REGISTER_HOLDER_SEE))
    )  # fmt: skip
    if state := ask.filters.get("state"):
        query = query.where(RUN.state == state.removeprefix("run-"))
    if (organisation := ask.number("organisation")) is not None:
        query = query.where(RUN.organisation_id == organisation)
    sortable = {"month": RUN.month, "fen": RUN.fen, "organisation": OrganisationRow.name}
    return fetch(session, query, ask, sortable=sortable, searchable=[OrganisationRow.name],
                 default=[RUN.month.desc(), RUN.id.desc()], totals=("fen",))  # fmt: skip


def run(session: Session, actor: Actor, run_id: int, ask: Ask) -> tuple[Mapping[str, Any], Page]:
    """One run, and its lines with the sealed ID numbers of their persons.

    Raises:
        NotFound: no such run of the actor's organisations.
    """
    row = session.execute(
        select(RUN.__table__, OrganisationRow.name.label("organisation"))
        .join(OrganisationRow, OrganisationRow.id == RUN.organisation_id)
        .where(RUN.id == run_id, within(RUN.organisation_id, actor, Permission.REGISTER_HOLDER_SEE))
    ).mappings().first()  # fmt: skip
    if row is None:
        raise NotFound("register.run", "There is no such run.")
    query = (
        select(
            LINE.id, LINE.person_id, PersonRow.name, PersonRow.id_number_sealed, OrganisationRow.name.label("unit"),
            SCHEME.name.label("scheme"), LINE.level, LINE.month, LINE.fen, LINE.why,
        )
        .join(RUN_LINE, RUN_LINE.line_id == LINE.id)
        .join(PersonRow, PersonRow.id == LINE.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .join(SCHEME, SCHEME.id == LINE.scheme_id)
        .where(RUN_LINE.run_id == run_id)
    )  # fmt: skip
    sortable = {"name": PersonRow.name, "fen": LINE.fen, "month": LINE.month}
    searchable = [PersonRow.name, OrganisationRow.name]
    page = fetch(session, query, ask, sortable=sortable, searchable=searchable,
                 default=[PersonRow.name, LINE.id], totals=("fen",))  # fmt: skip
    return dict(row), page


def by_month(session: Session, actor: Actor, organisation_id: int | None = None) -> list[dict[str, Any]]:
    """Each month for which something was paid, with persons, lines and fen, net, within the actor's bounds."""
    query = (
        select(LINE.month, func.count(LINE.person_id.distinct()).label("persons"), func.sum(LINE.fen).label("fen"))
        .join(PersonRow, PersonRow.id == LINE.person_id)
        .where(within(PersonRow.organisation_id, actor, Permission.REGISTER_HOLDER_SEE))
        .group_by(LINE.month)
        .order_by(LINE.month)
    )
    if organisation_id is not None:
        query = query.where(in_subtree(PersonRow.organisation_id, organisation_id))
    return [dict(row) for row in session.execute(query).mappings()]
