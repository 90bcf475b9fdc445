"""Files of questions through the frame of all imports: checked, applied all or nothing, undone."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from wtforms import Form, SelectField, StringField
from wtforms.validators import InputRequired, Length

from examprep.bank import authoring, store
from examprep.bank.formats.checking import Rules, Tree, check_file
from examprep.bank.formats.gift import read_gift
from examprep.bank.formats.jsonlines import SUFFIXES, read_json_lines
from examprep.bank.formats.raw import RawFile
from examprep.bank.formats.sheet import read_sheet
from examprep.bank.formats.template import template_workbook
from examprep.bank.formats.text import read_text
from examprep.bank.formats.xml_files import read_package, read_xml
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.bank.values import STATES, Draft
from examprep.imports.importer import Plan, Upload
from examprep.kernel.clock import office_day
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.plumbing.i18n import in_language, say
from examprep.plumbing.sheets import read_table
from examprep.syllabus import actions as syllabus

IMPORT_STATES = ("published", "draft")


class QuestionOptionsForm(Form):
    """What the file itself does not say."""

    subject = SelectField(N_("Subject"), [InputRequired()])
    version = SelectField(
        N_("Syllabus version"), [InputRequired()], description=N_("The chapters in the file are of this version.")
    )
    chapter = StringField(
        N_("Chapter for the whole file"),
        [Length(max=60)],
        description=N_("Its number or name, for rows that name none, as in 05 or 个案工作方法."),
    )
    state = SelectField(N_("After the import"), [InputRequired()])


@dataclass(frozen=True)
class Prepared:
    """What applying would write."""

    subject_code: str
    state: str
    drafts: Sequence[Draft]


class QuestionImporter:
    """XLSX, CSV (UTF-8 or GB18030), Word, plain text, Aiken, GIFT, and JSON Lines, ours and AGIEval's."""

    name = "bank-questions"
    title = N_("Questions")
    permission: str = Permission.BANK_QUESTION_EDIT
    accepts: tuple[str, ...] = (".xlsx", ".csv", ".docx", ".txt", ".gift", ".xml", ".zip", *SUFFIXES)
    help = N_("Questions of every type from Excel, CSV, Word, plain text, Aiken, GIFT, Moodle XML, QTI or JSON Lines.")
    options_form: type[Form] | None = QuestionOptionsForm

    def option_choices(self, session: Session, actor: Actor) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Subjects; versions, the newest first."""
        return {
            "subject": [(s.code, in_language(s.names)) for s in syllabus.subjects(session)],
            "version": [(v.code, in_language(v.names)) for v in reversed(syllabus.versions(session))],
            "state": [(state, say(STATES[state])) for state in IMPORT_STATES],
        }

    def template(self) -> bytes:
        return template_workbook()

    def plan(self, session: Session, actor: Actor, upload: Upload, *, now: datetime) -> Plan:
        """Read and judge the whole file; writes nothing.

        Raises:
            UnreadableFile: the file as a whole cannot be read, or its head is not right.
            RuleViolation: ``bank.option`` -- an option is missing or wrong.
        """
        subject, version, state = self._options(session, upload.options)
        rules = self._rules(session, subject, version, upload.options.get("chapter", ""), now)
        file = read_file(upload)
        checked = check_file(file, rules)
        kinds = Counter(draft.type for draft in checked.drafts)
        return Plan(
            heads=file.heads,
            rows=file.rows,
            problems=checked.problems,
            counts=[(kind.label, kinds[kind.name]) for kind in QUESTION_TYPES],
            notes=checked.notes,
            prepared=Prepared(subject, state, checked.drafts),
        )

    def apply(self, session: Session, actor: Actor, plan: Plan, batch_id: int, *, now: datetime) -> int:
        prepared: Prepared = plan.prepared
        made = authoring.insert_many(
            session,
            actor,
            prepared.drafts,
            subject_code=prepared.subject_code,
            state=prepared.state,
            now=now,
            batch_id=batch_id,
        )
        return len(made)

    def undo(self, session: Session, actor: Actor, batch_id: int, *, now: datetime) -> int:
        """Delete the batch's questions.

        Raises:
            RuleViolation: ``bank.answered``, ``bank.edited``.
        """
        return authoring.remove_batch(session, batch_id)

    def _options(self, session: Session, options: Mapping[str, str]) -> tuple[str, str, str]:
        """Subject, version and state; a missing version is the newest, a missing state publishes."""
        subjects = [subject.code for subject in syllabus.subjects(session)]
        versions = [version.code for version in syllabus.versions(session)]
        subject = options.get("subject", "")
        version = options.get("version") or (versions[-1] if versions else "")
        state = options.get("state") or IMPORT_STATES[0]
        for value, allowed, key, name in (
            (subject, subjects, "subject", Sentence("Subject")),
            (version, versions, "version", Sentence("Syllabus version")),
            (state, IMPORT_STATES, "state", Sentence("After the import")),
        ):
            if value not in allowed:
                raise RuleViolation(
                    "bank.option",
                    "“%(value)s” is not possible for “%(name)s” (%(key)s). Choose one of: %(allowed)s.",
                    value=value,
                    name=name,
                    key=key,
                    allowed="、".join(allowed),
                )
        return subject, version, state

    def _rules(self, session: Session, subject: str, version: str, chapter: str, now: datetime) -> Rules:
        """What the rows are held against.

        Raises:
            RuleViolation: ``bank.option`` -- there is no such chapter for the whole file.
        """
        trees = {v.code: Tree(syllabus.chapters(session, subject, v.code)) for v in syllabus.versions(session)}
        default = trees[version].find(chapter) if chapter.strip() else None
        if chapter.strip() and default is None:
            raise RuleViolation(
                "bank.option",
                "This subject has no chapter “%(written)s”. Its chapters are %(chapters)s.",
                written=chapter.strip(),
                chapters=trees[version].shown,
            )
        return Rules(trees, version, default, store.fingerprints(session, subject), office_day(now))


def read_file(upload: Upload) -> RawFile:
    """A file by its name; a text or XML file by what it holds; anything else as a table.

    Raises:
        UnreadableFile: it cannot be read as what its name says.
    """
    name = upload.filename.lower()
    for suffixes, read in READERS.items():
        if name.endswith(suffixes):
            return read(upload)
    return read_sheet(read_table(upload.content, upload.filename, formulas=False))


def _document(content: bytes) -> RawFile:
    # What reads Word is heavy and seldom wanted: it is loaded when it is.
    from examprep.bank.formats.docx import read_docx

    return read_docx(content)


READERS: Mapping[tuple[str, ...], Callable[[Upload], RawFile]] = {
    SUFFIXES: lambda upload: read_json_lines(upload.content),
    (".txt",): lambda upload: read_text(upload.content),
    (".gift",): lambda upload: read_gift(upload.content),
    (".docx", ".docm", ".doc"): lambda upload: _document(upload.content),
    (".xml",): lambda upload: read_xml(upload.content, upload.filename),
    (".zip",): lambda upload: read_package(upload.content, upload.filename),
}


IMPORTER = QuestionImporter()
