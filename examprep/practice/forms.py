"""What the pages send, read for shape only. The question page's is plain, because it is read on every answer."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from wtforms import IntegerField, SubmitField
from wtforms.validators import InputRequired, NumberRange, Optional

from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.practice.actions import Sent
from examprep.practice.day import MOST_QUESTIONS
from examprep.practice.rules.planning import LEAST_MINUTES, MOST_MINUTES

LONGEST_MS = 60 * 60 * 1000  # whoever came back after an hour was not thinking all the time
LONGEST_WORDS = 20_000
LAST_ROW = 2**31 - 1  # no row has a larger number
SURE = frozenset({"sure", "guessing"})


class Typed(Protocol):
    """As much of a request's form as is read."""

    def get(self, name: str, /) -> str | None: ...

    def getlist(self, name: str, /) -> list[str]: ...


def read_answer(form: Typed) -> Sent:
    """The answer in a form.

    Raises:
        RuleViolation: ``practice.shape`` -- some part is missing or is not what the page would have sent.
    """
    sure = form.get("sure") or None
    ticks = form.getlist("tick")
    written = form.getlist("written")
    if (sure is not None and sure not in SURE) or len(ticks) > 720 or len(written) > 12:
        raise unreadable()
    if sum(map(len, written)) > LONGEST_WORDS:
        raise RuleViolation("practice.words", "An answer has at most %(most)s characters.", most=LONGEST_WORDS)
    return Sent(
        client_id=read_uuid(form.get("answer")),
        version_id=read_row(_whole(form.get("version"))),
        syllabus=(form.get("syllabus") or "")[:64],
        ticks=frozenset(map(_whole, ticks)),
        blank=form.get("blank") is not None,
        sure=sure,
        took_ms=_took(form.get("took_ms")),
        written=tuple(words.strip() for words in written) if any(words.strip() for words in written) else (),
    )


def read_uuid(text: str | None) -> str:
    try:
        return str(UUID(text or ""))
    except ValueError:
        raise unreadable() from None


def read_row(number: int) -> int:
    if number > LAST_ROW:
        raise unreadable()
    return number


def _whole(text: str | None) -> int:
    if text is None or not (text.isascii() and text.isdecimal()) or len(text) > 15:
        raise unreadable()
    return int(text)


def _took(text: str | None) -> int | None:
    return min(_whole(text), LONGEST_MS) if text else None


def unreadable() -> RuleViolation:
    return RuleViolation("practice.shape", "That answer could not be read. Reload the question and answer it again.")


def asked(args: Mapping[str, str], name: str) -> str:
    """A word of the address, cut to what a code can be."""
    return args.get(name, "")[:64]


class PaceForm(BaseForm):
    """How much of a day one gives to a subject."""

    minutes = IntegerField(N_("Minutes a day"), [InputRequired(), NumberRange(LEAST_MINUTES, MOST_MINUTES)])
    most = IntegerField(
        N_("At most so many questions a day"),
        [Optional(), NumberRange(1, MOST_QUESTIONS)],
        description=N_("Empty: as many as the minutes hold."),
    )
    submit = SubmitField(N_("Save"))
