"""The page of whoever approves enrolments: what waits, many approved at once, refused with a reason, taken back."""

from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import approving, staff_pages
from examprep.training.blueprint import bp
from examprep.training.values import SEATS

ENROL = Permission.TRAINING_STAFF_ENROL
MOST = 200
STEPS = {"employer": N_("As the employer"), "trainer": N_("As the trainer")}
STATES = {"asked": SEATS["asked"], "refused": SEATS["refused"]}
COLUMNS = (
    Column("name", N_("Name"), sortable=True),
    Column("organisation", N_("Organisation")),
    Column("class_name", N_("Class"), sortable=True),
    Column("next_at", N_("Next session"), "instant"),
    Column("step", N_("You decide"), "choice", choices=STEPS),
    Column("at", N_("Since"), "instant", sortable=True),
    Column("state", N_("State"), "badge"),
    Column("reason", N_("Reason")),
)


@bp.get("/approvals")
@needs(ENROL)
def approvals() -> ResponseReturnValue:
    """Enrolments that wait for the actor, those first that wait longest; or those refused, to take back."""
    return _page()


@bp.post("/approvals")
@needs(ENROL)
def decide() -> ResponseReturnValue:
    """Approve, refuse or take back the ticked ones, each in a transaction of its own."""
    act, reason = request.form.get("act", ""), request.form.get("reason", "")
    if act not in ("approve", "refuse", "reconsider"):
        raise NotFound("training.wish", "There is no such act.")
    if act == "refuse" and not reason.strip():
        return _page(Sentence("Give a reason."))
    done = left = 0
    for seat_id in sorted(set(request.form.getlist("id", type=int)))[:MOST]:
        try:
            with writing() as session:
                actor, now = current_actor(), runtime().clock.now()
                if act == "refuse":
                    approving.refuse(session, actor, seat_id, reason[:300], now=now)
                else:
                    (approving.approve if act == "approve" else approving.reconsider)(session, actor, seat_id, now=now)
            done += 1
        except (Conflict, NotFound, RuleViolation):
            left += 1
    return redirect(url_for("training.approvals", done=done, left=left), 303)


def _page(refusal: Sentence | None = None) -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("state", "class"))
    with reading() as session:
        page = staff_pages.wishes(session, current_actor(), ask, now=runtime().clock.now())
    page = replace(page, rows=[{**row, "state": SEATS[row["state"]]} for row in page.rows])
    if ask.export:
        return download(page, COLUMNS, "enrolments-to-approve")
    drawn = render_template(
        "training/approvals.html",
        page=page,
        columns=COLUMNS if ask.filters.get("state") == "refused" else COLUMNS[:-1],
        states=STATES,
        refused=ask.filters.get("state") == "refused",
        refusal=refusal,
        done=request.args.get("done", type=int),
        left=request.args.get("left", type=int),
    )
    return drawn, 422 if refusal else 200
