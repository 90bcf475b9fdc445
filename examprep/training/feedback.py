"""Feedback after class: given and changed by whoever came, cut from them when it ends, told without names.

Giving it leaves no line in the audit trail, which would name the giver and the instant.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people.actor import Actor
from examprep.plumbing.vault import Vault
from examprep.training import feedback_store as store
from examprep.training.feedback_models import FeedbackEndRow, FeedbackRow
from examprep.training.models import ClassRow
from examprep.training.rules.feedback import LONGEST_WORDS, SCALES, SHOWN, STEPS, Spread, lacking, last_day, state


@dataclass(frozen=True)
class Entry:
    """An answer as typed: a step of 1 to 5 on each scale, and words if any."""

    useful: int
    clear: int
    suited: int
    words: str = ""


@dataclass(frozen=True)
class Asked:
    """A class of which the actor is asked, until and on which day, and what they have said so far."""

    class_id: int
    class_name: str
    last_day: date
    said: Entry | None


@dataclass(frozen=True)
class Results:
    """What was said of a class, of how many who came. ``scales`` and ``words`` are empty unless they may be seen."""

    state: str
    came: int
    answers: int
    last_day: date | None
    scales: Sequence[tuple[str, Spread]] = ()
    words: Sequence[str] = ()

    @property
    def lacking(self) -> int:
        return lacking(self.answers)


def asked(session: Session, vault: Vault, actor: Actor, class_id: int, *, today: date) -> Asked | None:
    """What the actor is asked of one class; ``None`` for whoever came to no closed session, and when it is over."""
    row = session.get(ClassRow, class_id)
    if row is None or not store.came(session, class_id, actor.person_id):
        return None
    last = _last_day(session, class_id)
    if last is None or today > last or session.get(FeedbackEndRow, class_id) is not None:
        return None
    found = session.get(FeedbackRow, _key(vault, class_id, actor.person_id))
    said = Entry(found.useful, found.clear, found.suited, found.words) if found else None
    return Asked(row.id, row.name, last, said)


def waiting(session: Session, vault: Vault, actor: Actor, *, today: date) -> list[Asked]:
    """The classes of which the actor is asked and has said nothing yet."""
    found = (
        asked(session, vault, actor, class_id, today=today)
        for class_id in store.attended_classes(session, actor.person_id, today)
    )
    return [each for each in found if each is not None and each.said is None]


def give(session: Session, vault: Vault, actor: Actor, class_id: int, entry: Entry, *, now: datetime) -> None:
    """Say what one thinks of a class, or say it otherwise: the later answer stands in place of the earlier.

    Raises:
        NotFound: ``training.feedback`` -- the actor came to no closed session of such a class.
        RuleViolation: ``training.feedback-over``, ``training.feedback-steps``, ``training.feedback-words``.
    """
    if not store.came(session, class_id, actor.person_id, lock=True):
        raise NotFound("training.feedback", "You are asked about classes that you came to.")
    store.lock_end(session, class_id)
    last = _last_day(session, class_id)
    if last is None or office_day(now) > last or session.get(FeedbackEndRow, class_id) is not None:
        raise RuleViolation("training.feedback-over", "Feedback on this class is over.")
    if any(getattr(entry, scale) not in STEPS for scale in SCALES):
        raise RuleViolation("training.feedback-steps", "Choose a step for each question.")
    words = entry.words.replace("\r\n", "\n").strip()
    if len(words) > LONGEST_WORDS:
        raise RuleViolation("training.feedback-words", "Write at most %(most)s characters.", most=LONGEST_WORDS)
    key = _key(vault, class_id, actor.person_id)
    row = session.get(FeedbackRow, key) or FeedbackRow(key=key, class_id=class_id)
    row.useful, row.clear, row.suited, row.words = entry.useful, entry.clear, entry.suited, words
    session.add(row)
    session.flush()


def take_back(session: Session, vault: Vault, actor: Actor, class_id: int, *, now: datetime) -> None:
    """Unsay it while it can be changed; whoever said nothing takes nothing back.

    Raises:
        RuleViolation: ``training.feedback-over``.
    """
    if asked(session, vault, actor, class_id, today=office_day(now)) is None:
        raise RuleViolation("training.feedback-over", "Feedback on this class is over.")
    session.execute(delete(FeedbackRow).where(FeedbackRow.key == _key(vault, class_id, actor.person_id)))


def results(session: Session, actor: Actor, class_id: int, *, today: date) -> Results:
    """What was said of one class that the actor manages.

    Raises:
        NotFound: no such class in the actor's organisations.
    """
    store.managed_class(session, actor, class_id)
    rows, last = store.answers(session, class_id), _last_day(session, class_id)
    over = session.get(FeedbackEndRow, class_id) is not None or (last is not None and today > last)
    found = Results(state(len(rows), over=over), store.count_came(session, class_id), len(rows), last)
    if found.state != SHOWN:
        return found
    scales = [(name, Spread.of(getattr(row, scale) for row in rows)) for scale, name in SCALES.items()]
    # The words stand apart from the steps, in the order of keys, which says nothing of who or when.
    words = [row.words for row in sorted(rows, key=lambda row: row.key) if row.words]
    return Results(found.state, found.came, found.answers, last, scales, words)


def cut(session: Session, *, today: date) -> int:
    """Draw new keys for the answers of classes whose feedback is over, so that nobody can tell who gave which.

    Returns how many classes. Safe to repeat: a class is cut once.
    """
    over = [class_id for class_id, last in store.ended(session) if today > last_day(office_day(last))]
    for class_id in over:
        store.lock_end(session, class_id)
        rows = store.answers(session, class_id)
        kept = sorted(
            (
                {
                    "key": secrets.token_hex(32), "class_id": class_id, "useful": row.useful, "clear": row.clear,
                    "suited": row.suited, "words": row.words,
                }
                for row in rows
            ),
            key=lambda row: str(row["key"]),
        )  # fmt: skip
        session.execute(delete(FeedbackRow).where(FeedbackRow.class_id == class_id))
        if kept:
            session.execute(insert(FeedbackRow), kept)
        session.execute(insert(FeedbackEndRow).values(class_id=class_id))
    session.expire_all()
    return len(over)


def _last_day(session: Session, class_id: int) -> date | None:
    last = store.last_end(session, class_id)
    return last_day(office_day(last)) if last is not None else None


def _key(vault: Vault, class_id: int, person_id: int) -> str:
    return vault.fingerprint(f"training.feedback {class_id} {person_id}")
