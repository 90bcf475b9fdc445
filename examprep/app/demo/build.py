"""Fill an empty, migrated installation with the generated county."""

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from examprep.app.demo import (
    claims,
    current,
    examined,
    files,
    helping,
    mentored,
    mocked,
    path,
    practised,
    published,
    stated,
    study,
)
from examprep.app.demo.campaign import lead_campaign
from examprep.app.demo.names import Inventor
from examprep.app.demo.people import Population, Resident, populate
from examprep.app.demo.story import ABOVE, BUREAUS_ABOVE, OTOG_FRONT, PLACES, WEINING, Place
from examprep.app.wiring import FEATURES
from examprep.bank.actions import load_starter
from examprep.ce.jobs import enforce
from examprep.ce.sweeping import sweep
from examprep.imports import engine, review
from examprep.imports.importer import Importer, Upload
from examprep.kernel.clock import office_day, office_time
from examprep.kernel.registry import Registry
from examprep.people import actions, passwords
from examprep.people.access import Role
from examprep.people.actor import Actor
from examprep.people.bulk import NewPerson, add_persons
from examprep.people.models import OrganisationRow, OrganisationTreeRow, PersonRow
from examprep.plumbing.jobs import JobTurn
from examprep.plumbing.listing import Ask
from examprep.plumbing.runtime import Runtime
from examprep.practice.jobs import count_cohort

SEED = 20231
WEEKS_OF_NIGHTS = 9
IMPORTERS: Registry[Importer] = Registry(*(importer for feature in FEATURES for importer in feature.importers))


@dataclass
class Account:
    """A sign-in name to print, whose it is, and what it shows."""

    sign_in_name: str
    who: str
    shows: str


# Those whom the command prints; the other bureaus' officers have accounts that nobody is told of.
PRINTED = (
    Account("candidate", "考生（持证人）", "手机上练题、报班、看学时"),
    Account("trainer", "培训教师", "今天的课、题库、点名"),
    Account("county", "县级工作人员（威宁）", "通过率、持证人、90 学时"),
    Account("province", "省级工作人员", "四个地方的全部数据"),
    Account("admin", "管理员", "单位、账户、大纲、发件箱"),
)


