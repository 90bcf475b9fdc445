"""The statutes that questions cite, their changes, and what is to be read again after each."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length

from examprep.bank import laws
from examprep.bank.views import bp
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.runtime import reading, runtime, writing


class ChangeForm(BaseForm):
    """A statute that changed."""

    name = StringField(
        N_("Statute"),
        [InputRequired(), Length(max=laws.NAME_LONGEST)],
        description=N_("Its name as questions cite it, with or without 中华人民共和国."),
        render_kw={"list": "statutes"},
    )
    changed_on = DateField(N_("In force from"), [InputRequired()])
    note = TextAreaField(N_("What changed"), [Length(max=laws.NOTE_LONGEST)], render_kw={"rows": 3})
    submit = SubmitField(N_("Record the change"))


@bp.route("/laws", methods=["GET", "POST"])
@needs(Permission.BANK_QUESTION_EDIT)
def law_list() -> ResponseReturnValue:
    form, actor = ChangeForm(), current_actor()
    if form.sent():
        try:
            with writing() as session:
                change_id = laws.record_change(
                    session,
                    actor,
                    name=form.name.data,
                    changed_on=form.changed_on.data,
                    note=form.note.data or "",
                    now=runtime().clock.now(),
                )
            return redirect(url_for("bank.law_change", change_id=change_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    with reading() as session:
        statutes, changes = laws.cited(session, actor), laws.changes(session, actor)
    return render_template("bank/laws.html", form=form, statutes=statutes, changes=changes), form.status


@bp.get("/laws/<int:change_id>")
@needs(Permission.BANK_QUESTION_EDIT)
def law_change(change_id: int) -> ResponseReturnValue:
    with reading() as session:
        change = laws.change(session, current_actor(), change_id)
        questions = laws.questions(session, laws.waiting(session, current_actor(), change_id))
    return render_template("bank/law_change.html", change=change, questions=questions)


@bp.post("/laws/<int:change_id>/read/<int:question_id>")
@needs(Permission.BANK_QUESTION_EDIT)
def mark_law_read(change_id: int, question_id: int) -> ResponseReturnValue:
    with writing() as session:
        laws.mark_read(session, current_actor(), change_id, question_id, now=runtime().clock.now())
    return redirect(url_for("bank.law_change", change_id=change_id), 303)
