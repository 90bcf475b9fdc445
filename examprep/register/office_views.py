"""The officer's pages of registration: what is due, what is under way, a person's certificates, the regions' limits."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, Page, download, file_response
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.register import actions, limits, registering, senior
from examprep.register.forms import CERTAINTIES, CertificateForm, LimitsForm, OutcomeForm, ProofForm
from examprep.register.rules.process import BUREAU_LEVELS, UNDER_WAY, WORDS, Status
from examprep.register.rules.registration import WORDS as STATES
from examprep.register.rules.registration import state, valid_in
from examprep.register.views import bp
from examprep.syllabus.rules.levels import LEVEL_NAMES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LEVELS = {code: name.text for code, name in LEVEL_NAMES.items()}


def _certificate_link(row: Any) -> str:
    return url_for("register.certificate", certificate_id=row["id"])


DUE_COLUMNS = (
    Column("name", N_("Name"), sortable=True, link=_certificate_link),
    Column("unit", N_("Unit"), sortable=True),
    Column("level", N_("Level"), "choice", choices=LEVELS),
    Column("number", N_("Certificate number")),
    Column("issued_on", N_("Issued"), "day", sortable=True),
    Column("through", N_("Registered through"), "day"),
    Column("due", N_("What is due"), "badge"),
    Column("closes_on", N_("Last day to apply"), "day"),
)
WAY_COLUMNS = (
    Column("name", N_("Name"), sortable=True, link=_certificate_link),
    Column("unit", N_("Unit"), sortable=True),
    Column("level", N_("Level"), "choice", choices=LEVELS),
    Column("number", N_("Certificate number")),
    Column("applied_on", N_("Applied on"), "day", sortable=True),
    Column("kind", N_("Kind"), "sentence"),
    Column("status", N_("State"), "badge"),
)
LIMITS_COLUMNS = (
    Column("where", N_("Region"), "sentence", sortable=False),
    Column("since", N_("Holds since"), "day", sortable=True),
    Column("first", N_("First registration"), "sentence"),
    Column("renewal", N_("Renewal"), "sentence"),
    Column("batches", N_("Days of the year")),
    Column("source", N_("Source")),
    Column("certainty", N_("How certain"), "choice", choices=CERTAINTIES),
)


def _in_words(page: Page, column: str, words: Any) -> Page:
    """For files: a badge's code as its words."""
    return replace(page, rows=[{**row, column: words(row[column])} for row in page.rows])


@bp.get("/due")
@needs(Permission.REGISTER_HOLDER_SEE)
def due() -> ResponseReturnValue:
    actor, ask = current_actor(), Ask.of(request.args, filters=("due", "level", "unit", "region"))
    with reading() as session:
        page = actions.due(session, actor, ask, today=runtime().clock.today())
        units = actions.units(session, actor, Permission.REGISTER_HOLDER_SEE)
    day = timedelta(days=1)
    rows = [{**row, "through": row["registered_until"] and row["registered_until"] - day} for row in page.rows]
    page = replace(page, rows=rows)
    if ask.export:
        return download(
            _in_words(page, "due", lambda code: Sentence(actions.DUE[code])), DUE_COLUMNS, "registration-due"
        )
    return render_template(
        "register/due.html",
        page=page,
        columns=DUE_COLUMNS,
        kinds=[(code, Sentence(word)) for code, word in actions.DUE.items()],
        levels=LEVEL_NAMES,
        units=units,
    )


@bp.get("/applications")
@needs(Permission.REGISTER_HOLDER_SEE)
def applications() -> ResponseReturnValue:
    actor, ask = current_actor(), Ask.of(request.args, filters=("status", "unit"))
    with reading() as session:
        page = actions.under_way(session, actor, ask)
        units = actions.units(session, actor, Permission.REGISTER_HOLDER_SEE)
    again, first = Sentence("Renewal"), Sentence("First registration")
    page = replace(page, rows=[{**row, "kind": again if row["registered_until"] else first} for row in page.rows])
    if ask.export:
        page = _in_words(page, "status", lambda code: WORDS[Status(code)])
        return download(page, WAY_COLUMNS, "registration-applications")
    shown = (*UNDER_WAY, Status.FIRST_FAILED, Status.FINAL_FAILED)
    return render_template(
        "register/applications.html",
        page=page,
        columns=WAY_COLUMNS,
        states=[(code.value, word) for code, word in WORDS.items() if code in shown],
        units=units,
    )


@bp.get("/platform.xlsx")
@needs(Permission.REGISTER_HOLDER_EDIT)
def platform_file() -> ResponseReturnValue:
    """The register in the shape of the national platform, ID numbers included; the trail notes who took it."""
    with writing() as session:
        content = actions.platform_file(session, current_actor(), runtime().vault, now=runtime().clock.now())
    return file_response(content, "登记信息.xlsx", XLSX)


