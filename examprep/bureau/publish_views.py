"""Preparing, looking at, publishing and withdrawing tables."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from examprep.bureau import presenting, publications, publishing
from examprep.bureau.publish_forms import PrepareForm, ThresholdForm, WithdrawForm
from examprep.bureau.rules import content as texts
from examprep.bureau.views import bp
from examprep.imports import progress
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people import directory
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading, runtime, writing

PUBLISH = Permission.BUREAU_FIGURES_PUBLISH


def columns_of(page: str, /) -> tuple[Column, ...]:
    """A list of publications, each leading to ``page``: an endpoint of the bureau's, or of everybody's."""
    return (
        Column("unit", N_("Unit"), sortable=True, link=lambda row: url_for(page, publication_id=row["id"])),
        Column("state", N_("State"), "badge"),
        Column("as_of", N_("As of"), "day", sortable=True),
        Column("published_at", N_("Published on"), "instant", sortable=True),
        Column("sha256", N_("Hash (SHA-256)")),
    )


COLUMNS = columns_of("bureau.publication")
KINDS = {
    "exams": (presenting.exam_rows, presenting.EXAM_COLUMNS),
    "holders": (presenting.holder_rows, presenting.HOLDER_COLUMNS),
}


def _units(session: Session) -> list[tuple[int, str]]:
    return directory.organisation_choices(session, current_actor(), PUBLISH)


@bp.get("/publications")
@needs(PUBLISH)
def publications_list() -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("state",))
    with reading() as session:
        page = publications.page(session, current_actor(), ask)
        units = _units(session)
        threshold = publishing.threshold_of(session, units[0][0]) if units else publishing.THRESHOLD
    if ask.export:
        return download(page, COLUMNS, "publications")
    return render_template("bureau/publications.html", page=page, columns=COLUMNS, threshold=threshold)


@bp.route("/publications/new", methods=["GET", "POST"])
@needs(PUBLISH)
def prepare() -> ResponseReturnValue:
    actor, today, now = current_actor(), runtime().clock.today(), runtime().clock.now()
    form = PrepareForm(data=None if request.method == "POST" else _usual(today.year))
    with reading() as session:
        form.offer(_units(session))
    if form.sent():
        if form.last_year.data < form.first_year.data:
            form.last_year.errors.append(say(N_("The last year lies before the first.")))
        else:
            years = range(form.first_year.data, form.last_year.data + 1)
            asked = publishing.Asked(form.unit.data, form.depth.data, years)
            try:
                # Judged before anything is written: a province takes a while, and others write meanwhile.
                waiting = progress.shown(runtime().settings.home, actor.person_id, request.form.get("progress", ""))
                with waiting, reading() as session:
                    found = publishing.draft(session, actor, asked, today=today)
                with writing() as session:
                    publication_id = publishing.keep(session, actor, found, now=now)
                return redirect(url_for("bureau.publication", publication_id=publication_id), 303)
            except RuleViolation as refusal:
                form.reject(refusal)
    return render_template("bureau/prepare.html", form=form), form.status


def _usual(year: int) -> dict[str, int]:
    return {"depth": 1, "first_year": year - 5, "last_year": year}


@bp.route("/publications/threshold", methods=["GET", "POST"])
@needs(PUBLISH)
def threshold() -> ResponseReturnValue:
    actor = current_actor()
    form = ThresholdForm()
    with reading() as session:
        form.unit.choices = _units(session)
        if request.method == "GET" and form.unit.choices:
            form.persons.data = publishing.threshold_of(session, form.unit.choices[0][0])
    if form.sent():
        with writing() as session:
            publishing.set_threshold(session, actor, form.unit.data, form.persons.data, now=runtime().clock.now())
        return redirect(url_for("bureau.publications_list"), 303)
    return render_template("bureau/threshold.html", form=form), form.status


@bp.get("/publications/<int:publication_id>")
@needs(PUBLISH)
def publication(publication_id: int) -> ResponseReturnValue:
    """The tables as they are or would be published, and what they hide."""
    with reading() as session:
        row = publishing.seen(session, current_actor(), publication_id)
    content = texts.read(row.content)
    ask = Ask.of(request.args, filters=("why",))
    hidden = page_of(presenting.hidden_rows(content, row.withheld, ask, say), ask, columns=presenting.HIDDEN_COLUMNS)
    if ask.export:
        return download(hidden, presenting.HIDDEN_COLUMNS, "hidden")
    return render_template(
        "bureau/publication.html",
        row=row,
        withdraw_form=WithdrawForm(),
        hidden=hidden,
        hidden_columns=presenting.HIDDEN_COLUMNS,
        whys=presenting.WHYS,
        **shown(content),
    )


def shown(content: texts.Content) -> dict[str, Any]:
    """What the tables' template takes: the unit's own figures by year, and a picture of each."""
    exams, holders = presenting.summary(content), presenting.holder_summary(content)
    return {
        "content": content,
        "exams": exams,
        "cautions": presenting.cautions(exams),
        "holders": holders,
        "picture": presenting.picture(exams),
        "holder_picture": presenting.holder_picture(holders),
        "levels": presenting.LEVEL_WORDS,
    }


@bp.get("/publications/<int:publication_id>/<kind>")
@needs(PUBLISH)
def publication_rows(publication_id: int, kind: str) -> ResponseReturnValue:
    """Every row of a draft or a publication, before and after it is public."""
    with reading() as session:
        row = publishing.seen(session, current_actor(), publication_id)
    back = url_for("bureau.publication", publication_id=publication_id)
    return rows_page(texts.read(row.content), kind, back, number=publication_id)


def rows_page(content: texts.Content, kind: str, back: str, *, number: int | None = None) -> ResponseReturnValue:
    """One kind of a publication's tables as a list, the same for the bureau and for everybody."""
    ask = Ask.of(request.args, filters=("period", "level"), size=50)
    if kind not in KINDS:
        raise NotFound("bureau.kind", "There are no such tables.")
    make, columns = KINDS[kind]
    page = page_of(make(content, ask, say), ask, columns=columns)
    if ask.export:
        return download(page, columns, f"{kind}-{content.as_of.isoformat()}")
    periods = [table.period for table in content.tables if (table.kind == "holders") == (kind == "holders")]
    return render_template(
        "bureau/published_rows.html",
        content=content,
        kind=kind,
        page=page,
        columns=columns,
        back=back,
        number=number,
        periods=periods[::-1],
        levels=presenting.LEVEL_WORDS,
    )


@bp.post("/publications/<int:publication_id>/publish")
@needs(PUBLISH)
def publish(publication_id: int) -> ResponseReturnValue:
    with writing() as session:
        publishing.publish(session, current_actor(), publication_id, now=runtime().clock.now())
    return redirect(url_for("bureau.publication", publication_id=publication_id), 303)


@bp.post("/publications/<int:publication_id>/discard")
@needs(PUBLISH)
def discard(publication_id: int) -> ResponseReturnValue:
    with writing() as session:
        publishing.discard(session, current_actor(), publication_id, now=runtime().clock.now())
    return redirect(url_for("bureau.publications_list"), 303)


@bp.route("/publications/<int:publication_id>/withdraw", methods=["GET", "POST"])
@needs(PUBLISH)
def withdraw(publication_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), WithdrawForm()
    with reading() as session:
        row = publishing.seen(session, actor, publication_id)
    if form.sent():
        with writing() as session:
            publishing.withdraw(session, actor, publication_id, form.reason.data, now=runtime().clock.now())
        return redirect(url_for("bureau.publication", publication_id=publication_id), 303)
    return render_template("bureau/withdraw.html", form=form, row=row), form.status
