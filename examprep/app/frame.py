"""What lies beneath the floor of features and is plugged in all the same: they cannot import ``Feature`` themselves."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from examprep.app import trails
from examprep.feature import Derived, Feature, Hit, HomeCard, NavItem, PersonPage, Search
from examprep.imports import moves as imports_moves
from examprep.imports import review
from examprep.imports.engine import stuck
from examprep.imports.jobs import JOBS as IMPORT_JOBS
from examprep.imports.sealed import COLUMNS as SEALED_OF_IMPORTS
from examprep.kernel.sentence import N_, Sentence
from examprep.people import directory
from examprep.people import moves as people_moves
from examprep.people.access import Permission, Role
from examprep.people.actor import Actor
from examprep.people.regions import load_regions
from examprep.people.tree import differences as tree_differences
from examprep.plumbing.listing import Ask
from examprep.reminders import moves as reminders_moves
from examprep.reminders.jobs import JOBS as REMINDER_JOBS
from examprep.reminders.views import bp as reminders_blueprint


def _regions(session: Session, _today: date) -> None:
    load_regions(session)


def _find_people(session: Session, actor: Actor, ask: Ask, _now: datetime) -> tuple[int, list[Hit]]:
    page = directory.people(session, actor, ask)
    hits = [Hit(row["name"], row["organisation"], "people.person", {"person_id": row["id"]}) for row in page.rows]
    return page.total, hits


PEOPLE = Feature(
    name="people",
    searches=(Search(N_("People"), Permission.PEOPLE_PERSON_SEE, "people.people", _find_people),),
    nav=(
        NavItem(N_("People"), "people.people", Permission.PEOPLE_PERSON_SEE, Role.TRAINER, 40, "people"),
        NavItem(N_("People"), "people.people", Permission.PEOPLE_PERSON_SEE, Role.OFFICER, 60, "people"),
        NavItem(N_("People"), "people.people", Permission.PEOPLE_PERSON_SEE, Role.ADMINISTRATOR, 10, "people"),
        NavItem(
            N_("Getting started"),
            "setup.home",
            Permission.PEOPLE_ACCOUNT_MANAGE,
            Role.ADMINISTRATOR,
            5,
            "home",
            N_("Start"),
        ),
        NavItem(
            N_("Organisations"),
            "people.organisations",
            Permission.PEOPLE_ORGANISATION_MANAGE,
            Role.ADMINISTRATOR,
            20,
            "organisation",
            N_("Units"),
        ),
        NavItem(
            N_("Audit trail"), "people.audit", Permission.PEOPLE_AUDIT_SEE, Role.ADMINISTRATOR, 80, "trail", N_("Audit")
        ),
    ),
    derived=(Derived("organisation_tree", tree_differences),),
    person_pages=(PersonPage(N_("Details"), "people.person", Permission.PEOPLE_PERSON_SEE, 10),),
    load_data=_regions,
    trail=trails.PEOPLE,
    moving=people_moves.MOVING,
)


def _stuck_imports(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    """Files of the last 30 days that had problems and were not followed by a right one."""
    importers = current_app.extensions["examprep.importers"]
    found = stuck(session, importers, actor, since=now - timedelta(days=30))
    if not found:
        return None
    return {
        "label": N_("Files with problems"),
        "count": sum(found.values()),
        "unit": N_("files"),
        "base": Sentence("checked, not imported, in the last 30 days"),
        "endpoint": "imports.upload",
        "values": {"name": next(iter(found))},
    }


def _doubtful_rows(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    """Rows of imported files that wait for a decision."""
    count = review.waiting(session, current_app.extensions["examprep.importers"], actor)
    if not count:
        return None
    return {
        "label": N_("Doubtful rows"),
        "count": count,
        "unit": N_("rows"),
        "base": Sentence("of imported files, waiting for a decision"),
        "endpoint": "imports.queue",
        "values": {},
    }


IMPORTS = Feature(
    name="imports",
    jobs=IMPORT_JOBS,
    sealed=SEALED_OF_IMPORTS,
    home_cards=(
        HomeCard(Role.OFFICER, Permission.EXAMS_RESULT_IMPORT, 40, "home/figure.html", _stuck_imports),
        HomeCard(Role.OFFICER, Permission.EXAMS_RESULT_IMPORT, 41, "home/figure.html", _doubtful_rows),
    ),
    trail=trails.IMPORTS,
    moving=imports_moves.MOVING,
)
COMMANDS = Feature(name="app", trail=trails.APP)
REMINDERS = Feature(
    name="reminders",
    blueprint=reminders_blueprint,
    jobs=REMINDER_JOBS,
    nav=(NavItem(N_("Outbox"), "reminders.outbox", Permission.REMINDERS_OUTBOX_SEE, Role.ADMINISTRATOR, 70, "mail"),),
    trail=trails.REMINDERS,
    moving=reminders_moves.MOVING,
    mails={"test": N_("Test mail")},
)
