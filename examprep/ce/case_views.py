"""Cases of periods that closed short: the list to act on, one case with its decisions, and the policies behind them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.ce import case_store, enforcing, policies, standings
from examprep.ce.blueprint import bp
from examprep.ce.case_forms import DecisionForm, MakeUpForm, PolicyForm
from examprep.ce.rules.consequences import governing
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import in_language
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.register import actions as register

COLUMNS = (
    Column("name", N_("Name"), sortable=True, link=lambda row: url_for("ce.case", case_id=row["id"])),
    Column("unit", N_("Unit"), sortable=True),
    Column("requirement", N_("Requirement")),
    Column("last", N_("Period ends"), "day"),
    Column("missing", N_("Missing hours"), "number", sortable=True),
    Column("make_up", N_("Can be made up until"), "day"),
    Column("opened_on", N_("Case since"), "day", sortable=True),
    Column("state", N_("State"), "badge"),
)
EVENT_WORDS = {
    "opened": N_("The period closed short"),
    "told-person": N_("The holder was told"),
    "told-employer": N_("The employer was told"),
    "told-bureau": N_("The bureau was told"),
    "make-up": N_("Time was granted to make up"),
    "mended": N_("Nothing is missing any more"),
    "reopened": N_("Hours were taken back: short again"),
    "waived": N_("Final decision: nothing follows"),
    "upheld": N_("Final decision: what follows stands"),
    "taken-back": N_("The decision was taken back"),
}

NOBODY_WORDS = {
    "told-employer": N_("The employer could not be told: it has no officer with an account"),
    "told-bureau": N_("No bureau could be told: none above has an officer with an account"),
}


@bp.get("/cases")
@needs(Permission.CE_STANDING_SEE)
def cases() -> ResponseReturnValue:
    actor, ask = current_actor(), Ask.of(request.args, filters=("state", "clock", "unit"))
    with reading() as session:
        page = case_store.listed(session, actor, ask)
        versions = {version.code: version for version in standings.versions(session)}
        units = register.units(session, actor, Permission.CE_STANDING_SEE)
    today = runtime().clock.today()
    rows = [
        {
            **row,
            "requirement": in_language(versions[row["code"]].names),
            "last": row["period_end"] - timedelta(days=1),
            "missing": versions[row["code"]].hours_missing(row["missing_minutes"] or 0),
            "make_up": row["closes_on"] - timedelta(days=1) if row["closes_on"] and row["closes_on"] > today else None,
            "state": f"case-{row['state']}",
        }
        for row in page.rows
    ]
    page = replace(page, rows=rows)
    if ask.export:
        return download(page, COLUMNS, "cases")
    return render_template(
        "ce/cases.html",
        page=page,
        columns=COLUMNS,
        states=list(enforcing.STATES.items()),
        clocks=[(code, in_language(version.names)) for code, version in versions.items()],
        units=units,
    )


@bp.get("/cases/<int:case_id>")
@needs(Permission.CE_STANDING_SEE)
def case(case_id: int) -> ResponseReturnValue:
    return _page(case_id)


def _page(case_id: int, forms: dict[str, Any] | None = None) -> ResponseReturnValue:
    today = runtime().clock.today()
    with reading() as session:
        found = enforcing.case(session, current_actor(), case_id)
        log = case_store.events(session, case_id)
        policy = governing(policies.all_policies(session), found["code"], today)
    forms = forms or {}
    page = render_template(
        "ce/case.html",
        case=found,
        events=[_told(event) for event in log],
        policy=policy,
        decides=current_actor().may(Permission.CE_CASE_DECIDE) and found["person_id"] != current_actor().person_id,
        make_up=forms.get("make_up") or MakeUpForm(None),
        decision=forms.get("decision") or DecisionForm(None),
    )
    return page, 422 if forms else 200


def _told(event: Mapping[str, Any]) -> dict[str, Any]:
    if event["reason"] == enforcing.NOBODY:
        return {**event, "what": NOBODY_WORDS[event["kind"]], "reason": ""}
    return {**event, "what": EVENT_WORDS[event["kind"]]}


@bp.post("/cases/<int:case_id>/make-up")
@needs(Permission.CE_CASE_DECIDE)
def make_up(case_id: int) -> ResponseReturnValue:
    form = MakeUpForm()
    if form.sent():
        try:
            with writing() as session:
                enforcing.grant_make_up(
                    session,
                    current_actor(),
                    case_id,
                    last_day=form.last_day.data,
                    reason=form.why.data,
                    now=runtime().clock.now(),
                )
            return redirect(url_for("ce.case", case_id=case_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return _page(case_id, {"make_up": form})


@bp.post("/cases/<int:case_id>/decide")
@needs(Permission.CE_CASE_DECIDE)
def decide_case(case_id: int) -> ResponseReturnValue:
    """The final decision, or with ``taken-back`` its end."""
    form, now = DecisionForm(), runtime().clock.now()
    if form.sent():
        try:
            with writing() as session:
                if form.decision.data == "taken-back":
                    enforcing.take_back(session, current_actor(), case_id, reason=form.reason.data, now=now)
                else:
                    enforcing.decide(
                        session, current_actor(), case_id, form.decision.data, reason=form.reason.data, now=now
                    )
            return redirect(url_for("ce.case", case_id=case_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return _page(case_id, {"decision": form})


@bp.get("/policies")
@needs(Permission.CE_STANDING_SEE, Permission.CE_REQUIREMENT_EDIT)
def policy_list() -> ResponseReturnValue:
    """What follows of each requirement that binds holders in person, as it governs today."""
    today = runtime().clock.today()
    with reading() as session:
        known = policies.all_policies(session)
        asked = {v.code: v for v in standings.versions(session) if v.measure == "each"}
    cards = [
        {
            "code": code,
            "name": in_language(version.names),
            "policy": governing(known, code, today),
            "later": [p for p in known if p.code == code and p.since > today],
        }
        for code, version in asked.items()
    ]
    may_edit = current_actor().may(Permission.CE_REQUIREMENT_EDIT)
    return render_template("ce/policies.html", cards=cards, may_edit=may_edit)


@bp.route("/policies/<code>", methods=["GET", "POST"])
@needs(Permission.CE_REQUIREMENT_EDIT)
def policy(code: str) -> ResponseReturnValue:
    today = runtime().clock.today()
    with reading() as session:
        known = policies.all_policies(session)
        asked = {v.code: v for v in standings.versions(session) if v.measure == "each"}
    if code not in asked:
        raise NotFound("ce.requirement-code", "There is no such requirement.")
    form = PolicyForm.of(governing(known, code, today), today)
    if form.sent():
        try:
            with writing() as session:
                policies.set_policy(session, current_actor(), form.policy(code), now=runtime().clock.now(), today=today)
            return redirect(url_for("ce.policy_list"), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    return render_template("ce/policy.html", form=form, name=in_language(asked[code].names)), form.status
