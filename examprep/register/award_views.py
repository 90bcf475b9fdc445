"""Pages of the awards: who was paid what, month by month; a person's ledger; taking a payment back."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.register import actions as register
from examprep.register import awards, claims, run_lists, schemes
from examprep.register.forms import ReasonForm
from examprep.register.views import bp
from examprep.syllabus.rules.levels import LEVEL_NAMES

LEVEL_LABELS = {code: sentence.text for code, sentence in LEVEL_NAMES.items()}
WHYS = {
    "paid": N_("Paid"),
    "clawback": N_("Taken back"),
    "reinstated": N_("Counts again"),
    "cancelled": N_("Its run was cancelled"),
    "moved": N_("Moved with a merged row"),
}
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


@bp.get("/awards")
@needs(Permission.REGISTER_HOLDER_SEE)
def award_list() -> ResponseReturnValue:
    ask, actor = Ask.of(request.args, filters=("level", "organisation")), current_actor()
    with reading() as session:
        page = awards.paid_people(session, actor, ask)
        people, fen = awards.paid_totals(session, actor, ask.number("organisation"))
        months = run_lists.by_month(session, actor, ask.number("organisation"))
        units = register.units(session, actor, Permission.REGISTER_HOLDER_SEE)
    if ask.export:
        return download(page, COLUMNS, "awards")
    return render_template(
        "register/awards.html",
        page=page,
        columns=COLUMNS,
        people=people,
        fen=fen,
        months=months[::-1],
        levels=LEVEL_LABELS,
        units=units,
    )


@bp.get("/awards/<int:person_id>")
@needs(Permission.REGISTER_HOLDER_SEE)
def award_ledger(person_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        name, lines = awards.ledger(session, actor, person_id)
        mine = claims.of_person(session, person_id)
        offered = schemes.offered(session, person_id)
    return render_template(
        "register/award_ledger.html",
        person_id=person_id,
        name=name,
        lines=lines,
        total=sum(line["fen"] for line in lines),
        claims=mine,
        offered=offered,
        whys=WHYS,
        pays=actor.may(Permission.REGISTER_AWARD_PAY),
        levels=LEVEL_LABELS,
    )


@bp.post("/awards/line/<int:line_id>/take-back")
@needs(Permission.REGISTER_AWARD_PAY)
def take_back(line_id: int) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.sent():
        raise RuleViolation("register.award-reason", "Say why the payment is taken back.")
    with writing() as session:
        person_id = awards.take_back(
            session, current_actor(), line_id, reason=form.reason.data, now=runtime().clock.now()
        )
    return redirect(url_for("register.award_ledger", person_id=person_id), 303)


@bp.post("/awards/line/<int:line_id>/reinstate")
@needs(Permission.REGISTER_AWARD_PAY)
def reinstate(line_id: int) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.sent():
        raise RuleViolation("register.award-reason-again", "Say why the payment counts again.")
    with writing() as session:
        person_id = awards.reinstate(
            session, current_actor(), line_id, reason=form.reason.data, now=runtime().clock.now()
        )
    return redirect(url_for("register.award_ledger", person_id=person_id), 303)
