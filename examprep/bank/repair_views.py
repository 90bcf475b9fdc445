"""Repairing: how answers to a version that was wrong count; first what it changes, then doing it, and undoing it."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.bank import browsing, ruling
from examprep.bank.forms import RulingForm
from examprep.bank.views import bp
from examprep.feature import dependents
from examprep.kernel.errors import RuleViolation
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.runtime import reading, runtime, writing


@bp.route("/questions/<int:question_id>/repair", methods=["GET", "POST"])
@needs(Permission.BANK_QUESTION_EDIT)
def repair(question_id: int) -> ResponseReturnValue:
    """Ask what to do, show what it changes, and do it once that was seen: `confirm` comes with the second form."""
    actor, changes = current_actor(), None
    with reading() as session:
        found = browsing.editable(session, actor, question_id)
        rulings = ruling.of_question(session, question_id)
    numbers = found.repairable
    form = RulingForm(numbers)
    if form.sent() and numbers:
        asked = (question_id, form.version.data, form.treatment.data)
        try:
            if "confirm" in request.form:
                with writing() as session:
                    ruling.rule(session, actor, *asked, form.reason.data, dependents(), now=runtime().clock.now())
                return redirect(url_for("bank.repair", question_id=question_id), 303)
            with reading() as session:
                changes = ruling.preview(session, actor, *asked, dependents())
        except RuleViolation as refusal:
            form.reject(refusal)
    page = render_template(
        "bank/repair.html",
        found=found,
        form=form,
        numbers=numbers,
        changes=changes,
        rulings=rulings,
        treatments=ruling.TREATMENTS,
    )
    return page, 422 if form.errors else 200


@bp.post("/rulings/<int:ruling_id>/take-back")
@needs(Permission.BANK_QUESTION_EDIT)
def take_back(ruling_id: int) -> ResponseReturnValue:
    with writing() as session:
        question_id = ruling.take_back(session, current_actor(), ruling_id, dependents(), now=runtime().clock.now())
    return redirect(url_for("bank.repair", question_id=question_id), 303)
