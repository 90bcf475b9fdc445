"""The trainers' pages of the bank: the list, a question, writing and editing it, its comings and goings."""

from collections.abc import Callable

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from examprep.bank import actions, authoring, browsing, life, media, reporting
from examprep.bank.forms import QuestionForm, ReplyForm, typed
from examprep.bank.markup import PLAIN, with_pictures
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.bank.values import STATES
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs, signed_in
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.syllabus import actions as syllabus

bp = Blueprint("bank", __name__, url_prefix="/bank")


@bp.app_template_filter()
def rich(text: str, markup: str) -> Markup:
    """A text of a question as the page shows it: plain ones escaped, marked-up ones with their pictures' addresses.

    What is marked up was sanitised when it was kept.
    """
    if markup == PLAIN:
        return escape(text)
    return Markup(with_pictures(text, lambda sha256: url_for("bank.picture", sha256=sha256)))  # noqa: S704


@bp.get("/pictures/<sha256>")
@signed_in
def picture(sha256: str) -> ResponseReturnValue:
    """A picture of a question. Its name is the hash of what it shows, so it may be kept for ever."""
    with reading() as session:
        found = media.find(session, sha256)
    if found is None:
        raise NotFound("bank.picture", "There is no such picture.")
    response = Response(found.content, mimetype=found.mimetype)
    response.cache_control.private, response.cache_control.max_age = True, 365 * 24 * 3600
    response.cache_control.immutable = True
    return response


@bp.get("/")
@needs(Permission.BANK_QUESTION_SEE)
def index() -> ResponseReturnValue:
    ask, actor = Ask.of(request.args, filters=browsing.FILTERS), current_actor()
    columns = (
        Column("id", N_("No."), sortable=True, link=lambda row: url_for("bank.question", question_id=row["id"])),
        Column("stem", N_("Stem"), link=lambda row: url_for("bank.question", question_id=row["id"])),
        Column("type", N_("Question type"), "sentence", sortable=True),
        Column("key", N_("Answer")),
        Column("state", N_("State"), "badge"),
        Column("source", N_("Source")),
        Column("law_as_of", N_("Law as of"), "day", sortable=True),
    )
    with reading() as session:
        page = browsing.questions(session, actor, ask)
        subjects = syllabus.subjects(session)
        trees = browsing.trees(session, ask.filters.get("subject", ""))
    if ask.export:
        return download(page, columns, "questions")
    return render_template(
        "bank/index.html",
        page=page,
        columns=columns,
        subjects=subjects,
        trees=trees,
        kinds=list(QUESTION_TYPES),
        question_states=STATES,
        may_edit=actor.may(Permission.BANK_QUESTION_EDIT),
    )


@bp.get("/questions/<int:question_id>")
@needs(Permission.BANK_QUESTION_SEE)
def question(question_id: int) -> ResponseReturnValue:
    with reading() as session:
        found = browsing.details(session, current_actor(), question_id)
        subject = syllabus.subject(session, found.subject)
        editions = {version.code: version.names for version in syllabus.versions(session)}
    return render_template(
        "bank/question.html",
        found=found,
        subject=subject,
        editions=editions,
        kind=QUESTION_TYPES[found.current.type],
    )


