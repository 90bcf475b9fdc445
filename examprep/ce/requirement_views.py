"""Requirements with their versions: for officers to read, for administrators to add to, with a look ahead."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.ce import editing, presenting
from examprep.ce.blueprint import bp
from examprep.ce.requirement_form import FIRST_YEARS, PERIODS, EndForm, RequirementForm, filled
from examprep.ce.rules.kinds import KINDS
from examprep.ce.rules.requirement import Requirement, named
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, page_of
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.register import actions as register
from examprep.syllabus.rules.levels import LEVEL_NAMES, LEVELS

EDIT = Permission.CE_REQUIREMENT_EDIT
PREVIEW_COLUMNS = (
    Column("name", N_("Name")),
    Column("unit", N_("Unit")),
    Column("was", N_("Until now"), "badge"),
    Column("becomes", N_("Then"), "badge"),
)


@bp.get("/requirements")
@needs(Permission.CE_STANDING_SEE, EDIT)
def requirements() -> ResponseReturnValue:
    today = runtime().clock.today()
    with reading() as session:
        known = editing.known(session)
    cards = [
        {
            "code": code,
            "versions": [_told(version) for version in versions],
            "ended": versions[0].until is not None and versions[0].until <= today,
        }
        for code, versions in known.items()
    ]
    return render_template("ce/requirements.html", cards=cards, may_edit=current_actor().may(EDIT))


def _told(asked: Requirement) -> dict[str, Any]:
    """One version in words."""
    hours = asked.hours
    terms: list[Sentence] = []
    for minimum in asked.minimums:
        if minimum.part:
            terms.append(Sentence("%(kinds)s: at least two thirds of all", kinds=named(minimum.categories)))
        else:
            terms.append(
                Sentence("%(kinds)s: at least %(hours)s", kinds=named(minimum.categories), hours=hours(minimum.minutes))
            )
    for cap in asked.caps:
        terms.append(Sentence("%(kinds)s: at most %(hours)s", kinds=named(cap.categories), hours=hours(cap.minutes)))
    if len(asked.counts) < 3:
        terms.append(Sentence("only %(kinds)s count", kinds=named(asked.counts)))
    if asked.first_year != "full":
        terms.append(Sentence("first year: %(how)s", how=Sentence(FIRST_YEARS[asked.first_year])))
    if asked.carry_over_minutes:
        terms.append(Sentence("up to %(hours)s carried over", hours=hours(asked.carry_over_minutes)))
    if asked.grace_months:
        terms.append(Sentence("made up within %(months)s months", months=asked.grace_months))
    for kind, how in asked.conversions.items():
        amount = hours(how.minutes) if how.minutes is not None else f"{how.percent}%"
        capped = Sentence(" (at most %(hours)s)", hours=hours(how.cap)) if how.cap else ""
        name = Sentence(KINDS.get(kind, kind))
        terms.append(Sentence("%(kind)s = %(amount)s%(capped)s", kind=name, amount=amount, capped=capped))
    if asked.replaces:
        terms.append(Sentence("stands in for %(code)s", code=asked.replaces))
    return {
        "names": asked.names,
        "since": asked.since,
        "until": asked.until,
        "period": PERIODS[asked.period_kind],
        "hours": [
            (LEVEL_NAMES[level], hours(asked.total_minutes[level])) for level in LEVELS if level in asked.total_minutes
        ],
        "unit": asked.minutes_per_hour,
        "terms": terms,
        "region": asked.region_code,
        "aim": presenting.MEANS if asked.measure == "mean" else "",
        "source": asked.source,
        "sure": presenting.SURE[asked.certainty],
    }


@bp.route("/requirements/new", methods=["GET", "POST"])
@needs(EDIT)
def add_requirement() -> ResponseReturnValue:
    return _edit(None)


@bp.route("/requirements/<code>", methods=["GET", "POST"])
@needs(EDIT)
def requirement(code: str) -> ResponseReturnValue:
    return _edit(code)


@bp.post("/requirements/<code>/end")
@needs(EDIT)
def end_requirement(code: str) -> ResponseReturnValue:
    """End it on a day, or, sent with ``go_on``, take back an end that is still to come."""
    form, clock = EndForm(), runtime().clock
    if "go_on" in request.form or form.sent():
        day = None if "go_on" in request.form else form.day.data
        try:
            with writing() as session:
                editing.end(session, current_actor(), code, day, now=clock.now(), today=clock.today())
            return redirect(url_for("ce.requirements"), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    return _edit(code, form)


def _edit(code: str | None, ending: EndForm | None = None) -> ResponseReturnValue:
    """The form; then who would change; then, sent with ``save``, the version is kept.

    ``ending``: the form of its end, where that was sent and something was wrong with it.
    """
    actor, today = current_actor(), runtime().clock.today()
    with reading() as session:
        known = editing.known(session)
        units = register.units(session, actor, EDIT)
    if code is not None and code not in known:
        raise NotFound("ce.requirement", "No requirement is known for %(year)s.", year=today.year)
    values: dict[str, Any] = filled(known[code][0]) if code else {}
    if ending:
        values["formdata"] = None  # what was sent is the other form's
    form, seen = RequirementForm(codes=[c for c in known if c != code], units=units, **values), None
    if not ending and form.sent():
        try:
            row = {**form.row(), **({"code": code} if code else {})}
            if code is None and row["code"] in known:
                raise Conflict("ce.code", "There is a requirement of this code; add a version to it instead.")
            if "save" in request.form:
                with writing() as session:
                    editing.save(session, actor, row, now=runtime().clock.now(), today=today)
                return redirect(url_for("ce.requirements"), 303)
            with reading() as session:
                seen = editing.preview(session, row, today=today)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    page = page_of(seen.rows, Ask(size=200)) if seen else None
    return render_template(
        "ce/requirement.html",
        form=form,
        code=code,
        seen=seen,
        page=page,
        columns=PREVIEW_COLUMNS,
        kinds=KINDS,
        versions=[_told(version) for version in known[code]] if code else [],
        ending=ending or EndForm(formdata=None),
        today=today,
    ), ending.status if ending else form.status
