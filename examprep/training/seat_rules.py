"""How the seats of a class are given: kept with the class, checked against what is taken already."""

from datetime import datetime

from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.errors import RuleViolation
from examprep.people.actor import Actor
from examprep.training import seat_store, store
from examprep.training.models import ClassRow
from examprep.training.rules.entry import SeatRules, check_rules
from examprep.training.rules.seating import check_kept


def of_class(session: Session, actor: Actor, class_id: int) -> SeatRules:
    """Raises NotFound: no such class in the actor's organisations."""
    return seat_store.rules_of(session, store.class_(session, actor, class_id).id)


def keep(session: Session, row: ClassRow, rules: SeatRules, *, now: datetime) -> None:
    """Replace the rules of a class, whose row is locked and flushed; the caller settles it.

    Raises:
        RuleViolation: ``training.shares-outside``, ``training.shares-overlap``, ``training.kept`` -- more seats would
            be kept than are free; or what `rules/entry.py` refuses.
    """
    check_rules(rules, row.exam_year)
    named = [share.organisation_id for share in rules.shares]
    if named and seat_store.outside(session, named, row.organisation_id):
        raise RuleViolation("training.shares-outside", "Seats are kept for organisations of the bureau that holds it.")
    if seat_store.overlapping(session, named):
        raise RuleViolation("training.shares-overlap", "Of two organisations, one above the other, name one.")
    check_kept(seat_store.room(session, row, rules, office_day(now)))
    seat_store.keep_rules(session, row.id, rules)
