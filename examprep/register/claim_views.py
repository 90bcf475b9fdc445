"""Pages of schemes and of claims on them: what is asked, who applied, who approved, and what is still missing."""

from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.register import actions as register
from examprep.register import claims, schemes
from examprep.register.award_forms import LEVEL_FIELDS, ClaimForm, SchemeForm, StopForm, VersionForm
from examprep.register.forms import ReasonForm
from examprep.register.rules.awarding import KINDS, STACKING, UPGRADES, Conditions, Finding
from examprep.register.views import bp
from examprep.syllabus.rules.levels import LEVEL_NAMES

LEVELS = {code: name.text for code, name in LEVEL_NAMES.items()}
SEE_OR_OWN = (Permission.REGISTER_HOLDER_SEE, Permission.REGISTER_OWN_USE)
PAY_OR_OWN = (Permission.REGISTER_AWARD_PAY, Permission.REGISTER_OWN_USE)
SCHEME_COLUMNS = (
    Column("name", N_("Scheme"), sortable=True, link=lambda row: url_for("register.scheme", scheme_id=row["id"])),
    Column("organisation", N_("Organisation"), sortable=True),
    Column("kind", N_("How it is paid"), "choice", choices=KINDS),
    Column("since", N_("Present version since"), "day", sortable=True),
    Column("versions", N_("Versions"), "number"),
)
CLAIM_COLUMNS = (
    Column("name", N_("Name"), sortable=True, link=lambda row: url_for("register.claim", claim_id=row["id"])),
    Column("unit", N_("Unit")),
    Column("scheme", N_("Scheme")),
    Column("level", N_("Level"), "choice", choices=LEVELS),
    Column("applied_on", N_("Applied on"), "day", sortable=True),
    Column("from_month", N_("Paid from"), "month", sortable=True),
    Column("state", N_("State"), "badge"),
)


@bp.get("/schemes")
@needs(Permission.REGISTER_HOLDER_SEE)
def scheme_list() -> ResponseReturnValue:
    ask = Ask.of(request.args)
    with reading() as session:
        page = schemes.listed(session, current_actor(), ask)
    if ask.export:
        return download(page, SCHEME_COLUMNS, "award-schemes")
    edits = current_actor().may(Permission.REGISTER_SCHEME_EDIT)
    return render_template("register/schemes.html", page=page, columns=SCHEME_COLUMNS, edits=edits)


@bp.get("/schemes/<int:scheme_id>")
@needs(Permission.REGISTER_HOLDER_SEE)
def scheme(scheme_id: int) -> ResponseReturnValue:
    with reading() as session:
        row = schemes.mine(session, current_actor(), scheme_id, Permission.REGISTER_HOLDER_SEE)
        name, kind = row.name, row.kind
        versions = [
            {
                "since": one.since,
                "until": one.until,
                "amounts": [(LEVELS[level], fen) for level, fen in one.fen_by_level.items()],
                "cap_months": one.cap_months,
                "stacking": STACKING[one.stacking],
                "upgrade": UPGRADES[one.upgrade],
                "asked": _asked(Conditions.of(one.conditions)),
                "source": one.source,
            }
            for one in schemes.versions_of(session, scheme_id)
        ]
    edits = current_actor().may(Permission.REGISTER_SCHEME_EDIT)
    return render_template(
        "register/scheme.html", scheme_id=scheme_id, name=name, kind=KINDS[kind], versions=versions, edits=edits
    )


def _asked(asked: Conditions) -> list[Sentence]:
    """The conditions of a version as sentences."""
    found = []
    if asked.registered or asked.registered_at:
        found.append(Sentence("The registration must be in force"))
    if asked.registered_at:
        found.append(Sentence("Registered in region %(code)s", code=asked.registered_at))
    if asked.in_post:
        found.append(Sentence("Must be in post"))
    if asked.full_time:
        found.append(Sentence("Must work full-time"))
    if asked.service_months:
        found.append(Sentence("%(months)s months of continuous service are asked.", months=asked.service_months))
    if asked.within_months:
        found.append(Sentence("Applied for within %(months)s months of issue", months=asked.within_months))
    if asked.window:
        first, last = asked.window
        found.append(Sentence("Applications are taken from %(first)s to %(last)s each year.", first=first, last=last))
    if asked.back_pay:
        found.append(Sentence("Months before the application are paid too"))
    return found


