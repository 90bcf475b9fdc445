"""Transcripts: issued by their holder or an officer, for one or a whole unit; checked by anybody."""

import hashlib
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import IO, Any

import segno
from flask import redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from examprep.ce import standings, transcript_words, transcripts
from examprep.ce.blueprint import bp
from examprep.ce.forms import CATEGORY_NAMES
from examprep.ce.transcripts import Checked, Transcript
from examprep.imports import progress
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.kernel.period import calendar_year
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs, public
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import LANGUAGES, language
from examprep.plumbing.listing import Ask, Column, download, file_response
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.plumbing.uploads import shown
from examprep.register import actions as register

ISSUE = Permission.CE_TRANSCRIPT_ISSUE
CHUNK = 20  # persons at once: so much is in memory, and so short is each transaction
PERSONS_MOST = 3000
FILE_MOST_BYTES = 5 * 1024 * 1024
COLUMNS = (
    Column("number", N_("Number"), link=lambda row: url_for("ce.transcript", transcript_id=row["id"])),
    Column("name", N_("Name"), sortable=True),
    Column("since", N_("From"), "day"),
    Column("until", N_("Up to, not on"), "day"),
    Column("issued_at", N_("Issued at"), "instant", sortable=True),
)


class IssueForm(BaseForm):
    """Which year."""

    year = SelectField(N_("Year"), [InputRequired()], coerce=int)
    submit = SubmitField(N_("Issue a transcript"))

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.year.choices = [(y, str(y)) for y in standings.years_to_choose(runtime().clock.today())]
        if "spoken" in self:
            self.spoken.choices = list(LANGUAGES.items())


class UnitForm(IssueForm):
    """Which unit and year, in which language."""

    unit = SelectField(N_("Unit"), [InputRequired()], coerce=int)
    spoken = SelectField(N_("Language"), [InputRequired()])
    submit = SubmitField(N_("Issue for the whole unit"))


class CheckForm(BaseForm):
    """What stands on the paper."""

    number = StringField(N_("Number"), [InputRequired(), Length(max=20)])
    code = StringField(N_("Check code"), [InputRequired(), Length(max=20)])
    submit = SubmitField(N_("Check"))


class FileForm(BaseForm):
    """The PDF itself."""

    file = FileField(N_("PDF of the transcript"), [FileRequired()], render_kw={"accept": "application/pdf"})
    submit = SubmitField(N_("Check the file"))


