"""What a subject hands to the application: its pages, commands, jobs, importers, data and checks."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import click
from flask import Blueprint, current_app
from sqlalchemy import Select
from sqlalchemy.orm import Session

from examprep.imports.importer import Importer
from examprep.kernel.period import Period
from examprep.kernel.sentence import Sentence
from examprep.people.actor import Actor
from examprep.people.moving import Moving
from examprep.people.trail import Trail
from examprep.plumbing.jobs import Job, StillDue
from examprep.plumbing.listing import Ask
from examprep.plumbing.sealing import SealedColumn


@dataclass(frozen=True)
class NavItem:
    """A place in the menu, shown to whoever holds ``permission``; lower ``order`` comes first.

    ``role`` names the home the item belongs to: candidate, trainer, officer, administrator. ``icon`` is a name of
    `_macros/icons.html`; ``short`` stands for a label that is too long for a phone's bottom bar.
    """

    label: str
    endpoint: str
    permission: str
    role: str
    order: int
    icon: str
    short: str = ""


@dataclass(frozen=True)
class PersonPage:
    """A subject's page about one person, offered on all the others; its endpoint takes ``person_id``."""

    label: str
    endpoint: str
    permission: str
    order: int


@dataclass(frozen=True)
class Hit:
    """Something found: how it is called, what tells it from others of that name, and its page."""

    title: str
    detail: str
    endpoint: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Search:
    """What the search box finds of one kind, for whoever holds ``permission``.

    ``find`` takes session, actor, the ask (words and how many to give) and now; it gives how many match within the
    actor's bounds and the first of them. ``endpoint`` is the whole list, which takes the words as ``q``.
    """

    label: str
    permission: str
    endpoint: str
    find: Callable[[Session, Actor, Ask, datetime], tuple[int, Sequence[Hit]]]


@dataclass(frozen=True)
class HomeCard:
    """What a subject adds to the home of a role: a template, and the ``facts`` it shows.

    ``facts`` takes session, actor and now; ``None`` leaves the card out. Lower ``order`` comes first.
    ``timed``: what it shows changes within a day though no row does, so that a home with it is made anew each time.
    """

    home: str
    permission: str
    order: int
    template: str
    facts: Callable[[Session, Actor, datetime], Mapping[str, Any] | None]
    timed: bool = False


@dataclass(frozen=True)
class Card:
    """A card as a home includes it: its template reads ``facts``."""

    template: str
    facts: Mapping[str, Any]
    timed: bool


def home_cards(session: Session, actor: Actor, home: str, now: datetime) -> list[Card]:
    """The cards of all subjects on one role's home, so that the home's own subject need not know the others."""
    known = (card for feature in _features() for card in feature.home_cards)
    wanted = [card for card in known if card.home == home and actor.may(card.permission)]
    shown = [(card, card.facts(session, actor, now)) for card in sorted(wanted, key=lambda card: card.order)]
    return [Card(card.template, facts, card.timed) for card, facts in shown if facts is not None]


@dataclass(frozen=True)
class Judged:
    """How the answers to one version of a question are to count: ``earned`` takes what was ticked.

    It gives (half-points, of how many), or ``None`` where the answer does not count.
    """

    version_id: int
    earned: Callable[[frozenset[int]], tuple[int, int] | None]


@dataclass(frozen=True)
class Flips:
    """What judging answers otherwise would change.

    ``rows`` are the changes of persons within the actor's bounds: name, at, was, becomes (half-points, of how many).
    """

    answers: int  # all answers to the version
    persons: int  # by how many persons
    better: int
    worse: int
    voided: int
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Dependent:
    """A subject that keeps answers to questions, and can say and work out what follows when a key was wrong.

    ``flips`` says what would change, and writes nothing; ``redo`` works out anew what follows from the answers to a
    question, by the rulings that stand, and gives the persons for whom something changed.
    """

    label: str
    flips: Callable[[Session, Actor, Judged], Flips]
    redo: Callable[[Session, int], Collection[int]]


def dependents() -> Sequence[Dependent]:
    """All that keep answers to questions, so that the bank need not know them."""
    return [one for feature in _features() for one in feature.dependents]


@dataclass(frozen=True)
class ExamClass:
    """A training class as exams are counted by it."""

    id: int
    name: str
    exam_year: int


@dataclass(frozen=True)
class ExamClasses:
    """The classes by which exams may be counted, so that exams need not know training.

    ``all`` gives those within the actor's reach, the latest year first; ``seats`` selects (class_id, person_id,
    exam_year) of every seat.
    """

    all: Callable[[Session, Actor], Sequence[ExamClass]]
    seats: Callable[[], Select[*tuple[Any, ...]]]


