"""The funnel of a year, the lists behind it, one person's part in it, and reminding a whole list."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from examprep.campaign import chasing, funnel, intending, store
from examprep.campaign.blueprint import bp
from examprep.campaign.rules.road import road
from examprep.campaign.rules.saying import SAYS
from examprep.exams.rules.papers import SUBJECT_NAMES
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people import directory
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask, Column, Page, download, page_of
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.reminders.words import words
from examprep.syllabus import actions as syllabus
from examprep.syllabus.forms import KINDS
from examprep.syllabus.rules.levels import LEVEL_NAMES
from examprep.training.learners import exam_classes

SEE = Permission.CAMPAIGN_FUNNEL_SEE
LEVELS = {code: name.text for code, name in LEVEL_NAMES.items()}
GROUP_COLUMNS = (
    Column("name", N_("Name")),
    *(Column(stage, label, "number") for stage, label in funnel.STAGES.items()),
    *(Column(name, label, "number") for name, label in funnel.LISTS.items()),
)
COLUMNS = (
    Column("name", N_("Name"), sortable=True, link=lambda row: url_for("campaign.person", person_id=row["id"])),
    Column("organisation", N_("Organisation"), sortable=True),
    Column("level", N_("Level"), "choice", sortable=True, choices=LEVELS),
    Column("says", N_("Says"), "sentence"),
    Column("said_at", N_("Said on"), "instant", sortable=True),
    Column("registered", N_("Registered"), "badge"),
    Column("approved", N_("Approved"), "badge"),
    Column("sat", N_("Sat"), "badge"),
    Column("passed", N_("Passed"), "badge"),
    Column("class_name", N_("Class"), sortable=True),
    Column("closes_on", N_("Registration closes"), "day"),
    Column("days_left", N_("Days left"), "number"),
    Column("phone", N_("Phone")),
    Column("mail", N_("Has an e-mail address"), "badge"),
)


FIRST_YEAR = 2008  # of the first exam


def _asked(actor: Actor, session: Session) -> tuple[Ask, int]:
    """What is asked of a year's funnel; a year that no exam can be of is the present one."""
    ask, today = Ask.of(request.values, filters=funnel.FILTERS), runtime().clock.today()
    year = ask.number("year")
    return ask, year if year and FIRST_YEAR <= year <= today.year + 10 else intending.year_of(session, today)


def _address(endpoint: str, ask: Ask, **more: Any) -> str:
    """A page with the same words and filters."""
    asked: dict[str, Any] = ask.query(size=None, sort=None, **more)
    return url_for(endpoint, **asked)


def _choices(session: Session, actor: Actor, year: int) -> dict[str, Any]:
    years = intending.years(session, runtime().clock.today())
    return {
        "years": sorted({*years, year}, reverse=True),
        "units": directory.organisation_choices(session, actor, SEE),
        "classes": exam_classes(session, actor, year) if actor.may(Permission.TRAINING_CLASS_MANAGE) else [],
        "levels": [(code, say(name)) for code, name in LEVELS.items()],
        "lists": funnel.LISTS,
        "stages": funnel.STAGES,
        "shows": [(name, say(label)) for name, label in {**funnel.STAGES, **funnel.LISTS}.items()],
        "year": year,
    }


@bp.get("/")
@needs(SEE)
def overview() -> ResponseReturnValue:
    """The funnel, whole and by organisation, class or region; every figure opens its persons."""
    actor = current_actor()
    by = request.args.get("by", "unit")
    by = by if by in funnel.GROUPS else "unit"
    with reading() as session:
        ask, year = _asked(actor, session)
        figures = funnel.figures(session, actor, ask, year)
        groups = funnel.groups(session, actor, ask, year, by)
        choices = _choices(session, actor, year)
        rounds = chasing.rounds(session, actor, year)
    if ask.export:
        rows = [{"name": group.name, **group.counts} for group in groups]
        return download(page_of(rows, ask), GROUP_COLUMNS, "campaign")

    def behind(show: str, **more: Any) -> str:
        asked = {name: value for name, value in ask.filters.items() if name not in {"show", "own"}}
        return url_for("campaign.listing", **{**asked, "year": year, "show": show, **more})

    return render_template(
        "campaign/overview.html",
        ask=ask,
        by=by,
        groups=groups,
        group_names=funnel.GROUPS,
        figures=figures,
        behind=behind,
        shown={**funnel.STAGES, "unregistered": funnel.LISTS["unregistered"]},
        rounds=rounds,
        **choices,
    )


