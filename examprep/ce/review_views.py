"""Review: the queue, one claim with its doubts and decisions, and the random audit."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from examprep.ce import auditing, reviewing
from examprep.ce.activities import ACTIVITIES, activity_names
from examprep.ce.blueprint import bp
from examprep.ce.claim_forms import ApproveForm, DecisionForm, DrawForm
from examprep.ce.claim_views import STATES, kinds, thread, told, worded
from examprep.ce.forms import CATEGORY_NAMES
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import in_language, say
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.register import actions as register

REVIEW = Permission.CE_CLAIM_REVIEW
BULK_MOST = 200
COLUMNS = (
    Column("name", N_("Name"), sortable=True, link=lambda row: url_for("ce.review", claim_id=row["id"])),
    Column("unit", N_("Unit"), sortable=True),
    Column("title", N_("Activity")),
    Column("kind", N_("What it was")),
    Column("first_on", N_("Day"), "day", sortable=True),
    Column("category", N_("Category"), "choice", choices=CATEGORY_NAMES),
    Column("minutes", N_("Credit hours"), "hours", sortable=True),
    Column("files", N_("Files"), "number"),
    Column("doubts", N_("Look at"), "lines"),
    Column("submitted_at", N_("Handed in at"), "instant", sortable=True),
    Column("state", N_("State"), "badge"),
)
SHOWN_STATES = {code: word for code, word in STATES.items() if code not in {"claim-draft", "claim-withdrawn"}}
AUDIT_COLUMNS = (
    Column("drawn_at", N_("Drawn at"), "instant", sortable=True, link=lambda r: url_for("ce.audit", audit_id=r["id"])),
    Column("since", N_("Approved from"), "day", sortable=True),
    Column("until", N_("Up to, not on"), "day"),
    Column("seed", N_("Seed")),
    Column("frame_count", N_("Out of"), "number"),
    Column("size", N_("Drawn"), "number"),
    Column("looked_at", N_("Looked at"), "number"),
    Column("findings", N_("Found wrong"), "number"),
    Column("drawn_by", N_("Drawn by")),
)
ITEM_COLUMNS = (
    Column("place", N_("Place"), "number", sortable=True),
    Column("name", N_("Name"), sortable=True, link=lambda row: url_for("ce.review", claim_id=row["id"])),
    Column("title", N_("Activity")),
    Column("minutes", N_("Credit hours"), "hours", sortable=True),
    Column("decided_at", N_("Approved at"), "instant", sortable=True),
    Column("state", N_("State"), "badge"),
    Column("words", N_("What was found")),
)


@bp.get("/review")
@needs(REVIEW)
def review_queue() -> ResponseReturnValue:
    """Those that wait, the oldest first; other states by the filter."""
    asked = MultiDict(request.args)
    if "state" not in asked:
        asked["state"] = "claim-submitted"
    ask, actor = Ask.of(asked, filters=("state", "kind", "unit")), current_actor()
    with reading() as session:
        page, doubts = reviewing.claims(session, actor, ask)
        units = register.units(session, actor, REVIEW)
    rows = [{**told(row), "doubts": "\n".join(say(d.sentence) for d in doubts.get(row["id"], ()))} for row in page.rows]
    page = replace(page, rows=rows)
    if page.ask.export:
        return download(replace(page, rows=worded(rows)), COLUMNS, "claims")
    return render_template(
        "ce/review_queue.html",
        page=page,
        columns=COLUMNS,
        states=SHOWN_STATES,
        kinds=kinds(),
        units=units,
        now=runtime().clock.now(),
        clean=[row["id"] for row in rows if row["state"] == "claim-submitted" and not row["doubts"]],
        done=request.args.get("done", type=int),
        left=request.args.get("left", type=int),
    )


@bp.post("/review/approve")
@needs(REVIEW)
def review_bulk() -> ResponseReturnValue:
    """Approve those of the ticked claims about which there is no doubt, each in a transaction of its own."""
    actor, approved, left = current_actor(), 0, 0
    for claim_id in sorted(set(request.form.getlist("id", type=int)))[:BULK_MOST]:
        try:
            with writing() as session:
                clean = reviewing.approve_clean(session, actor, claim_id, now=runtime().clock.now())
        except (Conflict, NotFound):
            clean = False
        approved, left = approved + clean, left + (not clean)
    return redirect(url_for("ce.review_queue", done=approved, left=left), 303)


@bp.get("/review/<int:claim_id>")
@needs(REVIEW)
def review(claim_id: int) -> ResponseReturnValue:
    return _review_page(claim_id, {})


@bp.post("/review/<int:claim_id>/<act>")
@needs(REVIEW)
def review_decide(claim_id: int, act: str) -> ResponseReturnValue:
    actor, now = current_actor(), runtime().clock.now()
    form: Any = ApproveForm() if act == "approve" else DecisionForm(act) if act in _DECIDE else None
    if form is None:
        raise NotFound("ce.claim", "There is no such claim.")
    if form.sent():
        try:
            with writing() as session:
                if act == "approve":
                    minutes, words = form.minutes.data, form.words.data or ""
                    reviewing.approve(session, actor, claim_id, minutes=minutes, words=words, now=now)
                else:
                    _DECIDE[act](session, actor, claim_id, form.reason.data, form.words.data or "", now=now)
            following = act != "reverse" and _next(claim_id)
            return redirect(url_for("ce.review", claim_id=following or claim_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return _review_page(claim_id, {act: form})


_DECIDE: Mapping[str, Any] = {
    "return": reviewing.send_back,
    "reject": reviewing.reject,
    "reverse": reviewing.take_back,
}


def _next(claim_id: int) -> int | None:
    """The claim that waits longest now, so that a reviewer goes on without going back to the list."""
    with reading() as session:
        page, _ = reviewing.claims(session, current_actor(), Ask(filters={"state": "claim-submitted"}))
    return next((row["id"] for row in page.rows if row["id"] != claim_id), None)


def _review_page(claim_id: int, forms: Mapping[str, BaseForm]) -> ResponseReturnValue:
    with reading() as session:
        found = reviewing.claim_of(session, current_actor(), claim_id)
        audits = auditing.in_audits(session, claim_id)
    claim, activity = found.claim, ACTIVITIES.get(found.claim.kind or "")
    waits, stands = found.state == "claim-submitted", found.state == "claim-approved"
    shown = {
        "approve": forms.get("approve") or (ApproveForm(formdata=None, minutes=claim.minutes) if waits else None),
        **{
            act: forms.get(act) or DecisionForm(act, formdata=None)
            for act in _DECIDE
            if (stands if act == "reverse" else waits) or act in forms
        },
    }
    status = next((form.status for form in forms.values()), 200)
    page = render_template(
        "ce/review.html",
        found=found,
        claim=claim,
        kind=in_language(activity_names(claim.kind)),
        proof=in_language(activity.proof) if activity else "",
        thread=thread(found),
        forms=shown,
        tried=next(iter(forms), ""),
        audits=audits,
    )
    return page, status


@bp.route("/review/audits", methods=["GET", "POST"])
@needs(REVIEW)
def audits() -> ResponseReturnValue:
    actor, today = current_actor(), runtime().clock.today()
    form = DrawForm(since=date(today.year, 1, 1), last=today, percent=5, seed=secrets.token_hex(8))
    if form.sent():
        try:
            with writing() as session:
                audit_id = auditing.draw(
                    session,
                    actor,
                    since=form.since.data,
                    last=form.last.data,
                    percent=form.percent.data,
                    seed=form.seed.data,
                    now=runtime().clock.now(),
                )
            return redirect(url_for("ce.audit", audit_id=audit_id), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    with reading() as session:
        page = auditing.audits(session, actor, Ask.of(request.args))
    if page.ask.export:
        return download(page, AUDIT_COLUMNS, "audits")
    return render_template("ce/audits.html", page=page, columns=AUDIT_COLUMNS, form=form), form.status


@bp.get("/review/audits/<int:audit_id>")
@needs(REVIEW)
def audit(audit_id: int) -> ResponseReturnValue:
    ask = Ask.of(request.args)
    with reading() as session:
        found = auditing.audit_of(session, current_actor(), audit_id, ask)
    if ask.export:
        rows = [{**row, "state": AUDIT_STATES[row["state"]]} for row in found.page.rows]
        return download(replace(found.page, rows=rows), ITEM_COLUMNS, f"audit-{audit_id}")
    return render_template("ce/audit.html", found=found, audit=found.audit, page=found.page, columns=ITEM_COLUMNS)


AUDIT_STATES = {
    "audit-open": Sentence("Not yet looked at"),
    "audit-sound": Sentence("Sound"),
    "audit-finding": Sentence("Finding"),
}


@bp.post("/review/audits/<int:audit_id>/claims/<int:claim_id>")
@needs(REVIEW)
def audit_settle(audit_id: int, claim_id: int) -> ResponseReturnValue:
    sound, words = request.form.get("result") == "sound", request.form.get("words", "")[:500]
    with writing() as session:
        auditing.settle(
            session, current_actor(), audit_id, claim_id, sound=sound, words=words, now=runtime().clock.now()
        )
    return redirect(url_for("ce.audit", audit_id=audit_id), 303)
