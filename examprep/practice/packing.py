"""What a device keeps of a subject, to practise without a connection: today's plan, reviews, then what comes next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.people.actor import Actor
from examprep.practice import day, plan_store, store
from examprep.practice.overview import open_way, usual
from examprep.practice.rules.order import ALL, DUE, LIVE, PLAN, Order, Scope, read_scope
from examprep.practice.shelf import Way
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import Subject

MOST = 60


@dataclass(frozen=True)
class Packed:
    """A question, and its place on each of the ways on which it may be asked; the first is the one it came by."""

    question: bank.Question
    scopes: Mapping[str, int]


@dataclass(frozen=True)
class Pack:
    """``written``: how many questions were left out because they are answered in words and marked by oneself."""

    person_id: int
    subject: Subject
    syllabus: str
    questions: Sequence[Packed]
    written: int


def pack(session: Session, actor: Actor, *, subject_code: str, today: date, now: datetime) -> Pack:
    """At most ``MOST`` questions of a subject; of the one practised last when ``subject_code`` is empty.

    Raises:
        NotFound: ``syllabus.subject``.
    """
    person = actor.person_id
    subject = syllabus.subject(session, subject_code) if subject_code else usual(session, person)
    *_, everything = open_way(session, actor, subject_code=subject.code, scope=ALL, today=today)
    shelf, ways = everything.shelf, dict[int, dict[str, int]]()
    for place, (question_id, scope) in enumerate(_wanted(session, everything, now)):
        if question_id in shelf.versions:
            ways.setdefault(question_id, {}).setdefault(str(scope), place)
    packed, written = list[Packed](), 0
    for question_id, scopes in ways.items():
        question = bank.question(session, shelf.versions[question_id])
        if question.written:
            written += 1
            continue
        packed.append(Packed(question, scopes))
        if len(packed) == MOST:
            break
    return Pack(person, subject, everything.syllabus, packed, written)


def _wanted(session: Session, everything: Way, now: datetime) -> Iterator[tuple[int, Scope]]:
    """Question ids in the order in which they are worth keeping; a question may come twice."""
    person, subject_code = everything.person_id, everything.subject_code
    for question_id in _planned(session, replace(everything, scope=Scope(PLAN)), now):
        yield question_id, Scope(PLAN)
    for question_id in store.due(session, person, subject_code, now):
        yield question_id, Scope(DUE)
    for scope, order in _onward(session, everything):
        place = store.place(session, person, subject_code, str(scope))
        if place and place.question_id is None:
            continue
        begin = order.number(place.question_id) - 1 if place and place.question_id is not None else 0
        for question_id in order.ids[begin:]:
            yield question_id, scope
    answered = store.seen(session, person, subject_code)
    for question_id in everything.shelf.everything:
        if question_id not in answered:
            yield question_id, Scope(ALL)


def _planned(session: Session, on: Way, now: datetime) -> Sequence[int]:
    """What is left of today's plan."""
    plan = day.plan(session, on.person_id, on, now)
    seen = plan_store.seen_of(session, on.person_id, plan.question_ids)
    return [i for i in plan.question_ids if i not in seen or seen[i].last_at < plan.planned_at]


def _onward(session: Session, everything: Way) -> Sequence[tuple[Scope, Order]]:
    """Where the person was last, and then everything."""
    last = store.last_place(session, everything.person_id, everything.subject_code)
    found = read_scope(last[1]) if last else None
    scopes = [Scope(ALL)] if found is None or found.reciting or found.kind in {ALL, *LIVE} else [found, Scope(ALL)]
    # Reviews have come first already, and what each person chose is those that were missed or marked, not what is next.
    orders = [(scope, replace(everything, scope=scope).order()) for scope in scopes]
    return [(scope, order) for scope, order in orders if order is not None]
