"""Every subject that is plugged in. To add one: its package, and a line here."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from examprep.app.frame import COMMANDS, IMPORTS, PEOPLE, REMINDERS
from examprep.bank.wiring import FEATURE as BANK
from examprep.bureau.wiring import FEATURE as BUREAU
from examprep.bureau.wiring import PUBLISHED
from examprep.campaign.wiring import FEATURE as CAMPAIGN
from examprep.ce.wiring import FEATURE as CE
from examprep.exams.wiring import FEATURE as EXAMS
from examprep.feature import Derived, Feature, parts_of
from examprep.mocks.wiring import FEATURE as MOCKS
from examprep.people import strays
from examprep.practice.wiring import FEATURE as PRACTICE
from examprep.register.wiring import FEATURE as REGISTER
from examprep.syllabus.wiring import FEATURE as SYLLABUS
from examprep.training.wiring import FEATURE as TRAINING


def _strays(session: Session, repair: bool) -> Iterator[str]:
    return strays.differences(session, parts_of(FEATURES), repair)


FEATURES: tuple[Feature, ...] = (
    # Whose a row is comes before all that is derived from it.
    Feature(name="merging", derived=(Derived("person_merge", _strays),)),
    PEOPLE,
    IMPORTS,
    REMINDERS,
    COMMANDS,
    SYLLABUS,
    BANK,
    EXAMS,
    PRACTICE,
    MOCKS,
    REGISTER,
    CE,
    TRAINING,
    CAMPAIGN,
    BUREAU,
    PUBLISHED,
)
