"""The brief on the screen, on paper and in Word."""

from datetime import date

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from examprep.bureau import brief, brief_lines
from examprep.bureau.brief import Brief
from examprep.bureau.views import bp
from examprep.kernel.errors import NotFound
from examprep.kernel.sentence import N_, Sentence
from examprep.people import directory
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import day, language, say
from examprep.plumbing.listing import Ask, file_response
from examprep.plumbing.runtime import reading, runtime
from examprep.reports.pictures import png

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FIRST_YEAR, OFFERED = 2008, 6


def _found(ask: Ask, today: date) -> tuple[Brief, list[tuple[int, str]]]:
    """The brief that was asked for, and the units to choose from.

    Raises:
        NotFound: no such unit within the actor's bounds, or a year that no exam was in.
        RuleViolation: for publication, of a unit that has published nothing.
    """
    actor = current_actor()
    year = ask.number("year") or today.year
    if not FIRST_YEAR <= year <= today.year:
        raise NotFound("bureau.year", "There is no brief of this year.")
    make = brief.for_publication if ask.filters.get("public") == "yes" else brief.brief
    with reading() as session:
        units = directory.organisation_choices(session, actor, Permission.BUREAU_HOME_SEE)
        unit = ask.number("unit") or (units[0][0] if units else 0)
        return make(session, actor, unit, year, today=today), units


@bp.get("/brief")
@needs(Permission.BUREAU_HOME_SEE)
def brief_page() -> ResponseReturnValue:
    ask, today = Ask.of(request.args, filters=("unit", "year", "public")), runtime().clock.today()
    found, units = _found(ask, today)
    exams, stocks = brief_lines.pictures(found)
    return render_template(
        "bureau/brief.html",
        brief=found,
        units=units,
        years=range(today.year, today.year - OFFERED, -1),
        title=brief_lines.title(found),
        as_of=as_of(found),
        said=brief_lines.spoken(found.sentences, language()),
        exam_heads=brief_lines.EXAM_HEADS,
        exam_rows=brief_lines.exam_rows(found),
        holder_heads=brief_lines.HOLDER_HEADS,
        holder_rows=brief_lines.holder_rows(found),
        line_heads=brief_lines.LINE_HEADS,
        lines=brief_lines.lines(found),
        notes=brief_lines.NOTES,
        exams_picture=exams,
        stocks_picture=stocks,
        public=found.threshold is not None,
        query={"unit": found.unit, "year": found.year, "public": "yes" if found.threshold is not None else None},
    )


@bp.get("/brief.docx")
@needs(Permission.BUREAU_HOME_SEE)
def brief_word() -> Response:
    ask, today = Ask.of(request.args, filters=("unit", "year", "public")), runtime().clock.today()
    found, _ = _found(ask, today)
    return file_response(document(found), f"brief-{found.year}.docx", DOCX)


def document(found: Brief) -> bytes:
    """The brief as a Word file in the page's language."""
    # What writes Word is heavy and seldom wanted: it is loaded when it is.
    from examprep.reports.word import Word

    word = Word(brief_lines.title(found), language())
    word.paragraph(as_of(found), centred=True, small=True)
    word.heading(say(N_("Exam")))
    word.paragraph(brief_lines.spoken(found.sentences, language()) or say(N_("No registrations yet")))
    if found.years:
        word.table([say(head) for head in brief_lines.EXAM_HEADS], brief_lines.exam_rows(found))
    word.heading(say(N_("Certificate holders")))
    word.table([say(head) for head in brief_lines.HOLDER_HEADS], brief_lines.holder_rows(found))
    exams, stocks = brief_lines.pictures(found)
    pictures = [(png(exams), say(N_("Registered and passed by exam year")))] if found.years else []
    word.pictures([*pictures, (png(stocks), say(N_("Certificate holders by day")))], width_cm=7.5)
    word.heading(say(N_("Training, hours, awards, coverage and targets")))
    lines = [[line.label, line.value, line.basis] for line in brief_lines.lines(found)]
    word.table([say(head) for head in brief_lines.LINE_HEADS], lines, text_columns=(0, 2))
    for note in brief_lines.NOTES:
        word.paragraph(say(note), small=True)
    return word.content()


def as_of(found: Brief) -> str:
    """The day, and of a brief for publication what it leaves out."""
    if found.threshold is None:
        return say(Sentence("As of %(day)s. For the bureau's own use; not for publication.", day=day(found.as_of)))
    return say(
        Sentence(
            "As of %(day)s. For publication: counts of fewer than %(threshold)s persons, and others that would tell "
            "them, are not given (—). Made of the published tables with the hash %(hash)s….",
            day=day(found.as_of), threshold=found.threshold, hash=(found.sha256 or "")[:12],
        )
    )  # fmt: skip
