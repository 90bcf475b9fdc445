"""What pages and actions hand each other: plain values, and the names of kinds and states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from examprep.kernel.clock import office_day
from examprep.kernel.sentence import N_
from examprep.training.rules.schedule import minutes_between

KINDS: Mapping[str, str] = {
    "exam": N_("Exam preparation"),
    "continuing": N_("Continuing education"),
    "degree": N_("Degree education"),
    "supervision": N_("Supervision"),
}
CATEGORIES: Mapping[str, str] = {
    "professional": N_("Professional subject"),
    "general": N_("General subject"),
    "elective": N_("Elective subject"),
}
MODES: Mapping[str, str] = {"on-site": N_("On site"), "on-line": N_("On line"), "both": N_("On site and on line")}
CLASS_STATES: Mapping[str, str] = {
    "planned": N_("Being planned"),
    "open": N_("Open for enrolment"),
    "closed": N_("Enrolment closed"),
    "cancelled": N_("Cancelled"),
}
# What a class is to whoever asks for a seat: its state, but an open one may not take enrolments yet, or no longer.
CLASS_STANDINGS: Mapping[str, str] = {**CLASS_STATES, "soon": N_("Enrolment not yet open")}
SESSION_STATES: Mapping[str, str] = {
    "planned": N_("Not yet closed"),
    "closed": N_("Closed, hours posted"),
    "cancelled": N_("Cancelled"),
}
UNIT_KINDS: Mapping[str, str] = {"text": N_("A text"), "file": N_("A file"), "video": N_("A film")}
UNIT_COMPLETED: Mapping[str, str] = {"test": N_("Passed the test"), "confirmed": N_("Confirmed at the end")}
# How a line of the log of presence came to be.
HOWS: Mapping[str, str] = {
    "roster": N_("By hand on the list"),
    "code": N_("By the code on the screen"),
    "own-code": N_("By staff, from the learner's own code"),
    "scan": N_("By staff's scanner, from the learner's own code"),
}
# What somebody who judges attendance by hand can say of it.
REASONS: Mapping[str, str] = {
    "roll-call": N_("Called by name"),
    "no-phone": N_("Without a phone, or the code did not work"),
    "other-phone": N_("Checked in by somebody else"),
    "late-or-early": N_("Came late or left early"),
    "mistake": N_("Recorded by mistake"),
    "other": N_("Another reason"),
}
HOURS_RULES: Mapping[str, str] = {
    "all": N_("The whole session for whoever came"),
    "proportional": N_("The minutes present"),
    "threshold": N_("The whole session from a share of it on, else nothing"),
}
PRESENCES: Mapping[str, str] = {
    "in": N_("Checked in"),
    "out": N_("Checked out"),
    "present": N_("Present"),
    "absent": N_("Did not come"),
    "unseen": N_("Not seen when the list was saved"),
}
SEATS: Mapping[str, str] = {
    "asked": N_("Waiting for approval"),
    "waiting": N_("On the waiting list"),
    "offered": N_("Seat offered"),
    "enrolled": N_("Enrolled"),
    "left": N_("Left the class"),
    "lapsed": N_("Offer let pass"),
    "refused": N_("Enrolment refused"),
}


@dataclass(frozen=True)
class Course:
    """A course as its form and the lists show it."""

    id: int
    name: str
    kind: str
    subject_code: str | None
    level: str | None
    category: str
    description: str


@dataclass(frozen=True)
class Meeting:
    """A session with how many have a seat in its class and how many came."""

    id: int
    class_id: int
    class_name: str
    course_name: str
    trainer_name: str
    starts_at: datetime
    ends_at: datetime
    place: str
    link: str
    state: str
    reason: str | None
    seats_taken: int
    present: int
    closed_at: datetime | None = None
    hours_rule: str = "all"
    hours_percent: int = 80
    missing: Sequence[str] = ()

    @property
    def state_name(self) -> str:
        return SESSION_STATES[self.state]

    @property
    def minutes(self) -> int:
        return minutes_between(self.starts_at, self.ends_at)

    @property
    def overnight(self) -> bool:
        """Whether it ends on another office day than it began."""
        return office_day(self.starts_at) != office_day(self.ends_at)

    def begun(self, now: datetime) -> bool:
        return self.starts_at <= now

    def over(self, now: datetime) -> bool:
        return self.ends_at <= now


@dataclass(frozen=True)
class Learner:
    """A person on a roster: their seat, and whether they came (``None``: not yet recorded)."""

    person_id: int
    name: str
    organisation: str
    seat: str
    since: datetime
    present: bool | None = None
    attended: int = 0
    until: datetime | None = None  # the end of an offer
    minutes: int | None = None


@dataclass(frozen=True)
class ClassCard:
    """A class as its own page shows it; ``closes_on`` is the first day on which nobody can enrol any more."""

    id: int
    course_id: int
    course_name: str
    kind: str
    category: str
    description: str
    name: str
    organisation: str
    trainer_id: int
    trainer_name: str
    capacity: int
    mode: str
    opens_on: date
    closes_on: date
    state: str
    exam_year: int | None
    reason: str | None
    enrolled: int
    waiting: int
    offered: int
    standing: str
    hours_rule: str = "all"
    hours_percent: int = 80

    @property
    def standing_name(self) -> str:
        return CLASS_STANDINGS[self.standing]

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.enrolled - self.offered)
