"""What a subject hands to the application: its pages, commands, jobs, importers, data and checks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import click
from flask import Blueprint
from sqlalchemy.orm import Session

from examprep.imports.importer import Importer
from examprep.plumbing.jobs import Job, StillDue


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
    # Loads the data files the package ships (syllabus, pass lines, requirements); safe to run again.
    load_data: Callable[[Session, date], None] | None = None
    # Conditions of this feature's reminders by name, asked again just before sending with the session, the person,
    # the reminder's context and the office day: whether there is still a reason to send it.
    still_due: Mapping[str, StillDue] = field(default_factory=dict)
