"""The administrator's pages: formats and trees, one tree, a chapter, a part of a paper, key dates."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.marks import format_marks
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import in_language, say
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.syllabus import actions, editing
from examprep.syllabus.forms import (
    CERTAINTIES,
    KINDS,
    PRECISIONS,
    TYPES,
    ChapterForm,
    KeyDateForm,
    NewChapterForm,
    PartForm,
)
from examprep.syllabus.presenting import days_of
from examprep.syllabus.rules.calendar import doubts
from examprep.syllabus.values import Chapter, KeyDate

bp = Blueprint("syllabus", __name__, url_prefix="/syllabus")

NATIONWIDE = N_("The whole country")
bp.add_app_template_filter(days_of, "key_days")


@bp.get("/")
@needs(Permission.SYLLABUS_EDIT)
def index() -> ResponseReturnValue:
    with reading() as session:
        levels = [
            (level, [(subject, actions.paper_parts(session, subject.code)) for subject in found])
            for level in actions.levels(session)
            if (found := actions.subjects(session, level=level.code))
        ]
        versions = actions.versions(session)
    totals = {s.code: sum(part.half_points for part in parts) for _, subjects in levels for s, parts in subjects}
    return render_template(
        "syllabus/index.html",
        levels=levels,
        versions=versions,
        totals=totals,
        certainties=CERTAINTIES,
        full=200,
        type_names=TYPES,
    )


@bp.get("/trees/<subject>/<version>")
@needs(Permission.SYLLABUS_EDIT)
def tree(subject: str, version: str) -> ResponseReturnValue:
    with reading() as session:
        editing.check_tree(session, subject, version)
        found = actions.subject(session, subject)
        edition = next(v for v in actions.versions(session) if v.code == version)
        chapters = actions.chapters(session, subject, version, retired=True)
    columns = (
        Column("number", N_("Number"), sortable=True),
        Column("names", N_("Chapter"), "names", link=lambda row: url_for("syllabus.chapter", chapter_id=row["id"])),
        Column("weight", N_("Points of 100")),
        Column("certainty", N_("Certainty"), "sentence", sortable=True),
        Column("state", N_("State"), "badge"),
        Column("source", N_("Source")),
    )
    page = page_of([_chapter_row(c) for c in chapters], Ask.of(request.args, size=50), columns=columns)
    if page.ask.export:
        return download(page, columns, f"{subject}-{version}")
    return render_template("syllabus/tree.html", subject=found, version=edition, page=page, columns=columns)


def _chapter_row(chapter: Chapter) -> dict[str, object]:
    low, high = chapter.weight_low, chapter.weight_high
    weight = "—" if low is None or high is None else f"{format_marks(low)}–{format_marks(high)}"
    return {
        "id": chapter.id,
        "number": chapter.number,
        "names": chapter.names,
        "weight": format_marks(low) if low is not None and low == high else weight,
        "certainty": CERTAINTIES[chapter.certainty],
        "state": "retired" if chapter.retired else N_("Edited") if chapter.edited else N_("As shipped"),
        "source": chapter.source,
    }


@bp.route("/chapters/<int:chapter_id>", methods=["GET", "POST"])
@needs(Permission.SYLLABUS_EDIT)
def chapter(chapter_id: int) -> ResponseReturnValue:
    with reading() as session:
        found = actions.chapters_by_id(session, frozenset({chapter_id})).get(chapter_id)
    if found is None:
        raise NotFound("syllabus.chapter", "There is no such chapter.")
    form = ChapterForm(
        data={
            "zh": found.names["zh"],
            "en": found.names.get("en", ""),
            "low": None if found.weight_low is None else format_marks(found.weight_low),
            "high": None if found.weight_high is None else format_marks(found.weight_high),
            "certainty": found.certainty,
        }
    )
    if form.sent():
        try:
            with writing() as session:
                editing.edit_chapter(session, current_actor(), chapter_id, **form.chapter(), now=runtime().clock.now())
            return redirect(_tree_of(found), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    return render_template("syllabus/chapter.html", form=form, chapter=found, back=_tree_of(found)), form.status


def _tree_of(chapter: Chapter) -> str:
    return url_for("syllabus.tree", subject=chapter.subject, version=chapter.version)


@bp.route("/trees/<subject>/<version>/add", methods=["GET", "POST"])
@needs(Permission.SYLLABUS_EDIT)
def add_chapter(subject: str, version: str) -> ResponseReturnValue:
    form, back = NewChapterForm(), url_for("syllabus.tree", subject=subject, version=version)
    with reading() as session:
        editing.check_tree(session, subject, version)
        of = f"{in_language(actions.subject(session, subject).names)} · {version}"
    if form.sent():
        try:
            with writing() as session:
                editing.add_chapter(
                    session, current_actor(), subject, version, **form.chapter(), now=runtime().clock.now()
                )
            return redirect(back, 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return render_template("syllabus/add.html", form=form, back=back, title=N_("Add a chapter"), of=of), form.status


@bp.post("/chapters/<int:chapter_id>/retire")
@needs(Permission.SYLLABUS_EDIT)
def retire(chapter_id: int) -> ResponseReturnValue:
    with writing() as session:
        editing.retire_chapter(session, current_actor(), chapter_id, now=runtime().clock.now())
    return redirect(url_for("syllabus.chapter", chapter_id=chapter_id), 303)


@bp.post("/chapters/<int:chapter_id>/restore")
@needs(Permission.SYLLABUS_EDIT)
def restore(chapter_id: int) -> ResponseReturnValue:
    with writing() as session:
        editing.restore_chapter(session, current_actor(), chapter_id, now=runtime().clock.now())
    return redirect(url_for("syllabus.chapter", chapter_id=chapter_id), 303)


@bp.route("/parts/<int:part_id>", methods=["GET", "POST"])
@needs(Permission.SYLLABUS_EDIT)
def part(part_id: int) -> ResponseReturnValue:
    with reading() as session:
        found = actions.paper_part(session, part_id)
        subject = actions.subject(session, found.subject)
    form = PartForm(
        data={"count": found.count, "points": format_marks(found.half_points_each), "certainty": found.certainty}
    )
    if form.sent():
        with writing() as session:
            editing.edit_part(session, current_actor(), part_id, **form.part(), now=runtime().clock.now())
        return redirect(url_for("syllabus.index"), 303)
    back, of = url_for("syllabus.index"), f"{in_language(subject.names)} · {say(TYPES[found.question_type])}"
    return render_template("syllabus/add.html", form=form, back=back, title=N_("Part of a paper"), of=of), form.status


@bp.get("/dates")
@needs(Permission.SYLLABUS_EDIT)
def dates() -> ResponseReturnValue:
    """All key dates, or of one year those that hold in a region and what in them cannot be right."""
    columns = (
        Column("exam_year", N_("Exam year"), sortable=True),
        Column("region", N_("Region")),
        Column("kind", N_("What"), "sentence", link=_date_address),
        Column("days", N_("When")),
        Column("starts_on", N_("Begins on"), "day", sortable=True),
        Column("ends_on", N_("Ends on"), "day"),
        Column("precision", N_("Known"), "sentence"),
        Column("certainty", N_("Certainty"), "sentence"),
        Column("source", N_("Source")),
        Column("state", N_("State"), "badge"),
    )
    ask = Ask.of(request.args, filters=("year", "region"), size=50)
    with reading() as session:
        found = actions.all_key_dates(session)
        regions = actions.region_names(session)
        provinces = actions.provinces(session)
        years = sorted({entry.exam_year for entry in found}, reverse=True)
        year, region = ask.number("year"), ask.filters.get("region")
        if region and year in years:
            found = actions.calendar(session, year, region)
            doubted = doubts(found)
        else:
            found, doubted = tuple(e for e in reversed(found) if year in (None, e.exam_year)), ()
    page = page_of([_date_row(entry, regions) for entry in found], ask, columns=columns)
    if ask.export:
        return download(page, columns, "key-dates")
    shown = [column for column in columns if column.name not in {"starts_on", "ends_on", "precision"}]
    return render_template(
        "syllabus/dates.html", page=page, columns=shown, years=years, provinces=provinces, doubts=doubted
    )


def _date_address(row: Mapping[str, Any]) -> str | None:
    return url_for("syllabus.date", key_date_id=row["id"]) if row["id"] else None


def _region(entry: KeyDate, regions: dict[str, str]) -> str:
    return regions.get(entry.region_code, entry.region_code) if entry.region_code else say(NATIONWIDE)


def _date_row(entry: KeyDate, regions: dict[str, str]) -> dict[str, object]:
    return {
        "id": entry.id,
        "exam_year": str(entry.exam_year),
        "region": _region(entry, regions),
        "kind": KINDS[entry.kind],
        "days": days_of(entry),
        "starts_on": entry.starts_on,
        "ends_on": entry.ends_on,
        "precision": PRECISIONS[entry.precision],
        "certainty": CERTAINTIES[entry.certainty],
        "source": entry.source,
        "state": N_("Taken back") if entry.withdrawn else N_("By a rule") if not entry.id else N_("In force"),
    }


@bp.post("/dates/<int:key_date_id>/withdraw")
@needs(Permission.SYLLABUS_EDIT)
def withdraw_date(key_date_id: int) -> ResponseReturnValue:
    with writing() as session:
        editing.withdraw_key_date(session, current_actor(), key_date_id, now=runtime().clock.now())
    return redirect(url_for("syllabus.dates"), 303)


@bp.route("/dates/add", methods=["GET", "POST"])
@needs(Permission.SYLLABUS_EDIT)
def add_date() -> ResponseReturnValue:
    return _date_form(None, KeyDateForm(), "")


@bp.route("/dates/<int:key_date_id>", methods=["GET", "POST"])
@needs(Permission.SYLLABUS_EDIT)
def date(key_date_id: int) -> ResponseReturnValue:
    with reading() as session:
        found = actions.key_date(session, key_date_id)
        regions = actions.region_names(session)
    of = f"{found.exam_year} · {say(KINDS[found.kind])} · {_region(found, regions)}"
    return _date_form(key_date_id, KeyDateForm(data=vars(found)), of, standing=not found.withdrawn)


def _date_form(key_date_id: int | None, form: KeyDateForm, of: str, *, standing: bool = False) -> ResponseReturnValue:
    back = url_for("syllabus.dates")
    if form.sent():
        try:
            with writing() as session:
                editing.set_key_date(session, current_actor(), key_date_id, **form.entry(), now=runtime().clock.now())
            return redirect(back, 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    title = N_("Key date") if key_date_id else N_("Add a key date")
    withdraw = url_for("syllabus.withdraw_date", key_date_id=key_date_id) if standing else ""
    return (
        render_template("syllabus/date.html", form=form, back=back, title=title, of=of, withdraw=withdraw),
        form.status,
    )
