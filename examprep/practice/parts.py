"""The parts of the question page, drawn once and kept: a version never changes, so neither does its markup.

Drawing the answered and the next question anew took three quarters of an answer's time. What differs between two
showings (token, the answer's identity, the place) is put into the kept parts.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from flask import request
from markupsafe import Markup

from examprep.bank import actions as bank
from examprep.plumbing.cookies import form_token
from examprep.plumbing.i18n import language
from examprep.plumbing.site import drawn
from examprep.practice.actions import Told

_PARTS = "practice/_parts.html"
_PACKED_KEPT = 8192  # about 3 kB each: 25 MB at most


def ask(
    question: bank.Question,
    *,
    address: str,
    syllabus: str,
    answer_id: str,
    position: int,
    total: int,
    marked: bool = False,
) -> Markup:
    """The form in which a question is answered."""
    differs = {
        "address": address,
        "syllabus": syllabus,
        "answer_id": answer_id,
        "token": _token(),
        "place": f"{position} / {total}",
    }
    return drawn(_PARTS, "ask", question, marked, position > 0, differs=differs)


def told(answer: Told, *, address: str, syllabus: str, answer_id: str) -> Markup:
    """What a candidate sees after an answer, with the next question ready in it."""
    upcoming = answer.upcoming and ask(
        answer.upcoming,
        address=address,
        syllabus=syllabus,
        answer_id=answer_id,
        position=answer.position,
        total=answer.total,
    )
    # What comes next is no part of what is kept; why is kept once for all answers to a question.
    differs = {"address": address, "reasons": _drawn("reasons", answer.question), "upcoming": upcoming or ""}
    told_alike = replace(answer, sure=None, upcoming=None, position=0, total=0)
    return drawn(_PARTS, "told_box", told_alike, upcoming is not None, differs=differs)


@lru_cache(_PACKED_KEPT)
def _packed(_language: str, question: bank.Question) -> dict[str, Any]:
    places = question.content.places
    return {
        "version": question.version_id,
        "question": question.question_id,
        "ask": _drawn("ask_body", question),
        "solution": _drawn("kind_line", question) + _drawn("solution", question, ()),
        "reasons": _drawn("reasons", question),
        "letters": question.letters,
        "key": sorted(question.answer),
        "one_tick": question.one_tick,
        "full": question.half_points,
        "marks": [
            bank.grade(question, frozenset(place for place in range(places) if ticked >> place & 1))
            for ticked in range(1 << places)
        ],
    }


def packed(question: bank.Question) -> dict[str, Any]:
    """A question answered by ticking, as a device keeps it.

    ``marks``: the half-points of every possible answer; its index has the bit n set where place n is ticked. So a
    device marks as the server does without knowing how.
    """
    return _packed(language(), question)


def _token() -> str:
    """The token for the next form: that of the form just sent, which was checked and holds as long as the session."""
    return (request.method == "POST" and request.form.get("csrf_token")) or form_token()


def _drawn(macro: str, *values: Any) -> Markup:
    return drawn(_PARTS, macro, *values)
