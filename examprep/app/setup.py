"""An administrator's home: what a new installation still needs, each thing read from its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.clock import office_day
from examprep.kernel.sentence import N_, Sentence
from examprep.people import directory
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import number
from examprep.plumbing.runtime import Runtime, reading, runtime
from examprep.syllabus import actions as syllabus

bp = Blueprint("setup", __name__, url_prefix="/setup")

BACKUP_MADE = "app.backup-made"  # the act that `examprep backup` leaves in the audit trail
BACKUP_DUE_DAYS = 7


@dataclass(frozen=True)
class Step:
    """One thing to do: whether it is done, how things stand, and where it is done."""

    title: str
    done: bool
    state: Sentence
    endpoint: str
    topic: str


@bp.get("")
@needs(Permission.PEOPLE_ACCOUNT_MANAGE)
def home() -> ResponseReturnValue:
    with reading() as session:
        found = steps(session, current_actor(), runtime())
    return render_template("app/setup.html", steps=found, done=sum(step.done for step in found))


def steps(session: Session, actor: Actor, installation: Runtime) -> Sequence[Step]:
    """The list in the order in which a new installation is best set up."""
    today = installation.clock.today()
    organisations, people, accounts = directory.setup_counts(session, actor)
    questions = bank.published_count(session)
    relay = installation.settings.smtp_host
    return [
        Step(
            N_("Organisations"),
            organisations > 1,
            Sentence("%(count)s organisations within your reach.", count=number(organisations)),
            "people.organisations",
            "first-run",
        ),
        Step(
            N_("People and accounts"),
            accounts > 1,
            Sentence(
                "%(people)s people, %(accounts)s open accounts.", people=number(people), accounts=number(accounts)
            ),
            "people.people",
            "accounts",
        ),
        Step(
            N_("Question bank"),
            questions > 0,
            Sentence("%(count)s published questions.", count=number(questions)),
            "bank.index",
            "bank-import",
        ),
        Step(
            N_("Mail relay"),
            relay is not None,
            Sentence("Mails leave by %(host)s.", host=relay)
            if relay
            else Sentence("No relay is set: mails stay in the outbox."),
            "reminders.outbox",
            "outbox",
        ),
        _dates(session, today),
        _backup(session, today),
    ]


def _dates(session: Session, today: date) -> Step:
    exam = syllabus.next_exam(session, today)
    state = (
        Sentence("The %(year)s exam is on %(day)s.", year=exam[0], day=exam[1])
        if exam
        else Sentence("The day of the next exam is not known.")
    )
    return Step(N_("Key dates"), exam is not None, state, "syllabus.dates", "syllabus-dates")


def _backup(session: Session, today: date) -> Step:
    made_at = directory.last_act_at(session, BACKUP_MADE)
    made = office_day(made_at) if made_at else None
    state = (
        Sentence("The last one was made on %(day)s.", day=made)
        if made
        else Sentence("None was made yet. On the server run: examprep backup FILE.zip")
    )
    fresh = made is not None and today - made <= timedelta(days=BACKUP_DUE_DAYS)
    return Step(N_("Backup"), fresh, state, "people.audit", "backup")
