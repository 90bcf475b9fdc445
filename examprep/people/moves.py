"""What of people's own tables goes over when two rows are merged."""

from datetime import datetime

from sqlalchemy import update

from examprep.kernel.sentence import N_
from examprep.people.models import AccountRow, MembershipRow
from examprep.people.moving import MOVED, STAYED, Merge, Moves, Moving


def _closed(before: datetime | None, now: datetime) -> datetime:
    return before or now


ACCOUNT = Moves(AccountRow, N_("Account"), aside={"closed_at": _closed})


def _end_sessions(merge: Merge) -> None:
    """Whoever is signed in to the account that went signs in again: it is somebody else's now."""
    ids = [one["key"]["id"] for one in merge.noted_of(ACCOUNT.name, MOVED, STAYED)]
    merge.session.execute(update(AccountRow).where(AccountRow.id.in_(ids)).values(epoch=AccountRow.epoch + 1))


MOVING = Moving(
    moves=(ACCOUNT, Moves(MembershipRow, N_("Roles"))),
    acts=(
        "audit_event.actor_id",
        "person.merged_into_id",
        "person_merge.gone_id",
        "person_merge.kept_id",
        "person_merge.merged_by",
        "person_merge.undone_by",
    ),
    carry=_end_sessions,
    carry_back=_end_sessions,
)
