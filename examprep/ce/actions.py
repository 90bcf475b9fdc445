"""Verbs over the ledger, and questions to it. Other features post and ask here and touch no table of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from examprep.ce import counting
from examprep.ce.models import BalanceRow, LineRow
from examprep.ce.rules.kinds import HOURS, KINDS
from examprep.ce.rules.requirement import CATEGORIES
from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.reminders.actions import Reminder, queue_many

POSTED = "ce.posted"
TOLD_OTHERWISE = frozenset({"ce.claim"})
NEWS_DAYS = 7
COUNTED_AT_ONCE = 1_000  # persons of whom many lines were posted
HAND_LIMIT_MINUTES = 400 * 45  # more than any year asks; a slip of the keyboard, not a training


def post(
    session: Session,
    *,
    person_id: int,
    minutes: int,
    category: str,
    activity: str,
    earned_on: date,
    source_kind: str,
    source_id: int,
    posted_by: int | None,
    now: datetime,
    reason: str | None = None,
    kind: str = HOURS,
    units: int = 1,
    counts_on: date | None = None,
) -> int | None:
    """Post minutes once for each person and source; the line's id, or ``None`` when they were posted before.

    ``kind`` and ``units`` are what conversion tables go by: three training days, one paper. ``counts_on`` is a day of
    the period that the hours make up for; each requirement takes them only while it allows making up.
    The person's standings are counted anew in the same transaction.

    Raises:
        RuleViolation: ``ce.minutes`` -- not more than nothing; ``ce.category``, ``ce.kind`` -- none of ours;
            ``ce.made-up`` -- made up before the day it counts on.
    """
    _checked(minutes, units, category, kind, earned_on, counts_on)
    return _write(
        session,
        {
            "person_id": person_id,
            "minutes": minutes,
            "category": category,
            "activity": activity,
            "kind": kind,
            "units": units,
            "earned_on": earned_on,
            "counts_on": counts_on or earned_on,
            "source_kind": source_kind,
            "source_id": source_id,
            "reason": reason,
            "posted_by": posted_by,
            "posted_at": now,
        },
    )


def _checked(minutes: int, units: int, category: str, kind: str, earned_on: date, counts_on: date | None) -> None:
    if minutes <= 0 or units <= 0:
        raise RuleViolation("ce.minutes", "A line has at least one minute.")
    if category not in CATEGORIES:
        raise RuleViolation("ce.category", "Choose professional, general or elective.")
    if kind not in KINDS:
        raise RuleViolation("ce.kind", "Choose one of the kinds of activities.")
    if counts_on is not None and counts_on > earned_on:
        raise RuleViolation("ce.made-up", "Hours make up for an earlier period, not for a later one.")


def reverse(session: Session, line_id: int, *, reason: str, posted_by: int | None, now: datetime) -> int:
    """Take a line back by a further line of the same minutes, negative; returns that line's id.

    Raises:
        NotFound: no such line.
        RuleViolation: ``ce.reason`` -- no reason given; ``ce.reversal`` -- the line itself takes one back.
        Conflict: ``ce.reversed`` -- it was taken back already.
    """
    if not reason.strip():
        raise RuleViolation("ce.reason", "Say why, in a few words: the holder reads it beside the line.")
    line = session.get(LineRow, line_id)
    if line is None:
        raise NotFound("ce.line", "There is no such line.")
    if line.reverses_id is not None:
        raise RuleViolation("ce.reversal", "This line takes another one back. Record the hours anew instead.")
    written = _write(
        session,
        {
            "person_id": line.person_id,
            "minutes": -line.minutes,
            "category": line.category,
            "activity": line.activity,
            "kind": line.kind,
            "units": line.units,
            "earned_on": line.earned_on,
            "counts_on": line.counts_on,
            "source_kind": "ce.reversal",
            "source_id": line.id,
            "reverses_id": line.id,
            "reason": reason.strip(),
            "posted_by": posted_by,
            "posted_at": now,
        },
        of=line.source_kind,
    )
    if written is None:
        raise Conflict("ce.reversed", "This line was taken back already.")
    return written


def _write(session: Session, values: dict[str, Any], *, of: str = "") -> int | None:
    """The line, its balance and the standings together; ``None`` when the person has a line of that source already.

    ``of`` is the source of the line that is taken back.
    """
    lines: Table = LineRow.__table__  # type: ignore[assignment]
    id_: int | None = session.scalar(
        _dialect(session)
        .insert(lines)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["person_id", "source_kind", "source_id"])
        .returning(lines.c.id)
    )
    if id_ is None:
        return None
    _balance(session, {(values["person_id"], values["counts_on"].year, values["category"]): values["minutes"]})
    if of not in TOLD_OTHERWISE:
        _tell(session, [{**values, "id": id_}], values["posted_at"])
    day: date = values["counts_on"]
    counting.recount_days(session, [values["person_id"]], [day], today=office_day(values["posted_at"]))
    return id_


@dataclass(frozen=True)
class Posting:
    """One line of many that are posted together; see `post`."""

    person_id: int
    minutes: int
    category: str
    activity: str
    earned_on: date
    source_kind: str
    source_id: int
    kind: str = HOURS
    units: int = 1
    counts_on: date | None = None


def post_many(session: Session, postings: Sequence[Posting], *, posted_by: int | None, now: datetime) -> int:
    """Post many lines at once, as `post` does one; returns how many were new. Raises as `post` does."""
    for posting in postings:
        _checked(posting.minutes, posting.units, posting.category, posting.kind, posting.earned_on, posting.counts_on)
    if not postings:
        return 0
    lines: Table = LineRow.__table__  # type: ignore[assignment]
    more = {"posted_by": posted_by, "posted_at": now}
    rows = [{**vars(each), **more, "counts_on": each.counts_on or each.earned_on} for each in postings]
    written = session.execute(
        _dialect(session)
        .insert(lines)
        .on_conflict_do_nothing(index_elements=["person_id", "source_kind", "source_id"])
        .returning(*lines.c),
        rows,
    ).all()
    sums: dict[tuple[int, int, str], int] = {}
    for line in written:
        key = line.person_id, line.counts_on.year, line.category
        sums[key] = sums.get(key, 0) + line.minutes
    if written:
        _balance(session, sums)
        _tell(session, [dict(line._mapping) for line in written], now)
        days = {line.counts_on for line in written}
        persons = sorted({line.person_id for line in written})
        for start in range(0, len(persons), COUNTED_AT_ONCE):
            part = persons[start : start + COUNTED_AT_ONCE]
            counting.recount_days(session, part, days, today=office_day(now))
    return len(written)


def _tell(session: Session, lines: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Tell the holders of what somebody posted or took back; a claim's decision is told by its own mail."""
    told = [
        Reminder(
            key=f"ce.posted.{line['id']}",
            person_id=line["person_id"],
            template="ce-posted",
            context={
                "line_id": line["id"],
                "minutes": line["minutes"],
                "activity": line["activity"],
                "earned_on": line["earned_on"],
                "reason": line["reason"] or "",
                "posted_on": office_day(now),
            },
            condition=POSTED,
        )
        for line in lines
        if line["posted_by"] is not None and line["source_kind"] not in TOLD_OTHERWISE
    ]
    if told:
        queue_many(session, told, now=now)