@dataclass
class Builder:
    """One filling: the installation, the application (importers need its context), and what was made so far."""

    runtime: Runtime
    app: Flask
    say: Callable[[str], None]
    password: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    inventor: Inventor = field(default_factory=lambda: Inventor(SEED))
    draw: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 -- invented people
    bureaus: dict[str, int] = field(default_factory=dict)
    officers: dict[str, str] = field(default_factory=dict)

    def build(self) -> str:
        """Make everything; returns the password of every account.

        The order is that of the story: bureaus, people with accounts, the bank, exam years, certificates, the present.
        """
        self._organisations()
        self._accounts()
        self.say("题库：原创试题")
        with self._writing() as session:
            load_starter(session, self.runtime.vault, self._actor(session, "admin"), now=self.runtime.clock.now())
        for place in PLACES:
            self.say(f"{place.bureau}：报名、成绩、持证人")
            population = populate(place, self.inventor, self.draw)
            self._import_years(place, population)
            self._others(place, population)
            self._stated(place)
            self.say(f"{place.bureau}：学时、奖补、帮带")
            self._present(place, population)
        self.say("学时达标情况")
        self._past_nights()
        self.say("发布数据")
        self._publish()
        self.say("威宁：培训班、练习")
        self._classes_and_practice()
        return self.password

    def _past_nights(self) -> None:
        """What the nights of the last weeks would have done: standings, and cases of registrations that ended short."""
        now = self.runtime.clock.now()
        for weeks in reversed(range(WEEKS_OF_NIGHTS)):
            at = now - timedelta(weeks=weeks)
            sweep(self.runtime.database, today=office_day(at))
            with self.app.app_context():
                enforce(JobTurn(self.runtime, at, at))

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with self.app.app_context(), self.runtime.database.write() as session:
            yield session

    def _actor(self, session: Session, sign_in_name: str) -> Actor:
        return actions.actor_named(session, sign_in_name, today=self.runtime.clock.today())

    def _organisations(self) -> None:
        self.say("单位与行政区划")
        with self._writing() as session:
            for code, (name, above) in BUREAUS_ABOVE.items():
                self._bureau(session, code, name, above)
            for place in PLACES:
                parent = self._bureau(session, place.region_code, place.bureau, ABOVE[place.region_code])
                for station in place.stations:
                    actions.add_organisation(
                        session, name=station, kind="station", region_code=place.region_code, parent_id=parent
                    )

    def _bureau(self, session: Session, code: str, name: str, above: str | None) -> int:
        row = actions.add_organisation(
            session, name=name, kind="bureau", region_code=code, parent_id=self.bureaus[above] if above else None
        )
        self.bureaus[code] = row.id
        return row.id

    def _accounts(self) -> None:
        hashed = passwords.hash_password(self.password)
        county = self.bureaus[WEINING.region_code]
        provinces = [self.bureaus[code] for code, (_, above) in BUREAUS_ABOVE.items() if above is None]
        with self._writing() as session:
            self._account(session, "trainer", county, {Role.TRAINER: [county]}, hashed)
            self._account(session, "county", county, {Role.OFFICER: [county]}, hashed)
            self._account(session, "province", provinces[0], {Role.OFFICER: provinces}, hashed)
            self._account(session, "admin", provinces[0], {Role.ADMINISTRATOR: provinces}, hashed)
            for place in PLACES:
                name = "county" if place is WEINING else f"officer-{place.key}"
                self.officers[place.key] = name
                if place is not WEINING:
                    bureau = self.bureaus[place.region_code]
                    self._account(session, name, bureau, {Role.OFFICER: [bureau], Role.TRAINER: [bureau]}, hashed)
                if place.award_months:  # awards are approved by two
                    self._account(
                        session, f"{name}-2", self.bureaus[place.region_code], {Role.OFFICER: [bureau]}, hashed
                    )

    def _account(
        self, session: Session, name: str, home: int, roles: dict[Role, list[int]], password_hash: str
    ) -> None:
        now, since = self.runtime.clock.now(), date(2019, 1, 1)
        invented = self.inventor.person()
        person = actions.add_person(
            session,
            self.runtime.vault,
            name=invented.name,
            organisation_id=home,
            id_number=invented.id_number,
            education=invented.education,
            email=f"{name}@example.org",
            in_post=False,  # they run the place; they are not among its social workers
            now=now,
        )
        for role, places in roles.items():
            for organisation_id in places:
                actions.grant_role(
                    session, person_id=person.id, organisation_id=organisation_id, role=role, since=since
                )
        actions.open_account(
            session,
            person_id=person.id,
            sign_in_name=name,
            password=self.password,
            password_hash=password_hash,
            now=now,
        )

    def _import(self, importer: str, officer: str, name: str, content: bytes, now: datetime, **options: str) -> None:
        with self._writing() as session:
            actor, upload = self._actor(session, officer), Upload(name, content, options)
            plan = IMPORTERS[importer].plan(session, actor, upload, now=now)
            engine.import_now(session, self.runtime.vault, IMPORTERS[importer], actor, upload, plan, now=now)

    def _import_years(self, place: Place, population: Population) -> None:
        officer = self.officers[place.key]
        for year in population.sittings:
            registered_at = office_time(date(year, 5, 6), time(10))
            results_at = office_time(date(year, 9, 20), time(10))
            content = files.registrations(population, year)
            self._import("exam-registrations", officer, f"{year}报名.xlsx", content, registered_at, year=str(year))
            content = files.results(population, year)
            self._import("exam-results", officer, f"{year}成绩.xlsx", content, results_at, year=str(year))
        if place is WEINING:
            self._import_doubtful(officer, population)
        if population.holders:
            now = self.runtime.clock.now()
            content = files.holders(population, office_day(now), doubtful=place is WEINING)
            self._import("register-holders", officer, "持证人员.xlsx", content, now)

    def _import_doubtful(self, officer: str, population: Population) -> None:
        """A file whose rows contradict what is on file: they wait for the officer, who has refused one of them."""
        year = max(population.sittings)
        now, name = office_time(date(year, 5, 8), time(10)), f"{year}补报名.xlsx"
        self._import("exam-registrations", officer, name, files.doubtful(population, year), now, year=str(year))
        with self._writing() as session:
            actor = self._actor(session, officer)
            *_, last = review.queue(session, IMPORTERS, actor, Ask()).rows
            review.decide(
                session, self.runtime.vault, IMPORTERS, actor, last["batch_id"], last["number"], review.REFUSE, now=now
            )

    def _others(self, place: Place, population: Population) -> None:
        """Workers who are in no file, and who of the rest is not in post: so many are in post as the story says."""
        if not place.workers:
            return
        with self._writing() as session:
            stations = dict(
                session.execute(
                    select(OrganisationRow.name, OrganisationRow.id).where(
                        OrganisationRow.parent_id == self.bureaus[place.region_code]
                    )
                ).all()
            )
            new = [
                NewPerson(each.who.name, each.who.id_number, self._hash(each), stations[each.station])
                for each in population.others
            ]
            add_persons(session, self.runtime.vault, new, batch_id=0, now=self.runtime.clock.now())
            residents = list(population.everybody)
            held = {r.who.id_number.number for r in population.holders}
            spare = [r for r in residents if r.who.id_number.number not in held][: len(residents) - place.workers]
            hashes = [self._hash(resident) for resident in spare]
            for start in range(0, len(hashes), 500):
                session.execute(
                    update(PersonRow)
                    .where(PersonRow.id_number_hash.in_(hashes[start : start + 500]))
                    .values(in_post=False)
                )

    def _hash(self, resident: Resident) -> str:
        return self.runtime.vault.fingerprint(resident.who.id_number.number)

    def _below(self, session: Session, place: Place) -> list[int]:
        tree = OrganisationTreeRow
        bureau = self.bureaus[place.region_code]
        return list(session.scalars(select(tree.descendant_id).where(tree.ancestor_id == bureau)))

    def _present(self, place: Place, population: Population) -> None:
        clock = self.runtime.clock
        with self._writing() as session:
            officer = self._actor(session, self.officers[place.key])
            holders = current.holder_ids(session, self._below(session, place), clock.today())
            everyone = [person_id for ids in holders.values() for person_id in ids]
            current.post_hours(session, everyone, self.draw, clock.today(), clock.now())
            if place is WEINING:
                current.register_some(session, officer, clock.today(), clock.now())
            if place.award_months:
                second = self._actor(session, f"{self.officers[place.key]}-2")
                current.pay_awards(session, officer, second, place, clock.now())
            if place.mentees:
                mentees = session.scalars(
                    select(PersonRow.id)
                    .where(
                        PersonRow.organisation_id.in_(self._below(session, place)),
                        PersonRow.in_post.is_(True),
                        PersonRow.id.not_in(everyone),
                    )
                    .order_by(PersonRow.id)
                    .limit(place.mentees)
                ).all()
                mentors = everyone[: place.mentors]
                mentored.pair_in_turn(session, officer, mentors, mentees, clock.today(), clock.now())

    def _stated(self, place: Place) -> None:
        today, now = self.runtime.clock.today(), self.runtime.clock.now()
        bureau = self.bureaus[place.region_code]
        with self._writing() as session:
            stated.state(session, self._actor(session, self.officers[place.key]), place.key, bureau, today, now)
            if place is OTOG_FRONT:
                stated.settle(session, bureau, place.region_code)

    def _publish(self) -> None:
        today, now = self.runtime.clock.today(), self.runtime.clock.now() - timedelta(hours=1)
        for place in PLACES:
            bureau = self.bureaus[place.region_code]
            with self._writing() as session:
                officer = self._actor(session, self.officers[place.key])
                if place is WEINING:
                    # An earlier one was taken back; the tables that stand now are the second.
                    first = published.publish(session, officer, bureau, now - timedelta(hours=1), today)
                    published.withdraw(session, officer, first, now - timedelta(minutes=30))
                published.publish(session, officer, bureau, now, today)
                if place is WEINING:
                    published.prepare(session, officer, bureau, today, now + timedelta(minutes=2))

    def _classes_and_practice(self) -> None:
        now = self.runtime.clock.now()
        with self._writing() as session:
            trainer = self._actor(session, "trainer")
            candidate = self._candidate(session)
            learners = session.scalars(
                select(PersonRow.id)
                .where(PersonRow.organisation_id.in_(self._below(session, WEINING)), PersonRow.id != candidate)
                .order_by(PersonRow.id.desc())
                .limit(120)
            ).all()
            classes = current.hold_classes(session, self.runtime.vault, trainer, [candidate, *learners], self.draw, now)
            readers = [candidate, *learners[:30]]
            study.hand_out(session, self.runtime.vault, trainer, classes[0], readers, now)
            study.go_through_units(session, self.runtime.vault, trainer, classes[0], readers, now)
            helping.say_of_classes(session, self.runtime.vault, [candidate, *learners[:95]], self.draw, now)
            examined.hold_past_classes(
                session, self.runtime.vault, self._actor(session, "county"), trainer, self.draw, now
            )
            examined.save_cohorts(session, self._actor(session, "county"), now)
            practised.practise(session, candidate, self.draw, now - timedelta(hours=2))
            practised.report_errors(session, candidate, now - timedelta(hours=1))
            practised.keep_notes(session, candidate, now - timedelta(minutes=50))
            # Some of the class practise as well, three of them with so little success that their trainer should know.
            steady = (self.draw.uniform(0.6, 0.95) for _ in range(20))
            for learner, share_right in zip(learners, (0.45, 0.8, 0.5, 0.4, *steady), strict=False):
                practised.practise(session, learner, self.draw, now - timedelta(hours=3), share_right=share_right)
            path.walk(session, self.runtime.vault, trainer, classes[0], now)
            helping.ask_in_class(session, trainer, classes[0], [candidate, *learners[:8]], now)
            practised.set_assignments(session, trainer, [candidate, *learners[:24]], now)
            mocked.sit(session, candidate, self.draw, now)
            mocked.set_for_class(session, trainer, [candidate, *learners[:24]], self.draw, now)
            practised.discuss(session, trainer, [candidate, *learners[:2]], now - timedelta(hours=1))
            count_cohort(session, "sw-comprehensive", self.runtime.clock.today())
            officer, admin = self._actor(session, "county"), self._actor(session, "admin")
            lead_campaign(session, (admin, officer, trainer), learners, now)
            holders = current.holder_ids(session, self._below(session, WEINING), self.runtime.clock.today())
            mentored.mentor_class(session, trainer, classes[0], holders["SW"][:6], self.runtime.clock.today(), now)
            mentored.mentor_newcomers(session, trainer, classes[0], candidate, self.runtime.clock.today(), now)
            current.copy_season(session, trainer, [classes[0], classes[2]], now)
            others = [person_id for ids in holders.values() for person_id in ids if person_id != candidate]
            claims.claim_hours(session, self.runtime, officer, candidate, others, self.draw)

    def _candidate(self, session: Session) -> int:
        """An assistant of the county who is short of hours and prepares for the next level gets the printed account."""
        clock = self.runtime.clock
        holders = current.holder_ids(session, self._below(session, WEINING), clock.today())["ASW"]
        person_id = current.somebody_short(session, holders, clock.today())
        person = session.get_one(PersonRow, person_id)
        actions.grant_role(
            session,
            person_id=person_id,
            organisation_id=person.organisation_id,
            role=Role.CANDIDATE,
            since=date(2022, 1, 1),
        )
        actions.open_account(
            session,
            person_id=person_id,
            sign_in_name="candidate",
            password=self.password,
            now=clock.now(),
        )
        return person_id
