"""The notebook of mistakes: the list, the sheet for paper, files to take along, and the rule of leaving."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.bank import actions as bank
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import in_language, say
from examprep.plumbing.listing import Ask, Column, Page, download, file_response, page_of
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.practice import notebook as pages
from examprep.practice import overview
from examprep.practice.leaves import explanation, key, options, remarks, stem
from examprep.practice.notebook import Leaf, Narrowing, Notebook
from examprep.practice.rules.notebook import CAUSES, FEWEST_DAYS, MOST_DAYS
from examprep.practice.views import bp
from examprep.syllabus.values import Subject

FILTERS = ("subject", "chapter", "cause", "tag")
MOST_PRINTED = 300
MOST_IN_A_FILE = 1000

COLUMNS = (
    Column(
        "stem",
        N_("Question"),
        sortable=True,
        link=lambda row: url_for("practice.review", question_id=row["question_id"]),
    ),
    Column("chapter", N_("Chapter"), "names"),
    Column("causes", N_("Why missed")),
    Column("note", N_("My note"), "lines"),
    Column("mistaken_at", N_("Last mistake"), "instant", sortable=True),
    Column("rights", N_("Right"), "number", sortable=True),
    Column("reps", N_("Answers"), "number", sortable=True),
    Column("right_days", N_("Right on days since"), "number", sortable=True),
)
# A file has room for the whole question.
FILE_COLUMNS = (
    Column("stem", N_("Question")),
    Column("options", N_("Options")),
    Column("key", N_("Key")),
    Column("explanation", N_("Explanation")),
    Column("note", N_("My note")),
    Column("causes", N_("Why missed")),
    Column("tags", N_("My tags")),
    Column("subject", N_("Subject"), "names"),
    *COLUMNS[1:2],
    *COLUMNS[4:],
)


def _row(leaf: Leaf) -> dict[str, Any]:
    """A leaf as the list and its files show it."""
    return {
        "question_id": leaf.question.question_id,
        "stem": stem(leaf.question),
        "options": "\n".join(options(leaf.question)),
        "key": key(leaf.question),
        "explanation": explanation(leaf.question),
        "subject": leaf.subject,
        "chapter": leaf.chapter,
        "note": leaf.note,
        "causes": remarks(leaf),
        "tags": " ".join(leaf.tags),
        "mistaken_at": leaf.noted.mistaken_at,
        "reps": leaf.noted.reps,
        "rights": leaf.noted.rights,
        "right_days": leaf.noted.right_days,
    }


def _ask() -> Ask:
    return Ask.of(request.args, filters=FILTERS)


def _narrowing(ask: Ask) -> Narrowing:
    return Narrowing(
        ask.filters.get("subject", ""), ask.number("chapter"), ask.filters.get("cause", ""), ask.number("tag")
    )


def _found(book: Notebook, ask: Ask) -> tuple[Page, list[Leaf]]:
    """The page of the list, and every leaf that matches, in the list's order."""
    rows = [_row(leaf) for leaf in book.leaves]
    every = page_of(rows, replace(ask, export="csv"), columns=COLUMNS)
    by_id = {leaf.question.question_id: leaf for leaf in book.leaves}
    return page_of(rows, ask, columns=COLUMNS), [by_id[row["question_id"]] for row in every.rows]


@bp.get("/notebook")
@needs(Permission.PRACTICE_OWN_USE)
def notebook() -> ResponseReturnValue:
    ask = _ask()
    with reading() as session:
        book = pages.read(session, current_actor(), _narrowing(ask))
        subjects = overview.subjects(session)
    page, _ = _found(book, ask)
    if ask.export:
        return download(page, FILE_COLUMNS, "notebook")
    return render_template(
        "practice/notebook.html",
        page=page,
        columns=COLUMNS,
        book=book,
        choices=_choices(book, subjects, ask),
        days=range(FEWEST_DAYS, MOST_DAYS + 1),
    )


def _choices(book: Notebook, subjects: Sequence[Subject], ask: Ask) -> list[tuple[str, str, list[tuple[Any, str]]]]:
    """What the list can be narrowed by; causes and tags once there are any."""
    found: list[tuple[str, str, list[tuple[Any, str]]]] = [
        ("subject", N_("All subjects"), [(one.code, in_language(one.names)) for one in subjects]),
        (
            "chapter",
            N_("All chapters"),
            [(id_, f"{one.number} {in_language(one.names)}") for id_, one in book.chapters.items()],
        ),
        ("cause", N_("Missed for any reason"), [(code, say(CAUSES[code])) for code in book.causes]),
        ("tag", N_("All my tags"), list(book.tags.items())),
    ]
    return [one for one in found if one[2] or ask.filters.get(one[0])]


@bp.get("/notebook/sheet")
@needs(Permission.PRACTICE_OWN_USE)
def notebook_sheet() -> ResponseReturnValue:
    """The questions whole, for paper: with their keys, or without them to test oneself."""
    ask = _ask()
    with reading() as session:
        book = pages.read(session, current_actor(), _narrowing(ask))
    _, leaves = _found(book, ask)
    return render_template(
        "practice/notebook_sheet.html",
        leaves=leaves[:MOST_PRINTED],
        left_out=max(0, len(leaves) - MOST_PRINTED),
        answers=request.args.get("answers") != "no",
        ask=ask,
        causes=CAUSES,
    )


@bp.get("/notebook/file/<kind>")
@needs(Permission.PRACTICE_OWN_USE)
def notebook_file(kind: str) -> ResponseReturnValue:
    """The same as a Word document, a PDF or a deck for Anki."""
    # What writes them is heavy and seldom wanted: it is loaded when it is.
    from examprep.practice import booklets

    if kind not in booklets.KINDS:
        raise NotFound("practice.file", "The notebook cannot be had as such a file.")
    ask = _ask()
    with reading() as session:
        book = pages.read(session, current_actor(), _narrowing(ask))
        _, leaves = _found(book, ask)
        if len(leaves) > MOST_IN_A_FILE:
            raise RuleViolation(
                "practice.file-long",
                "%(total)s questions are in it; a file holds at most %(most)s. Narrow the notebook first.",
                total=len(leaves),
                most=MOST_IN_A_FILE,
            )
        pictures = bank.pictures(session, [leaf.question for leaf in leaves])
    written = booklets.KINDS[kind]
    booklet = booklets.Booklet(
        title=say(N_("My mistakes")),
        sheets=[booklets.sheet(leaf, pictures) for leaf in leaves],
        answers=request.args.get("answers") != "no",
        made_at=runtime().clock.now(),
    )
    return file_response(written.write(booklet), f"notebook{written.suffix}", written.mimetype)


@bp.post("/notebook/rule")
@needs(Permission.PRACTICE_OWN_USE)
def notebook_rule() -> ResponseReturnValue:
    """After right answers on how many days a question leaves one's own notebook."""
    with writing() as session:
        pages.set_days_to_leave(
            session, current_actor(), request.form.get("days", 0, type=int), now=runtime().clock.now()
        )
    return redirect(url_for("practice.notebook"), 303)
