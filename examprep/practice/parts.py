"""The parts of the question page, drawn once and kept: a version never changes, so neither does its markup.

Drawing the answered and the next question anew took three quarters of an answer's time. What differs between two
showings (token, the answer's identity, the place) is put around the kept parts.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

from flask import current_app, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from examprep.bank import actions as bank
from examprep.plumbing.i18n import language
from examprep.practice.actions import Told

# About 3 kB each: 25 MB at most.
_KEPT = 8192


@dataclass(frozen=True, slots=True)
class Shown:
    """What is particular to one showing of a question."""

    version_id: int
    address: str
    syllabus: str
    answer_id: str
    token: str
    position: int
    total: int


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
    shown = Shown(question.version_id, address, syllabus, answer_id, _token(), position, total)
    spoken = language()
    return _macro("ask")(shown, _body(spoken, question), _buttons(spoken, address, marked))


def told(answer: Told, *, address: str, syllabus: str, answer_id: str) -> Markup:
    """What a candidate sees after an answer, with the next question ready in it."""
    spoken = language()
    upcoming = answer.upcoming and ask(
        answer.upcoming,
        address=address,
        syllabus=syllabus,
        answer_id=answer_id,
        position=answer.position,
        total=answer.total,
    )
    # What comes next is no part of what is kept.
    verdict = _verdict(spoken, replace(answer, sure=None, upcoming=None, position=0, total=0))
    words = _next_words(spoken, answer.upcoming is not None)
    return _macro("told_box")(verdict, _reasons(spoken, answer.question), address, words, upcoming or "")


@lru_cache(_KEPT)
def _packed(spoken: str, question: bank.Question) -> dict[str, Any]:
    places = question.content.places
    return {
        "version": question.version_id,
        "question": question.question_id,
        "ask": _body(spoken, question),
        "solution": _macro("kind_line")(question) + _macro("solution")(question, ()),
        "reasons": _reasons(spoken, question),
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
    """The token for the next form: that of the form just sent, which was checked and holds as long as the session.

    Making a new one costs a signature.
    """
    return request.form.get("csrf_token") or generate_csrf()


def _macro(name: str) -> Callable[..., Markup]:
    return cast(
        "Callable[..., Markup]", getattr(current_app.jinja_env.get_template("practice/_parts.html").module, name)
    )


@lru_cache(_KEPT)
def _body(_language: str, question: bank.Question) -> Markup:
    return _macro("ask_body")(question)


@lru_cache(256)
def _buttons(_language: str, address: str, marked: bool) -> Markup:
    return _macro("ask_buttons")(address, marked)


@lru_cache(_KEPT)
def _verdict(_language: str, answer: Told) -> Markup:
    return _macro("verdict")(answer)


@lru_cache(_KEPT)
def _reasons(_language: str, question: bank.Question) -> Markup:
    return _macro("reasons")(question)


@lru_cache(8)
def _next_words(_language: str, more: bool) -> Markup:
    return _macro("next_words")(more)
