"""Claims: the holder's pages, on a phone first."""

import secrets
from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.ce import claiming
from examprep.ce.activities import ACTIVITIES, DAY_MINUTES, activity_names, reason_names
from examprep.ce.blueprint import bp
from examprep.ce.claim_forms import ClaimForm
from examprep.ce.claiming import Detail
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import in_language
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.plumbing.uploads import download as file_download

FILE = Permission.CE_CLAIM_FILE
STATES = {
    "claim-draft": Sentence("Draft"),
    "claim-submitted": Sentence("Waits for review"),
    "claim-returned": Sentence("Returned for correction"),
    "claim-approved": Sentence("Approved"),
    "claim-rejected": Sentence("Rejected"),
    "claim-reversed": Sentence("Approval reversed"),
    "claim-withdrawn": Sentence("Withdrawn"),
}
ACTS = {
    "submitted": N_("Handed in"),
    "resubmitted": N_("Handed in again"),
    "returned": N_("Returned for correction"),
    "approved": N_("Approved"),
    "rejected": N_("Rejected"),
    "reversed": N_("Approval reversed"),
    "withdrawn": N_("Withdrawn"),
    "reported": N_("Reported by the provider"),
}
REASON_OF = {"returned": "return", "rejected": "reject", "reversed": "reverse"}


def kinds() -> list[tuple[str, str]]:
    return [(code, in_language(one.names)) for code, one in ACTIVITIES.items()]


def told(row: Any) -> dict[str, Any]:
    """A row of a list with its codes as words; a draft shows the title as typed."""
    return {
        **row,
        "kind": in_language(activity_names(row["kind"] or row["typed"].get("kind"))),
        "title": row["title"] or row["typed"].get("title") or "—",
    }


COLUMNS = (
    Column("title", N_("Activity"), link=lambda row: url_for("ce.claim", claim_id=row["id"])),
    Column("kind", N_("What it was")),
    Column("first_on", N_("Day"), "day", sortable=True),
    Column("minutes", N_("Credit hours"), "hours", sortable=True),
    Column("files", N_("Files"), "number"),
    Column("submitted_at", N_("Handed in at"), "instant", sortable=True),
    Column("state", N_("State"), "badge"),
)


@bp.get("/claims")
@needs(FILE)
def claims() -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("state", "kind"))
    with reading() as session:
        page = claiming.own_claims(session, current_actor(), ask)
    page = replace(page, rows=[told(row) for row in page.rows])
    if page.ask.export:
        return download(replace(page, rows=worded(page.rows)), COLUMNS, "claims")
    return render_template("ce/claims.html", page=page, columns=COLUMNS, states=STATES, kinds=kinds())


def worded(rows: Any) -> list[dict[str, Any]]:
    """A file needs the words of a state."""
    return [{**row, "state": STATES[row["state"]]} for row in rows]


@bp.route("/claims/new", methods=["GET", "POST"])
@needs(FILE)
def claim_new() -> ResponseReturnValue:
    form = ClaimForm(number=str(secrets.randbelow(10**15)))
    return _sent(form, None) if request.method == "POST" else _form_page(form, None)


@bp.route("/claims/<int:claim_id>/edit", methods=["GET", "POST"])
@needs(FILE)
def claim_edit(claim_id: int) -> ResponseReturnValue:
    with reading() as session:
        found = claiming.own_claim(session, current_actor(), claim_id)
    if found.claim.state not in claiming.OPEN:
        return redirect(url_for("ce.claim", claim_id=claim_id), 303)
    if request.method == "POST":
        return _sent(ClaimForm(), found)
    return _form_page(ClaimForm.of(found.claim.typed, found.claim.form_key or 0), found)


