"""The outbox's pages."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from jinja2 import TemplateError

from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs, signed_in
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.reminders import outbox as actions
from examprep.reminders.actions import choose_mails, own_mutes
from examprep.reminders.words import MAILS, OPTIONAL, words

bp = Blueprint("reminders", __name__, url_prefix="/reminders")
SEE = Permission.REMINDERS_OUTBOX_SEE
BROKEN = (TemplateError, LookupError, TypeError, ValueError)  # what making the words of a mail may meet


@bp.get("/outbox")
@needs(SEE)
def outbox() -> ResponseReturnValue:
    kinds: Mapping[str, str] = current_app.extensions[MAILS]
    columns = (
        Column("person", N_("Recipient"), sortable=True, link=lambda row: url_for(".reminder", reminder_id=row["id"])),
        Column("subject", N_("Subject line")),
        Column("template", N_("What it is about"), "choice", sortable=True, choices=kinds),
        Column("state", N_("State"), "badge", sortable=True),
        Column("queued_at", N_("Queued"), "instant", sortable=True),
        Column("settled_at", N_("Settled"), "instant", sortable=True),
        Column("tries", N_("Tries"), "number", sortable=True),
        Column("error", N_("Reason"), "sentence"),
    )
    with reading() as session:
        page = actions.listed(session, current_actor(), Ask.of(request.args, filters=("state", "template")))
        counts = actions.counts(session, current_actor())
    page = replace(page, rows=[{**row, "subject": row["subject"] or _subject(row)} for row in page.rows])
    if page.ask.export:
        return download(page, columns, "outbox")
    relay = runtime().settings.smtp_host is not None
    return render_template("reminders/outbox.html", page=page, columns=columns, counts=counts, relay=relay, kinds=kinds)


def _subject(row: Mapping[str, Any]) -> str:
    """What a mail not yet sent would be headed with now; empty when its words are broken."""
    try:
        return words(runtime().settings, row["template"], row["language"], row["person"], row["context"])[0]
    except BROKEN:
        return ""


@bp.get("/outbox/<int:reminder_id>")
@needs(SEE)
def reminder(reminder_id: int) -> ResponseReturnValue:
    with reading() as session:
        kept = actions.find(session, current_actor(), reminder_id)
    try:
        subject, body = words(runtime().settings, kept.template, kept.language, kept.person_name, kept.context)
    except BROKEN:
        # Its words are broken, which is just what whoever opens the page wants to learn.
        subject, body = kept.subject or kept.key, None
    return render_template(
        "reminders/reminder.html", reminder=kept, subject=subject, body=body, kinds=current_app.extensions[MAILS]
    )


@bp.post("/outbox/<int:reminder_id>/retry")
@needs(SEE)
def retry(reminder_id: int) -> ResponseReturnValue:
    with writing() as session:
        actions.retry(session, current_actor(), reminder_id, now=runtime().clock.now())
    return redirect(url_for("reminders.reminder", reminder_id=reminder_id), 303)


@bp.post("/outbox/test")
@needs(SEE)
def test() -> ResponseReturnValue:
    with writing() as session:
        actions.queue_test(session, current_actor(), now=runtime().clock.now())
    return redirect(url_for("reminders.outbox"), 303)


@bp.get("/mine")
@signed_in
def mine() -> ResponseReturnValue:
    """Which mails one wants."""
    with reading() as session:
        off = own_mutes(session, current_actor())
    kinds: Mapping[str, str] = current_app.extensions[MAILS]
    return render_template(
        "reminders/mine.html", kinds={kind: kinds[kind] for kind in current_app.extensions[OPTIONAL]}, off=off
    )


@bp.post("/mine")
@signed_in
def choose() -> ResponseReturnValue:
    with writing() as session:
        choose_mails(
            session, current_actor(), optional=current_app.extensions[OPTIONAL], wanted=request.form.getlist("kind")
        )
    return redirect(url_for("reminders.mine", kept=1), 303)