@bp.route("/persons/<int:person_id>", methods=["GET", "POST"])
@needs(Permission.REGISTER_HOLDER_SEE)
def person(person_id: int) -> ResponseReturnValue:
    """A person's certificates and proofs; sent: a certificate entered by hand."""
    actor, form, clock = current_actor(), CertificateForm(), runtime().clock
    edits = actor.may(Permission.REGISTER_HOLDER_EDIT)
    with reading() as session:
        form.offer(actions.places(session, person_id))
    if edits and form.sent():
        try:
            typed = form.entry(subject_years=form.subject_years(), region_code=form.region_code.data or None)
            del typed["subjects"]
            with writing() as session:
                id_ = actions.add_certificate(session, actor, person_id=person_id, now=clock.now(), **typed)
            return redirect(url_for("register.certificate", certificate_id=id_), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    with reading() as session:
        name = actions.person_name(session, actor, person_id)
        held = actions.certificates_of(session, person_id)
        proofs = senior.proofs_of(session, person_id, today=clock.today())
        taken_out = registering.taken_out(session, person_id)
        renew_from = limits.limits_of(session, person_id, clock.today()).renew_from_months
    page = render_template(
        "register/person.html",
        person_id=person_id,
        name=name,
        held=[
            (
                one,
                valid_in(one.validity, one.region),
                state(one.registered_until, clock.today(), renew_from),
                WORDS[Status(one.status)],
            )
            for one in held
        ],
        taken_out=taken_out if edits else [],
        proofs=proofs,
        outcomes=senior.OUTCOMES,
        levels=LEVEL_NAMES,
        states=STATES,
        form=form if edits else None,
        proof_form=ProofForm(formdata=None) if edits else None,
        outcome_form=OutcomeForm(formdata=None) if edits else None,
        today=clock.today(),
    )
    return page, form.status if edits else 200


@bp.post("/persons/<int:person_id>/proofs")
@needs(Permission.REGISTER_HOLDER_EDIT)
def add_proof(person_id: int) -> ResponseReturnValue:
    form = ProofForm()
    if not form.sent():
        raise RuleViolation("register.proof-form", "Give the proof's number, its exam year and its day.")
    with writing() as session:
        senior.add(session, current_actor(), person_id=person_id, now=runtime().clock.now(), **form.entry())
    return redirect(url_for("register.person", person_id=person_id), 303)


@bp.post("/proofs/<int:proof_id>")
@needs(Permission.REGISTER_HOLDER_EDIT)
def decide_proof(proof_id: int) -> ResponseReturnValue:
    form, clock = OutcomeForm(), runtime().clock
    if not form.sent():
        raise RuleViolation("register.step-form", "Write the day like 2026-03-01.")
    with writing() as session:
        person_id = senior.decide(
            session,
            current_actor(),
            proof_id,
            form.outcome.data,
            decided_on=form.decided_on.data or clock.today(),
            now=clock.now(),
        )
    return redirect(url_for("register.person", person_id=person_id), 303)


@bp.post("/proofs/<int:proof_id>/remove")
@needs(Permission.REGISTER_HOLDER_EDIT)
def remove_proof(proof_id: int) -> ResponseReturnValue:
    with writing() as session:
        person_id = senior.remove(session, current_actor(), proof_id, now=runtime().clock.now())
    return redirect(url_for("register.person", person_id=person_id), 303)


@bp.get("/limits")
@needs(Permission.REGISTER_LIMITS_SET)
def limits_list() -> ResponseReturnValue:
    ask = Ask.of(request.args)
    with reading() as session:
        page = limits.listed(session, ask)
    page = replace(page, rows=[{**row, **_limits_words(row)} for row in page.rows])
    if ask.export:
        return download(page, LIMITS_COLUMNS, "registration-limits")
    return render_template("register/limits.html", page=page, columns=LIMITS_COLUMNS)


def _limits_words(row: Any) -> dict[str, Any]:
    months, start, end = row["first_months"], row["renew_from_months"], row["renew_to_months"]
    first = Sentence("within %(months)s months of issue", months=months) if months else Sentence("no limit")
    renewal = Sentence("from month %(start)s to month %(end)s around the end of the term of %(term)s months",
                       start=start, end=end, term=row["term_months"])  # fmt: skip
    national = row["region_code"] == limits.COUNTRY
    return {
        "where": Sentence("The whole country") if national else row["region"] or row["region_code"],
        "first": first,
        "renewal": renewal,
        "batches": limits.batches_in_words(row["batches"]),
    }


@bp.route("/limits/add", methods=["GET", "POST"])
@needs(Permission.REGISTER_LIMITS_SET)
def add_limits() -> ResponseReturnValue:
    form, actor = LimitsForm(), current_actor()
    with reading() as session:
        form.offer(limits.regions(session, actor))
    if form.sent():
        try:
            with writing() as session:
                limits.add(session, actor, form.values(), now=runtime().clock.now())
            return redirect(url_for("register.limits_list"), 303)
        except (RuleViolation, NotFound) as refusal:
            form.reject(refusal)
    return render_template("register/limits_add.html", form=form, levels=BUREAU_LEVELS), form.status
