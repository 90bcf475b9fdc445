"""Help inside the product: a page per job for each role; the words stand in templates/help, a file per language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import NotFound
from examprep.kernel.registry import Registry
from examprep.kernel.sentence import N_
from examprep.people.access import Role
from examprep.people.actor import Actor
from examprep.people.session import current_actor
from examprep.plumbing.access import requirement_of, signed_in
from examprep.plumbing.i18n import language

bp = Blueprint("help", __name__, url_prefix="/help")


@dataclass(frozen=True)
class Topic:
    """One job. ``endpoint`` (with ``values``) is the page it explains."""

    name: str
    title: str
    role: Role
    endpoint: str
    values: Mapping[str, str]


def _topic(name: str, title: str, role: Role, endpoint: str, /, **values: str) -> Topic:
    return Topic(name, title, role, endpoint, values)


TOPICS = Registry(
    _topic("practise", N_("Practise"), Role.CANDIDATE, "practice.home"),
    _topic("join-class", N_("Join a class"), Role.CANDIDATE, "training.open_classes"),
    _topic("exam-year", N_("My exam year"), Role.CANDIDATE, "campaign.mine"),
    _topic("hours", N_("My hours"), Role.CANDIDATE, "ce.own"),
    _topic("claim-hours", N_("Claim hours"), Role.CANDIDATE, "ce.claims"),
    _topic("transcript", N_("Get a transcript"), Role.CANDIDATE, "ce.own_transcripts"),
    _topic("bank-import", N_("Import questions"), Role.TRAINER, "imports.upload", name="bank-questions"),
    _topic("bank-life", N_("Keep the question bank"), Role.TRAINER, "bank.index"),
    _topic("schedule-class", N_("Schedule a class"), Role.TRAINER, "training.classes"),
    _topic("units", N_("On-line units and materials"), Role.TRAINER, "training.managed_units"),
    _topic("attendance", N_("Take attendance"), Role.TRAINER, "training.home"),
    _topic("campaign", N_("Lead the campaign"), Role.OFFICER, "campaign.overview"),
    _topic("announce", N_("Announce something"), Role.OFFICER, "campaign.managed"),
    _topic("import-results", N_("Import results"), Role.OFFICER, "exams.importing"),
    _topic("pass-rate", N_("Read a pass rate"), Role.OFFICER, "exams.rates"),
    _topic("counted-hours", N_("How hours are counted"), Role.OFFICER, "ce.standing"),
    _topic("enforce-hours", N_("Enforce the 90 hours"), Role.OFFICER, "ce.standing"),
    _topic("coverage", N_("Coverage and targets"), Role.OFFICER, "bureau.covered"),
    _topic("publish", N_("Publish figures"), Role.OFFICER, "bureau.publications_list"),
    _topic("issue-transcripts", N_("Issue transcripts"), Role.OFFICER, "ce.issued_transcripts"),
    _topic("providers", N_("Recognise providers"), Role.OFFICER, "ce.providers"),
    _topic("review-claims", N_("Review claims"), Role.OFFICER, "ce.review_queue"),
    _topic("registration", N_("Register certificates"), Role.OFFICER, "register.holders"),
    _topic("awards", N_("Pay awards"), Role.OFFICER, "register.award_list"),
    _topic("enrol-people", N_("Enrol people"), Role.OFFICER, "training.staff_classes"),
    _topic("first-run", N_("Set up an installation"), Role.ADMINISTRATOR, "setup.home"),
    _topic("accounts", N_("People and accounts"), Role.ADMINISTRATOR, "people.people"),
    _topic("syllabus-dates", N_("Syllabus and dates"), Role.ADMINISTRATOR, "syllabus.index"),
    _topic("outbox", N_("Outbox and mail"), Role.ADMINISTRATOR, "reminders.outbox"),
    _topic("backup", N_("Backup and restore"), Role.ADMINISTRATOR, "setup.home"),
)


def may_open(actor: Actor, endpoint: str) -> bool:
    """Whether the page lets the actor in at all; what they see there is bounded by the page itself."""
    requirement = requirement_of(current_app.view_functions[endpoint])
    return requirement is not None and (
        not requirement.any_of or any(actor.may(permission) for permission in requirement.any_of)
    )


def by_role(actor: Actor) -> Sequence[tuple[Role, Sequence[Topic]]]:
    """The topics of each role, the actor's own roles first."""
    order = sorted(Role, key=lambda role: (role not in actor.roles, list(Role).index(role)))
    return [(role, [topic for topic in TOPICS if topic.role == role]) for role in order]


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    return render_template("help/index.html", roles=by_role(current_actor()))


@bp.get("/<topic>")
@signed_in
def page(topic: str) -> ResponseReturnValue:
    """One job explained, in the reader's language."""
    found = TOPICS.get(topic)
    if found is None:
        raise NotFound("help.topic", "There is no help of that name.")
    return render_template(
        "help/page.html",
        topic=found,
        words=f"help/{found.name}.{language()}.html",
        opens=may_open(current_actor(), found.endpoint),
        others=[other for other in TOPICS if other.role == found.role and other != found],
    )
