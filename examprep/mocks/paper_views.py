"""Papers that are set: the trainer's pages."""

from datetime import UTC, datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateTimeLocalField, RadioField, SelectField, StringField, SubmitField
from wtforms.validators import DataRequired, InputRequired, Length

from examprep.kernel.clock import OFFICE_ZONE
from examprep.kernel.errors import Conflict, Refusal, RuleViolation
from examprep.kernel.sentence import N_
from examprep.mocks import marking, papers, setting
from examprep.mocks.views import bp, draw_sheet, labels, new_seed, read_points, status_of
from examprep.people import directory
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.plumbing.states import choices
from examprep.practice import assigning, overview

MANAGE = Permission.PRACTICE_ASSIGNMENT_MANAGE
MOST_HANDED_OVER = 500
NEVER = datetime(1, 1, 2)  # noqa: DTZ001 -- no time was sent, or one before which no other zone has any

COLUMNS = (
    Column("title", N_("Title"), sortable=True, link=lambda row: url_for("mocks.paper", paper_id=row["id"])),
    Column("subject", N_("Paper"), "names"),
    Column("opens_at", N_("From"), "instant", sortable=True),
    Column("closes_at", N_("Until"), "instant", sortable=True),
    Column("sat", N_("Begun by"), "rate"),
    Column("to_mark", N_("To be marked"), "number"),
    Column("set_by", N_("Set by")),
    Column("state", N_("State"), "badge"),
)
PERSON_COLUMNS = (
    Column(
        "name",
        N_("Name"),
        sortable=True,
        link=lambda row: (
            url_for("mocks.paper_report", paper_id=row["paper_id"], attempt_id=row["attempt_id"])
            if row["attempt_id"]
            else None
        ),
    ),
    Column("organisation", N_("Organisation"), sortable=True),
    Column("half_points", N_("Points"), "marks", sortable=True),
    Column("full_half_points", N_("Of points"), "marks"),
    Column("begun_at", N_("Begun at"), "instant", sortable=True),
    Column("ended_at", N_("Paper handed in"), "instant", sortable=True),
    Column("state", N_("State"), "badge", sortable=True),
)


KEYS = {
    "after": N_("are shown once the time is over for everybody"),
    "at-once": N_("are shown to each person after handing in"),
}


class PaperForm(BaseForm):
    """A paper for a window. Whether the window is allowed is a rule."""

    title = StringField(N_("Title"), [DataRequired(), Length(max=80)])
    organisation_id = SelectField(N_("To everybody of"), coerce=int)
    opens_at = DateTimeLocalField(N_("Can be begun from"), [InputRequired()], format="%Y-%m-%dT%H:%M")
    closes_at = DateTimeLocalField(N_("Ends for everybody at"), [InputRequired()], format="%Y-%m-%dT%H:%M")
    keys = RadioField(
        N_("Right answers and explanations"),
        [InputRequired()],
        default="after",
    )
    submit = SubmitField(N_("Set the mock exam"))

    def paper(self, subject_code: str, person_ids: list[int], *, shorter: bool) -> setting.Entry:
        return setting.Entry(
            title=self.title.data or "",
            subject_code=subject_code,
            opens_at=_instant(self.opens_at.data),
            closes_at=_instant(self.closes_at.data),
            keys=self.keys.data or "after",
            organisation_id=None if person_ids else self.organisation_id.data,
            person_ids=person_ids,
            shorter=shorter,
        )


def _instant(typed: datetime | None) -> datetime:
    """What was typed is the office's wall-clock time."""
    return max(typed or NEVER, NEVER).replace(tzinfo=OFFICE_ZONE).astimezone(UTC)


@bp.get("/papers")
@needs(MANAGE)
def papers_list() -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=setting.FILTERS)
    with reading() as session:
        page = setting.papers_set(session, current_actor(), ask, now=runtime().clock.now())
        subjects = [(each.code, each.names) for each in overview.subjects(session)]
    if ask.export:
        return download(page, COLUMNS, "mock-papers")
    return render_template(
        "mocks/papers.html", page=page, columns=COLUMNS, wanted_subjects=subjects, states=choices(setting.STATES)
    )


