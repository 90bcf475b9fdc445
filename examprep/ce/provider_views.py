"""Providers and their keys: the officer's pages."""

from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from examprep.ce import providing
from examprep.ce.blueprint import bp
from examprep.ce.claim_views import told, worded
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people import directory
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing

MANAGE = Permission.CE_PROVIDER_MANAGE


class ProviderForm(BaseForm):
    """A provider to recognise."""

    name = StringField(N_("Name"), [InputRequired(), Length(max=100)])
    organisation_id = SelectField(
        N_("May report persons of"), [InputRequired()], coerce=int, description=N_("And of everything below it.")
    )
    submit = SubmitField(N_("Add the provider"))


class KeyForm(BaseForm):
    """A key for a provider's system."""

    label = StringField(N_("What the key is for"), [InputRequired(), Length(max=60)])
    submit = SubmitField(N_("Make a key"))


COLUMNS = (
    Column("name", N_("Provider"), sortable=True, link=lambda row: url_for("ce.provider", provider_id=row["id"])),
    Column("organisation", N_("May report persons of"), sortable=True),
    Column("records", N_("Records"), "number"),
    Column("keys", N_("Keys in force"), "number"),
    Column("closed_at", N_("Closed at"), "instant"),
)
RECORD_COLUMNS = (
    Column("name", N_("Name"), sortable=True, link=lambda row: url_for("ce.review", claim_id=row["id"])),
    Column("unit", N_("Unit"), sortable=True),
    Column("title", N_("Activity")),
    Column("first_on", N_("Day"), "day", sortable=True),
    Column("minutes", N_("Credit hours"), "hours", sortable=True),
    Column("decided_at", N_("Recorded at"), "instant", sortable=True),
    Column("state", N_("State"), "badge"),
)


@bp.route("/providers", methods=["GET", "POST"])
@needs(MANAGE)
def providers() -> ResponseReturnValue:
    actor, form, ask = current_actor(), ProviderForm(), Ask.of(request.args)
    with reading() as session:
        form.organisation_id.choices = directory.organisation_choices(session, actor, MANAGE)
    if form.sent():
        try:
            with writing() as session:
                provider_id = providing.add_provider(
                    session,
                    actor,
                    name=form.name.data,
                    organisation_id=form.organisation_id.data,
                    now=runtime().clock.now(),
                )
            return redirect(url_for("ce.provider", provider_id=provider_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    with reading() as session:
        page = providing.providers(session, actor, ask)
    if ask.export:
        return download(page, COLUMNS, "providers")
    return render_template("ce/providers.html", page=page, columns=COLUMNS, form=form), form.status


@bp.route("/providers/<int:provider_id>", methods=["GET", "POST"])
@needs(MANAGE)
def provider(provider_id: int) -> ResponseReturnValue:
    """A provider with its keys and records; a key just made is shown on the answer to its form, and never again."""
    actor, form, ask, fresh = current_actor(), KeyForm(), Ask.of(request.args), ""
    if form.sent():
        with writing() as session:
            fresh = providing.add_key(session, actor, provider_id, form.label.data, now=runtime().clock.now())
        form = KeyForm(formdata=None)
    with reading() as session:
        found = providing.provider_of(session, actor, provider_id)
        keys = providing.keys(session, provider_id)
        page = providing.records(session, provider_id, ask)
    page = replace(page, rows=[told(row) for row in page.rows])
    if ask.export:
        return download(replace(page, rows=worded(page.rows)), RECORD_COLUMNS, f"provider-{provider_id}")
    shown = render_template(
        "ce/provider.html",
        provider=found,
        keys=keys.rows,
        page=page,
        columns=RECORD_COLUMNS,
        form=form,
        fresh=fresh,
        address=f"{runtime().settings.base_url}{url_for('ce.api_description')}",
    )
    return shown, form.status


@bp.post("/providers/<int:provider_id>/keys/<int:key_id>/revoke")
@needs(MANAGE)
def key_revoke(provider_id: int, key_id: int) -> ResponseReturnValue:
    with writing() as session:
        providing.revoke_key(session, current_actor(), provider_id, key_id, now=runtime().clock.now())
    return redirect(url_for("ce.provider", provider_id=provider_id), 303)


@bp.post("/providers/<int:provider_id>/<act>")
@needs(MANAGE)
def provider_close(provider_id: int, act: str) -> ResponseReturnValue:
    """Close it, or open it again."""
    if act not in {"close", "open"}:
        raise NotFound("ce.provider", "There is no such provider.")
    with writing() as session:
        providing.set_closed(session, current_actor(), provider_id, act != "open", now=runtime().clock.now())
    return redirect(url_for("ce.provider", provider_id=provider_id), 303)
