"""The checks of `rules/` over the bank as it stands, kept in the process until the bank or the syllabus changes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from examprep.bank import searching, store
from examprep.bank.markup import plain
from examprep.bank.models import QuestionRow
from examprep.bank.rules import twins
from examprep.bank.rules.checks import CHECKS, Check, check_draft
from examprep.bank.rules.item import Finding, Item, item
from examprep.bank.values import Draft
from examprep.people.actor import Actor
from examprep.plumbing.kept import revision
from examprep.syllabus import actions as syllabus

# It takes seconds in a large bank, so a page looks for them only when asked to.
SLOW = "near-duplicate"


@dataclass
class _Kept:
    """What was found in one state of a bank: the findings of each check so far."""

    state: tuple[str | None, frozenset[int]]
    found: dict[str, tuple[Finding, ...]] = field(default_factory=dict)


_KEPT: "WeakKeyDictionary[Any, _Kept]" = WeakKeyDictionary()
_ONE_AT_A_TIME = Lock()  # two who ask for the same at once wait for one answer


def findings(
    session: Session, *, slow: bool = True, told: Callable[[Check], None] = lambda check: None
) -> tuple[Finding, ...]:
    """What is found in all questions that are not retired, check by check; ``slow``: near-duplicates too.

    Near-duplicates that were looked for since the bank last changed are always among them.
    """
    newest = newest_chapters(session)
    state = (revision(session), frozenset().union(*newest.values()))
    pool = session.get_bind().engine.pool
    with _ONE_AT_A_TIME:
        kept = _KEPT.get(pool)
        if kept is None or kept.state != state:
            kept = _KEPT[pool] = _Kept(state)
        wanted = [check for check in CHECKS if check.name not in kept.found and (slow or check.name != SLOW)]
        if wanted:
            items = _items(session, newest)
            for check in wanted:
                told(check)
                kept.found[check.name] = tuple(check.judge(items))
    return tuple(finding for check in CHECKS for finding in kept.found.get(check.name, ()))


def findings_for(session: Session, actor: Actor, *, slow: bool) -> tuple[Finding, ...]:
    """Those in questions that the actor may mend, and those of whole subjects.

    A near-duplicate of a question that the actor may not see is left out.
    """
    editable, visible = store.numbers_editable(session, actor), store.numbers_visible(session, actor)
    return tuple(
        finding
        for finding in findings(session, slow=slow)
        if (not finding.number or finding.number in editable) and (not finding.other or finding.other in visible)
    )


def findings_in(
    session: Session, actor: Actor, subject: str, draft: Draft, *, whole: bool, number: int = 0
) -> tuple[Finding, ...]:
    """What is found in a question as it is typed; ``number`` is the kept one's, 0 for a new one.

    Of the questions the actor may see, those that share a longer piece of its stem are looked at for a near-duplicate.
    """
    versions = syllabus.versions(session)
    newest = {c.id for c in syllabus.chapters(session, subject, versions[-1].code)} if versions else set()
    found = check_draft(draft, newest or None, whole=whole)
    alike = (store.visible(actor), searching.like(plain(draft.stem, draft.markup)), QuestionRow.id != number)
    others = [item(other, number=its, subject=its_subject) for its, its_subject, other in store.texts(session, *alike)]
    typed = item(draft, number=number, subject=subject)
    likest = twins.likest(typed, others)
    return (*found, twins.twin(typed, *likest)) if likest else found


def newest_chapters(session: Session) -> dict[str, frozenset[int]]:
    """The chapters of the newest syllabus by subject; none of a subject without any."""
    versions = syllabus.versions(session)
    if not versions:
        return {}
    return {
        subject.code: frozenset(chapter.id for chapter in syllabus.chapters(session, subject.code, versions[-1].code))
        for subject in syllabus.subjects(session)
    }


def _items(session: Session, newest: dict[str, frozenset[int]]) -> list[Item]:
    placed = store.in_chapters(session, frozenset().union(*newest.values()))
    return [
        item(draft, number=number, subject=subject, placed=number in placed if newest.get(subject) else None)
        for number, subject, draft in store.texts(session)
    ]