@bp.route("/transcripts", methods=["GET", "POST"])
@needs(Permission.CE_OWN_SEE)
def own_transcripts() -> ResponseReturnValue:
    actor, form, ask = current_actor(), IssueForm(), Ask.of(request.args)
    if form.sent():
        try:
            return redirect(url_for("ce.transcript", transcript_id=_issue(actor.person_id, form.year.data)), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    with reading() as session:
        page = transcripts.own_transcripts(session, actor, ask)
    if ask.export:
        return download(page, COLUMNS, "transcripts")
    return render_template("ce/transcripts.html", page=page, columns=COLUMNS, form=form), form.status


@bp.post("/people/<int:person_id>/transcripts")
@needs(ISSUE)
def person_transcript(person_id: int) -> ResponseReturnValue:
    year = request.form.get("year", type=int) or runtime().clock.today().year
    year = min(max(year, standings.FIRST_YEAR), runtime().clock.today().year)
    return redirect(url_for("ce.transcript", transcript_id=_issue(person_id, year)), 303)


def _issue(person_id: int, year: int) -> int:
    """One person's transcript, in both languages.

    Raises:
        RuleViolation: ``ce.transcript-empty`` -- there is nothing to tell.
    """
    with reading() as session:
        made = _prepared(session, [person_id], year)
    if not made:
        raise RuleViolation("ce.transcript-empty", "No hours are recorded for %(year)s.", year=year)
    files = {spoken: _sha(_drawn(made[0], spoken)) for spoken in LANGUAGES}
    with writing() as session:
        (transcript_id,) = transcripts.keep(session, current_actor(), [(made[0], files)], now=runtime().clock.now())
    return transcript_id


def _prepared(session: Any, person_ids: Sequence[int], year: int) -> list[Transcript]:
    settings, period = runtime().settings, calendar_year(year)
    return transcripts.prepare(
        session,
        current_actor(),
        runtime().vault,
        person_ids,
        period.start,
        period.end,
        authority={"zh": settings.authority_zh, "en": settings.authority_en},
        now=runtime().clock.now(),
    )


def _drawn(one: Transcript, spoken: str) -> bytes:
    # What draws it is heavy and seldom wanted: it is loaded when it is.
    from examprep.ce import transcript_pdf

    return transcript_pdf.write(one, spoken, _base())


def _base() -> str:
    return runtime().settings.base_url


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@bp.get("/transcripts/<int:transcript_id>")
@needs(Permission.CE_OWN_SEE, ISSUE)
def transcript(transcript_id: int) -> ResponseReturnValue:
    """The transcript as a page that prints."""
    with reading() as session:
        found = transcripts.transcript_of(session, current_actor(), transcript_id)
    return render_template("ce/transcript.html", **_told(found), languages=LANGUAGES)


def _told(found: Transcript) -> dict[str, Any]:
    """What a page tells of a transcript, in its language."""
    told = found.content
    address = transcript_words.check_address(_base(), found)
    return {
        "transcript": found,
        "told": told,
        "facts": transcript_words.facts(found),
        "lines": [{**line, "time": transcript_words.days(line)} for line in told["lines"]],
        "categories": CATEGORY_NAMES,
        "authority": told["authority"].get(language()) or told["authority"]["zh"],
        "issued_on": date.fromisoformat(told["issued_on"]),
        "total": sum(told["minutes"].values()),
        "picture": segno.make(address, error="m").svg_data_uri(scale=4, border=2, dark="#000", light="#fff"),
    }


@bp.get("/transcripts/<int:transcript_id>/<spoken>.pdf")
@needs(Permission.CE_OWN_SEE, ISSUE)
def transcript_file(transcript_id: int, spoken: str) -> ResponseReturnValue:
    if spoken not in LANGUAGES:
        raise NotFound("ce.transcript", "There is no such transcript.")
    with reading() as session:
        found = transcripts.transcript_of(session, current_actor(), transcript_id)
    content = _drawn(found, spoken)
    with reading() as session:
        known = transcripts.file_known(session, _sha(content))
    if not known:  # a later version of the library draws it otherwise: that file is ours as well
        with writing() as session:
            transcripts.keep_files(session, transcript_id, {spoken: _sha(content)}, now=runtime().clock.now())
    return file_response(content, f"{found.number}.pdf", "application/pdf")


@bp.get("/transcripts/issued")
@needs(ISSUE)
def issued_transcripts() -> ResponseReturnValue:
    ask = Ask.of(request.args)
    with reading() as session:
        page = transcripts.issued_transcripts(session, current_actor(), ask)
    if ask.export:
        return download(page, COLUMNS, "transcripts")
    return render_template("ce/transcripts_issued.html", page=page, columns=COLUMNS)


@bp.route("/transcripts/unit", methods=["GET", "POST"])
@needs(ISSUE)
def unit_transcripts() -> ResponseReturnValue:
    """Everybody of a unit who has hours in the year, as one archive."""
    actor, form = current_actor(), UnitForm()
    with reading() as session:
        form.unit.choices = list(register.units(session, actor, ISSUE))
    if form.sent():
        period = calendar_year(form.year.data)
        with reading() as session:
            persons = transcripts.persons_of_unit(session, actor, form.unit.data, period.start, period.end)
        try:
            if not persons:
                raise RuleViolation("ce.transcript-empty", "No hours are recorded for %(year)s.", year=form.year.data)
            if len(persons) > PERSONS_MOST:
                raise RuleViolation(
                    "ce.transcript-many",
                    "That is %(count)s persons; choose a smaller unit, of at most %(limit)s.",
                    count=len(persons),
                    limit=PERSONS_MOST,
                )
            with progress.shown(runtime().settings.home, actor.person_id, request.form.get("progress", "")):
                archive = _archive(persons, form.year.data, form.spoken.data)
            return send_file(
                archive, "application/zip", as_attachment=True, download_name=f"transcripts-{form.year.data}.zip"
            )
        except RuleViolation as refusal:
            form.reject(refusal)
    return render_template("ce/transcripts_unit.html", form=form), form.status


def _archive(persons: Sequence[int], year: int, spoken: str) -> IO[bytes]:
    """The archive as a file on disk that is gone once it is closed; some persons at a time are in memory."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it when it is sent
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for start in range(0, len(persons), CHUNK):
            progress.say_step(Sentence("%(done)s of %(total)s transcripts are made.", done=start, total=len(persons)))
            with reading() as session:
                made = _prepared(session, persons[start : start + CHUNK], year)
            issued = []
            for one in made:
                content = _drawn(one, spoken)
                archive.writestr(f"{shown(one.content['name'])}-{one.number}.pdf", content)
                issued.append((one, {spoken: _sha(content)}))
            with writing() as session:
                transcripts.keep(session, current_actor(), issued, now=runtime().clock.now())
    file.seek(0)
    return file


@bp.get("/check")
@public
def check() -> ResponseReturnValue:
    """What stands behind a number and its code, for anybody who holds the paper."""
    asked = "number" in request.args
    form = CheckForm(formdata=request.args if asked else None, meta={"csrf": False})
    found = None
    if asked and form.validate():
        try:
            with reading() as session:
                found = transcripts.check(session, runtime().vault, form.number.data, form.code.data)
        except NotFound as refusal:
            form.reject(refusal)
    return _check_page(form, FileForm(formdata=None), found), 404 if form.errors else 200


@bp.post("/check/file")
@public
def check_file() -> ResponseReturnValue:
    form, found = FileForm(), None
    if form.sent():
        try:
            content = form.file.data.read(FILE_MOST_BYTES + 1)
            with reading() as session:
                found = transcripts.check_file(session, runtime().vault, content)
        except RuleViolation as refusal:
            form.reject(refusal)
    return _check_page(CheckForm(formdata=None, meta={"csrf": False}), form, found), form.status


def _check_page(form: CheckForm, file_form: FileForm, found: Checked | None) -> str:
    told = _told(found.transcript) if found else {}
    return render_template("ce/check.html", form=form, file_form=file_form, found=found, **told)


@bp.get("/check/key.pem")
@public
def check_key() -> ResponseReturnValue:
    """The public key of the signatures, for whoever checks them without us."""
    return runtime().vault.public_key(), 200, {"Content-Type": "application/x-pem-file"}