def exam_classes() -> ExamClasses | None:
    """What the feature that holds classes has handed over."""
    return next((feature.exam_classes for feature in _features() if feature.exam_classes is not None), None)


@dataclass(frozen=True)
class RenewalCheck:
    """Something that must be done before the registration of a certificate can be renewed.

    ``hindrance`` takes session, person, level of the certificate, the registration's present term and the office day;
    it says what is missing, ``None`` when nothing is.
    """

    name: str
    hindrance: Callable[[Session, int, str, Period, date], Sentence | None]


def renewal_checks() -> Sequence[RenewalCheck]:
    """All that stand in the way of a renewal, so that the register need not know them."""
    return [one for feature in _features() for one in feature.renewal_checks]


@dataclass(frozen=True)
class Offer:
    """Something that gives hours of the kind a person lacks: its page, and the address that asks for a seat."""

    title: str
    detail: Sentence
    endpoint: str
    enrol: str
    values: Mapping[str, Any]


# What a subject offers to mend a lack of hours of some categories; asked with session, actor, categories and now.
Mender = Callable[[Session, Actor, Collection[str], datetime], Sequence[Offer]]


def offers(session: Session, actor: Actor, categories: Collection[str], now: datetime) -> list[Offer]:
    """What would mend a lack, of all subjects, so that the ledger need not know the classes above it."""
    return [
        offer for feature in _features() for find in feature.menders for offer in find(session, actor, categories, now)
    ]


@dataclass(frozen=True)
class HolderCheck:
    """What another subject lets follow for holders, while something of theirs is not in order.

    ``holds`` takes session, persons and the office day, and says of whom months of allowance are not paid: from which
    month on, and why. ``remark`` is what the public check of a certificate of a person says of it, ``None`` if nothing.
    """

    name: str
    holds: Callable[[Session, Sequence[int], date], Mapping[int, tuple[date, Sentence]]]
    remark: Callable[[Session, int, date], Sentence | None]


def holder_checks() -> Sequence[HolderCheck]:
    """All of them, so that the register need not know them."""
    return [one for feature in _features() for one in feature.holder_checks]


@dataclass(frozen=True)
class Derived:
    """A derived table: ``differences`` rebuilds it from its log and says what differs, in English, one per row.

    With ``repair`` it also writes what was rebuilt.
    """

    name: str
    differences: Callable[[Session, bool], Iterator[str]]


@dataclass(frozen=True)
class Feature:
    """Everything `app/wiring.py` needs to plug a subject in. Leave out what it lacks."""

    name: str
    blueprint: Blueprint | None = None
    commands: Sequence[click.Command] = ()
    jobs: Sequence[Job] = ()
    importers: Sequence[Importer] = ()
    nav: Sequence[NavItem] = ()
    derived: Sequence[Derived] = ()
    dependents: Sequence[Dependent] = ()
    renewal_checks: Sequence[RenewalCheck] = ()
    holder_checks: Sequence[HolderCheck] = ()
    searches: Sequence[Search] = ()
    home_cards: Sequence[HomeCard] = ()
    person_pages: Sequence[PersonPage] = ()
    exam_classes: ExamClasses | None = None
    menders: Sequence[Mender] = ()
    # Loads the data files the package ships (syllabus, pass lines, requirements); safe to run again.
    load_data: Callable[[Session, date], None] | None = None
    # Conditions of this feature's reminders by name, asked again just before sending with the session, the person,
    # the reminder's context and the office day: whether there is still a reason to send it.
    still_due: Mapping[str, StillDue] = field(default_factory=dict)
    # Columns of bytes that it keeps sealed.
    sealed: Sequence[SealedColumn] = ()
    # How its acts read in the audit trail; needed by every feature that records one.
    trail: Trail | None = None
    # What becomes of its rows when two rows of one person are merged.
    moving: Moving | None = None
    # What each of its reminders is about: the name of its template → message id.
    mails: Mapping[str, str] = field(default_factory=dict)
    # Those of them that a person may switch off.
    optional_mails: Sequence[str] = ()


KNOWN = "examprep.features"  # where the application keeps them all


def _features() -> Sequence[Feature]:
    """Every subject of the application, for what one asks of the others without knowing them."""
    known: Sequence[Feature] = current_app.extensions[KNOWN]
    return known


def parts_of(features: Sequence[Feature]) -> list[Moving]:
    """What each has to do with a merge of persons; who stands higher comes first, since it tells those below."""
    return [feature.moving for feature in reversed(features) if feature.moving is not None]
