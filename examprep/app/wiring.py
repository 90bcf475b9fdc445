"""Every subject that is plugged in. To add one: its package, and a line here."""

from examprep.app.frame import COMMANDS, IMPORTS, PEOPLE, REMINDERS
from examprep.bank.wiring import FEATURE as BANK
from examprep.bureau.wiring import FEATURE as BUREAU
from examprep.bureau.wiring import PUBLISHED
from examprep.campaign.wiring import FEATURE as CAMPAIGN
from examprep.ce.wiring import FEATURE as CE
from examprep.exams.wiring import FEATURE as EXAMS
from examprep.feature import Feature
from examprep.mocks.wiring import FEATURE as MOCKS
from examprep.practice.wiring import FEATURE as PRACTICE
from examprep.register.wiring import FEATURE as REGISTER
from examprep.syllabus.wiring import FEATURE as SYLLABUS
from examprep.training.wiring import FEATURE as TRAINING

FEATURES: tuple[Feature, ...] = (
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
