"""Pages on which mentors are proposed, another is chosen for a learner, and pairs are approved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.plumbing.site import undrawn
from examprep.syllabus.values import Chapter
from examprep.training import proposing
from examprep.training.blueprint import bp
from examprep.training.mentor_words import chapters_of, said
from examprep.training.proposing import Proposal
from examprep.training.rules.pairing import Option, Reason

MANAGE = Permission.TRAINING_CLASS_MANAGE
MOST_CLASSES = 200  # at once: as many as the longest page of classes
IN_A_ROW = 6  # so many mentors are offered beside a learner; a page of their own shows all
SHOWN = {"proposed": N_("With a proposal"), "nobody": N_("Without one")}
COLUMNS = (
    Column("learner", N_("Learner"), sortable=True, link=lambda row: row["address"]),
    Column("unit", N_("Unit"), sortable=True),
    Column("mentor", N_("Mentor"), sortable=True),
    Column("why", N_("Why"), "lines"),
)
OPTION_COLUMNS = (
    Column("mentor", N_("Mentor"), sortable=True),
    Column("unit", N_("Unit"), sortable=True),
    Column("left", N_("Places left"), "number", sortable=True),
    Column("points", N_("Fits (0 fits best)"), "number", sortable=True),
    Column("why", N_("Why"), "lines"),
)


@bp.route("/mentors/proposal", methods=["GET", "POST"])
@needs(MANAGE)
def mentor_proposal() -> ResponseReturnValue:
    """A mentor for every learner without one; nobody is paired before a person approves."""
    if several := request.args.getlist("id"):  # ticked in the list of classes
        return redirect(url_for("training.mentor_proposal", classes="-".join(several)), 303)
    clock, actor, refused = runtime().clock, current_actor(), None
    class_ids, ask = _asked("shown")
    if request.method == "POST":
        try:
            with writing() as session:
                proposing.approve(session, actor, class_ids, _chosen(), today=clock.today(), now=clock.now())
            return redirect(url_for("training.mentor_pairs", state="present"), 303)
        except (Conflict, RuleViolation) as refusal:
            refused = refusal
    with reading() as session:
        found = proposing.proposal(session, actor, class_ids, today=clock.today())
        chapters = chapters_of(session, [each.reasons for each in found.pairings])
        classes = proposing.classes(session, actor)
    rows = _rows(found, chapters, ask)
    page = page_of(rows, ask, columns=COLUMNS)
    if ask.export:
        return download(page, COLUMNS, "mentor-proposal")
    choice = undrawn("training/_proposal.html", "choice")
    page = replace(page, rows=[{**row, "mentor": choice(row["id"], *_offered(found, row))} for row in page.rows])
    offered = [(str(class_id), name) for class_id, name in classes]
    if len(class_ids) > 1:
        offered.insert(0, (ask.filters["classes"], say(N_("The chosen classes"))))
    shown = render_template(
        "training/mentor_proposal.html",
        page=page,
        columns=COLUMNS,
        classes=offered,
        shown=[(code, say(name)) for code, name in SHOWN.items()],
        mentors=len(found.mentors),
        refused=refused,
    )
    return shown, 422 if refused else 200


@bp.route("/mentors/proposal/<int:person_id>", methods=["GET", "POST"])
@needs(MANAGE)
def mentor_choice(person_id: int) -> ResponseReturnValue:
    """Everybody who could mentor one learner, with reasons and free places; one is chosen."""
    clock, actor, refused = runtime().clock, current_actor(), None
    class_ids, ask = _asked()
    if request.method == "POST":
        try:
            chosen, widen = [(each, person_id) for each in _ids("id")], "widen" in request.form
            if len(chosen) != 1:
                raise RuleViolation("training.one-mentor", "Tick one mentor.")
            with writing() as session:
                now = clock.now()
                proposing.approve(session, actor, class_ids, chosen, widen=widen, today=clock.today(), now=now)
            return redirect(url_for("training.mentor_proposal", classes=ask.filters.get("classes")), 303)
        except (Conflict, RuleViolation) as refusal:
            refused = refusal
    with reading() as session:
        found = proposing.proposal(session, actor, class_ids, today=clock.today())
        if person_id not in found.learners:
            raise NotFound("training.learner", "There is no such learner without a mentor.")
        offered = found.options_of(person_id)
        chapters = chapters_of(session, [each.reasons for each in offered])
    rows = [
        {
            "id": each.mentor_id,
            "mentor": found.names[each.mentor_id][0],
            "unit": found.names[each.mentor_id][1],
            "left": each.left,
            "points": each.points,
            "why": _why(each.reasons, chapters),
        }
        for each in offered
    ]
    page = page_of(rows, ask, columns=OPTION_COLUMNS)
    if ask.export:
        return download(page, OPTION_COLUMNS, "mentors")
    name, unit = found.names[person_id]
    shown = render_template(
        "training/mentor_choice.html", page=page, columns=OPTION_COLUMNS, name=name, unit=unit, refused=refused
    )
    return shown, 422 if refused else 200


def _asked(*filters: str) -> tuple[list[int], Ask]:
    """The classes, and the list with them among its filters: so many are longer than any other filter may be."""
    parts = request.args.get("classes", "").split("-")
    numbers = {int(each) for each in parts if each.isascii() and each.isdecimal() and len(each) < 10}
    class_ids, ask = sorted(numbers)[:MOST_CLASSES], Ask.of(request.args, filters=filters)
    chosen = {"classes": "-".join(map(str, class_ids))} if class_ids else {}
    return class_ids, replace(ask, filters={**ask.filters, **chosen})


def _ids(name: str) -> list[int]:
    typed = request.form.getlist(name)
    return [int(each) for each in typed if each.isascii() and each.isdecimal() and len(each) < 10]


def _chosen() -> list[tuple[int, int]]:
    """The pairs (mentor, learner) that were ticked, or all that were shown; learners left without are left out.

    Raises:
        RuleViolation: ``training.none-chosen``.
    """
    learners = _ids("shown" if "all" in request.form else "id")
    found = [(mentor, learner) for learner in learners for mentor in _ids(f"mentor-{learner}") if mentor]
    if not found:
        raise RuleViolation("training.none-chosen", "Tick the pairs that you approve.")
    return found


def _rows(found: Proposal, chapters: Mapping[int, Chapter], ask: Ask) -> list[dict[str, Any]]:
    wanted, classes = ask.filters.get("shown"), ask.filters.get("classes")
    return [
        {
            "id": each.learner_id,
            "learner": found.names[each.learner_id][0],
            "unit": found.names[each.learner_id][1],
            "mentor": found.names[each.mentor_id][0] if each.mentor_id else "",
            "why": _why(each.reasons, chapters),
            "proposed": each.mentor_id,
            "address": url_for("training.mentor_choice", person_id=each.learner_id, classes=classes),
        }
        for each in found.pairings
        if wanted not in SHOWN or (wanted == "proposed") is (each.mentor_id is not None)
    ]


def _offered(found: Proposal, row: Mapping[str, Any]) -> tuple[Sequence[tuple[int, str, str, int]], int]:
    """(id, name, unit, places left) of the mentors offered beside a learner, and who is chosen: what was typed before a
    refusal, else who is proposed."""
    typed, best = _ids(f"mentor-{row['id']}"), found.options_of(row["id"])
    chosen = typed[0] if typed else row["proposed"] or 0
    near: list[Option] = [each for each in best if each.mentor_id == chosen]
    near += [each for each in best if each.left and each.mentor_id != chosen][: IN_A_ROW - len(near)]
    return [(each.mentor_id, *found.names[each.mentor_id], each.left) for each in near], chosen


def _why(reasons: Sequence[Reason], chapters: Mapping[int, Chapter]) -> str:
    return "\n".join(say(said(each, chapters)) for each in reasons)
