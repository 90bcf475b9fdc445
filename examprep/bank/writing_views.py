"""Writing and editing a question; what was typed stays while options, parts and pictures are added."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from examprep.bank import authoring, browsing, checking, media
from examprep.bank.question_form import QuestionForm, blank, typed
from examprep.bank.rules.checks import CHECKS, SEVERITIES, Check
from examprep.bank.rules.item import Finding
from examprep.bank.types.registry import QUESTION_TYPES, QuestionType
from examprep.bank.values import Draft
from examprep.bank.views import bp
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.syllabus import actions as syllabus

FIRST_TYPE = "single-choice"


@dataclass(frozen=True)
class Checked:
    """What the checks say of a question as it is typed, and what it lacks before it can be saved."""

    findings: tuple[tuple[Check, Finding], ...] = ()
    lacks: Sentence | None = None


@bp.route("/new/<subject>", methods=["GET", "POST"])
@needs(Permission.BANK_QUESTION_EDIT)
def write(subject: str) -> ResponseReturnValue:
    actor, clock, kind = current_actor(), runtime().clock, _kind(FIRST_TYPE)
    with reading() as session:
        names = syllabus.subject(session, subject).names
        chapters = browsing.chapter_choices(session, subject)
    form = QuestionForm(kind, chapters, data={"publish": True, "author": actor.name, **blank(kind)})

    def keep(session: Session, draft: Draft) -> int:
        return authoring.write(session, actor, subject, draft, publish=form.publish.data, now=clock.now())

    if (question_id := _saved(form, keep)) is not None:
        return redirect(url_for("bank.question", question_id=question_id), 303)
    return render_template(
        "bank/edit.html",
        form=form,
        names=names,
        back=url_for("bank.index", subject=subject),
        number=None,
        note="",
        checked=_checked(form, subject, 0) if request.method == "POST" else None,
        severities=SEVERITIES,
        check_at=url_for("bank.check_typed", subject=subject, type=kind.name),
        kinds=[(k.name, k.label, url_for("bank.write", subject=subject, type=k.name)) for k in QUESTION_TYPES],
    ), form.status


@bp.route("/questions/<int:question_id>/edit", methods=["GET", "POST"])
@needs(Permission.BANK_QUESTION_EDIT)
def edit(question_id: int) -> ResponseReturnValue:
    actor, clock = current_actor(), runtime().clock
    with reading() as session:
        found = browsing.editable(session, actor, question_id)
        names = syllabus.subject(session, found.subject).names
        chapters = browsing.chapter_choices(session, found.subject)
    kind = _kind(found.current.type)
    form = QuestionForm(kind, chapters, data={**blank(kind), **typed(found.current, found.tags)})
    del form.publish

    def keep(session: Session, draft: Draft) -> int:
        return authoring.revise(session, actor, question_id, draft, now=clock.now())

    back = url_for("bank.question", question_id=question_id)
    if _saved(form, keep) is not None:
        return redirect(back, 303)
    note = N_(
        "The question is published: saving makes a new version. Answers given so far keep the old one. "
        "If the key changes, a second person approves it before it counts."
    )
    alike = [other for other in QUESTION_TYPES if other.written == QUESTION_TYPES[found.current.type].written]
    return render_template(
        "bank/edit.html",
        form=form,
        names=names,
        back=back,
        number=question_id,
        note=note if found.state == "published" else "",
        checked=_checked(form, found.subject, question_id),
        severities=SEVERITIES,
        check_at=url_for("bank.check_typed", subject=found.subject, type=kind.name, number=question_id),
        kinds=[(k.name, k.label, url_for("bank.edit", question_id=question_id, type=k.name)) for k in alike],
    ), form.status


@bp.post("/new/<subject>/check")
@needs(Permission.BANK_QUESTION_EDIT)
def check_typed(subject: str) -> ResponseReturnValue:
    """What the checks find in the form as it stands: a part of the page. Nothing is kept."""
    with reading() as session:
        syllabus.subject(session, subject)
        chapters = browsing.chapter_choices(session, subject)
    form = QuestionForm(_kind(FIRST_TYPE), chapters)
    number = request.args.get("number", 0, type=int)
    return render_template("bank/_findings.html", checked=_checked(form, subject, number), severities=SEVERITIES)


def _checked(form: QuestionForm, subject: str, number: int) -> Checked:
    """The findings never keep anybody from saving, so nothing here refuses."""
    lacks: Sentence | None = None
    try:
        draft = form.draft(runtime().clock.today())
    except RuleViolation as refusal:
        draft, lacks = form.sketch(), refusal.sentence
    if not draft.stem:
        lacks = Sentence("The stem is empty.")
    with reading() as session:
        found = checking.findings_in(session, current_actor(), subject, draft, whole=lacks is None, number=number)
    return Checked(tuple((CHECKS[finding.rule], finding) for finding in found), lacks)


def _kind(default: str) -> QuestionType:
    kind = QUESTION_TYPES.get(request.args.get("type") or default)
    if kind is None:
        raise NotFound("bank.type", "There is no such question type.")
    return kind


def _saved(form: QuestionForm, keep: Callable[[Session, Draft], int]) -> int | None:
    """What ``keep`` gives once the question is kept; ``None`` where the page is to be shown (again)."""
    try:
        if request.method == "POST" and (more := request.form.get("add", "")):
            _add(form, more)
        elif form.sent():
            draft = form.draft(runtime().clock.today())
            with writing() as session:
                return keep(session, draft)
    except (RuleViolation, Conflict) as refusal:
        form.reject(refusal)
    return None


def _add(form: QuestionForm, more: str) -> None:
    if more != "picture":
        form.grow(more)  # nothing where it is the preview or the checks that are asked for
        return
    sent = request.files.get("picture")
    if sent is None or not sent.filename:
        raise RuleViolation("bank.picture-none", "Choose a picture first, then add it.")
    drawn = media.redraw(sent.read())
    with writing() as session:
        media.keep(session, [drawn], now=runtime().clock.now())
    form.show_picture(drawn.sha256, request.form.get("picture_alt", "").strip()[:200])
