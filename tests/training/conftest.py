"""A class of Ann's county with dates ahead, and people who want a seat in it."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.kernel.clock import FixedClock
from examprep.people import actions as people
from examprep.people import passwords
from examprep.people.access import Role
from examprep.people.actor import Actor, Grant
from examprep.plumbing.runtime import Runtime
from examprep.training import actions, store
from examprep.training.actions import ClassEntry, CourseEntry
from examprep.training.models import SessionRow
from examprep.training.rules.schedule import Slot, slot
from tests.factories import World

EVENING = slot(date(2026, 4, 10), time(19), time(21), "三楼会议室")  # 120 minutes
NEXT_EVENING = slot(date(2026, 4, 17), time(19), time(21), "三楼会议室")


class Season:
    """Makes courses, classes and learners of Ann's county; every act is one transaction."""

    def __init__(self, runtime: Runtime, world: World) -> None:
        self.runtime, self.world, self.database = runtime, world, runtime.database

    @property
    def clock(self) -> FixedClock:
        return self.runtime.clock

    def actor(self, name: str) -> Actor:
        with self.database.read() as session:
            return self.world.actor(session, name)

    def class_(
        self, *, capacity: int = 40, slots: tuple[Slot, ...] = (EVENING, NEXT_EVENING), **changes: object
    ) -> int:
        kind = str(changes.pop("kind", "continuing"))
        trainer, rules = str(changes.pop("trainer", "ann_trainer")), changes.pop("rules", None)
        now = self.clock.now()
        with self.database.write() as session:
            actor = self.world.actor(session, trainer)
            name = f"{kind} {trainer} {changes.get('name', '')}"
            course_id = actions.add_course(session, actor, CourseEntry(name, kind, "professional"), now=now)
            entry = {
                "course_id": course_id,
                "name": "周五晚班",
                "trainer_id": actor.person_id,
                "capacity": capacity,
                "mode": "on-site",
                "opens_on": date(2026, 3, 1),
                "closes_on": date(2026, 4, 9),
                **changes,
            }
            return actions.plan_class(session, actor, ClassEntry(**entry), slots, rules=rules, now=now)

    def sessions(self, class_id: int) -> list[int]:
        with self.database.read() as session:
            query = select(SessionRow.id).where(SessionRow.class_id == class_id).order_by(SessionRow.starts_at)
            return list(session.scalars(query))

    def learners(self, count: int) -> list[Actor]:
        """Candidates of Ann's agency, without accounts."""
        agency = self.world.organisations["ann_agency"]
        made = []
        with self.database.write() as session:
            for number in range(count):
                person = people.add_person(
                    session,
                    self.runtime.vault,
                    name=f"学员{number:02d}",
                    organisation_id=agency,
                    now=self.clock.now(),
                )
                grants = (Grant(Role.CANDIDATE, agency),)
                made.append(Actor(0, person.id, person.name, agency, "zh", grants))
        return made

    def do(self, act: Callable[..., object], actor: Actor, *args: object, **more: object) -> object:
        """One action in its own transaction, at the clock's instant."""
        with self.database.write() as session:
            return act(session, actor, *args, now=self.clock.now(), **more)

    def ask(self, question: Callable[[Session], object]) -> object:
        with self.database.read() as session:
            return question(session)

    def seat(self, class_id: int, who: Actor) -> str | None:
        """What seat somebody has in a class."""
        with self.database.read() as session:
            found = store.enrolment(session, class_id, who.person_id)
            return found.state if found else None

    def go_to(self, instant: datetime, after: timedelta = timedelta()) -> None:
        self.clock.instant = instant + after


@pytest.fixture
def season(runtime: Runtime, world: World) -> Season:
    return Season(runtime, world)


@pytest.fixture
def signed_in_learner(app, season) -> Callable[[Actor], FlaskClient]:
    """``signed_in_learner(who)`` opens an account for one of ``season.learners``; a client with its session."""
    app.config["WTF_CSRF_ENABLED"] = False
    hashed = passwords.hash_password(season.world.password)

    def go(who: Actor) -> FlaskClient:
        with season.database.write() as session:
            people.grant_role(
                session,
                person_id=who.person_id,
                organisation_id=who.organisation_id,
                role=Role.CANDIDATE,
                since=date(2026, 1, 1),
            )
            account = people.open_account(
                session,
                person_id=who.person_id,
                sign_in_name=f"learner{who.person_id}",
                password=season.world.password,
                password_hash=hashed,
                now=season.clock.now(),
            )
            account_id = account.id
        client = app.test_client()
        with client.session_transaction() as kept:
            kept["_user_id"] = f"{account_id}.0"
        return client

    return go


@pytest.fixture
def second_trainer(season):
    """Another trainer of Ann's county: (person id)."""
    (person,) = season.learners(1)
    with season.database.write() as session:
        people.grant_role(
            session,
            person_id=person.person_id,
            organisation_id=season.world.organisations["ann_county"],
            role=Role.TRAINER,
            since=date(2026, 1, 1),
        )
    return person.person_id
