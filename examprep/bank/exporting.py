"""Questions on their way out: the ones a list shows, whole, and the formats they can go in."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from examprep.bank import browsing, media, store
from examprep.bank.formats.aiken import write_aiken
from examprep.bank.formats.gift_out import write_gift
from examprep.bank.formats.jsonlines_out import write_json_lines
from examprep.bank.formats.moodle_out import write_moodle
from examprep.bank.formats.package_out import write_qti12, write_qti21, write_qti22, write_qti30
from examprep.bank.formats.plain_out import write_plain
from examprep.bank.formats.sheet_out import write_csv, write_xlsx
from examprep.bank.formats.writing import Exported, Written
from examprep.bank.markup import HTML, pictures
from examprep.bank.models import QuestionChapterRow, QuestionRow, TagRow, VersionRow
from examprep.bank.values import Question
from examprep.kernel.errors import RuleViolation
from examprep.kernel.registry import Registry
from examprep.kernel.sentence import N_
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask
from examprep.syllabus import actions as syllabus

MOST = 5_000  # as many as every reader takes back from one file
AT_ONCE = 500  # ids in one question: databases bound the number of values
ZIP = "application/zip"


@dataclass(frozen=True)
class Format:
    """A format to export in. ``label`` is a message id; files end in ``suffix``."""

    name: str
    label: str
    suffix: str
    mimetype: str
    write: Callable[[Sequence[Exported]], Written]


def _document(questions: Sequence[Exported]) -> Written:
    # What writes Word is heavy and seldom wanted: it is loaded when it is.
    from examprep.bank.formats.docx_out import write_docx

    return write_docx(questions)


FORMATS: Registry[Format] = Registry(
    Format(
        "xlsx",
        N_("Excel, as the template"),
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        write_xlsx,
    ),
    Format("csv", N_("CSV, as the template"), ".csv", "text/csv; charset=utf-8", write_csv),
    Format(
        "docx",
        N_("Word"),
        ".docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _document,
    ),
    Format("plain", N_("Plain text"), ".txt", "text/plain; charset=utf-8", write_plain),
    Format("jsonl", N_("JSON Lines"), ".jsonl", "application/x-ndjson", write_json_lines),
    Format("moodle", N_("Moodle XML"), ".xml", "application/xml", write_moodle),
    Format("gift", N_("GIFT"), ".gift", "text/plain; charset=utf-8", write_gift),
    Format("aiken", N_("Aiken"), ".txt", "text/plain; charset=utf-8", write_aiken),
    Format("qti30", N_("QTI 3.0 package"), ".zip", ZIP, write_qti30),
    Format("qti22", N_("QTI 2.2 package"), ".zip", ZIP, write_qti22),
    Format("qti21", N_("QTI 2.1 package"), ".zip", ZIP, write_qti21),
    Format("qti12", N_("QTI 1.2 package"), ".zip", ZIP, write_qti12),
)


def count(session: Session, actor: Actor, ask: Ask) -> int:
    """How many questions the list shows."""
    query = store.questions_list(actor, conditions=browsing.conditions(session, ask))
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def gather(session: Session, actor: Actor, ask: Ask) -> list[Exported]:
    """The questions the list shows, whole, by number; a known number of statements for each 500.

    Raises:
        RuleViolation: ``bank.export`` -- more than 5,000 match.
    """
    query = store.questions_list(actor, conditions=browsing.conditions(session, ask))
    ids = list(session.scalars(query.with_only_columns(QuestionRow.id).order_by(QuestionRow.id).limit(MOST + 1)))
    if len(ids) > MOST:
        raise RuleViolation("bank.export", "More than %(most)s questions match. Filter the list first.", most=MOST)
    return [one for start in range(0, len(ids), AT_ONCE) for one in _some(session, ids[start : start + AT_ONCE])]


def _some(session: Session, ids: Sequence[int]) -> list[Exported]:
    link, chapter_ids, tags = QuestionChapterRow, defaultdict[int, list[int]](list), defaultdict[int, list[str]](list)
    for question_id, chapter_id in session.execute(
        select(link.question_id, link.chapter_id).where(link.question_id.in_(ids)).order_by(link.chapter_id)
    ):
        chapter_ids[question_id].append(chapter_id)
    for question_id, tag in session.execute(
        select(TagRow.question_id, TagRow.tag).where(TagRow.question_id.in_(ids)).order_by(TagRow.tag)
    ):
        tags[question_id].append(tag)
    chapters = syllabus.chapters_by_id(session, frozenset(one for some in chapter_ids.values() for one in some))
    rows = session.execute(
        select(VersionRow, QuestionRow.subject_code)
        .join(QuestionRow, store.CURRENT)
        .where(QuestionRow.id.in_(ids))
        .order_by(QuestionRow.id)
    )
    questions = [store.whole(row, subject, tuple(chapter_ids[row.question_id])) for row, subject in rows]
    kept = media.find_all(session, {name for question in questions for name in shown(question)})
    found = []
    for question in questions:
        numbers = defaultdict[str, list[str]](list)
        for chapter_id in question.chapter_ids:
            numbers[chapters[chapter_id].version].append(chapters[chapter_id].number)
        drawn = {name: kept[name] for name in shown(question) if name in kept}
        found.append(Exported(question, dict(numbers), tuple(tags[question.question_id]), drawn))
    return found


def shown(question: Question) -> Sequence[str]:
    """The names of the pictures that a question's texts show."""
    if question.markup != HTML:
        return ()
    return pictures([question.stem, question.explanation, question.passage, *question.content.texts()])
