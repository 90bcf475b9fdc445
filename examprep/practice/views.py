"""The candidate's pages: home, question, notebook."""

from collections.abc import Callable
from functools import partial
from uuid import uuid4

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from examprep.bank import actions as bank
from examprep.feature import home_cards
from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, NotFound, Refusal, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission, Role
from examprep.people.session import current_actor
from examprep.people.views import safe_next
from examprep.plumbing.access import needs
from examprep.plumbing.cookies import form_token
from examprep.plumbing.i18n import language
from examprep.plumbing.kept_pages import KeptPages
from examprep.plumbing.runtime import first_glance, known_revision, reading, runtime, writing
from examprep.practice import actions, aside, discussing, forms, overview, parts
from examprep.practice.day import set_pace
from examprep.practice.presenting import by_period, picture_of
from examprep.practice.rules.notebook import CAUSES
from examprep.practice.rules.order import Scope, read_scope

bp = Blueprint("practice", __name__, url_prefix="/practice")

# The page's script asks for the part of the page that changes, not for the frame around it.
FRAGMENT = "X-Fragment"

ASKED = N_("Your trainers read it. Once they answer, it stands here for everybody.")

# Where a form's token is left open in what is kept of a page; nobody types this sign.
_LEFT_OPEN = "\x00token\x00"
_HOMES = KeptPages()

TYPE_COOKIE = "examprep_type"
TYPE_SIZES = {"": N_("Standard letters"), "large": N_("Large letters"), "larger": N_("Largest letters")}


@bp.get("/")
@needs(Permission.PRACTICE_OWN_USE)
def home() -> ResponseReturnValue:
    """The home of a subject, shown again as it was while nothing in it has changed."""
    database, now, actor = runtime().database, runtime().clock.now(), current_actor()
    subject = forms.asked(request.args, "subject")
    place, known = (actor.person_id, subject, language(), request.root_path), (actor, known_revision(), office_day(now))
    part, notes = _HOMES.again(database, place, known, now, first_glance())
    if part is None:
        with reading() as session, notes.taken():
            shown = overview.home(session, actor, subject_code=subject, today=office_day(now), now=now)
            cards = home_cards(session, actor, Role.CANDIDATE, now)
        drawn = render_template("practice/_home.html", home=shown, cards=cards)
        part = drawn.replace(form_token(), _LEFT_OPEN)
        if not any(card.timed for card in cards):
            _HOMES.keep(database, place, known, notes, part)
    main = Markup(form_token().join(part.split(_LEFT_OPEN)))  # noqa: S704 -- a template made it, and we the token
    return render_template("practice/home.html", main=main)


@bp.get("/<subject>/<scope>")
@needs(Permission.PRACTICE_OWN_USE)
def question(subject: str, scope: str) -> ResponseReturnValue:
    """Where the candidate stands; an order that changes over night is kept under its day, which the address names."""
    way = _scope(scope)
    if way.undated:
        return redirect(url_for("practice.question", subject=subject, scope=way.of_day(runtime().clock.today())), 303)
    return _question_page(subject, scope)


def _question_page(subject: str, scope: str, refusal: RuleViolation | None = None) -> tuple[str, int]:
    clock = runtime().clock
    with reading() as session:
        standing = overview.standing(
            session, current_actor(), subject_code=subject, scope=scope, today=clock.today(), now=clock.now()
        )
    asked = None
    if standing.question is not None and not standing.scope.reciting:
        asked = parts.ask(
            standing.question,
            address=url_for("practice.answer", subject=subject, scope=scope),
            syllabus=standing.syllabus,
            answer_id=str(uuid4()),
            position=standing.position,
            total=standing.total,
            marked=standing.marked,
        )
    page = render_template("practice/question.html", standing=standing, asked=asked, refusal=refusal)
    return page, 422 if refusal else 200


@bp.post("/<subject>/<scope>")
@needs(Permission.PRACTICE_OWN_USE)
def answer(subject: str, scope: str) -> ResponseReturnValue:
    """Mark and log one answer. Sent again, it shows the same and counts once, so a reloaded page does no harm."""
    fragment = FRAGMENT in request.headers
    way = _scope(scope)
    try:
        sent = forms.read_answer(request.form)
        with writing() as session:
            told = actions.answer(
                session, current_actor(), subject_code=subject, scope=way, sent=sent, now=runtime().clock.now()
            )
    except RuleViolation as refusal:
        if fragment:
            raise
        return _question_page(subject, scope, refusal)
    shown = parts.told(told, address=request.path, syllabus=sent.syllabus, answer_id=str(uuid4()))
    return Response(shown, mimetype="text/html") if fragment else render_template("practice/told.html", told=shown)


