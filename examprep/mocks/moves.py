"""What of mocks goes over when two rows of a person are merged. Of one paper sat twice the kept row's counts."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.kernel.sentence import N_, Sentence
from examprep.mocks import settling
from examprep.mocks.models import AttemptRow, GivenRow, PaperRow
from examprep.mocks.store import UNDER_WAY, items_of
from examprep.people.moving import MOVED, Merge, Moves, Moving
from examprep.practice import mocked


def _hinders(session: Session, *person_ids: int) -> Sequence[Sentence]:
    return list(_under_way(session, person_ids))


def _under_way(session: Session, person_ids: Sequence[int]) -> Iterator[Sentence]:
    query = select(AttemptRow.id).where(AttemptRow.person_id.in_(person_ids), UNDER_WAY)
    if session.scalar(query.limit(1)) is not None:
        yield Sentence("A mock is being sat at this moment. Wait until it is over.")


def _answers(merge: Merge) -> None:
    """What practice has learnt of a mock goes back with it."""
    attempts = [one["key"]["id"] for one in merge.noted_of(ATTEMPTS.name, MOVED)]
    names = [settling.name_of(id_, item) for id_, items in items_of(merge.session, attempts).items() for item in items]
    merge.held["practice_answer"].update(mocked.ids_of(merge.session, merge.kept_id, names))


ATTEMPTS = Moves(AttemptRow, N_("Mocks sat"))
MOVING = Moving(
    moves=(
        ATTEMPTS,
        Moves(GivenRow, N_("Mocks received"), taken=True),
        Moves(PaperRow, N_("Mock papers made"), "made_by"),
    ),
    acts=("mock_attempt.marked_by", "mock_paper.taken_back_by", "mock_remarking.marked_by"),
    hinders=_hinders,
    carry_back=_answers,
)
