"""How the learners of a class get on in practice, who needs help in what, and what came of the class."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import in_language, language
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading, runtime
from examprep.practice import progress as practice
from examprep.training import feedback, overview, reporting
from examprep.training.blueprint import bp
from examprep.training.rules.feedback import STEPS
from examprep.training.rules.tutoring import DAYS

PROGRESS_COLUMNS = (
    Column("name", N_("Name"), sortable=True),
    Column("organisation", N_("Organisation"), sortable=True),
    Column("last_on", N_("Last practised"), "day", sortable=True),
    Column("answered", N_("Answers in 14 days"), "number", sortable=True),
    Column("right", N_("Right"), "rate"),
    Column("minutes", N_("Minutes"), "number", sortable=True),
    Column("mastered", N_("Mastered"), "rate"),
    Column("mistakes", N_("Open mistakes"), "number", sortable=True),
    Column("weakest", N_("Weakest chapters")),
)
REACHED = {
    reporting.PASSED: N_("Passed"),
    reporting.SAT: N_("Sat, not passed"),
    reporting.ABSENT: N_("Registered, did not sit"),
    reporting.UNREGISTERED: N_("Not registered"),
}
REPORT_COLUMNS = (
    Column("name", N_("Name"), sortable=True),
    Column("organisation", N_("Organisation"), sortable=True),
    Column("attended", N_("Sessions attended"), "number", sortable=True),
    Column("minutes", N_("Credit hours"), "hours", sortable=True),
    Column("exam", N_("Exam"), "choice", choices=REACHED, sortable=True),
)


@bp.get("/all/<int:class_id>/progress")
@needs(Permission.TRAINING_CLASS_MANAGE)
def class_progress(class_id: int) -> ResponseReturnValue:
    """Each learner's practice with the chapters that ask for help, and each chapter over the whole class."""
    clock = runtime().clock
    ask = Ask.of(request.args, filters=("subject",), size=100)
    with reading() as session:
        view = overview.class_view(session, current_actor(), class_id, now=clock.now())
        subjects = overview.subjects(session)
        names = {learner.person_id: learner for learner in view.learners}
        since = clock.today() - timedelta(days=DAYS)
        subject = ask.filters.get("subject") or practice.most_practised(session, list(names), since)
        subject = subject or overview.subject_of(session, view.card)
        found = practice.group(session, list(names), subject, today=clock.today(), since=since)
    rows = [_row(each, names[each.person_id]) for each in sorted(found.people, key=_need)]
    page = page_of(rows, ask, columns=PROGRESS_COLUMNS)
    if ask.export:
        return download(page, PROGRESS_COLUMNS, "class-progress")
    return render_template(
        "training/class_progress.html",
        view=view,
        page=page,
        columns=PROGRESS_COLUMNS,
        chapters=found.chapters,
        subjects=subjects,
        subject=dict(subjects)[subject],
    )


def _need(each: practice.Learnt) -> tuple[bool, int, float]:
    """Who has weak chapters first, the most of them; then who practises least."""
    return not each.weakest, -len(each.weakest), each.answered


def _row(each: practice.Learnt, learner: Any) -> dict[str, Any]:
    weak = ("；" if language() == "zh" else "; ").join(
        f"{in_language(chapter.names)} {rate.part}/{rate.base}" for chapter, rate in each.weakest
    )
    return {
        "name": learner.name,
        "organisation": learner.organisation,
        "last_on": each.last_on,
        "answered": each.answered,
        "right": each.right if each.right.base else None,
        "minutes": each.minutes,
        "mastered": each.mastered if each.mastered.base else None,
        "mistakes": each.mistakes,
        "weakest": weak,
    }


@bp.get("/all/<int:class_id>/report")
@needs(Permission.TRAINING_CLASS_MANAGE)
def class_report(class_id: int) -> ResponseReturnValue:
    """What came of a class, on one page."""
    ask, today = Ask.of(request.args, size=200), runtime().clock.today()
    with reading() as session:
        found = reporting.report(session, current_actor(), class_id, now=runtime().clock.now())
        said = feedback.results(session, current_actor(), class_id, today=today)
    columns = REPORT_COLUMNS if found.fates else REPORT_COLUMNS[:-1]
    page = page_of([asdict(each) for each in found.learners], ask, columns=columns)
    if ask.export:
        return download(page, columns, "class-report")
    return render_template(
        "training/class_report.html",
        report=found,
        page=page,
        columns=columns,
        feedback=said,
        steps=STEPS,
        today=today,
    )