@bp.get("/list")
@needs(SEE)
def listing() -> ResponseReturnValue:
    """The persons of one stage or chasing list."""
    actor, today = current_actor(), runtime().clock.today()
    with reading() as session:
        ask, year = _asked(actor, session)
        page = funnel.listed(session, actor, ask, year, today)
        choices = _choices(session, actor, year)
    if ask.export:
        return download(_in_words(page), COLUMNS, "campaign-list")
    show = ask.filters.get("show", "")
    title = {**funnel.STAGES, **funnel.LISTS}.get(show, N_("Everybody concerned"))
    remind = _address("campaign.remind", ask) if show in funnel.LISTS else ""
    return render_template(
        "campaign/list.html", page=page, columns=_shown(show), title=title, remind=remind, show=show, **choices
    )


def _shown(show: str) -> list[Column]:
    """Before the exam nobody sat; once registered, the window no longer matters."""
    hidden = {
        "unregistered": {"registered", "approved", "sat", "passed"},
        "unapproved": {"approved", "sat", "passed"},
        "classless": {"sat", "passed", "class_name"},
        "silent": {"says", "said_at", "registered", "approved", "sat", "passed"},
        "returners": {"registered", "approved", "sat", "passed"},
        "keeps": {"says", "said_at", "closes_on", "days_left", "passed"},
    }.get(show, {"closes_on", "days_left"})
    return [column for column in COLUMNS if column.name not in hidden]


def _in_words(page: Page) -> Page:
    """Yes and no as words, for a file."""
    answers = {"yes": N_("Yes"), "no": N_("No")}
    names = ("registered", "approved", "sat", "passed", "mail")
    return Page([{**row, **{n: answers[row[n]] for n in names}} for row in page.rows], page.total, page.ask)


@bp.get("/remind")
@needs(SEE)
def remind() -> ResponseReturnValue:
    """What a round would send, and to how many."""
    return _preview("", 200)


def _preview(refused: str, status: int) -> ResponseReturnValue:
    actor, today = current_actor(), runtime().clock.today()
    note = request.values.get("note", "").strip()[: chasing.LONGEST_NOTE]
    with reading() as session:
        ask, year = _asked(actor, session)
        shown = chasing.preview(session, actor, ask, year, today=today)
    show = ask.filters["show"]
    context = {"year": year, "show": show, "note": note, "sent_by": actor.name}
    subject, body = words(runtime().settings, chasing.TEMPLATE, "zh", gettext("(name)"), context)
    return render_template(
        "campaign/remind.html",
        preview=shown,
        ask=ask,
        year=year,
        title=funnel.LISTS[show],
        subject=subject,
        body=body,
        note=note,
        longest=chasing.LONGEST_NOTE,
        refused=refused,
        back=_address("campaign.listing", ask),
    ), status


@bp.post("/remind")
@needs(SEE)
def send_round() -> ResponseReturnValue:
    actor, clock = current_actor(), runtime().clock
    try:
        with writing() as session:
            ask, year = _asked(actor, session)
            queued = chasing.send(
                session,
                actor,
                ask,
                year,
                mark=request.form.get("mark", ""),
                note=request.form.get("note", ""),
                today=clock.today(),
                now=clock.now(),
            )
    except (Conflict, RuleViolation) as refusal:
        if refusal.code in {"campaign.no-list", "campaign.too-many"}:
            raise
        return _preview(say(refusal.sentence), 409 if isinstance(refusal, Conflict) else 422)
    return redirect(_address("campaign.listing", ask, reminded=queued), 303)


@bp.get("/persons/<int:person_id>")
@needs(SEE)
def person(person_id: int) -> ResponseReturnValue:
    return _person(person_id, "", 200)


def _person(person_id: int, refused: str, status: int) -> ResponseReturnValue:
    today = runtime().clock.today()
    with reading() as session:
        found = seen(session, current_actor(), SEE, person_id)
        year = Ask.of(request.values, filters=("year",)).number("year") or intending.year_of(session, today)
        calendar = syllabus.calendar_at(session, year, found.organisation_id)
        position = store.position(session, person_id, year)
        name, log = found.name, store.log_of(session, person_id)
    return render_template(
        "campaign/person.html",
        person_id=person_id,
        name=name,
        year=year,
        position=position,
        steps=road(calendar, position, today),
        log=log,
        says=SAYS,
        levels=LEVEL_NAMES,
        subject_names=SUBJECT_NAMES,
        kinds=KINDS,
        refused=refused,
    ), status


@bp.post("/persons/<int:person_id>/say")
@needs(SEE)
def say_for(person_id: int) -> ResponseReturnValue:
    """Write down what a candidate answered when asked."""
    year = request.form.get("year", 0, type=int)
    try:
        with writing() as session:
            intending.say(
                session,
                current_actor(),
                person_id,
                year=year,
                says=request.form.get("says", ""),
                level=request.form.get("level") or None,
                now=runtime().clock.now(),
            )
    except RuleViolation as refusal:
        return _person(person_id, say(refusal.sentence), 422)
    return redirect(url_for("campaign.person", person_id=person_id, year=year), 303)