@bp.route("/new/<subject>", methods=["GET", "POST"])
@needs(Permission.BANK_QUESTION_EDIT)
def write(subject: str) -> ResponseReturnValue:
    actor, clock = current_actor(), runtime().clock
    with reading() as session:
        names = syllabus.subject(session, subject).names
        form = QuestionForm(browsing.chapter_choices(session, subject), data={"publish": True, "author": actor.name})
    if form.sent():
        try:
            with writing() as session:
                question_id = authoring.write(
                    session,
                    actor,
                    subject,
                    form.draft(clock.today()),
                    publish=form.publish.data,
                    now=clock.now(),
                )
            return redirect(url_for("bank.question", question_id=question_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    back = url_for("bank.index", subject=subject)
    return render_template("bank/edit.html", form=form, names=names, back=back, number=None, note=""), (
        422 if form.errors else 200
    )


@bp.route("/questions/<int:question_id>/edit", methods=["GET", "POST"])
@needs(Permission.BANK_QUESTION_EDIT)
def edit(question_id: int) -> ResponseReturnValue:
    actor, clock = current_actor(), runtime().clock
    with reading() as session:
        found = browsing.editable(session, actor, question_id)
        names = syllabus.subject(session, found.subject).names
        form = QuestionForm(browsing.chapter_choices(session, found.subject), data=typed(found.current))
    del form.publish
    back = url_for("bank.question", question_id=question_id)
    if form.sent():
        try:
            with writing() as session:
                authoring.revise(session, actor, question_id, form.draft(clock.today()), now=clock.now())
            return redirect(back, 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    note = N_("The question is published: saving makes a new version. Answers given so far keep the old one.")
    return render_template(
        "bank/edit.html",
        form=form,
        names=names,
        back=back,
        number=question_id,
        note=note if found.state == "published" else "",
    ), (422 if form.errors else 200)


def _act(verb: Callable[..., None], question_id: int) -> ResponseReturnValue:
    with writing() as session:
        verb(session, current_actor(), question_id, now=runtime().clock.now())
    return redirect(url_for("bank.question", question_id=question_id), 303)


@bp.post("/questions/<int:question_id>/publish")
@needs(Permission.BANK_QUESTION_EDIT)
def publish(question_id: int) -> ResponseReturnValue:
    return _act(life.publish, question_id)


@bp.post("/questions/<int:question_id>/retire")
@needs(Permission.BANK_QUESTION_EDIT)
def retire(question_id: int) -> ResponseReturnValue:
    return _act(life.retire, question_id)


@bp.post("/questions/<int:question_id>/restore")
@needs(Permission.BANK_QUESTION_EDIT)
def restore(question_id: int) -> ResponseReturnValue:
    return _act(life.restore, question_id)


@bp.post("/starter")
@needs(Permission.BANK_QUESTION_EDIT)
def load_starter() -> ResponseReturnValue:
    with writing() as session:
        actions.load_starter(session, current_actor(), now=runtime().clock.now())
    return redirect(url_for("bank.index"), 303)


@bp.get("/reports")
@needs(Permission.BANK_QUESTION_EDIT)
def reports() -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("state", "kind"))
    columns = (
        Column("stem", N_("Question"), link=lambda row: url_for("bank.report", report_id=row["id"])),
        Column("kind", N_("What is wrong"), "choice", choices=reporting.KINDS, sortable=True),
        Column("words", N_("In the candidate's words")),
        Column("person", N_("Reported by")),
        Column("reported_at", N_("Reported"), "instant", sortable=True),
        Column("state", N_("State"), "choice", choices=reporting.STATES),
    )
    with reading() as session:
        page = reporting.reports(session, current_actor(), ask)
    if ask.export:
        return download(page, columns, "question-reports")
    return render_template(
        "bank/reports.html", page=page, columns=columns, kinds=reporting.KINDS, report_states=reporting.STATES
    )


@bp.route("/reports/<int:report_id>", methods=["GET", "POST"])
@needs(Permission.BANK_QUESTION_EDIT)
def report(report_id: int) -> ResponseReturnValue:
    form = ReplyForm()
    if form.sent():
        try:
            with writing() as session:
                reporting.settle(
                    session,
                    current_actor(),
                    report_id,
                    state=form.state.data,
                    reply=form.reply.data,
                    now=runtime().clock.now(),
                )
            return redirect(url_for("bank.reports"), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    with reading() as session:
        found = reporting.one(session, current_actor(), report_id)
    return render_template(
        "bank/report.html",
        form=form,
        found=found,
        kinds=reporting.KINDS,
        report_states=reporting.STATES,
    ), (422 if form.errors else 200)
