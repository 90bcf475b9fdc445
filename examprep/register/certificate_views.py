"""The page of one certificate: what it is, its registration step by step, its scans, and what the public sees of it.

Holder and officer open the same page; what each may do on it differs.
"""

import io
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import segno
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from examprep.feature import renewal_checks
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import file_response
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.register import actions, disclosing, limits, registering, scans
from examprep.register.forms import (
    ApplicationForm,
    DisclosureForm,
    PlatformForm,
    ReasonForm,
    RegionForm,
    ScanForm,
    StepForm,
)
from examprep.register.rules.process import STEPS, WORDS, Status
from examprep.register.rules.registration import WORDS as STATES
from examprep.register.rules.registration import state, valid_in
from examprep.register.views import bp
from examprep.syllabus.rules.levels import LEVEL_NAMES

SEE_OR_OWN = (Permission.REGISTER_HOLDER_SEE, Permission.REGISTER_OWN_USE)
EDIT_OR_OWN = (Permission.REGISTER_HOLDER_EDIT, Permission.REGISTER_OWN_USE)
EVENT_WORDS = {
    "certified": N_("Entered into the register"),
    "registered": N_("Registration entered"),
    "withdrawn": N_("Taken out of the register"),
    "applied": N_("Application made"),
    "amended": N_("Application amended"),
    "retracted": N_("Application withdrawn"),
    "accepted": N_("Application accepted"),
    "returned": N_("Returned for correction"),
    "first-passed": N_("First review passed"),
    "first-failed": N_("First review not passed"),
    "final-passed": N_("Final review passed"),
    "final-failed": N_("Final review not passed"),
    "completed": N_("Registered for a term"),
    "issued": N_("Registration certificate issued"),
    "platform": N_("Entered from the national platform"),
    "corrected": N_("Corrected by a later list"),
    "moved": N_("Moved with its holder's merged row"),
    "undone": N_("An entry was taken back"),
}


@bp.get("/certificates/<int:certificate_id>")
@needs(*SEE_OR_OWN)
def certificate(certificate_id: int) -> ResponseReturnValue:
    return _page(certificate_id)


def _page(certificate_id: int, rejected: ApplicationForm | None = None) -> ResponseReturnValue:
    actor, today = current_actor(), runtime().clock.today()
    with reading() as session:
        name, row = registering.certificate(session, actor, certificate_id)
        found = registering.standing(session, actor, certificate_id, today=today, checks=renewal_checks())
        events = registering.history(session, actor, certificate_id)
        files = scans.listed(session, certificate_id)
        own = row["person_id"] == actor.person_id
        shows, code = disclosing.disclosure(session, actor, certificate_id) if own else ("nothing", None)
        places = actions.places(session, row["person_id"])
        renew_from = limits.limits_of(session, row["person_id"], today).renew_from_months
    may_edit = actor.may(Permission.REGISTER_HOLDER_EDIT) and not own
    form = rejected or ApplicationForm(place_code=row["place_code"] or (places[0][0] if places else None))
    form.place_code.choices = dict(places)
    if own:
        del form.reason
    applies = [step for step in found.steps if step.act in ("applied", "amended")]
    return render_template(
        "register/certificate.html",
        name=name,
        row=row,
        own=own,
        may_edit=may_edit,
        levels=LEVEL_NAMES,
        valid_in=valid_in(row["validity"], row["region"]),
        status=WORDS[Status(row["status"])],
        state=state(row["registered_until"], today, renew_from),
        states=STATES,
        through=row["registered_until"] and row["registered_until"] - timedelta(days=1),
        places=dict(places),
        standing=found,
        applies=applies,
        steps=[step for step in found.steps if step not in applies],
        form=form,
        events=[{**event, "what": EVENT_WORDS[event["kind"]], **_words(event)} for event in events],
        files=files,
        scan_form=ScanForm() if own or may_edit else None,
        region_form=_region_form(places) if may_edit and row["validity"] == "local" else None,
        platform_form=PlatformForm(status=row["status"]) if may_edit else None,
        disclosure_form=DisclosureForm(shows=shows) if own else None,
        code=code if own and shows != "nothing" else None,
        address=runtime().settings.base_url + url_for("register.check", code=code) if code else "",
    ), 422 if rejected else 200


def _region_form(places: Sequence[tuple[str, str]]) -> RegionForm:
    form = RegionForm()
    form.region_code.choices = dict(places)
    return form


def _words(event: dict[str, Any]) -> dict[str, Any]:
    until, status, region = event["registered_until"], event["status"], event["region"]
    valid = valid_in(event["validity"] or "local", region) if event["validity"] or region else None
    return {
        "through": until and until - timedelta(days=1),
        "status": WORDS[Status(status)] if status else None,
        "valid_in": valid,
    }


@bp.post("/certificates/<int:certificate_id>/apply")
@needs(*EDIT_OR_OWN)
def apply(certificate_id: int) -> ResponseReturnValue:
    """Apply, or amend the application that is under way."""
    actor, form = current_actor(), ApplicationForm()
    with reading() as session:
        _, row = registering.certificate(session, actor, certificate_id)
        form.place_code.choices = dict(actions.places(session, row["person_id"]))
    if not form.sent():
        return _page(certificate_id, form)
    act = "amended" if row["status"] == Status.PENDING else "applied"
    try:
        _take(actor, certificate_id, act, reason=form.reason.data, place_code=form.place_code.data)
    except RuleViolation as refusal:
        form.reject(refusal)
        return _page(certificate_id, form)
    return _back(certificate_id)


