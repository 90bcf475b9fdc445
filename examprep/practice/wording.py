"""What is the same wherever people ask and answer, beside a question of the bank and in a class.

What may be said, how it is found, until when its writer may say it otherwise or withdraw it, and what it was before.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from examprep.bank.searching import fold
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.practice.models import WordingRow

POST, ANSWER, QUESTION, REPLY = "post", "answer", "question", "reply"  # of the bank's two, of a class's two
HIDDEN = "hidden"
MENDABLE = timedelta(hours=24)


@dataclass(frozen=True)
class Earlier:
    """What stood there before. ``name``: who said it otherwise, at ``until``."""

    words: str
    name: str
    until: datetime


class Asked(Protocol):
    """What somebody asked, in either place."""

    state: Any
    withdrawn_at: Any


def said(words: str, most: int) -> str | None:
    """The words as they are kept, or nothing where they are none or more than ``most`` characters."""
    plain = words.replace("\r\n", "\n").strip()
    return plain if 0 < len(plain) <= most else None


def folded(*texts: str) -> str:
    """What a search compares: widths, letter case and runs of blanks apart."""
    return fold(" ".join(texts))


def listed(
    session: Session,
    query: Select[*tuple[Any, ...]],
    ask: Ask,
    *,
    searchable: Any,
    sortable: Mapping[str, Any],
    default: Sequence[Any],
) -> Page:
    """A page of what was asked; ``searchable`` is a column of folded words."""
    page = fetch(
        session,
        query,
        replace(ask, words=fold(ask.words)),
        sortable=sortable,
        searchable=(searchable,),
        default=default,
    )
    return replace(page, ask=replace(page.ask, words=ask.words))


def check_mendable(*, state: str, settled: bool = False, at: datetime | None = None, now: datetime) -> None:
    """That a writer may still say something otherwise.

    ``settled``: somebody has answered it. ``at``: when it was said, where it may be mended for a day only.

    Raises:
        RuleViolation: ``practice.words-hidden``, ``practice.words-settled``, ``practice.words-late``.
    """
    if state == HIDDEN:
        raise RuleViolation("practice.words-hidden", "This is hidden and cannot be reworded.")
    if settled:
        raise RuleViolation("practice.words-settled", "Somebody has replied to this. Write a further line instead.")
    if at is not None and now - at >= MENDABLE:
        raise RuleViolation(
            "practice.words-late",
            "A reply can be reworded for %(hours)s hours. Write a further one.",
            hours=MENDABLE // timedelta(hours=1),
        )


def check_stands(row: Asked) -> None:
    """That what was asked is not withdrawn.

    Raises:
        Conflict: ``practice.words-withdrawn``.
    """
    if row.withdrawn_at is not None:
        raise Conflict(
            "practice.words-withdrawn",
            "Whoever asked this question has withdrawn it. It can be answered once it is asked again.",
        )


def withdraw(row: Asked, *, answered: bool, now: datetime) -> bool:
    """Let nobody but its asker see what they asked any more; ``False`` when it is withdrawn already.

    The row must be locked, so that no answer comes in between. To ask it again, ``withdrawn_at`` is emptied.

    Raises:
        RuleViolation: ``practice.withdraw-hidden``; ``practice.withdraw-answered`` -- others learn from the answer.
    """
    if row.withdrawn_at is not None:
        return False
    if row.state == HIDDEN:
        raise RuleViolation("practice.withdraw-hidden", "This is hidden already. Only you and the trainers see it.")
    if answered:
        raise RuleViolation(
            "practice.withdraw-answered", "Somebody has replied to this and others learn from it, so it stays."
        )
    row.withdrawn_at = now
    return True


def keep(session: Session, actor: Actor, kind: str, thing_id: int, before: str, *, now: datetime) -> None:
    """Keep what is about to be replaced."""
    session.add(WordingRow(kind=kind, thing_id=thing_id, words=before, replaced_by=actor.person_id, replaced_at=now))
    session.flush()


def earlier(session: Session, kind: str, thing_ids: Collection[int]) -> Mapping[int, Sequence[Earlier]]:
    """By thing, what it said before, the latest first; things that never said anything else are left out."""
    row, found = WordingRow, defaultdict(list)
    query = (
        select(row.thing_id, row.words, PersonRow.name, row.replaced_at)
        .join(PersonRow, PersonRow.id == row.replaced_by)
        .where(row.kind == kind, row.thing_id.in_(thing_ids))
        .order_by(row.id.desc())
    )
    for thing_id, words, name, until in session.execute(query):
        found[thing_id].append(Earlier(words, name, until))
    return found
