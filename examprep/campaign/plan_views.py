"""The administrator's plan: of which dates candidates are reminded, whom, and how many days before."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from examprep.campaign import shipped, store
from examprep.campaign.blueprint import bp
from examprep.campaign.rules.plan import AUDIENCE_NAMES, EDGES
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.syllabus.forms import KINDS

EDIT = Permission.CAMPAIGN_PLAN_EDIT
COLUMNS = (
    Column("kind", N_("Key date"), "sentence", link=lambda row: url_for("campaign.edit_plan", code=row["code"])),
    Column("edge", N_("Counted from"), "sentence"),
    Column("days", N_("Days before")),
    Column("audience", N_("To whom"), "sentence"),
    Column("active", N_("Is sent"), "badge"),
)


class PlanForm(BaseForm):
    """How many days before, and whether at all."""

    days = StringField(
        N_("Days before"),
        [InputRequired(), Length(max=40)],
        description=N_("Up to six numbers, the day itself is 0; as in 7, 3, 1."),
    )
    active = BooleanField(N_("Is sent"))
    submit = SubmitField(N_("Save"))


@bp.get("/plan")
@needs(EDIT)
def plan() -> ResponseReturnValue:
    with reading() as session:
        found = store.plan(session)
    rows = [
        {
            "code": one.code,
            "kind": KINDS[one.kind],
            "edge": EDGES[one.edge],
            "days": ", ".join(map(str, one.days)),
            "audience": AUDIENCE_NAMES[one.audience],
            "active": "yes" if one.active else "no",
        }
        for one in found
    ]
    page = page_of(rows, Ask.of(request.args), columns=COLUMNS)
    if page.ask.export:
        return download(page, COLUMNS, "reminder-plan")
    return render_template("campaign/plan.html", page=page, columns=COLUMNS)


@bp.route("/plan/<code>", methods=["GET", "POST"])
@needs(EDIT)
def edit_plan(code: str) -> ResponseReturnValue:
    with reading() as session:
        row = shipped.planned(session, code)
        about = f"{say(KINDS[row.kind])} · {say(EDGES[row.edge])} · {say(AUDIENCE_NAMES[row.audience])}"
        form = PlanForm(data={"days": ", ".join(map(str, row.days)), "active": row.active})
    if form.sent():
        try:
            with writing() as session:
                shipped.edit_plan(
                    session,
                    current_actor(),
                    code,
                    days=form.days.data,
                    active=bool(form.active.data),
                    now=runtime().clock.now(),
                )
            return redirect(url_for("campaign.plan"), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    return render_template("campaign/plan_edit.html", form=form, about=about), form.status
