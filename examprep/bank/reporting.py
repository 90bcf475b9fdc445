"""Errors that candidates report from inside a question, and what the question's keepers say to them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.bank import store
from examprep.bank.markup import plain
from examprep.bank.models import QuestionRow, ReportRow, VersionRow
from examprep.bank.values import Question
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask, Page, fetch

KINDS = {
    "key": N_("The answer is wrong"),
    "stem": N_("The question is unclear or misprinted"),
    "law": N_("The law has changed"),
    "explanation": N_("The explanation is wrong or missing"),
    "other": N_("Something else"),
}
OPEN, MENDED, KEPT = "open", "mended", "kept"
STATES = {OPEN: N_("Waiting for an answer"), MENDED: N_("Corrected"), KEPT: N_("Left as it is")}
LONGEST = 2000


@dataclass(frozen=True)
class Report:
    """One report with what was answered; ``version_id`` is what the candidate had before them."""

    id: int
    question_id: int
    version_id: int
    kind: str
    words: str
    reported_at: datetime
    state: str
    reply: str
    settled_at: datetime | None


def report(session: Session, actor: Actor, *, version_id: int, kind: str, words: str, now: datetime) -> int:
    """Tell the question's keepers that something is wrong with it; gives the report's id.

    Raises:
        NotFound: ``bank.version``.
        RuleViolation: ``bank.report-kind``; ``bank.report-words`` -- too long, or none where they are needed.
        Conflict: ``bank.reported`` -- the person's last report on this question is not answered yet.
    """
    question = store.question(session, version_id)
    if question is None:
        raise NotFound("bank.version", "There is no such question.")
    words = words.strip()
    if kind not in KINDS:
        raise RuleViolation("bank.report-kind", "Choose what is wrong with the question.")
    if len(words) > LONGEST or (kind == "other" and not words):
        raise RuleViolation("bank.report-words", "Say what is wrong, in at most %(most)s characters.", most=LONGEST)
    row = ReportRow(
        question_id=question.question_id,
        version_id=version_id,
        person_id=actor.person_id,
        kind=kind,
        words=words,
        reported_at=now,
        state=OPEN,
        reply="",
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Conflict(
            "bank.reported", "You have reported this question already; its keepers have not answered yet."
        ) from None
    return row.id


def of_person(session: Session, actor: Actor, question_id: int) -> tuple[Report, ...]:
    """The actor's own reports on one question, the latest first."""
    rows = session.scalars(
        select(ReportRow)
        .where(ReportRow.person_id == actor.person_id, ReportRow.question_id == question_id)
        .order_by(ReportRow.id.desc())
    )
    return tuple(_value(row) for row in rows)


def reports(session: Session, actor: Actor, ask: Ask) -> Page:
    """Reports that the actor may answer, open ones unless asked otherwise; filters: ``state``, ``kind``."""
    conditions = []
    state = ask.filters.get("state", OPEN)
    if state in STATES:
        conditions.append(ReportRow.state == state)
    if ask.filters.get("kind") in KINDS:
        conditions.append(ReportRow.kind == ask.filters["kind"])
    query = (
        select(
            ReportRow.id,
            ReportRow.kind,
            ReportRow.words,
            ReportRow.state,
            ReportRow.reported_at,
            VersionRow.stem,
            VersionRow.markup,
            _name(actor).label("person"),
        )
        .join(QuestionRow, QuestionRow.id == ReportRow.question_id)
        .join(VersionRow, VersionRow.id == ReportRow.version_id)
        .join(PersonRow, PersonRow.id == ReportRow.person_id)
        .where(_for(actor), *conditions)
    )
    page = fetch(
        session,
        query,
        ask,
        sortable={"reported_at": ReportRow.reported_at, "kind": ReportRow.kind},
        searchable=[ReportRow.words, VersionRow.stem],
        default=[ReportRow.id],
    )
    return replace(page, rows=[_row(dict(row)) for row in page.rows])


def _row(row: dict[str, Any]) -> dict[str, Any]:
    stem = plain(str(row["stem"]), str(row["markup"])).replace("\n", " ")
    return {**row, "stem": stem if len(stem) <= 60 else stem[:60] + "…"}


@dataclass(frozen=True)
class Case:
    """A report with what its reader needs: who wrote it, if that person is one of theirs, and the question.

    ``told`` is the version the candidate saw, ``current`` the one that counts now.
    """

    report: Report
    person: str
    told: Question
    current: Question
    editable: bool


def one(session: Session, actor: Actor, report_id: int) -> Case:
    """One report.

    Raises:
        NotFound: ``bank.report`` -- none that the actor may answer.
    """
    row = _answerable(session, actor, report_id)
    name = session.scalar(select(_name(actor)).where(PersonRow.id == row.person_id)) or ""
    told = store.question(session, row.version_id)
    current = store.question(session, store.current_version_id(session, row.question_id) or 0)
    if told is None or current is None:
        raise NotFound("bank.report", "There is no such report.")
    return Case(_value(row), name, told, current, store.one_editable(session, actor, row.question_id) is not None)


def settle(session: Session, actor: Actor, report_id: int, *, state: str, reply: str, now: datetime) -> None:
    """Answer a report; the candidate reads the reply beside the question.

    Raises:
        NotFound: ``bank.report``.
        Conflict: ``bank.report-settled`` -- somebody has answered it.
        RuleViolation: ``bank.report-reply`` -- no words for the candidate, or too many.
    """
    row = _answerable(session, actor, report_id)
    reply = reply.strip()
    if state not in {MENDED, KEPT} or not reply or len(reply) > LONGEST:
        raise RuleViolation("bank.report-reply", "Say what was done, in at most %(most)s characters.", most=LONGEST)
    done = session.execute(
        update(ReportRow)
        .where(ReportRow.id == report_id, ReportRow.state == OPEN)
        .values(state=state, reply=reply, settled_by=actor.person_id, settled_at=now)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("bank.report-settled", "This report has been answered already.")
    record(session, actor, "bank.report-answered", "bank_report", row.id, now=now, after={"state": state})


def _for(actor: Actor) -> Any:
    """That the actor may answer a report: on a question they keep, or by a candidate of theirs.

    A shipped question is kept at the top of the tree; its readers have their own trainers to turn to.
    """
    edit = Permission.BANK_QUESTION_EDIT
    return or_(within(QuestionRow.organisation_id, actor, edit), within(PersonRow.organisation_id, actor, edit))


def _name(actor: Actor) -> Any:
    """The name of whoever reported, for those within whose bounds they are."""
    return case((within(PersonRow.organisation_id, actor, Permission.BANK_QUESTION_EDIT), PersonRow.name), else_="")


def _answerable(session: Session, actor: Actor, report_id: int) -> ReportRow:
    row = session.scalar(
        select(ReportRow)
        .join(QuestionRow, QuestionRow.id == ReportRow.question_id)
        .join(PersonRow, PersonRow.id == ReportRow.person_id)
        .where(ReportRow.id == report_id, _for(actor))
    )
    if row is None:
        raise NotFound("bank.report", "There is no such report.")
    return row


def _value(row: ReportRow) -> Report:
    return Report(**{name: getattr(row, name) for name in Report.__dataclass_fields__})
