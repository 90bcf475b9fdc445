"""Exemptions and postponements of one person: deciding, withdrawing, and the documents behind them."""

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from examprep.ce import documents, exempting
from examprep.ce.blueprint import bp
from examprep.ce.forms import ExemptionForm, WithdrawForm
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.people.access import Permission
from examprep.people.bounds import seen
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import in_language
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.plumbing.uploads import download


@bp.route("/people/<int:person_id>/exempt", methods=["GET", "POST"])
@needs(Permission.CE_LEDGER_CORRECT)
def exempt(person_id: int) -> ResponseReturnValue:
    actor, today = current_actor(), runtime().clock.today()
    with reading() as session:
        name = seen(session, actor, Permission.CE_LEDGER_CORRECT, person_id).name
        codes = [(code, in_language(names)) for code, names in exempting.choices(session, today)]
    form, back = ExemptionForm(codes=codes), url_for("ce.person", person_id=person_id)
    if form.sent():
        try:
            with writing() as session:
                decision, vault, now = form.decision(), runtime().vault, runtime().clock.now()
                exempting.decide(session, vault, actor, person_id, decision, form.file(), now=now)
            return redirect(back, 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return render_template("ce/exempt.html", form=form, name=name, back=back), form.status


@bp.route("/people/<int:person_id>/exemptions/<int:exemption_id>/withdraw", methods=["GET", "POST"])
@needs(Permission.CE_LEDGER_CORRECT)
def withdraw_exemption(person_id: int, exemption_id: int) -> ResponseReturnValue:
    actor, form, back = current_actor(), WithdrawForm(), url_for("ce.person", person_id=person_id)
    with reading() as session:
        name = seen(session, actor, Permission.CE_LEDGER_CORRECT, person_id).name
    if form.sent():
        try:
            with writing() as session:
                exempting.withdraw(
                    session, actor, person_id, exemption_id, why=form.reason.data, now=runtime().clock.now()
                )
            return redirect(back, 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return render_template("ce/withdraw.html", form=form, name=name, back=back), form.status


@bp.get("/documents/<int:document_id>")
@needs(Permission.CE_STANDING_SEE)
def document(document_id: int) -> Response:
    """The file as a download: never shown inside a page of ours."""
    with reading() as session:
        file = documents.fetched(session, runtime().vault, current_actor(), document_id)
    return download(file.name, file.kind, file.content)