@bp.post("/certificates/<int:certificate_id>/step/<act>")
@needs(*EDIT_OR_OWN)
def step(certificate_id: int, act: str) -> ResponseReturnValue:
    form = StepForm()
    if act not in STEPS or act in ("applied", "amended"):
        raise NotFound("register.step", "There is no such step.")
    if not form.sent():
        raise RuleViolation("register.step-form", "Write the day like 2026-03-01.")
    _take(current_actor(), certificate_id, act, reason=form.reason.data, registered_on=form.registered_on.data)
    return _back(certificate_id)


def _take(actor: Actor, certificate_id: int, act: str, **values: Any) -> None:
    clock = runtime().clock
    with writing() as session:
        registering.take(
            session, actor, certificate_id, act, today=clock.today(), now=clock.now(), checks=renewal_checks(), **values
        )


@bp.post("/certificates/<int:certificate_id>/platform")
@needs(Permission.REGISTER_HOLDER_EDIT)
def platform(certificate_id: int) -> ResponseReturnValue:
    form, clock = PlatformForm(), runtime().clock
    if not form.sent():
        raise RuleViolation("register.step-form", "Write the day like 2026-03-01.")
    with writing() as session:
        registering.enter_platform(
            session,
            current_actor(),
            certificate_id,
            status=Status(form.status.data),
            registered_on=form.registered_on.data,
            now=clock.now(),
            today=clock.today(),
        )
    return _back(certificate_id)


@bp.post("/certificates/<int:certificate_id>/region")
@needs(Permission.REGISTER_HOLDER_EDIT)
def name_region(certificate_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        _, row = registering.certificate(session, actor, certificate_id)
        form = _region_form(actions.places(session, row["person_id"]))
    if not form.sent():
        raise RuleViolation("register.region-form", "Choose one of the regions.")
    with writing() as session:
        registering.name_region(
            session, actor, certificate_id, region_code=form.region_code.data, now=runtime().clock.now()
        )
    return _back(certificate_id)


@bp.post("/events/<int:event_id>/take-back")
@needs(Permission.REGISTER_HOLDER_EDIT)
def take_back_event(event_id: int) -> ResponseReturnValue:
    with writing() as session:
        certificate_id = registering.take_back(session, current_actor(), event_id, now=runtime().clock.now())
    return _back(certificate_id)


@bp.post("/certificates/<int:certificate_id>/withdraw")
@needs(Permission.REGISTER_HOLDER_EDIT)
def withdraw(certificate_id: int) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.sent():
        raise RuleViolation("register.withdraw-reason", "Say why the certificate is taken out of the register.")
    with writing() as session:
        person_id = registering.withdraw(
            session, current_actor(), certificate_id, reason=form.reason.data, now=runtime().clock.now()
        )
    return redirect(url_for("register.person", person_id=person_id), 303)


@bp.post("/events/<int:event_id>/bring-back")
@needs(Permission.REGISTER_HOLDER_EDIT)
def bring_back(event_id: int) -> ResponseReturnValue:
    with writing() as session:
        certificate_id = registering.bring_back(session, current_actor(), event_id, now=runtime().clock.now())
    return _back(certificate_id)


@bp.post("/certificates/<int:certificate_id>/scans")
@needs(*EDIT_OR_OWN)
def add_scan(certificate_id: int) -> ResponseReturnValue:
    form = ScanForm()
    if not form.sent():
        raise RuleViolation("register.scan-none", "Choose a file first.")
    sent = form.scan.data
    with writing() as session:
        scans.add(
            session,
            runtime().vault,
            current_actor(),
            certificate_id,
            sent.filename,
            sent.stream.read(scans.LARGEST_BYTES + 1),
            now=runtime().clock.now(),
        )
    return _back(certificate_id)


@bp.get("/scans/<int:file_id>")
@needs(*SEE_OR_OWN)
def scan(file_id: int) -> ResponseReturnValue:
    with reading() as session:
        name, mimetype, content = scans.content(session, runtime().vault, current_actor(), file_id)
    return file_response(content, name, mimetype)


@bp.post("/scans/<int:file_id>/remove")
@needs(*EDIT_OR_OWN)
def remove_scan(file_id: int) -> ResponseReturnValue:
    with writing() as session:
        certificate_id = scans.remove(session, current_actor(), file_id, now=runtime().clock.now())
    return _back(certificate_id)


@bp.post("/certificates/<int:certificate_id>/disclosure")
@needs(Permission.REGISTER_OWN_USE)
def disclose(certificate_id: int) -> ResponseReturnValue:
    form = DisclosureForm()
    if not form.sent():
        raise RuleViolation("register.disclosure", "Choose what the public check shows.")
    with writing() as session:
        disclosing.disclose(
            session,
            current_actor(),
            certificate_id,
            form.shows.data,
            code=secrets.token_urlsafe(disclosing.CODE_BYTES),
            now=runtime().clock.now(),
        )
    return _back(certificate_id)


@bp.get("/certificates/<int:certificate_id>/code.svg")
@needs(Permission.REGISTER_OWN_USE)
def code_picture(certificate_id: int) -> ResponseReturnValue:
    """The address of the public check as a QR code."""
    with reading() as session:
        shows, code = disclosing.disclosure(session, current_actor(), certificate_id)
    if code is None or shows == "nothing":
        raise NotFound("register.code", "Nothing is shown of this certificate.")
    buffer = io.BytesIO()
    address = runtime().settings.base_url + url_for("register.check", code=code)
    segno.make(address, error="m").save(buffer, kind="svg", scale=5, border=4, light="#fff", dark="#000", xmldecl=False)
    return Response(buffer.getvalue(), mimetype="image/svg+xml")


def _back(certificate_id: int) -> Response:
    return redirect(url_for("register.certificate", certificate_id=certificate_id), 303)
