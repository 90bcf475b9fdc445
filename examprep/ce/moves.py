"""What of the ledger of hours goes over when two rows of a person are merged.

Lines are not posted anew: whose they are is told by the merge, and minutes, days and sources stay as they were
written. Of two lines of one source (one session, one unit) the kept row's counts. A period that closed keeps the
requirement and the level it was kept with.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from examprep.ce import counting, rebuild
from examprep.ce import models as of
from examprep.ce.case_models import CaseRow
from examprep.ce.claim_models import ClaimRow
from examprep.ce.transcript_models import TranscriptRow
from examprep.kernel.clock import office_day
from examprep.kernel.sentence import N_, Sentence
from examprep.people.moving import Moves, Moving


def _remarks(session: Session, gone_id: int, kept_id: int) -> Sequence[Sentence]:
    return list(_alike(session, gone_id, kept_id))


def _alike(session: Session, gone_id: int, kept_id: int) -> Iterator[Sentence]:
    """Hours that were told of twice under two sources: no rule can know that, whoever merges can."""
    one, other = aliased(of.LineRow), aliased(of.LineRow)
    query = select(func.count()).where(
        one.person_id == gone_id, other.person_id == kept_id, one.minutes > 0,
        one.earned_on == other.earned_on, one.minutes == other.minutes, one.category == other.category,
        (one.source_kind != other.source_kind) | (one.source_id != other.source_id),
    )  # fmt: skip
    if count := session.scalar(query):
        yield Sentence(
            "Lines of both records with the same minutes of one kind on one day, from different sources: %(count)s. "
            "If it was one training, take one of the two lines back.",
            count=count,
        )


def _rebuild(session: Session, person_ids: Sequence[int], now: datetime) -> None:
    rebuild.balances(session, person_ids)
    counting.recount_all(session, person_ids, today=office_day(now))


MOVING = Moving(
    moves=(
        Moves(ClaimRow, N_("Claims of hours"), holds=("ce_line", "line_id")),
        Moves(of.LineRow, N_("Lines of hours"), follows="reverses_id"),
        Moves(of.DocumentRow, N_("Documents about hours")),
        Moves(of.ExemptionRow, N_("Exemptions and postponements")),
        Moves(CaseRow, N_("Cases of periods that closed short")),
        Moves(TranscriptRow, N_("Transcripts of hours")),
        Moves(of.StandingRow, N_("Periods of requirements")),
    ),
    derived=("ce_balance.person_id",),
    acts=(
        "ce_case_event.by_id",
        "ce_claim.decided_by",
        "ce_claim_audit.drawn_by",
        "ce_claim_audit_item.looked_by",
        "ce_claim_event.actor_id",
        "ce_document.added_by",
        "ce_exemption.decided_by",
        "ce_exemption.withdrawn_by",
        "ce_line.posted_by",
        "ce_policy.set_by",
        "ce_provider.created_by",
        "ce_provider_token.created_by",
        "ce_transcript.issued_by",
    ),
    remarks=_remarks,
    rebuild=_rebuild,
)
