"""What state a registration is in and which certificates wait for an application, by the limits of their region."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, case, false, func, select, true
from sqlalchemy.orm import Session

from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.register.models import RegisterCertificateRow
from examprep.register.rules.process import UNDER_WAY
from examprep.register.rules.registration import RegistrationState
from examprep.register.rules.windows import Limits, first_within, limits_for, region_prefix
from examprep.register.store import asked, region_within

CERTIFICATE = RegisterCertificateRow


def by_region(known: Sequence[Limits], today: date, value: Callable[[Limits], Any]) -> ColumnElement[Any]:
    """What ``value`` makes of the limits that govern today in the region of `OrganisationRow`, the nearest first."""
    regions = {one.region_code for one in known if one.since <= today}
    nearest = sorted(regions, key=lambda code: -len(region_prefix(code or "")))
    cases = [
        (
            region_within(OrganisationRow.region_code, code) if code else true(),
            value(limits_for(known, code or "", today)),
        )
        for code in nearest
    ]
    return case(*cases)


def state_on(today: date, known: Sequence[Limits]) -> ColumnElement[str]:
    """`rules.registration.state` as a column; the query joins `OrganisationRow`."""
    until = CERTIFICATE.registered_until
    # Its window is open: the day to renew from, counted from the end of the term, is today or before.
    opened = by_region(known, today, lambda one: until < first_within(one.renew_from_months, today + timedelta(days=1)))
    return case(
        (until.is_(None), RegistrationState.NONE.value),
        (until <= today, RegistrationState.LAPSED.value),
        (opened, RegistrationState.RENEWABLE.value),
        else_=RegistrationState.VALID.value,
    )


def due_on(today: date, known: Sequence[Limits]) -> ColumnElement[str]:
    """Whether a certificate waits for an application: a code of `DUE`, null when it does not; joins as `state_on`."""
    until, issued = CERTIFICATE.registered_until, CERTIFICATE.issued_on
    none, tomorrow = until.is_(None), today + timedelta(days=1)

    def of(one: Limits) -> ColumnElement[Any]:
        late = false() if one.first_months is None else issued < first_within(one.first_months, today)
        return case(
            (none & late, "first-overdue"),
            (none, "first-due"),
            (until < first_within(one.renew_to_months, tomorrow), "renewal-overdue"),
            (until < first_within(one.renew_from_months, tomorrow), "renewal-due"),
        )

    return case((CERTIFICATE.status.not_in(UNDER_WAY), by_region(known, today, of)))


def due(session: Session, actor: Actor, permission: str, ask: Ask, known: Sequence[Limits], *, today: date) -> Page:
    """The certificates within bounds that wait for an application, the longest waiting first; filters as `holders`."""
    kind = due_on(today, known)
    query = (
        select(
            CERTIFICATE.id,
            PersonRow.id.label("person_id"),
            PersonRow.name,
            PersonRow.in_post,
            OrganisationRow.name.label("unit"),
            OrganisationRow.region_code,
            CERTIFICATE.level,
            CERTIFICATE.number,
            CERTIFICATE.issued_on,
            CERTIFICATE.registered_until,
            CERTIFICATE.status,
            kind.label("due"),
        )
        .join(PersonRow, PersonRow.id == CERTIFICATE.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(within(PersonRow.organisation_id, actor, permission), kind.is_not(None), *asked(ask))
    )
    if wanted := ask.filters.get("due"):
        query = query.where(kind == wanted)
    if level := ask.filters.get("level"):
        query = query.where(CERTIFICATE.level == level)
    return fetch(
        session,
        query,
        ask,
        sortable={"name": PersonRow.name, "unit": OrganisationRow.name, "issued_on": CERTIFICATE.issued_on},
        searchable=[PersonRow.name, CERTIFICATE.number, OrganisationRow.name],
        default=[func.coalesce(CERTIFICATE.registered_until, CERTIFICATE.issued_on), CERTIFICATE.id],
    )


def due_among(
    session: Session, known: Sequence[Limits], first_id: int, last_id: int, *, today: date
) -> list[RowMapping]:
    """Of certificates in a range of ids, of anybody, those that wait for an application; for jobs."""
    kind = due_on(today, known)
    columns = (
        CERTIFICATE.id, CERTIFICATE.person_id, CERTIFICATE.level, CERTIFICATE.number, CERTIFICATE.issued_on,
        CERTIFICATE.registered_until, OrganisationRow.region_code, kind.label("due"),
    )  # fmt: skip
    query = (
        select(*columns)
        .join(PersonRow, PersonRow.id == CERTIFICATE.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(CERTIFICATE.id.between(first_id, last_id), kind.is_not(None))
    )
    return list(session.execute(query.order_by(CERTIFICATE.id)).mappings())
