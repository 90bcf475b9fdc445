"""The candidate's own exam year: what to do next and by when, and what they say of it."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.campaign import intending, notices
from examprep.campaign.blueprint import bp
from examprep.campaign.rules.saying import SAYS
from examprep.exams.rules.papers import LEVEL_OF, SUBJECT_NAMES, SUBJECTS
from examprep.kernel.errors import RuleViolation
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.syllabus.forms import KINDS
from examprep.syllabus.rules.levels import LEVEL_NAMES


@bp.get("/mine")
@needs(Permission.CAMPAIGN_OWN_USE)
def mine() -> ResponseReturnValue:
    return _mine("", 200)


def _mine(refused: str, status: int) -> ResponseReturnValue:
    actor, today = current_actor(), runtime().clock.today()
    year = Ask.of(request.values, filters=("year",)).number("year")
    with reading() as session:
        years = intending.years(session, today)
        found = intending.own(session, actor, year=year if year in years else None, today=today)
        unread = notices.unread(session, actor, today)
    return render_template(
        "campaign/mine.html",
        own=found,
        years=years[:3],
        notices=unread,
        says=SAYS,
        levels=LEVEL_NAMES,
        subjects=SUBJECTS,
        subject_names=SUBJECT_NAMES,
        kinds=KINDS,
        refused=refused,
    ), status


@bp.post("/mine/say")
@needs(Permission.CAMPAIGN_OWN_USE)
def say_own() -> ResponseReturnValue:
    """One tap: ``says`` of a ``year``, with ``level`` and perhaps ``subject``s; ``back=home`` returns to the home."""
    actor, form = current_actor(), request.form
    year, level = form.get("year", 0, type=int), form.get("level") or None
    try:
        with writing() as session:
            intending.say(
                session,
                actor,
                actor.person_id,
                year=year,
                says=form.get("says", ""),
                level=level,
                subjects=[code for code in form.getlist("subject") if LEVEL_OF.get(code) == level],
                now=runtime().clock.now(),
            )
    except RuleViolation as refusal:
        return _mine(say(refusal.sentence), 422)
    return redirect(url_for("app.home") if form.get("back") == "home" else url_for("campaign.mine", year=year), 303)
