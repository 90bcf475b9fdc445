"""The candidate's pages: one's mocks, a paper before it begins, sitting it, its report."""

import random
from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.bank import actions as bank
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, NotFound, Refusal, RuleViolation
from examprep.kernel.sentence import N_
from examprep.mocks import marking, own_store, papers, results, sitting, store
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.charts import Chart, columns
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.plumbing.states import choices
from examprep.practice import overview
from examprep.practice.forms import LONGEST_WORDS
from examprep.syllabus import actions as syllabus

bp = Blueprint("mocks", __name__, url_prefix="/mocks")

FRAGMENT = "X-Fragment"
_MOST_TICKS, _MOST_PARTS = 100, 12
# Of the time left, in minutes: what is said aloud when it is reached.
THRESHOLDS = (30, 15, 5, 1)

COLUMNS = (
    Column("subject", N_("Paper"), "names", sortable=True, link=lambda row: url_for("mocks.one", attempt_id=row["id"])),
    Column("title", N_("Title")),
    Column("begun_at", N_("Begun at"), "instant", sortable=True),
    Column("half_points", N_("Points"), "marks", sortable=True),
    Column("full_half_points", N_("Of points"), "marks"),
    Column("state", N_("State"), "badge"),
)


@bp.app_template_filter()
def time_left(left: timedelta) -> str:
    """Time left as clocks write it: 1:59:07."""
    minutes, seconds = divmod(int(left.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def status_of(refusal: Refusal | None) -> int:
    return 200 if refusal is None else 409 if isinstance(refusal, Conflict) else 422


def new_seed() -> int:
    """A seed for a paper: by lot, and kept with it."""
    return random.SystemRandom().randrange(papers.LARGEST_SEED)


def catch_up() -> None:
    """End what of the actor's own the clock has ended, before anything is shown or changed."""
    now = runtime().clock.now()
    with reading() as session:
        ids = store.due(session, now, person_id=current_actor().person_id)
    for attempt_id in ids:
        with writing() as session:
            sitting.catch_up(session, attempt_id, now=now)


@bp.get("/")
@needs(Permission.PRACTICE_OWN_USE)
def home() -> ResponseReturnValue:
    catch_up()
    return _home()


def _home(refusal: Refusal | None = None) -> ResponseReturnValue:
    clock, ask = runtime().clock, Ask.of(request.args, filters=results.FILTERS)
    with reading() as session:
        actor = current_actor()
        page = results.mine(session, actor, ask, now=clock.now())
        to_do = own_store.to_do(session, actor.person_id, clock.now())
        subjects = overview.subjects(session)
        trends = results.trends(session, actor)
    if ask.export:
        return download(page, COLUMNS, "mocks")
    drawn = render_template(
        "mocks/home.html",
        page=page,
        columns=COLUMNS,
        states=choices(results.STATES),
        to_do=to_do,
        subjects=subjects,
        wanted_subjects=[(each.code, each.names) for each in subjects],
        trends=[(each, trends[each.code], picture(trends[each.code])) for each in subjects if each.code in trends],
        now=clock.now(),
        refusal=refusal,
    )
    return drawn, status_of(refusal)


def picture(points: Sequence[results.Point]) -> Chart:
    """Totals in per cent of the full marks, one column a mock."""
    days = [office_day(point.at) for point in points]
    names = [f"{day.month}/{day.day}" for day in days]
    return columns(names, [[round(100 * point.half_points / point.full) if point.full else None for point in points]])


@bp.get("/new/<subject>")
@needs(Permission.PRACTICE_OWN_USE)
def new(subject: str) -> ResponseReturnValue:
    """What a paper of a subject would be: its format, its time, and what the bank lacks for it."""
    return _new(subject)


def _new(subject: str, refusal: Refusal | None = None) -> ResponseReturnValue:
    clock, actor = runtime().clock, current_actor()
    with reading() as session:
        shown = papers.preview(session, subject, actor.person_id, seed=0, today=clock.today())
        subjects = overview.subjects(session)
    page = render_template("mocks/new.html", shown=shown, subjects=subjects, labels=labels(), refusal=refusal)
    return page, status_of(refusal)


def labels() -> dict[str, str]:
    """What the question types are called: message ids by name."""
    return {name: QUESTION_TYPES[name].label for name in QUESTION_TYPES.names}


@bp.post("/new/<subject>")
@needs(Permission.PRACTICE_OWN_USE)
def start(subject: str) -> ResponseReturnValue:
    catch_up()
    clock = runtime().clock
    try:
        with writing() as session:
            attempt_id = sitting.start_own(
                session,
                current_actor(),
                subject,
                shorter=request.form.get("shorter") == "yes",
                seed=new_seed(),
                today=clock.today(),
                now=clock.now(),
            )
    except (RuleViolation, Conflict) as refusal:
        return _new(subject, refusal)
    return redirect(url_for("mocks.question", attempt_id=attempt_id, position=1), 303)


@bp.get("/set/<int:paper_id>")
@needs(Permission.PRACTICE_OWN_USE)
def given(paper_id: int) -> ResponseReturnValue:
    """A paper that a trainer set, before one begins it."""
    return _given(paper_id)


def _given(paper_id: int, refusal: Refusal | None = None) -> ResponseReturnValue:
    with reading() as session:
        paper = sitting.set_to(session, current_actor(), paper_id)
        before = own_store.attempt_at(session, paper.id, current_actor().person_id)
        subject, count = syllabus.subject(session, paper.subject_code), store.question_count(session, paper.id)
    page = render_template(
        "mocks/given.html",
        paper_id=paper_id,
        title=paper.title,
        subject=subject.names,
        questions=count,
        minutes=paper.minutes,
        opens_at=paper.opens_at,
        closes_at=paper.closes_at,
        keys_after=paper.keys == "after",
        attempt_id=before.id if before else None,
        taken_back=paper.reason,
        now=runtime().clock.now(),
        refusal=refusal,
    )
    return page, status_of(refusal)


@bp.post("/set/<int:paper_id>")
@needs(Permission.PRACTICE_OWN_USE)
def begin(paper_id: int) -> ResponseReturnValue:
    catch_up()
    try:
        with writing() as session:
            attempt_id = sitting.begin(session, current_actor(), paper_id, now=runtime().clock.now())
    except (RuleViolation, Conflict) as refusal:
        return _given(paper_id, refusal)
    return redirect(url_for("mocks.one", attempt_id=attempt_id), 303)


@bp.get("/<int:attempt_id>")
@needs(Permission.PRACTICE_OWN_USE)
def one(attempt_id: int) -> ResponseReturnValue:
    """All questions of a mock under way at a glance; of an ended one, the report."""
    catch_up()
    return _one(attempt_id)


def _one(attempt_id: int, refusal: Refusal | None = None) -> ResponseReturnValue:
    clock = runtime().clock
    with reading() as session:
        shown = sitting.sitting(session, current_actor(), attempt_id, now=clock.now())
        report = None
        if shown.ended and not shown.discarded:
            report = results.report(session, current_actor(), attempt_id, now=clock.now())
    status = status_of(refusal)
    if report is not None:
        return render_template("mocks/report.html", report=report, labels=labels(), refusal=refusal), status
    return render_template(
        "mocks/sitting.html", sitting=shown, labels=labels(), refusal=refusal, thresholds=THRESHOLDS
    ), status


@bp.get("/<int:attempt_id>/<int:position>")
@needs(Permission.PRACTICE_OWN_USE)
def question(attempt_id: int, position: int) -> ResponseReturnValue:
    catch_up()
    return _question(attempt_id, position)


def _question(attempt_id: int, position: int, refusal: Refusal | None = None) -> ResponseReturnValue:
    with reading() as session:
        shown = sitting.sitting(session, current_actor(), attempt_id, now=runtime().clock.now())
        item = next((item for item in shown.items if item.position == position), None)
        if item is None:
            raise NotFound("mocks.attempt", "There is no such mock exam of yours.")
        question = bank.question(session, item.version_id)
    if not shown.under_way:
        return redirect(url_for("mocks.one", attempt_id=attempt_id), 303)
    page = render_template(
        "mocks/question.html", sitting=shown, item=item, question=question, refusal=refusal, thresholds=THRESHOLDS
    )
    return page, status_of(refusal)


@bp.post("/<int:attempt_id>/<int:position>")
@needs(Permission.PRACTICE_OWN_USE)
def keep(attempt_id: int, position: int) -> ResponseReturnValue:
    """Keep an answer and go on: to the next question, the one before, or all of them. The script only keeps."""
    fragment, sent = FRAGMENT in request.headers, request.form
    try:
        ticks, words = _ticks(sent.getlist("tick")), _words(sent.getlist("written"))
        with writing() as session:
            questions = sitting.keep(
                session,
                current_actor(),
                attempt_id,
                position,
                ticks=ticks,
                written=words,
                flagged=sent.get("flagged") == "yes",
                now=runtime().clock.now(),
            )
    except RuleViolation as refusal:
        if fragment:
            raise
        return _question(attempt_id, position, refusal)
    except Conflict as refusal:
        if fragment:
            raise
        catch_up()
        return _one(attempt_id, refusal)
    if fragment:
        return Response(status=204)
    to = {"next": position + 1, "back": position - 1}.get(sent.get("to", "next"), 0)
    if 1 <= to <= questions:
        return redirect(url_for("mocks.question", attempt_id=attempt_id, position=to), 303)
    return redirect(url_for("mocks.one", attempt_id=attempt_id), 303)


def _ticks(values: Sequence[str]) -> frozenset[int]:
    if len(values) > _MOST_TICKS or not all(each.isascii() and each.isdecimal() and len(each) < 4 for each in values):
        raise RuleViolation("mocks.ticks", "That is no answer to this question. Reload the page and answer it again.")
    return frozenset(map(int, values))


def _words(values: Sequence[str]) -> tuple[str, ...]:
    words = tuple(each.strip() for each in values[:_MOST_PARTS])
    if sum(map(len, words)) > LONGEST_WORDS:
        raise RuleViolation("mocks.words", "An answer has at most %(most)s characters.", most=LONGEST_WORDS)
    return words


@bp.route("/<int:attempt_id>/hand-in", methods=["GET", "POST"])
@needs(Permission.PRACTICE_OWN_USE)
def hand_in(attempt_id: int) -> ResponseReturnValue:
    """Ask once, saying how many are unanswered; then end it."""
    catch_up()
    clock = runtime().clock
    if request.method == "POST":
        try:
            with writing() as session:
                sitting.hand_in(session, current_actor(), attempt_id, now=clock.now())
        except Conflict as refusal:
            return _one(attempt_id, refusal)
        return redirect(url_for("mocks.one", attempt_id=attempt_id), 303)
    with reading() as session:
        shown = sitting.sitting(session, current_actor(), attempt_id, now=clock.now())
    if not shown.under_way:
        return redirect(url_for("mocks.one", attempt_id=attempt_id), 303)
    return render_template("mocks/hand_in.html", sitting=shown, thresholds=THRESHOLDS)


@bp.post("/<int:attempt_id>/discard")
@needs(Permission.PRACTICE_OWN_USE)
def discard(attempt_id: int) -> ResponseReturnValue:
    catch_up()
    try:
        with writing() as session:
            sitting.discard(session, current_actor(), attempt_id, now=runtime().clock.now())
    except (RuleViolation, Conflict) as refusal:
        return _one(attempt_id, refusal)
    return redirect(url_for("mocks.home"), 303)


@bp.get("/<int:attempt_id>/sheet")
@needs(Permission.PRACTICE_OWN_USE)
def sheet(attempt_id: int) -> ResponseReturnValue:
    """A paper that one sat, for paper."""
    with reading() as session:
        shown = results.sheet(session, current_actor(), attempt_id, now=runtime().clock.now())
    return draw_sheet(shown, url_for("mocks.one", attempt_id=attempt_id))


def draw_sheet(shown: papers.Sheet, back: str) -> str:
    return render_template(
        "mocks/sheet.html",
        sheet=shown,
        answers=request.args.get("answers") != "no",
        back=back,
        labels=labels(),
    )


@bp.route("/<int:attempt_id>/marking", methods=["GET", "POST"])
@needs(Permission.PRACTICE_OWN_USE)
def mark(attempt_id: int) -> ResponseReturnValue:
    """Mark by the points what one wrote oneself."""
    catch_up()
    refusal: Refusal | None = None
    if request.method == "POST":
        done, reason, now = request.form.get("done", ""), request.form.get("reason", ""), runtime().clock.now()
        try:
            with writing() as session:
                if done == "anew":
                    marking.mark_own_anew(session, current_actor(), attempt_id, read_points(), reason, now=now)
                else:
                    marking.mark_own(session, current_actor(), attempt_id, read_points(), done=done == "yes", now=now)
            to = "mocks.one" if done in {"yes", "anew"} else "mocks.mark"
            return redirect(url_for(to, attempt_id=attempt_id), 303)
        except (RuleViolation, Conflict) as found:
            refusal = found
    with reading() as session:
        sheet = marking.own_sheet(session, current_actor(), attempt_id)
    page = render_template(
        "mocks/marking.html",
        sheet=sheet,
        reason=request.form.get("reason", ""),
        action=url_for("mocks.mark", attempt_id=attempt_id),
        back=url_for("mocks.one", attempt_id=attempt_id),
        refusal=refusal,
    )
    return page, status_of(refusal)


def read_points() -> dict[int, frozenset[int]]:
    """The ticked points by the place of their question: fields ``point-3`` with the points' places."""
    found = {}
    for name in request.form:
        head, _, place = name.partition("-")
        if head == "point" and place.isascii() and place.isdecimal() and len(place) < 4:
            values = request.form.getlist(name)
            if not all(each.isascii() and each.isdecimal() and len(each) < 4 for each in values):
                raise RuleViolation("mocks.points", "That point does not belong to this question. Reload the page.")
            found[int(place)] = frozenset(map(int, values))
    return found
