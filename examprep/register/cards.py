"""What the register adds to the officer's home: registrations that have lapsed, and those that can be renewed now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.sentence import N_, Sentence
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask
from examprep.register import actions
from examprep.register.rules.registration import RegistrationState


def lapsed(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    base = Sentence("the certificate stays valid; register again")
    return _count(session, actor, now, RegistrationState.LAPSED, N_("Registrations lapsed"), base)


def renewable(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    base = Sentence("within three months of their end")
    return _count(session, actor, now, RegistrationState.RENEWABLE, N_("Registrations to renew now"), base)


def _count(
    session: Session, actor: Actor, now: datetime, state: RegistrationState, label: str, base: Sentence
) -> Mapping[str, Any] | None:
    values = {"state": str(state)}
    count = actions.holders(session, actor, Ask(filters=values, size=1), today=office_day(now)).total
    if not count:
        return None
    unit = N_("persons")
    return {
        "label": label,
        "count": count,
        "unit": unit,
        "base": base,
        "endpoint": "register.holders",
        "values": values,
    }