def _sent(form: ClaimForm, found: Detail | None) -> ResponseReturnValue:
    """Keep what was typed and the files first, whatever is wrong with them; then hand in, if that was asked."""
    clock, actor = runtime().clock, current_actor()
    number = form.number.data or ""
    claim_id = found.claim.id if found else None
    try:
        files, unfit = form.sent_files(), None
    except RuleViolation as refusal:
        files, unfit = [], refusal
    try:
        with writing() as session:
            key = int(number) if number.isascii() and number.isdecimal() and len(number) <= 15 else 0
            claim_id = claiming.keep_draft(session, actor, claim_id, key, form.typed(), now=clock.now())
        if files:
            with writing() as session:
                claiming.add_files(session, runtime().vault, actor, claim_id, files, now=clock.now())
        if unfit is not None:
            raise unfit
        if "hand_in" not in request.form:
            return redirect(url_for("ce.claim_edit", claim_id=claim_id), 303)
        if form.validate():
            with writing() as session:
                filled, now, today = form.filled(), clock.now(), clock.today()
                claiming.hand_in(session, actor, claim_id, filled, now=now, today=today)
            return redirect(url_for("ce.claim", claim_id=claim_id), 303)
    except (RuleViolation, Conflict) as refusal:
        form.reject(refusal)
    if claim_id is not None:
        with reading() as session:
            found = claiming.own_claim(session, actor, claim_id)
    return _form_page(form, found)


def _form_page(form: ClaimForm, found: Detail | None) -> ResponseReturnValue:
    shown = render_template(
        "ce/claim_form.html",
        form=form,
        found=found,
        thread=thread(found) if found else [],
        activities=[(one.code, in_language(one.names), in_language(one.proof)) for one in ACTIVITIES.values()],
        worth={"hours": 45, "clock": 60, "minutes": 1, "days": DAY_MINUTES},
        pieces={code: one.piece_minutes for code, one in ACTIVITIES.items() if one.piece_minutes},
    )
    return shown, form.status


def thread(found: Detail) -> list[dict[str, Any]]:
    """The thread in words, oldest first."""
    return [
        {
            **line,
            "act": ACTS.get(line["act"], line["act"]),
            "reason": in_language(reason_names(REASON_OF.get(line["act"], ""), line["reason_code"]))
            if line["reason_code"]
            else "",
        }
        for line in found.thread
    ]


@bp.get("/claims/<int:claim_id>")
@needs(FILE)
def claim(claim_id: int) -> ResponseReturnValue:
    with reading() as session:
        found = claiming.own_claim(session, current_actor(), claim_id)
    if found.claim.state == "draft":
        return redirect(url_for("ce.claim_edit", claim_id=claim_id), 303)
    return render_template(
        "ce/claim.html",
        found=found,
        claim=found.claim,
        kind=in_language(activity_names(found.claim.kind)),
        thread=thread(found),
        open=found.claim.state in claiming.OPEN,
        may_withdraw=found.claim.state in (*claiming.OPEN, "submitted"),
    )


@bp.post("/claims/<int:claim_id>/withdraw")
@needs(FILE)
def claim_withdraw(claim_id: int) -> ResponseReturnValue:
    with writing() as session:
        claiming.withdraw(session, current_actor(), claim_id, now=runtime().clock.now())
    return redirect(url_for("ce.claims"), 303)


@bp.post("/claims/<int:claim_id>/files/<int:evidence_id>/remove")
@needs(FILE)
def evidence_remove(claim_id: int, evidence_id: int) -> ResponseReturnValue:
    with writing() as session:
        claiming.remove_file(session, current_actor(), claim_id, evidence_id)
    return redirect(url_for("ce.claim_edit", claim_id=claim_id), 303)


@bp.get("/evidence/<int:evidence_id>")
@needs(FILE, Permission.CE_CLAIM_REVIEW)
def evidence(evidence_id: int) -> ResponseReturnValue:
    with reading() as session:
        name, kind, content = claiming.file_of(session, runtime().vault, current_actor(), evidence_id)
    return file_download(name, kind, content)
