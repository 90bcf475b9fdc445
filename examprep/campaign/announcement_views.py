"""Announcements: what is shown to whoever reads, and what officers write, mend, withdraw and follow."""

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.campaign import announcing, notices
from examprep.campaign.announcement_form import AnnouncementForm, filled
from examprep.campaign.blueprint import bp
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people import directory
from examprep.people.session import current_actor
from examprep.plumbing.access import needs, signed_in
from examprep.plumbing.listing import Ask, Column, Page, download, file_response
from examprep.plumbing.runtime import reading, runtime, writing

WRITE = announcing.WRITE
SHOWN_DAYS = 30
COLUMNS = (
    Column("titles", N_("Title"), "names", link=lambda row: url_for("campaign.announcement", number=row["id"])),
    Column("organisation", N_("Addressed to"), sortable=True),
    Column("state", N_("State"), "badge"),
    Column("since", N_("Shown from"), "day", sortable=True),
    Column("last_on", N_("Up to"), "day"),
    Column("readers", N_("Seen by"), "number", link=lambda row: url_for("campaign.readers", number=row["id"])),
    Column("persons", N_("Of accounts"), "number"),
)
READER_COLUMNS = (
    Column("name", N_("Name"), sortable=True),
    Column("organisation", N_("Organisation"), sortable=True),
    Column("read_at", N_("Opened"), "instant", sortable=True),
)


@bp.get("/announcements")
@signed_in
def announcements() -> ResponseReturnValue:
    """All that is addressed to the reader."""
    today = runtime().clock.today()
    with reading() as session:
        page = notices.mine(session, current_actor(), Ask.of(request.args), today)
    return render_template("campaign/announcements.html", page=page, today=today, may_write=current_actor().may(WRITE))


@bp.get("/announcements/<int:number>")
@signed_in
def announcement(number: int) -> ResponseReturnValue:
    """One of them; opening it is what marks it as read, the first time."""
    actor, clock = current_actor(), runtime().clock
    with reading() as session:
        found = notices.read(session, actor, number, clock.today())
    if not found.read:
        with writing() as session:
            notices.mark_read(session, actor, number, now=clock.now())
    manages = False
    if actor.may(WRITE):
        with reading() as session:
            manages = announcing.manages(session, actor, number)
    return render_template("campaign/announcement.html", notice=found, manages=manages, today=clock.today())


@bp.get("/announcements/<int:number>/file")
@signed_in
def announcement_file(number: int) -> ResponseReturnValue:
    with reading() as session:
        name, content = notices.attached(session, current_actor(), number, runtime().clock.today())
    return file_response(content, name, "application/octet-stream")


@bp.get("/notices")
@needs(WRITE)
def managed() -> ResponseReturnValue:
    today, ask = runtime().clock.today(), Ask.of(request.args, filters=("state",))
    with reading() as session:
        page = notices.managed(session, current_actor(), ask, today)
    rows = [
        {
            **row,
            "last_on": row["until"] - timedelta(days=1),
            "state": N_("Withdrawn")
            if row["withdrawn_at"]
            else N_("Still to come")
            if row["since"] > today
            else N_("Being shown")
            if row["until"] > today
            else N_("Over"),
        }
        for row in page.rows
    ]
    page = Page(rows, page.total, page.ask)
    if ask.export:
        return download(page, COLUMNS, "announcements")
    return render_template("campaign/managed.html", page=page, columns=COLUMNS)


@bp.get("/notices/<int:number>/readers")
@needs(WRITE)
def readers(number: int) -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("read",))
    with reading() as session:
        page = notices.readers(session, current_actor(), number, ask)
        notice = notices.read(session, current_actor(), number, runtime().clock.today())
    if ask.export:
        return download(page, READER_COLUMNS, "readers")
    return render_template("campaign/readers.html", page=page, columns=READER_COLUMNS, notice=notice)


@bp.route("/notices/new", methods=["GET", "POST"])
@needs(WRITE)
def new_announcement() -> ResponseReturnValue:
    today = runtime().clock.today()
    form = AnnouncementForm(data={"since": today, "last_on": today + timedelta(days=SHOWN_DAYS)})
    return _written(None, form)


@bp.route("/notices/<int:number>/edit", methods=["GET", "POST"])
@needs(WRITE)
def edit_announcement(number: int) -> ResponseReturnValue:
    with reading() as session:
        form = AnnouncementForm(data=filled(announcing.managed_row(session, current_actor(), number)))
    return _written(number, form)


def _written(number: int | None, form: AnnouncementForm) -> ResponseReturnValue:
    actor, now = current_actor(), runtime().clock.now()
    with reading() as session:
        form.organisation_id.choices = directory.organisation_choices(session, actor, WRITE)
    if form.sent():
        try:
            with writing() as session:
                if number is None:
                    saved = announcing.write(session, actor, form.announcement(), now=now)
                else:
                    announcing.change(session, actor, number, form.announcement(), now=now)
                    saved = number
            return redirect(url_for("campaign.announcement", number=saved), 303)
        except (RuleViolation, Conflict, NotFound) as refusal:
            form.reject(refusal)
    return render_template("campaign/announcement_edit.html", form=form, number=number), form.status


@bp.post("/notices/<int:number>/withdraw")
@needs(WRITE)
def withdraw_announcement(number: int) -> ResponseReturnValue:
    with writing() as session:
        announcing.withdraw(session, current_actor(), number, request.form.get("reason", ""), now=runtime().clock.now())
    return redirect(url_for("campaign.managed"), 303)
