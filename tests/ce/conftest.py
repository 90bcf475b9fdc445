"""Holders with hours, in the two counties of the world."""

from datetime import date

import pytest

from examprep.ce import actions, counting
from examprep.ce.shipped import load_requirements
from examprep.register.actions import add_certificate

HOUR = 45


@pytest.fixture
def holders(runtime, world):
    """Both candidates hold a certificate: ann's has 20 professional hours in 2026, bob's none.

    Gives functions: ``post(name, hours, …)``, ``certify(name, …)`` and ``recount()``, which does what the job does that
    follows the register.
    """

    class Holders:
        number = 0

        def certify(self, name: str, level="ASW", issued_on=date(2025, 9, 1), registered_on=None) -> int:
            self.number += 1
            with runtime.database.write() as session:
                found = add_certificate(
                    session,
                    None,
                    person_id=world.people[name],
                    level=level,
                    number=f"2025{self.number:08}",
                    qualified_year=issued_on.year,
                    issued_on=issued_on,
                    registered_on=registered_on,
                    now=runtime.clock.now(),
                )
            self.recount()
            return found

        def recount(self) -> None:
            with runtime.database.write() as session:
                counting.recount(session, list(world.people.values()), today=runtime.clock.today())

        def post(self, name: str, hours: float, category="professional", source=None, on=date(2026, 3, 1), **more):
            self.number += 1
            with runtime.database.write() as session:
                return actions.post(
                    session,
                    person_id=world.people[name],
                    minutes=round(hours * HOUR),
                    category=category,
                    activity="个案工作坊",
                    earned_on=on,
                    source_kind="training.session",
                    source_id=source or self.number,
                    posted_by=None,
                    now=runtime.clock.now(),
                    **more,
                )

    with runtime.database.write() as session:
        load_requirements(session, runtime.clock.today())
    found = Holders()
    found.certify("ann_candidate")
    found.certify("bob_candidate", "SW")
    found.post("ann_candidate", 20)
    return found
