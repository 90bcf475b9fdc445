"""What a device sends of the answers it kept, read for shape only. Anything may come here: it is read as such.

A batch that cannot be read is refused whole; an answer in it that cannot be read is refused alone.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from examprep.kernel.errors import RuleViolation
from examprep.practice.actions import Sent
from examprep.practice.forms import LONGEST_MS, LONGEST_WORDS, SURE, read_row, read_uuid, unreadable
from examprep.practice.rules.lateness import given_at
from examprep.practice.rules.order import read_scope
from examprep.practice.syncing import Late

MOST_ANSWERS = 100
MOST_BYTES = 512 * 1024
_MOST_TICKS, _MOST_PARTS = 720, 12
_LARGEST = 10**15


@dataclass(frozen=True)
class Batch:
    """Whose answers, the device's clock in milliseconds, and the answers as they came, in the order of their giving."""

    person_id: int
    clock_ms: int
    answers: Sequence[Any]


def read_batch(body: bytes) -> Batch:
    """The batch in a request's body.

    Raises:
        RuleViolation: ``practice.batch`` -- not a batch; ``practice.batch-long`` -- too many answers at once.
    """
    try:
        raw = json.loads(body)
        answers = raw["answers"]
        batch = Batch(_whole(raw["person"]), _whole(raw["clock"]), answers)
    except (KeyError, TypeError, ValueError, RecursionError, RuleViolation):
        raise _no_batch() from None
    if not isinstance(answers, list):
        raise _no_batch()
    if len(answers) > MOST_ANSWERS:
        raise RuleViolation("practice.batch-long", "At most %(most)s answers are taken at once.", most=MOST_ANSWERS)
    return Batch(batch.person_id, batch.clock_ms, sorted(answers, key=_said))


def _no_batch() -> RuleViolation:
    return RuleViolation("practice.batch", "These answers could not be read. Nothing was taken.")


def _said(raw: Any) -> int:
    """When an answer says it was given; one that does not say comes first, to be refused."""
    said = raw.get("at") if isinstance(raw, dict) else None
    return said if type(said) is int else 0


def name_of(raw: Any) -> str:
    """What to call an answer that may be anything: the name it gives itself, so far as that is one."""
    name = raw.get("id") if isinstance(raw, dict) else None
    return name if isinstance(name, str) and len(name) <= 64 and name.isascii() and name.isprintable() else ""


def read_late(raw: Any, *, clock_ms: int, now: datetime) -> Late:
    """One answer of a batch.

    Raises:
        RuleViolation: ``practice.shape``; ``practice.words``; ``practice.future``, ``practice.stale`` -- its time.
    """
    if not isinstance(raw, dict):
        raise unreadable()
    scope = read_scope(_text(raw.get("scope")))
    sure, took_ms, written = raw.get("sure"), raw.get("took_ms"), raw.get("written") or []
    blank = raw.get("blank", False)
    if scope is None or not isinstance(blank, bool) or not (sure is None or (isinstance(sure, str) and sure in SURE)):
        raise unreadable()
    words = [_text(text, LONGEST_WORDS).strip() for text in _some(written, _MOST_PARTS)]
    if sum(map(len, words)) > LONGEST_WORDS:
        raise RuleViolation("practice.words", "An answer has at most %(most)s characters.", most=LONGEST_WORDS)
    sent = Sent(
        client_id=read_uuid(_text(raw.get("id"))),
        version_id=read_row(_whole(raw.get("version"))),
        syllabus=_text(raw.get("syllabus")),
        ticks=frozenset(map(_whole, _some(raw.get("ticks"), _MOST_TICKS))),
        blank=blank,
        sure=sure,
        took_ms=None if took_ms is None else min(_whole(took_ms), LONGEST_MS),
        written=tuple(words) if any(words) else (),
        at=given_at(now, said_ms=_whole(raw.get("at")), clock_ms=clock_ms),
    )
    return Late(_text(raw.get("subject")), scope, sent)


def _whole(value: Any) -> int:
    """A whole number that is not negative; ``true`` is none."""
    if type(value) is not int or not 0 <= value < _LARGEST:
        raise unreadable()
    return value


def _text(value: Any, most: int = 64) -> str:
    """A text that a database can keep: without the characters that JSON can name and text cannot hold."""
    if not isinstance(value, str) or "\0" in value or len(value) > most:
        raise unreadable()
    try:
        value.encode()
    except UnicodeEncodeError:
        raise unreadable() from None
    return value


def _some(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise unreadable()
    return value