@bp.post("/<subject>/<scope>/skip")
@needs(Permission.PRACTICE_OWN_USE)
def skip(subject: str, scope: str) -> ResponseReturnValue:
    clock, version = runtime().clock, request.form.get("version", 0, type=int)
    with writing() as session:
        *_, on = overview.open_way(session, current_actor(), subject_code=subject, scope=scope, today=clock.today())
        actions.skip(session, current_actor(), on, version_id=version, now=clock.now())
    return redirect(url_for("practice.question", subject=subject, scope=scope), 303)


@bp.post("/<subject>/<scope>/turn")
@needs(Permission.PRACTICE_OWN_USE)
def turn(subject: str, scope: str) -> ResponseReturnValue:
    """To the next question that is read with its answer, or back to the one before."""
    clock, version = runtime().clock, request.form.get("version", 0, type=int)
    with writing() as session:
        *_, on = overview.open_way(session, current_actor(), subject_code=subject, scope=scope, today=clock.today())
        actions.turn(
            session,
            current_actor(),
            on,
            version_id=version,
            back=request.form.get("to") == "back",
            now=clock.now(),
        )
    return redirect(url_for("practice.question", subject=subject, scope=scope), 303)


@bp.post("/<subject>/<scope>/restart")
@needs(Permission.PRACTICE_OWN_USE)
def restart(subject: str, scope: str) -> ResponseReturnValue:
    clock = runtime().clock
    with writing() as session:
        *_, on = overview.open_way(session, current_actor(), subject_code=subject, scope=scope, today=clock.today())
        actions.restart(session, current_actor(), on, now=clock.now())
    return redirect(url_for("practice.question", subject=subject, scope=scope), 303)


@bp.post("/<subject>/<scope>/mark")
@needs(Permission.PRACTICE_OWN_USE)
def mark(subject: str, scope: str) -> ResponseReturnValue:
    clock, version = runtime().clock, request.form.get("version", 0, type=int)
    with writing() as session:
        *_, on = overview.open_way(session, current_actor(), subject_code=subject, scope=scope, today=clock.today())
        marked = actions.toggle_mark(session, current_actor(), on, version_id=version, now=clock.now())
    if FRAGMENT in request.headers:
        return Response("marked" if marked else "unmarked", mimetype="text/plain")
    return redirect(url_for("practice.question", subject=subject, scope=scope), 303)


@bp.route("/<subject>/day", methods=["GET", "POST"])
@needs(Permission.PRACTICE_OWN_USE)
def day(subject: str) -> ResponseReturnValue:
    """The pace one gives to a subject, today's plan, and the reviews until the exam."""
    clock = runtime().clock
    with reading() as session:
        shown = overview.day_page(session, current_actor(), subject_code=subject, today=clock.today(), now=clock.now())
    form = forms.PaceForm(data={"minutes": shown.pace.minutes, "most": shown.pace.most})
    if form.sent():
        with writing() as session:
            set_pace(session, current_actor(), subject_code=subject, now=clock.now(), **form.entry())
        return redirect(url_for("practice.day", subject=subject), 303)
    periods = by_period(shown.forecast)
    page = render_template("practice/day.html", day=shown, form=form, periods=periods, picture=picture_of(periods))
    return page, form.status


@bp.get("/question/<int:question_id>")
@needs(Permission.PRACTICE_OWN_USE)
def review(question_id: int) -> ResponseReturnValue:
    with reading() as session:
        shown = overview.review(session, current_actor(), question_id=question_id, today=runtime().clock.today())
    return render_template("practice/review.html", review=shown, causes=CAUSES)


@bp.get("/question/<int:question_id>/aside")
@needs(Permission.PRACTICE_OWN_USE)
def beside(question_id: int) -> ResponseReturnValue:
    return _aside_page(question_id)


def _aside_page(question_id: int, said: str = "", refusal: Refusal | None = None) -> ResponseReturnValue:
    """What stands beside a question: a page of its own, or the part that the script puts under the question."""
    clock = runtime().clock
    with reading() as session:
        shown = aside.aside(session, current_actor(), question_id=question_id, today=clock.today(), now=clock.now())
    page = "practice/aside_part.html" if FRAGMENT in request.headers else "practice/aside.html"
    drawn = render_template(
        page, aside=shown, said=said, refusal=refusal, kinds=bank.REPORT_KINDS, states=bank.REPORT_STATES, causes=CAUSES
    )
    return drawn, 422 if refusal else 200