@bp.route("/papers/new", methods=["GET", "POST"])
@needs(MANAGE)
def new_paper() -> ResponseReturnValue:
    """Set a paper of a subject to an organisation, or to the persons whose ids the address hands over."""
    clock, form, actor = runtime().clock, PaperForm(), current_actor()
    person_ids = request.values.getlist("person", type=int)[:MOST_HANDED_OVER]
    with reading() as session:
        subjects = overview.subjects(session)
        subject = next((one for one in subjects if one.code == request.args.get("subject", "")), subjects[0])
        shown = papers.preview(session, subject.code, None, seed=0, today=clock.today())
        form.keys.choices = list(KEYS.items())
        form.organisation_id.choices = directory.organisation_choices(session, actor, MANAGE)
        names = assigning.names_of(session, actor, person_ids, today=clock.today())
    if person_ids:
        del form.organisation_id
    if form.sent():
        try:
            with writing() as session:
                entry = form.paper(subject.code, person_ids, shorter=request.form.get("shorter") == "yes")
                made = setting.set_paper(session, actor, entry, seed=new_seed(), today=clock.today(), now=clock.now())
            return redirect(url_for("mocks.paper", paper_id=made), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    page = render_template(
        "mocks/paper_new.html",
        form=form,
        shown=shown,
        subjects=subjects,
        labels=labels(),
        person_ids=person_ids,
        names=names,
    )
    return page, form.status


@bp.get("/papers/<int:paper_id>")
@needs(MANAGE)
def paper(paper_id: int) -> ResponseReturnValue:
    """Who sat it, with their marks, and how each question fared."""
    return _paper(paper_id)


def _paper(paper_id: int, refusal: Refusal | None = None) -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("state",))
    with reading() as session:
        shown = setting.outcome(session, current_actor(), paper_id, now=runtime().clock.now())
    wanted = ask.filters.get("state")
    rows = [{**row, "paper_id": paper_id} for row in shown.rows if wanted in {None, "", row["state"]}]
    page = page_of(rows, ask, columns=PERSON_COLUMNS)
    if ask.export:
        return download(page, PERSON_COLUMNS, f"mock-paper-{paper_id}")
    drawn = render_template(
        "mocks/paper.html",
        shown=shown,
        page=page,
        columns=PERSON_COLUMNS,
        states=choices(setting.PERSON_STATES),
        refusal=refusal,
    )
    return drawn, status_of(refusal)


@bp.get("/papers/<int:paper_id>/sheet")
@needs(MANAGE)
def paper_sheet(paper_id: int) -> ResponseReturnValue:
    """The whole paper, for paper: to be sat in a room, or with answers to go through it."""
    with reading() as session:
        shown = setting.sheet(session, current_actor(), paper_id)
    return draw_sheet(shown, url_for("mocks.paper", paper_id=paper_id))


@bp.post("/papers/<int:paper_id>/take-back")
@needs(MANAGE)
def take_back(paper_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        with writing() as session:
            setting.take_back(session, current_actor(), paper_id, reason, now=runtime().clock.now())
    except (RuleViolation, Conflict) as refusal:
        return _paper(paper_id, refusal)
    return redirect(url_for("mocks.paper", paper_id=paper_id), 303)


@bp.post("/papers/<int:paper_id>/put-back")
@needs(MANAGE)
def put_back(paper_id: int) -> ResponseReturnValue:
    """A paper that was taken back counts again."""
    try:
        with writing() as session:
            setting.put_back(session, current_actor(), paper_id, now=runtime().clock.now())
    except Conflict as refusal:
        return _paper(paper_id, refusal)
    return redirect(url_for("mocks.paper", paper_id=paper_id), 303)


@bp.get("/papers/<int:paper_id>/sat/<int:attempt_id>")
@needs(MANAGE)
def paper_report(paper_id: int, attempt_id: int) -> ResponseReturnValue:
    """One person's report."""
    with reading() as session:
        report, name = setting.report(session, current_actor(), paper_id, attempt_id, now=runtime().clock.now())
    return render_template("mocks/paper_report.html", report=report, name=name, labels=labels())


@bp.route("/papers/<int:paper_id>/sat/<int:attempt_id>/marking", methods=["GET", "POST"])
@needs(MANAGE)
def mark_paper(paper_id: int, attempt_id: int) -> ResponseReturnValue:
    """Mark what a learner wrote, point by point."""
    refusal: Refusal | None = None
    if request.method == "POST":
        done, reason, now = request.form.get("done", ""), request.form.get("reason", ""), runtime().clock.now()
        try:
            where = current_actor(), paper_id, attempt_id, read_points()
            with writing() as session:
                if done == "anew":
                    marking.mark_set_anew(session, *where, reason, now=now)
                else:
                    marking.mark_set(session, *where, done=done == "yes", now=now)
            to = "mocks.paper_report" if done in {"yes", "anew"} else "mocks.mark_paper"
            return redirect(url_for(to, paper_id=paper_id, attempt_id=attempt_id), 303)
        except (RuleViolation, Conflict) as found:
            refusal = found
    with reading() as session:
        sheet = marking.set_sheet(session, current_actor(), paper_id, attempt_id)
    page = render_template(
        "mocks/marking.html",
        sheet=sheet,
        reason=request.form.get("reason", ""),
        action=url_for("mocks.mark_paper", paper_id=paper_id, attempt_id=attempt_id),
        back=url_for("mocks.paper_report", paper_id=paper_id, attempt_id=attempt_id),
        refusal=refusal,
    )
    return page, status_of(refusal)
