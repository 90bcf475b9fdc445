"""The eligibility helper: open to everybody; whoever is signed in can keep what they told."""

from collections.abc import Sequence
from typing import cast

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.campaign import intending, profile
from examprep.campaign.blueprint import bp
from examprep.campaign.eligibility_form import EligibilityForm
from examprep.campaign.rules.eligibility import Judgement, judge, requirement
from examprep.people.actor import Actor
from examprep.people.session import current_actor
from examprep.plumbing.access import public, signed_in
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.syllabus import actions as syllabus
from examprep.syllabus.rules.levels import LEVEL_NAMES
from examprep.syllabus.values import KeyDate


@bp.route("/eligibility", methods=["GET", "POST"])
@public
def eligibility() -> ResponseReturnValue:
    """Ask, and answer below the form. Nothing is kept unless somebody signed in wants it."""
    today, actor = runtime().clock.today(), cast("Actor | None", g.get("actor"))
    with reading() as session:
        kept = profile.kept(session, actor) if actor else None
        provinces = syllabus.provinces(session)
        coming = intending.year_of(session, today)
    form = EligibilityForm(data={"exam_year": coming, **(kept or {})})
    form.offer(range(coming - 1, coming + 4), provinces)
    judged: Sequence[Judgement] = ()
    counted: KeyDate | None = None
    if form.sent() or (kept and request.method == "GET"):
        year = form.exam_year.data
        with reading() as session:
            dates = syllabus.calendar(session, year, form.region.data or None)
        counted = next(entry for entry in dates if entry.kind == "experience")
        judged = judge(form.case(), exam_year=year, counted_to=counted.starts_on)
        if actor and form.sent() and request.form.get("keep"):
            with writing() as session:
                profile.keep(session, actor, form.answers(), now=runtime().clock.now())
            kept = form.answers()
    return (
        render_template(
            "campaign/eligibility.html",
            form=form,
            judged=judged,
            counted=counted,
            kept=kept is not None,
            levels=LEVEL_NAMES,
            requirement=requirement,
        ),
        form.status,
    )


@bp.post("/eligibility/forget")
@signed_in
def forget() -> ResponseReturnValue:
    with writing() as session:
        profile.forget(session, current_actor())
    return redirect(url_for("campaign.eligibility"), 303)
