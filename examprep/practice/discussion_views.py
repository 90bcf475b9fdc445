"""Discussion of questions: the trainers' pages. What a candidate asks is sent from beside the question."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.clock import office_day
from examprep.kernel.errors import Refusal, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.practice import discussing
from examprep.practice.views import bp

ANSWER = Permission.BANK_QUESTION_EDIT
STATES = {"waiting": N_("Waiting for an answer"), "shown": N_("Shown"), "hidden": N_("Hidden")}
HELPED = (("yes", N_("The answer helped")), ("no", N_("Nothing said of help")))
COLUMNS = (
    Column("words", N_("What was asked"), link=lambda row: url_for("practice.post", post_id=row["id"])),
    Column("asker", N_("Asked by"), sortable=True),
    Column("asked_at", N_("When"), "instant", sortable=True),
    Column("state", N_("State"), "choice", choices=STATES),
    Column("helped_at", N_("Helped, says the asker"), "day"),
)


@bp.get("/discussion")
@needs(ANSWER)
def discussion() -> ResponseReturnValue:
    """What candidates asked about questions, what waits first."""
    ask = Ask.of(request.args, filters=("state", "helped"))
    with reading() as session:
        page = discussing.asked(session, current_actor(), ask)
        oldest = discussing.oldest_waiting(session, current_actor())
    if ask.export:
        return download(page, COLUMNS, "discussion")
    days = (runtime().clock.today() - office_day(oldest)).days if oldest else None
    return render_template(
        "practice/discussion.html", page=page, columns=COLUMNS, choices=list(STATES.items()), helped=HELPED, days=days
    )


@bp.get("/discussion/<int:post_id>")
@needs(ANSWER)
def post(post_id: int) -> ResponseReturnValue:
    return _post_page(post_id)


def _post_page(post_id: int, refusal: Refusal | None = None) -> ResponseReturnValue:
    with reading() as session:
        shown = discussing.post(session, current_actor(), post_id)
    drawn = render_template("practice/post.html", post=shown, refusal=refusal, states=STATES)
    return drawn, 422 if refusal else 200


@bp.post("/discussion/<int:post_id>/answer")
@needs(ANSWER)
def answer_post(post_id: int) -> ResponseReturnValue:
    words = request.form.get("words", "")
    try:
        with writing() as session:
            discussing.answer(session, current_actor(), post_id, words, now=runtime().clock.now())
    except RuleViolation as refusal:
        return _post_page(post_id, refusal)
    return redirect(url_for("practice.discussion"), 303)


@bp.post("/discussion/<int:post_id>/hide")
@needs(ANSWER)
def hide_post(post_id: int) -> ResponseReturnValue:
    try:
        with writing() as session:
            discussing.hide(session, current_actor(), post_id, request.form.get("words", ""), now=runtime().clock.now())
    except RuleViolation as refusal:
        return _post_page(post_id, refusal)
    return redirect(url_for("practice.discussion"), 303)


@bp.post("/discussion/<int:post_id>/unhide")
@needs(ANSWER)
def unhide_post(post_id: int) -> ResponseReturnValue:
    with writing() as session:
        discussing.unhide(session, current_actor(), post_id, now=runtime().clock.now())
    return redirect(url_for("practice.post", post_id=post_id), 303)
