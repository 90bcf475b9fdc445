"""Pages of persons, roles, accounts, organisations and the audit trail."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.clock import start_of_day
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people import directory, merge_lists
from examprep.people.access import Permission
from examprep.people.forms import (
    KIND_LABELS,
    ROLE_LABELS,
    AccountForm,
    CorrectOrganisationForm,
    OrganisationForm,
    PersonForm,
    RoleForm,
)
from examprep.people.session import current_actor
from examprep.people.trail import TRAILS, Trail, acts_of, read_lines
from examprep.people.views import bp
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing

PERSON_COLUMNS = (
    Column("name", N_("Name"), sortable=True, link=lambda row: url_for("people.person", person_id=row["id"])),
    Column("organisation", N_("Organisation"), sortable=True),
    Column("phone", N_("Phone")),
    Column("email", N_("E-mail")),
    Column("account", N_("Account"), "badge"),
)
ORGANISATION_COLUMNS = (
    Column(
        "name",
        N_("Organisation name"),
        sortable=True,
        link=lambda row: url_for("people.organisation", organisation_id=row["id"]),
    ),
    Column("kind", N_("Kind"), "choice", choices=KIND_LABELS),
    Column("parent", N_("Below")),
    Column("region", N_("Region"), sortable=True),
    Column("closed_on", N_("Closed"), "day"),
)


@bp.get("/people")
@needs(Permission.PEOPLE_PERSON_SEE)
def people() -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("organisation", "kind", "role", "post"))
    with reading() as session:
        page = directory.people(session, current_actor(), ask)
        organisations = directory.organisation_choices(session, current_actor(), Permission.PEOPLE_PERSON_SEE)
    if ask.export:
        return download(page, PERSON_COLUMNS, "people")
    return render_template(
        "people/people.html",
        page=page,
        columns=PERSON_COLUMNS,
        organisations=organisations,
        kinds=[(code, Sentence(word)) for code, word in KIND_LABELS.items()],
        roles=ROLE_LABELS,
        posts=(("yes", Sentence("In post")), ("no", Sentence("Not in post"))),
    )


@bp.route("/people/new", methods=["GET", "POST"])
@needs(Permission.PEOPLE_PERSON_EDIT)
def new_person() -> ResponseReturnValue:
    return _person_form(PersonForm(), None)


@bp.route("/people/<int:person_id>/edit", methods=["GET", "POST"])
@needs(Permission.PEOPLE_PERSON_EDIT)
def edit_person(person_id: int) -> ResponseReturnValue:
    with reading() as session:
        person = directory.person_detail(session, runtime().vault, current_actor(), person_id)
    return _person_form(PersonForm(data={**person, "id_number": "", "education": person["education"] or ""}), person_id)


def _person_form(form: PersonForm, person_id: int | None) -> ResponseReturnValue:
    with reading() as session:
        form.organisation_id.choices = directory.organisation_choices(
            session, current_actor(), Permission.PEOPLE_PERSON_EDIT
        )
    if person_id is not None:
        form.id_number.description = N_("Kept encrypted and shown masked. Leave empty to keep it.")
    if form.sent():
        try:
            with writing() as session:
                saved = directory.save_person(
                    session,
                    runtime().vault,
                    current_actor(),
                    form.entry(),
                    person_id=person_id,
                    now=runtime().clock.now(),
                    today=runtime().clock.today(),
                )
            return redirect(url_for("people.person", person_id=saved), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return render_template("people/person_form.html", form=form, person_id=person_id), form.status


@bp.get("/people/<int:person_id>")
@needs(Permission.PEOPLE_PERSON_SEE)
def person(person_id: int) -> ResponseReturnValue:
    try:
        return _person_page(person_id)
    except NotFound:
        with reading() as session:
            gone = merge_lists.gone(session, current_actor(), person_id)
        if gone is None:
            raise
    return render_template("people/gone.html", gone=gone)


def _person_page(
    person_id: int, *, forms: Mapping[str, Any] | None = None, password: str | None = None, status: int = 200
) -> ResponseReturnValue:
    actor = current_actor()
    role_form, account_form = (forms or {}).get("role") or RoleForm(None), (forms or {}).get("account")
    with reading() as session:
        detail = directory.person_detail(session, runtime().vault, actor, person_id)
        if not role_form.is_submitted():
            role_form.organisation_id.data = detail["organisation_id"]
        role_form.organisation_id.choices = directory.organisation_choices(
            session, actor, Permission.PEOPLE_ACCOUNT_MANAGE
        )
    page = render_template(
        "people/person.html",
        person=detail,
        role_form=role_form,
        account_form=account_form or AccountForm(None),
        password=password,
        roles=ROLE_LABELS,
        manages=actor.may(Permission.PEOPLE_ACCOUNT_MANAGE),
        edits=actor.may(Permission.PEOPLE_PERSON_EDIT),
        merges=actor.may(Permission.PEOPLE_PERSON_MERGE),
    )
    return page, status


@bp.post("/people/<int:person_id>/roles")
@needs(Permission.PEOPLE_ACCOUNT_MANAGE)
def give_role(person_id: int) -> ResponseReturnValue:
    form, actor = RoleForm(), current_actor()
    with reading() as session:
        form.organisation_id.choices = directory.organisation_choices(session, actor, Permission.PEOPLE_ACCOUNT_MANAGE)
    if form.sent():
        try:
            with writing() as session:
                directory.give_role(
                    session,
                    actor,
                    person_id,
                    role=form.role.data,
                    organisation_id=form.organisation_id.data,
                    now=runtime().clock.now(),
                    today=runtime().clock.today(),
                )
            return redirect(url_for("people.person", person_id=person_id), 303)
        except Conflict as refusal:
            form.reject(refusal)
    return _person_page(person_id, forms={"role": form}, status=422)


@bp.post("/roles/<int:membership_id>/end")
@needs(Permission.PEOPLE_ACCOUNT_MANAGE)
def end_role(membership_id: int) -> ResponseReturnValue:
    with writing() as session:
        person_id = directory.end_role(
            session, current_actor(), membership_id, now=runtime().clock.now(), today=runtime().clock.today()
        )
    return redirect(url_for("people.person", person_id=person_id), 303)


@bp.post("/people/<int:person_id>/account")
@needs(Permission.PEOPLE_ACCOUNT_MANAGE)
def issue_account(person_id: int) -> ResponseReturnValue:
    """Open an account or renew its password; the password is shown on this answer and nowhere else."""
    form = AccountForm()
    if form.sent():
        try:
            with writing() as session:
                password = directory.issue_account(
                    session, current_actor(), person_id, sign_in_name=form.sign_in_name.data, now=runtime().clock.now()
                )
            return _person_page(person_id, password=password)
        except (Conflict, RuleViolation) as refusal:
            form.reject(refusal)
    return _person_page(person_id, forms={"account": form}, status=422)


@bp.post("/people/<int:person_id>/account/close")
@needs(Permission.PEOPLE_ACCOUNT_MANAGE)
def close_account(person_id: int) -> ResponseReturnValue:
    with writing() as session:
        directory.close_account(session, current_actor(), person_id, now=runtime().clock.now())
    return redirect(url_for("people.person", person_id=person_id), 303)


@bp.route("/organisations", methods=["GET", "POST"])
@needs(Permission.PEOPLE_ORGANISATION_MANAGE)
def organisations() -> ResponseReturnValue:
    form, actor, permission = OrganisationForm(), current_actor(), Permission.PEOPLE_ORGANISATION_MANAGE
    ask = Ask.of(request.args, filters=("kind",))
    with reading() as session:
        form.parent_id.choices = directory.organisation_choices(session, actor, permission)
        form.region_code.choices = directory.region_choices(session)
        page = directory.organisation_page(session, actor, permission, ask)
    if ask.export:
        return download(page, ORGANISATION_COLUMNS, "organisations")
    if form.sent():
        try:
            with writing() as session:
                directory.found_organisation(session, actor, **form.entry(now=runtime().clock.now()))
            return redirect(url_for("people.organisations", q=form.name.data), 303)
        except Conflict as refusal:
            form.reject(refusal)
    return render_template(
        "people/organisations.html", form=form, page=page, columns=ORGANISATION_COLUMNS, kinds=KIND_LABELS
    ), form.status


@bp.route("/organisations/<int:organisation_id>", methods=["GET", "POST"])
@needs(Permission.PEOPLE_ORGANISATION_MANAGE)
def organisation(organisation_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        detail = directory.organisation_detail(session, actor, organisation_id)
        regions = directory.region_choices(session)
    form = CorrectOrganisationForm(data=detail)
    form.region_code.choices = regions
    if form.sent():
        try:
            with writing() as session:
                directory.correct_organisation(session, actor, organisation_id, **form.entry(now=runtime().clock.now()))
            return redirect(url_for("people.organisation", organisation_id=organisation_id), 303)
        except Conflict as refusal:
            form.reject(refusal)
    return render_template("people/organisation.html", form=form, organisation=detail, kinds=KIND_LABELS), form.status


@bp.post("/organisations/<int:organisation_id>/close")
@needs(Permission.PEOPLE_ORGANISATION_MANAGE)
def close_organisation(organisation_id: int) -> ResponseReturnValue:
    with writing() as session:
        directory.close_organisation(
            session,
            current_actor(),
            organisation_id,
            reopen=request.form.get("reopen") == "yes",
            now=runtime().clock.now(),
            today=runtime().clock.today(),
        )
    return redirect(url_for("people.organisation", organisation_id=organisation_id), 303)


@bp.get("/audit")
@needs(Permission.PEOPLE_AUDIT_SEE)
def audit() -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("act", "since", "until"), size=50)
    since, until = ask.day("since"), ask.day("until")
    trails: Mapping[str, Trail] = current_app.extensions[TRAILS]
    with reading() as session:
        page = directory.audit_page(
            session,
            current_actor(),
            ask,
            start=start_of_day(since) if since else None,
            end=start_of_day(until + timedelta(days=1)) if until else None,
        )
        lines = read_lines(session, trails, page.rows)
    acts = acts_of(trails)
    columns = _audit_columns(acts)
    page = replace(page, rows=[{**line, "actor": line["actor"] or say(N_("On the server"))} for line in lines])
    if ask.export:
        return download(page, columns, "audit")
    choices = sorted(((code, say(label)) for code, label in acts.items()), key=lambda choice: choice[1])
    return render_template("people/audit.html", page=page, columns=columns, acts=choices)


def _audit_columns(acts: Mapping[str, str]) -> tuple[Column, ...]:
    actor = current_actor()

    def page_of_object(line: Mapping[str, Any]) -> str | None:
        thing = line["thing"]
        if thing is None or not thing.endpoint or not actor.may(thing.permission):
            return None
        return url_for(thing.endpoint, **{thing.key: line["object_id"]})

    return (
        Column("at", N_("When"), "instant", sortable=True),
        Column("actor", N_("Who"), sortable=True),
        Column("act", N_("What was done"), "choice", sortable=True, choices=acts),
        Column("object", N_("On what"), link=page_of_object),
        Column("changes", N_("What changed")),
        Column("address", N_("Network address")),
    )
