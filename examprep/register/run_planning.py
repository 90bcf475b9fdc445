"""What a payment run would pay: each approved claim month by month, and what was written since the last run."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from examprep.feature import HolderCheck
from examprep.kernel.errors import NotFound
from examprep.kernel.sentence import Sentence
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import stands_for, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.register.models import (
    AwardClaimRow,
    AwardLineRow,
    AwardRunLineRow,
    AwardSchemeRow,
    RegisterCertificateRow,
)
from examprep.register.paid import Chain, Paid, paid_to
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

LINE, RUN_LINE, CLAIM, SCHEME = AwardLineRow, AwardRunLineRow, AwardClaimRow, AwardSchemeRow
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
        return digest((p.scheme_id, p.person_id, p.entitlement, p.fen) for p in self.lines)


def digest(lines: Iterable[tuple[Any, ...]]) -> str:
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


def _ours(session: Session, actor: Actor, organisation_id: int) -> None:
    query = select(OrganisationRow.id).where(
        OrganisationRow.id == organisation_id, within(OrganisationRow.id, actor, PAY)
    )
    if session.scalar(query) is None:
        raise NotFound("register.run-organisation", "That is none of your organisations.")


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
        .where(*_payable(organisation_id))
    )  # fmt: skip
    return [dict(row) for row in rows.mappings()]


def claimants(organisation_id: int) -> Select[int]:
    """The ids of the persons whom a run of an organisation may pay."""
    return select(CLAIM.person_id).join(SCHEME, SCHEME.id == CLAIM.scheme_id).where(*_payable(organisation_id))


def _payable(organisation_id: int) -> tuple[ColumnElement[bool], ...]:
    return (SCHEME.organisation_id == organisation_id, CLAIM.state.in_(("approved", "stopped")))


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
) -> Iterator[Sentence]:
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
        paid.count(row["scheme_id"], row["person_id"], what, Chain(fen, 0, "paid", row["level"], at))


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
        .join(PersonRow, PersonRow.id == stands_for(LINE.person_id))
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .outerjoin(RUN_LINE, RUN_LINE.line_id == LINE.id)
        .where(SCHEME.organisation_id == organisation_id, LINE.why.in_(PENDING), RUN_LINE.line_id.is_(None))
        .order_by(LINE.id)
    )  # fmt: skip
    return [Planned(*tuple(row)) for row in rows]