def still_posted(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether a posting is still news: not taken back meanwhile, and not of last week."""
    reversed_by = session.scalar(select(LineRow.id).where(LineRow.reverses_id == int(context["line_id"])))
    return reversed_by is None and (today - context["posted_on"]).days < NEWS_DAYS


def _dialect(session: Session) -> Any:
    return postgresql if session.get_bind().dialect.name == "postgresql" else sqlite


def _balance(session: Session, sums: Mapping[tuple[int, int, str], int]) -> None:
    """Add minutes to the balances of persons, years and categories."""
    balances: Table = BalanceRow.__table__  # type: ignore[assignment]
    add = _dialect(session).insert(balances)
    add = add.on_conflict_do_update(
        index_elements=["person_id", "year", "category"],
        set_={"minutes": balances.c.minutes + add.excluded.minutes},
    )
    session.execute(
        add,
        [
            {"person_id": person_id, "year": year, "category": category, "minutes": minutes}
            for (person_id, year, category), minutes in sorted(sums.items())
        ],
    )


@dataclass(frozen=True)
class Entry:
    """Hours an officer records by hand. ``number`` is made with the form: sent twice, it is recorded once."""

    number: int
    minutes: int
    category: str
    activity: str
    earned_on: date
    reason: str
    kind: str = HOURS
    units: int = 1
    counts_on: date | None = None


def record_by_hand(
    session: Session, actor: Actor, person_id: int, entry: Entry, *, now: datetime, today: date
) -> int | None:
    """Record hours that no class of ours posted; ``None`` when the form had been sent before.

    Raises:
        NotFound: no such person within the actor's bounds.
        RuleViolation: ``ce.future``, ``ce.reason``, ``ce.too-many`` and what `post` refuses.
    """
    seen(session, actor, Permission.CE_LEDGER_CORRECT, person_id)
    if entry.earned_on > today:
        raise RuleViolation("ce.future", "Training cannot be recorded before it takes place.")
    if not entry.reason.strip():
        raise RuleViolation("ce.reason", "Say why, in a few words: the holder reads it beside the line.")
    if entry.minutes > HAND_LIMIT_MINUTES:
        raise RuleViolation("ce.too-many", "So many hours do not fit into one entry. Record each training by itself.")
    line_id = post(
        session,
        person_id=person_id,
        minutes=entry.minutes,
        category=entry.category,
        activity=entry.activity.strip(),
        earned_on=entry.earned_on,
        source_kind="ce.hand",
        source_id=entry.number,
        posted_by=actor.person_id,
        now=now,
        reason=entry.reason.strip(),
        kind=entry.kind,
        units=entry.units,
        counts_on=entry.counts_on,
    )
    if line_id is not None:
        after = {"minutes": entry.minutes, "category": entry.category, "reason": entry.reason.strip()}
        record(session, actor, "ce.recorded-by-hand", "ce_line", line_id, now=now, after=after)
    return line_id


def line_of(session: Session, actor: Actor, person_id: int, line_id: int) -> LineRow:
    """A line the actor may correct.

    Raises:
        NotFound: no such person within bounds, or the line is not theirs.
    """
    seen(session, actor, Permission.CE_LEDGER_CORRECT, person_id)
    line = session.scalar(select(LineRow).where(LineRow.id == line_id, LineRow.person_id == person_id))
    if line is None:
        raise NotFound("ce.line", "There is no such line.")
    return line


def correct(session: Session, actor: Actor, person_id: int, line_id: int, *, reason: str, now: datetime) -> int:
    """An officer takes a line back, with a reason. Raises as `line_of` and `reverse` do."""
    line_of(session, actor, person_id, line_id)
    reversal = reverse(session, line_id, reason=reason, posted_by=actor.person_id, now=now)
    record(session, actor, "ce.reversed", "ce_line", line_id, now=now, after={"by": reversal, "reason": reason})
    return reversal
