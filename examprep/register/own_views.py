"""What a holder sees of their own certificates, and what anybody sees of one whose holder allows it."""

from datetime import timedelta

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from examprep.feature import holder_checks, renewal_checks
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs, public
from examprep.plumbing.runtime import reading, runtime
from examprep.register import actions, disclosing, registering, senior
from examprep.register.forms import CheckForm
from examprep.register.limits import limits_of
from examprep.register.rules.process import WORDS, Status
from examprep.register.rules.registration import WORDS as STATES
from examprep.register.rules.registration import state, valid_in
from examprep.register.views import bp
from examprep.syllabus.rules.levels import LEVEL_NAMES


@bp.get("/mine")
@needs(Permission.REGISTER_OWN_USE)
def mine() -> ResponseReturnValue:
    actor, today = current_actor(), runtime().clock.today()
    with reading() as session:
        held = actions.certificates_of(session, actor.person_id)
        standings = [registering.standing(session, actor, one.id, today=today, checks=renewal_checks()) for one in held]
        proofs = senior.proofs_of(session, actor.person_id, today=today)
        renew_from = limits_of(session, actor.person_id, today).renew_from_months
    day = timedelta(days=1)
    return render_template(
        "register/mine.html",
        held=[
            {
                "certificate": one,
                "state": state(one.registered_until, today, renew_from),
                "status": WORDS[Status(one.status)],
                "through": one.registered_until and one.registered_until - day,
                "valid_in": valid_in(one.validity, one.region),
                "standing": standing,
            }
            for one, standing in zip(held, standings, strict=True)
        ],
        proofs=proofs,
        outcomes=senior.OUTCOMES,
        levels=LEVEL_NAMES,
        states=STATES,
    )


@bp.route("/check", methods=["GET", "POST"])
@public
def check_form() -> ResponseReturnValue:
    form = CheckForm()
    if form.sent():
        return redirect(url_for("register.check", code=form.code.data.strip().rpartition("/")[2]), 303)
    return render_template("register/check_form.html", form=form), form.status


@bp.get("/check/<code>")
@public
def check(code: str) -> ResponseReturnValue:
    """The same answer to every code that shows nothing, whatever the reason."""
    today = runtime().clock.today()
    with reading() as session:
        found = disclosing.shown(session, code[:64], today=today, checks=holder_checks())
    page = render_template(
        "register/check.html",
        found=found,
        through=found.through - timedelta(days=1) if found and found.through else None,
        today=today,
        levels=LEVEL_NAMES,
        valid_in=valid_in(found.validity, found.region) if found else None,
        states=STATES,
    )
    return page, 200 if found else 404, {"X-Robots-Tag": "noindex", "Cache-Control": "no-store"}
