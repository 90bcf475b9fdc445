"""The public check of one certificate: no more than its holder allows, by a code that cannot be guessed.

Who asks with a wrong code, one that was replaced, or one that shows nothing is told the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from examprep.feature import HolderCheck
from examprep.kernel.errors import NotFound
from examprep.kernel.sentence import N_, Sentence
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.models import PersonRow, RegionRow
from examprep.register.limits import limits_of
from examprep.register.models import DisclosureRow, RegisterCertificateRow
from examprep.register.rules.registration import RegistrationState, state

ROW, CERTIFICATE = DisclosureRow, RegisterCertificateRow
SHOWS: Mapping[str, str] = {
    "nothing": N_("Nothing"),
    "validity": N_("Whether the registration is in force, and where the certificate is valid"),
    "name": N_("Name, level, whether the registration is in force, and where the certificate is valid"),
}
CODE_BYTES = 16


@dataclass(frozen=True)
class Shown:
    """What the check reveals; ``name`` and ``level`` are ``None`` unless the holder shows them."""

    state: RegistrationState
    through: date | None  # the first day on which the registration no longer holds
    validity: str
    region: str | None  # of a local one
    name: str | None
    level: str | None
    remarks: Sequence[Sentence] = ()


def disclosure(session: Session, actor: Actor, certificate_id: int) -> tuple[str, str | None]:
    """What the actor's own certificate shows, and its code.

    Raises:
        NotFound: no such certificate of the actor's.
    """
    _own(session, actor, certificate_id)
    found = session.execute(select(ROW.shows, ROW.code).where(ROW.certificate_id == certificate_id)).first()
    return (found.shows, found.code) if found else ("nothing", None)


def disclose(session: Session, actor: Actor, certificate_id: int, shows: str, *, code: str, now: datetime) -> None:
    """Say what a certificate shows from now on. ``code`` is new: whatever was handed out before stops working.

    Raises:
        NotFound: no such certificate of the actor's.
    """
    _own(session, actor, certificate_id)
    values = {"shows": shows, "code": code, "set_at": now}
    known = session.scalar(select(ROW.certificate_id).where(ROW.certificate_id == certificate_id))
    if known is None:
        session.execute(insert(ROW).values(certificate_id=certificate_id, **values))
    else:
        session.execute(update(ROW).where(ROW.certificate_id == certificate_id).values(**values))
    record(session, actor, "register.disclosed", "register_certificate", certificate_id, now=now,
           after={"shows": shows})  # fmt: skip


def shown(session: Session, code: str, *, today: date, checks: Sequence[HolderCheck] = ()) -> Shown | None:
    """What a code reveals; ``None`` for a wrong one, one that was replaced, and one that shows nothing.

    What ``checks`` remark is said whatever the holder shows, as long as it is anything.
    """
    found = session.execute(
        select(
            CERTIFICATE.person_id,
            ROW.shows,
            PersonRow.name,
            CERTIFICATE.level,
            CERTIFICATE.registered_until,
            CERTIFICATE.validity,
            RegionRow.name.label("region"),
        )
        .join(CERTIFICATE, CERTIFICATE.id == ROW.certificate_id)
        .join(PersonRow, PersonRow.id == CERTIFICATE.person_id)
        .outerjoin(RegionRow, RegionRow.code == CERTIFICATE.region_code)
        .where(ROW.code == code, ROW.shows != "nothing")
    ).first()
    if found is None:
        return None
    named = found.shows == "name"
    return Shown(
        state(found.registered_until, today, limits_of(session, found.person_id, today).renew_from_months),
        found.registered_until,
        found.validity,
        found.region,
        found.name if named else None,
        found.level if named else None,
        [remark for check in checks if (remark := check.remark(session, found.person_id, today)) is not None],
    )


def _own(session: Session, actor: Actor, certificate_id: int) -> None:
    found = session.scalar(
        select(CERTIFICATE.id).where(CERTIFICATE.id == certificate_id, CERTIFICATE.person_id == actor.person_id)
    )
    if found is None:
        raise NotFound("register.certificate", "There is no such certificate.")
