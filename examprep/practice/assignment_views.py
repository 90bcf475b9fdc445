"""Assignments: the trainer's pages."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.bank.types.registry import QUESTION_TYPES
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people import directory
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import in_language, say
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.plumbing.states import choices
from examprep.practice import assigning, overview
from examprep.practice.assignment_form import AssignmentForm
from examprep.practice.forms import asked
from examprep.practice.shelf import governing
from examprep.practice.views import bp
from examprep.syllabus import actions as syllabus

MANAGE = Permission.PRACTICE_ASSIGNMENT_MANAGE
MOST_HANDED_OVER = 500

COLUMNS = (
    Column(
        "title",
        N_("Title"),
        sortable=True,
        link=lambda row: url_for("practice.assignment", assignment_id=row["id"]),
    ),
    Column("subject", N_("Subject"), "names"),
    Column("due_on", N_("Last day"), "day", sortable=True),
    Column("finished", N_("Finished"), "rate"),
    Column("set_by", N_("Set by")),
    Column("state", N_("State"), "badge"),
)
PERSON_COLUMNS = (
    Column("name", N_("Name"), sortable=True),
    Column("organisation", N_("Organisation"), sortable=True),
    Column("answered", N_("Questions answered"), "number", sortable=True),
    Column("right", N_("Right"), "rate", sortable=True),
    Column("last_at", N_("Last answer"), "instant", sortable=True),
    Column("state", N_("State"), "badge", sortable=True),
)


@bp.get("/assignments")
@needs(MANAGE)
def assignments() -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=assigning.FILTERS)
    with reading() as session:
        page = assigning.assignments(session, current_actor(), ask, today=runtime().clock.today())
        subjects = [(each.code, each.names) for each in overview.subjects(session)]
    if ask.export:
        return download(page, COLUMNS, "assignments")
    return render_template(
        "practice/assignments.html",
        page=page,
        columns=COLUMNS,
        wanted_subjects=subjects,
        states=choices(assigning.STATES),
    )


@bp.route("/assignments/new", methods=["GET", "POST"])
@needs(MANAGE)
def new_assignment() -> ResponseReturnValue:
    """Set questions of a subject to an organisation, or to the persons whose ids the address hands over."""
    clock, form = runtime().clock, AssignmentForm()
    person_ids = request.values.getlist("person", type=int)[:MOST_HANDED_OVER]
    with reading() as session:
        subjects = overview.subjects(session)
        subject = next((one for one in subjects if one.code == asked(request.args, "subject")), subjects[0])
        edition = governing(session, syllabus.next_exam(session, clock.today()))
        chapters = syllabus.chapters(session, subject.code, edition)
        form.organisation_id.choices = directory.organisation_choices(session, current_actor(), MANAGE)
        names = assigning.names_of(session, current_actor(), person_ids, today=clock.today())
    form.chapter_id.choices = [
        (0, say(N_("All chapters"))),
        *((one.id, f"{one.number} {in_language(one.names)}") for one in chapters),
    ]
    form.type.choices = [
        ("", say(N_("All types"))),
        *((name, QUESTION_TYPES[name].label) for name in QUESTION_TYPES.names),
    ]
    if person_ids:
        del form.organisation_id
    if form.sent():
        try:
            with writing() as session:
                entry = form.assignment(subject.code, person_ids)
                made = assigning.set_assignment(session, current_actor(), entry, today=clock.today(), now=clock.now())
            return redirect(url_for("practice.assignment", assignment_id=made), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    page = render_template(
        "practice/assignment_new.html",
        form=form,
        subject=subject,
        subjects=subjects,
        person_ids=person_ids,
        names=names,
    )
    return page, form.status


@bp.get("/assignments/<int:assignment_id>")
@needs(MANAGE)
def assignment(assignment_id: int) -> ResponseReturnValue:
    """Who did how much of it, and who is late."""
    return _progress_page(assignment_id)


def _progress_page(assignment_id: int, refusal: RuleViolation | Conflict | None = None) -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("state",))
    with reading() as session:
        shown = assigning.progress(session, current_actor(), assignment_id, today=runtime().clock.today())
    wanted = ask.filters.get("state")
    page = page_of([row for row in shown.rows if wanted in {None, "", row["state"]}], ask, columns=PERSON_COLUMNS)
    if ask.export:
        return download(page, PERSON_COLUMNS, f"assignment-{assignment_id}")
    drawn = render_template(
        "practice/assignment.html",
        shown=shown,
        page=page,
        columns=PERSON_COLUMNS,
        states=choices(assigning.PERSON_STATES),
        refusal=refusal,
    )
    return drawn, 409 if isinstance(refusal, Conflict) else 422 if refusal else 200


@bp.post("/assignments/<int:assignment_id>/cancel")
@needs(MANAGE)
def cancel_assignment(assignment_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        with writing() as session:
            assigning.cancel(session, current_actor(), assignment_id, reason, now=runtime().clock.now())
    except (RuleViolation, Conflict) as refusal:
        return _progress_page(assignment_id, refusal)
    return redirect(url_for("practice.assignment", assignment_id=assignment_id), 303)


@bp.post("/assignments/<int:assignment_id>/restore")
@needs(MANAGE)
def restore_assignment(assignment_id: int) -> ResponseReturnValue:
    """What was cancelled is owed again."""
    try:
        with writing() as session:
            assigning.restore(session, current_actor(), assignment_id, now=runtime().clock.now())
    except Conflict as refusal:
        return _progress_page(assignment_id, refusal)
    return redirect(url_for("practice.assignment", assignment_id=assignment_id), 303)
