"""Pages of the awards: who was paid what, a person's ledger, paying a month, taking one back."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from examprep.kernel.errors import Conflict, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.register import actions as register
from examprep.register import awards
from examprep.register.views import bp
from examprep.syllabus.rules.levels import LEVEL_NAMES

LEVEL_LABELS = {code: sentence.text for code, sentence in LEVEL_NAMES.items()}
COLUMNS = (
    Column("name", N_("Name"), sortable=True, link=lambda row: url_for("register.award_ledger", person_id=row["id"])),
    Column("organisation", N_("Unit")),
    Column("scheme", N_("Scheme")),
    Column("level", N_("Level"), "choice", choices=LEVEL_LABELS),
    Column("first", N_("First month"), "month"),
    Column("last", N_("Last month"), "month"),
    Column("months", N_("Months paid"), "number", sortable=True, total=True),
    Column("fen", N_("Paid in all (yuan)"), "yuan", sortable=True, total=True),
)


class PayForm(BaseForm):
    """One month for one person; the amount is the scheme's."""

    scheme_id = SelectField(N_("Scheme"), coerce=int)
    month = DateField(N_("A day of the month"), [InputRequired()])
    submit = SubmitField(N_("Pay the month"))


class TakeBackForm(BaseForm):
    """Why a payment is taken back."""

    reason = StringField(N_("Reason"), [InputRequired(), Length(max=200)])


@bp.get("/awards")
@needs(Permission.REGISTER_HOLDER_SEE)
def award_list() -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("level", "organisation"))
    with reading() as session:
        page = awards.paid_people(session, current_actor(), ask)
        people, fen = awards.paid_totals(session, current_actor(), ask.number("organisation"))
        units = register.units(session, current_actor(), Permission.REGISTER_HOLDER_SEE)
    if ask.export:
        return download(page, COLUMNS, "awards")
    return render_template(
        "register/awards.html", page=page, columns=COLUMNS, people=people, fen=fen, levels=LEVEL_LABELS, units=units
    )


@bp.route("/awards/<int:person_id>", methods=["GET", "POST"])
@needs(Permission.REGISTER_HOLDER_SEE)
def award_ledger(person_id: int) -> ResponseReturnValue:
    form, actor = PayForm(), current_actor()
    pays = actor.may(Permission.REGISTER_AWARD_PAY)
    with reading() as session:
        form.scheme_id.choices = awards.schemes(session, actor)
        name, lines = awards.ledger(session, actor, person_id)
    if pays and form.sent():
        try:
            with writing() as session:
                awards.pay_month(
                    session,
                    actor,
                    scheme_id=form.scheme_id.data,
                    person_id=person_id,
                    month=form.month.data,
                    now=runtime().clock.now(),
                )
            return redirect(url_for("register.award_ledger", person_id=person_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    page = render_template(
        "register/award_ledger.html",
        person_id=person_id,
        name=name,
        lines=lines,
        total=sum(line["fen"] for line in lines),
        form=form,
        pays=pays,
        levels=LEVEL_LABELS,
    )
    return page, form.status


@bp.post("/awards/line/<int:line_id>/take-back")
@needs(Permission.REGISTER_AWARD_PAY)
def take_back(line_id: int) -> ResponseReturnValue:
    form = TakeBackForm()
    if not form.sent():
        raise RuleViolation("register.award-reason", "Say why the payment is taken back.")
    with writing() as session:
        person_id = awards.take_back(
            session, current_actor(), line_id, reason=form.reason.data, now=runtime().clock.now()
        )
    return redirect(url_for("register.award_ledger", person_id=person_id), 303)
