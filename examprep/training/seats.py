"""Seats: asked for, offered, given, lapsed, passed on to whoever waits first and may have them.

Every verb here is handed the class with its row locked, so that seats are counted by one at a time, whoever asks; the
rows of the persons are locked after it, so that nobody gets two seats at the same hours from two classes at once.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from examprep.exams import actions as exams
from examprep.kernel.clock import office_day
from examprep.kernel.errors import RuleViolation
from examprep.register import actions as register
from examprep.syllabus.rules.levels import rank
from examprep.training import clashes, seat_news, seat_store, store
from examprep.training.models import ClassRow, CourseRow, EnrolmentRow
from examprep.training.rules.enrolment import check_open
from examprep.training.rules.entry import Entrant, SeatRules, check_entry
from examprep.training.rules.seating import STANDING, given, next_step, offered_until

# How asking ends for a person: the state of their seat, or why they get none.
Outcome = str | RuleViolation


def ask(
    session: Session,
    row: ClassRow,
    person_ids: Sequence[int],
    *,
    by_id: int | None = None,
    passed: Callable[[int], Collection[str]] = lambda _: (),
    batch_id: int | None = None,
    now: datetime,
) -> dict[int, Outcome]:
    """Ask for seats for persons, in this order; whoever is offered one takes it, whoever asked before keeps theirs.

    ``by_id`` is who asks for others; ``passed(person)`` are the steps of approval that the asking itself is.

    Raises:
        RuleViolation: ``training.not-open``, ``training.enrolment-over``, ``training.begun`` … -- nobody can ask.
    """
    waiting = [seat.person_id for seat in store.seats(session, row.id, "waiting")]
    seat_store.lock_persons(session, [*person_ids, *waiting])
    # A seat may have become free when nobody could move up: whoever waited for it comes before whoever asks now.
    settle(session, row, now=now)
    rules, seats = seat_store.rules_of(session, row.id), seat_store.of_persons(session, row.id, person_ids)
    answers = _answers(session, row, rules, person_ids, seats, by_others=by_id is not None, now=now)
    asked = []
    for person_id, answer in answers.items():
        if answer == "offered":
            _put(row, seats[person_id], "enrolled", now)
        elif answer is None:
            seat = seats.get(person_id) or EnrolmentRow(class_id=row.id, person_id=person_id)
            seat.turn, seat.by_id, seat.batch_id = store.next_turn(session, row.id), by_id, batch_id
            step = next_step(rules.approval, passed=passed(person_id))
            _put(row, seat, "asked" if step else "waiting", now, step=step)
            session.add(seat)
            session.flush()
            seats[person_id] = seat
            asked.append(person_id)
    settle(session, row, now=now, present=asked)
    count_trained(session, row, [person_id for person_id, answer in answers.items() if answer == "offered"])
    return {
        person_id: answer if isinstance(answer, RuleViolation) else seats[person_id].state
        for person_id, answer in answers.items()
    }


def foresee(
    session: Session,
    row: ClassRow,
    person_ids: Sequence[int],
    *,
    by_others: bool,
    passed: Callable[[int], Collection[str]] = lambda _: (),
    now: datetime,
) -> dict[int, Outcome]:
    """What `ask` would answer now; nothing is written. Raises RuleViolation as `ask` does."""
    rules, seats = seat_store.rules_of(session, row.id), seat_store.of_persons(session, row.id, person_ids)
    answers = _answers(session, row, rules, person_ids, seats, by_others=by_others, now=now)
    found: dict[int, Outcome] = {}
    fresh = []
    for person_id, answer in answers.items():
        if answer is not None:
            found[person_id] = "enrolled" if answer == "offered" else answer
        elif next_step(rules.approval, passed=passed(person_id)):
            found[person_id] = "asked"
        else:
            fresh.append(person_id)
    queue = [seat.person_id for seat in store.seats(session, row.id, "waiting")] + fresh
    shares = seat_store.shares_of(session, rules, queue)
    room = seat_store.room(session, row, rules, office_day(now))
    seated = set(given(room, ((each, shares.get(each)) for each in queue), _able(session, row)))
    found.update((each, "enrolled" if each in seated else "waiting") for each in fresh)
    return {person_id: found[person_id] for person_id in answers}


def settle(session: Session, row: ClassRow, *, now: datetime, present: Iterable[int] = ()) -> int:
    """Let offers that are over lapse, and give free seats to those waiting, in their order; returns how many.

    ``present`` are those who just asked: a seat is theirs at once. Whoever else is first gets an offer, or the seat
    where the class makes no offers. Nobody moves up once the class began, and no offer outlives its start. Who has a
    seat in another class at the same time meanwhile goes on waiting.
    """
    begins = store.first_start(session, row.id)
    over = row.state == "cancelled" or (begins is not None and now >= begins)
    _lapse(session, row, now, everything=over)
    waiting = [] if over else store.seats(session, row.id, "waiting")
    if not waiting:
        return 0
    rules = seat_store.rules_of(session, row.id)
    room = seat_store.room(session, row, rules, office_day(now))
    if room.taken >= room.capacity:
        return 0
    by_person = {seat.person_id: seat for seat in waiting}
    seat_store.lock_persons(session, by_person)
    shares = seat_store.shares_of(session, rules, by_person)
    chosen = given(room, ((each, shares.get(each)) for each in by_person), _able(session, row))
    there = set(present)
    for person_id in chosen:
        seat = by_person[person_id]
        if person_id in there or rules.offer_hours is None:
            _put(row, seat, "enrolled", now)
        else:
            _put(row, seat, "offered", now, until=offered_until(now, rules.offer_hours, begins))
        if person_id not in there:
            seat_news.tell(session, row, seat, now=now)
    session.flush()
    count_trained(session, row, [person_id for person_id in chosen if by_person[person_id].state == "enrolled"])
    return len(chosen)


def give_up(session: Session, row: ClassRow, seat: EnrolmentRow, *, reason: str | None = None, now: datetime) -> None:
    """Free a seat or a place; the caller settles the class. Possible at any time."""
    had = seat.state
    _put(row, seat, "left", now, reason=reason)
    session.flush()
    if had == "enrolled":
        count_trained(session, row, [seat.person_id])


def decide(session: Session, row: ClassRow, seat: EnrolmentRow, step: str | None, *, now: datetime) -> None:
    """An approval: on to the next step, or to a seat or the waiting list when there is none."""
    _put(row, seat, "asked" if step else "waiting", now, step=step)
    session.flush()
    settle(session, row, now=now, present=() if step else [seat.person_id])


def refuse(row: ClassRow, seat: EnrolmentRow, reason: str, *, now: datetime) -> None:
    """No approval; ``step`` goes on saying who refused."""
    _put(row, seat, "refused", now, step=seat.step, reason=reason)


def ask_again(row: ClassRow, seat: EnrolmentRow, *, now: datetime) -> None:
    """A refusal taken back: the person stands where they stood."""
    _put(row, seat, "asked", now, step=seat.step)


def _put(
    row: ClassRow,
    seat: EnrolmentRow,
    state: str,
    now: datetime,
    *,
    until: datetime | None = None,
    step: str | None = None,
    reason: str | None = None,
) -> None:
    row.enrolled += (state == "enrolled") - (seat.state == "enrolled")
    seat.state, seat.at, seat.offered_until, seat.step, seat.reason = state, now, until, step, reason


def _lapse(session: Session, row: ClassRow, now: datetime, *, everything: bool) -> None:
    for seat in store.seats(session, row.id, "offered"):
        ends = seat.offered_until
        if everything or (ends is not None and ends <= now):
            _put(row, seat, "lapsed", now)
            if not everything:
                seat_news.tell(session, row, seat, now=now)
    session.flush()


def _able(session: Session, row: ClassRow) -> Callable[[int], bool]:
    return lambda person_id: person_id != row.trainer_id and clashes.of_person(session, person_id, row.id) is None


def _answers(
    session: Session,
    row: ClassRow,
    rules: SeatRules,
    person_ids: Iterable[int],
    seats: dict[int, EnrolmentRow],
    *,
    by_others: bool,
    now: datetime,
) -> dict[int, Outcome | None]:
    """Of each person once: the state they are in, why they cannot ask, or ``None`` for who can.

    Raises RuleViolation: nobody can ask, and somebody would have to.
    """
    ids = list(dict.fromkeys(person_ids))
    asking = [each for each in ids if each not in seats or seats[each].state not in STANDING]
    if asking:
        check_open(store.window(session, row), now=now, today=office_day(now))
    entrants = _entrants(session, row, rules, asking, office_day(now))
    reached = seat_store.below(session, asking, row.organisation_id) if by_others else set(asking)
    found: dict[int, Outcome | None] = {each: seats[each].state if each in seats else None for each in ids}
    for person_id in asking:
        found[person_id] = None
        try:
            if person_id not in reached:
                raise RuleViolation("training.out-of-reach", "The class is held by another bureau.")
            if person_id == row.trainer_id:
                raise RuleViolation("training.own-class", "Whoever holds a class has no seat in it.")
            check_entry(rules, entrants[person_id], row.exam_year)
            clashes.check_person(session, person_id, row.id)
        except RuleViolation as refusal:
            found[person_id] = refusal
    return found


def _entrants(
    session: Session, row: ClassRow, rules: SeatRules, person_ids: Sequence[int], today: date
) -> dict[int, Entrant]:
    """What the rules of the class ask about; nothing is looked up that they do not ask."""
    shares = seat_store.shares_of(session, rules, person_ids) if rules.members_only else {}
    registered = (
        exams.registered_levels(session, person_ids, row.exam_year)
        if rules.needs == "registered" and row.exam_year is not None
        else {}
    )
    by_certificate = rules.needs in ("certificate", "no-certificate")
    levels = {each: register.highest_level(session, each, as_of=today) for each in person_ids if by_certificate}
    return {
        each: Entrant(
            rank(level) if (level := levels.get(each)) else 0, registered.get(each, frozenset()), each in shares
        )
        for each in person_ids
    }


def count_trained(session: Session, row: ClassRow, person_ids: Sequence[int]) -> None:
    """Whether persons count as trained may follow from their seats in a class."""
    if person_ids and row.exam_year is not None and session.get_one(CourseRow, row.course_id).kind == "exam":
        settle_trained(session, person_ids, row.exam_year)


def settle_trained(session: Session, person_ids: Iterable[int], *years: int | None) -> None:
    """Say of each person whether they count as trained for the exams of those years.

    Whoever has a seat in a class for an exam does, and whoever came to one before leaving it.
    """
    session.flush()
    wanted = [(person_id, year) for person_id in person_ids for year in sorted({y for y in years if y is not None})]
    for person_id, year in wanted:
        exams.mark_trained(session, person_id, year, trained=store.learns_for(session, person_id, year))