@bp.post("/question/<int:question_id>/note")
@needs(Permission.PRACTICE_OWN_USE)
def note(question_id: int) -> ResponseReturnValue:
    clock = runtime().clock
    remarks = aside.Remarks(
        request.form.get("words", ""), request.form.getlist("cause")[:20], request.form.get("tags", "")[:400]
    )
    try:
        with writing() as session:
            aside.write_note(
                session,
                current_actor(),
                question_id=question_id,
                remarks=remarks,
                today=clock.today(),
                now=clock.now(),
            )
    except RuleViolation as refusal:
        return _aside_page(question_id, refusal=refusal)
    return _aside_page(question_id, said=N_("Your note is kept."))


@bp.post("/question/<int:question_id>/report")
@needs(Permission.PRACTICE_OWN_USE)
def report(question_id: int) -> ResponseReturnValue:
    clock, sent = runtime().clock, request.form
    try:
        with writing() as session:
            aside.report(
                session,
                current_actor(),
                question_id=question_id,
                kind=forms.asked(sent, "kind"),
                words=sent.get("words", ""),
                today=clock.today(),
                now=clock.now(),
            )
    except (RuleViolation, Conflict) as refusal:
        return _aside_page(question_id, refusal=refusal)
    return _aside_page(
        question_id, said=N_("Thank you. Whoever keeps this question reads it; the reply will stand here.")
    )


@bp.post("/question/<int:question_id>/ask")
@needs(Permission.PRACTICE_OWN_USE)
def ask_trainers(question_id: int) -> ResponseReturnValue:
    asked = partial(discussing.ask, words=request.form.get("words", ""), today=runtime().clock.today())
    return _discussed(asked, ASKED, question_id=question_id)


@bp.post("/question/<int:question_id>/asked/<int:post_id>/helped")
@needs(Permission.PRACTICE_OWN_USE)
def mark_post(question_id: int, post_id: int) -> ResponseReturnValue:
    """The asker says that the answer helped, or takes that back."""
    helped = request.form.get("helped") == "yes"
    said = N_("Marked.") if helped else N_("The mark is taken back.")
    return _discussed(partial(discussing.mark, helped=helped), said, question_id=question_id, post_id=post_id)


@bp.post("/question/<int:question_id>/asked/<int:post_id>/words")
@needs(Permission.PRACTICE_OWN_USE)
def reword_post(question_id: int, post_id: int) -> ResponseReturnValue:
    """The asker says otherwise what waits for an answer."""
    reworded = partial(discussing.reword, words=request.form.get("words", ""))
    return _discussed(reworded, N_("Reworded."), question_id=question_id, post_id=post_id)


@bp.post("/question/<int:question_id>/asked/<int:post_id>/withdraw")
@needs(Permission.PRACTICE_OWN_USE)
def withdraw_post(question_id: int, post_id: int) -> ResponseReturnValue:
    """The asker takes back what waits for an answer."""
    said = N_("Withdrawn. Only you still see your question.")
    return _discussed(discussing.withdraw, said, question_id=question_id, post_id=post_id)


@bp.post("/question/<int:question_id>/asked/<int:post_id>/again")
@needs(Permission.PRACTICE_OWN_USE)
def ask_post_again(question_id: int, post_id: int) -> ResponseReturnValue:
    """The asker wants an answer after all."""
    return _discussed(discussing.ask_again, ASKED, question_id=question_id, post_id=post_id)


def _discussed(act: Callable[..., object], said: str, *, question_id: int, **about: int) -> ResponseReturnValue:
    """Do something about what one asks the trainers of a question; a refusal stands where it was asked."""
    try:
        with writing() as session:
            act(session, current_actor(), question_id=question_id, now=runtime().clock.now(), **about)
    except (RuleViolation, Conflict) as refusal:
        return _aside_page(question_id, refusal=refusal)
    return _aside_page(question_id, said=said)


@bp.post("/type-size")
@needs(Permission.PRACTICE_OWN_USE)
def type_size() -> ResponseReturnValue:
    """Keep the size of letters that the candidate reads well, on this device."""
    response = make_response(redirect(safe_next(request.form.get("next")), 303))
    size = request.form.get("size", "")
    response.set_cookie(TYPE_COOKIE, size if size in TYPE_SIZES else "", max_age=365 * 24 * 3600, samesite="Lax")
    return response


@bp.app_template_global()
def type_sizes() -> dict[str, str]:
    """The sizes of letters to choose from: message id by name."""
    return TYPE_SIZES


@bp.app_template_global()
def type_size_chosen() -> str:
    chosen = request.cookies.get(TYPE_COOKIE, "")
    return chosen if chosen in TYPE_SIZES else ""


def _scope(text: str) -> Scope:
    found = read_scope(text)
    if found is None:
        raise NotFound("practice.scope", "There is no such way through this subject.")
    return found