@bp.route("/schemes/add", methods=["GET", "POST"])
@needs(Permission.REGISTER_SCHEME_EDIT)
def add_scheme() -> ResponseReturnValue:
    form, actor = SchemeForm(), current_actor()
    with reading() as session:
        form.organisation_id.choices = dict(register.units(session, actor, Permission.REGISTER_SCHEME_EDIT))
    if form.sent():
        try:
            head = {name: form[name].data for name in ("organisation_id", "name", "kind")}
            with writing() as session:
                id_ = schemes.add_scheme(session, actor, **head, **form.version(), now=runtime().clock.now())
            return redirect(url_for("register.scheme", scheme_id=id_), 303)
        except (RuleViolation, Conflict, NotFound) as refusal:
            form.reject(refusal)
    title = N_("Add a scheme")
    return render_template("register/scheme_form.html", form=form, title=title, of=""), form.status


@bp.route("/schemes/<int:scheme_id>/versions/add", methods=["GET", "POST"])
@needs(Permission.REGISTER_SCHEME_EDIT)
def add_version(scheme_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        name = schemes.mine(session, actor, scheme_id, Permission.REGISTER_SCHEME_EDIT).name
        known = schemes.versions_of(session, scheme_id)
    form = VersionForm(data=_typed(known[0]))
    if form.sent():
        try:
            with writing() as session:
                schemes.add_version(session, actor, scheme_id, **form.version(), now=runtime().clock.now())
            return redirect(url_for("register.scheme", scheme_id=scheme_id), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    title = N_("Add a version")
    return render_template("register/scheme_form.html", form=form, title=title, of=name), form.status


def _typed(row: Any) -> dict[str, Any]:
    """The last version as the form shows it, so that only what changed is typed."""
    asked = Conditions.of(row.conditions)
    window = asked.window or ("", "")
    amounts = {LEVEL_FIELDS[level]: fen / 100 for level, fen in row.fen_by_level.items()}
    names = ("cap_months", "stacking", "upgrade")
    conditions = {**vars(asked), "window_first": window[0], "window_last": window[1]}
    return {**amounts, **{name: getattr(row, name) for name in names}, **conditions}


@bp.get("/claims")
@needs(Permission.REGISTER_HOLDER_SEE)
def claim_list() -> ResponseReturnValue:
    ask, actor = Ask.of(request.args, filters=("state", "scheme", "unit")), current_actor()
    with reading() as session:
        page = claims.listed(session, actor, ask)
        known = schemes.schemes(session, actor, Permission.REGISTER_HOLDER_SEE)
    if ask.export:
        rows = [{**row, "state": Sentence(claims.STATES[row["state"]])} for row in page.rows]
        return download(replace(page, rows=rows), CLAIM_COLUMNS, "award-claims")
    states = [(code, Sentence(word)) for code, word in claims.STATES.items()]
    return render_template("register/claims.html", page=page, columns=CLAIM_COLUMNS, states=states, schemes=known)


@bp.get("/claims/mine")
@needs(Permission.REGISTER_OWN_USE)
def my_claims() -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        mine = claims.of_person(session, actor.person_id)
        offered = schemes.offered(session, actor.person_id)
        held = register.certificates_of(session, actor.person_id)
    return render_template("register/my_claims.html", claims=mine, offered=offered, held=bool(held), levels=LEVELS)


@bp.get("/claims/<int:claim_id>")
@needs(*SEE_OR_OWN)
def claim(claim_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        row = claims.claim(session, actor, claim_id, today=runtime().clock.today())
    own = actor.person_id in (row["person_id"], row["applied_by"])
    waits = row["state"] in ("award-applied", "award-checked")
    pays = actor.may(Permission.REGISTER_AWARD_PAY)
    return render_template(
        "register/claim.html",
        row=row,
        findings=row["findings"],
        levels=LEVELS,
        approves=pays and waits and not own and actor.person_id != row["first_by"],
        waits_for_another=pays and waits and (own or actor.person_id == row["first_by"]),
        refuses=pays and waits and actor.person_id != row["person_id"],
        retracts=waits and own,
        stops=pays and row["state"] == "award-approved",
        reopens=pays and row["state"] == "award-refused",
        theirs=row["person_id"] == actor.person_id,
    )


@bp.route("/schemes/<int:scheme_id>/apply/<int:person_id>", methods=["GET", "POST"])
@needs(*PAY_OR_OWN)
def apply_award(scheme_id: int, person_id: int) -> ResponseReturnValue:
    """Apply for oneself, or as an officer for a holder; what is missing is told condition by condition."""
    actor, form, clock = current_actor(), ClaimForm(), runtime().clock
    own = person_id == actor.person_id
    with reading() as session:
        name = actor.name if own else register.person_name(session, actor, person_id)
        offered = {id_: (scheme, organisation) for id_, scheme, organisation in schemes.offered(session, person_id)}
        held = register.certificates_of(session, person_id)
    if scheme_id not in offered:
        raise NotFound("register.scheme", "There is no such scheme.")
    form.certificate_id.choices = {one.id: one.number for one in held}
    findings: list[Finding] = []
    if held and form.sent():
        typed = claims.Claim(scheme_id, form.certificate_id.data, form.full_time.data, form.employed_since.data)
        try:
            with writing() as session:
                id_ = claims.apply(session, actor, typed, today=clock.today(), now=clock.now())
            return redirect(url_for("register.claim", claim_id=id_), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
        findings = _explained(actor, typed)
    elif held and not form.is_submitted():
        findings = _explained(actor, claims.Claim(scheme_id, held[0].id, False, None))
    scheme, organisation = offered[scheme_id]
    page = render_template(
        "register/claim_apply.html",
        form=form,
        name=name,
        scheme=scheme,
        organisation=organisation,
        findings=findings,
        held=bool(held),
        back=_back(person_id, own=own),
    )
    return page, form.status


def _explained(actor: Actor, typed: claims.Claim) -> list[Finding]:
    with reading() as session:
        return claims.explain(session, actor, typed, today=runtime().clock.today())


def _back(person_id: int, *, own: bool) -> str:
    return url_for("register.my_claims") if own else url_for("register.award_ledger", person_id=person_id)


@bp.post("/claims/<int:claim_id>/approve")
@needs(Permission.REGISTER_AWARD_PAY)
def approve_claim(claim_id: int) -> ResponseReturnValue:
    clock = runtime().clock
    with writing() as session:
        claims.approve(session, current_actor(), claim_id, today=clock.today(), now=clock.now())
    return _again(claim_id)


@bp.post("/claims/<int:claim_id>/refuse")
@needs(Permission.REGISTER_AWARD_PAY)
def refuse_claim(claim_id: int) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.sent():
        raise RuleViolation("register.claim-reason", "Say why, so that the applicant knows what to mend.")
    with writing() as session:
        claims.refuse(session, current_actor(), claim_id, reason=form.reason.data, now=runtime().clock.now())
    return _again(claim_id)


@bp.post("/claims/<int:claim_id>/reopen")
@needs(Permission.REGISTER_AWARD_PAY)
def reopen_claim(claim_id: int) -> ResponseReturnValue:
    with writing() as session:
        claims.reopen(session, current_actor(), claim_id, now=runtime().clock.now())
    return _again(claim_id)


@bp.post("/claims/<int:claim_id>/stop")
@needs(Permission.REGISTER_AWARD_PAY)
def stop_claim(claim_id: int) -> ResponseReturnValue:
    form = StopForm()
    if not form.sent():
        raise RuleViolation("register.claim-stop", "Say from which day on and why the claim is paid no more.")
    with writing() as session:
        claims.stop(
            session,
            current_actor(),
            claim_id,
            until=form.until.data,
            reason=form.reason.data,
            now=runtime().clock.now(),
        )
    return _again(claim_id)


@bp.post("/claims/<int:claim_id>/retract")
@needs(*PAY_OR_OWN)
def retract_claim(claim_id: int) -> ResponseReturnValue:
    with writing() as session:
        claims.retract(session, current_actor(), claim_id, now=runtime().clock.now())
    return _again(claim_id)


def _again(claim_id: int) -> Response:
    return redirect(url_for("register.claim", claim_id=claim_id), 303)
