"""A campaign for the exam of 2025 in two counties: who said what, who is registered, who sits in a class."""

from datetime import UTC, date, datetime

import pytest

from examprep.campaign import intending
from examprep.campaign.shipped import load_plan
from examprep.syllabus.loading import load_data
from examprep.training import enrolling
from tests.exams.files import Office
from tests.training.conftest import Season

YEAR = 2025
SAID_AT = datetime(2025, 3, 20, 4, tzinfo=UTC)  # the window is open from 10 to 31 March


class Campaign:
    """Says, registers, marks and enrols; every act is one transaction."""

    def __init__(self, runtime, world):
        self.runtime, self.world = runtime, world
        self.office = Office(runtime, world)
        self.season = Season(runtime, world)
        with runtime.database.write() as session:
            load_data(session, date(2026, 4, 1))
            load_plan(session, date(2026, 4, 1))

    def actor(self, name):
        with self.runtime.database.read() as session:
            return self.world.actor(session, name)

    def say(self, who, says="will", level="ASW", *, year=YEAR, person=None, subjects=()):
        actor = self.actor(who)
        with self.runtime.database.write() as session:
            return intending.say(
                session,
                actor,
                person or actor.person_id,
                year=year,
                says=says,
                level=level,
                subjects=subjects,
                now=SAID_AT if year == YEAR else self.runtime.clock.now(),
            )

    def listen(self, order, says="will", level="ASW", *, year=YEAR):
        """What somebody of the registration lists answered when the officer asked."""
        return self.say("ann_officer", says, level, year=year, person=self.office.person_id(order))

    def class_with(self, *names):
        """A class for the exam with these people of the world in it."""
        number = self.season.class_(kind="exam", exam_year=YEAR)
        with self.runtime.database.write() as session:
            for name in names:
                enrolling.enrol(session, self.world.actor(session, name), number, now=self.runtime.clock.now())
        return number


@pytest.fixture
def campaign(runtime, world, again):
    again(runtime, "a campaign's data", lambda: Campaign(runtime, world) and None)
    return Campaign(runtime, world)


@pytest.fixture
def told(campaign, again):
    """Every stage and every list has somebody.

    ann_candidate will register and sits in a class; bob_candidate has registered, as he says. Of the county's lists of
    2025: 201 registered only, 202 approved, 203 sat, 204 passed, 205 (intermediate) keeps subjects. 301 kept subjects
    of 2024 and has done nothing; 302 kept some and will register; 303 too and will not.
    """
    campaign.number = again(campaign.runtime, "every stage", lambda: every_stage(campaign))
    return campaign


def every_stage(campaign):
    """Fills it, and returns the class."""
    office = campaign.office
    office.register(301, 302, 303, level="中级", year=2024)
    office.mark(dict.fromkeys((301, 302, 303), (70, 40, 71)), year=2024)
    office.register(201, year=YEAR, approved="待审核")
    office.register(202, 203, 204, year=YEAR)
    office.register(205, level="中级", year=YEAR)
    office.mark({203: (50, "", 55), 204: (70, "", 71), 205: (65, 50, 70)}, year=YEAR)
    number = campaign.class_with("ann_candidate")
    campaign.say("ann_candidate")
    campaign.say("bob_candidate", "registered", "SW")
    campaign.listen(302, level="SW")
    campaign.listen(303, "wont", None)
    campaign.listen(201, "registered")
    return number
