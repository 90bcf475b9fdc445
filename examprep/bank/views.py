"""The trainers' pages of the bank: the list, a question, writing and editing it, its comings and goings."""

from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from examprep.bank import actions, browsing, bulk, media, reporting
from examprep.bank.forms import ReplyForm
from examprep.bank.markup import PLAIN, with_pictures
from examprep.bank.trail import TRAIL
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
        tags, people = browsing.tags(session, actor), browsing.keepers(session, actor, runtime().clock.today())
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
        tags=tags,
        people=people,
        acts=list(bulk.ACTS),
        filters=urlencode({"q": ask.words, **ask.filters}),
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
        acts=TRAIL.acts,
    )


@bp.post("/starter")
@needs(Permission.BANK_QUESTION_EDIT)
def load_starter() -> ResponseReturnValue:
    with writing() as session:
        actions.load_starter(session, runtime().vault, current_actor(), now=runtime().clock.now())
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
