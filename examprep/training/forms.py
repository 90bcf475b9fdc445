"""Forms of courses, classes and sessions. What is allowed is a rule; here only what parses and is complete."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say
from examprep.training.actions import ClassEntry, CourseEntry
from examprep.training.form_parts import Part, choices, sensible_day
from examprep.training.rules.recurrence import Series
from examprep.training.rules.schedule import Slot, slot
from examprep.training.seat_forms import SeatFields
from examprep.training.values import CATEGORIES, HOURS_RULES, KINDS, MODES

WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
EMPTY_ROWS = 4
MOST_ROWS = 60


def web_address(_form: Form, field: StringField) -> None:
    """A link is followed by others, so it may lead to the web only."""
    if field.data and not re.fullmatch(r"https?://[^\s<>\"']+", field.data.strip()):
        raise ValidationError(say(N_("Give a web address that begins with https://")))


class CourseForm(BaseForm):
    """What is taught."""

    name = StringField(N_("Name of the course"), [InputRequired(), Length(max=120)])
    kind = SelectField(N_("Kind"), [InputRequired()])
    category = SelectField(N_("Hours count as"), [InputRequired()])
    level = SelectField(N_("Level"), [Optional()])
    subject_code = SelectField(N_("Exam subject"), [Optional()])
    description = TextAreaField(N_("Description"), [Optional(), Length(max=4000)], render_kw={"rows": 5})
    submit = SubmitField(N_("Save the course"))

    def offer(self, subjects: Sequence[tuple[str, str]], levels: Sequence[tuple[str, str]]) -> None:
        """Fill the choices; subjects and levels are (code, name)."""
        self.kind.choices = choices(KINDS)
        self.category.choices = choices(CATEGORIES)
        self.level.choices = [("", say(N_("Any level"))), *levels]
        self.subject_code.choices = [("", say(N_("No subject"))), *subjects]

    def course(self) -> CourseEntry:
        return CourseEntry(
            name=self.name.data.strip(),
            kind=self.kind.data,
            category=self.category.data,
            level=self.level.data or None,
            subject_code=self.subject_code.data or None,
            description=(self.description.data or "").strip(),
        )


class SlotFields:
    """One session: an office day, from when to when, and where if not at the usual place."""

    day = DateField(N_("Date"), [Optional(), sensible_day])
    start = TimeField(N_("Begins at"), [Optional()])
    end = TimeField(N_("Ends at"), [Optional()])
    place = StringField(N_("Place"), [Optional(), Length(max=200)])
    link = StringField(N_("Link"), [Optional(), Length(max=500), web_address])

    def slot(self, place: str, link: str) -> Slot:
        """Raises RuleViolation: the times do not fit."""
        return slot(self.day.data, self.start.data, self.end.data, self.place.data or place, self.link.data or link)


class SlotPart(SlotFields, Part):
    """One session among several."""

    needed = ("day", "start", "end")


class WeeklyPart(Part):
    """The same hours on some weekdays, a number of times."""

    needed = ("first", "start", "end", "times")

    weekdays = SelectMultipleField(
        N_("Weekdays"),
        [Optional()],
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    first = DateField(N_("First day"), [Optional(), sensible_day])
    start = TimeField(N_("Begins at"), [Optional()])
    end = TimeField(N_("Ends at"), [Optional()])
    times = IntegerField(N_("How many times"), [Optional(), NumberRange(1, MOST_ROWS)])

    skip_days_off = BooleanField(
        N_("Skip public holidays, and weekends worked in exchange for them"),
        default=True,
        description=N_("There are still as many sessions; the series ends later."),
    )

    @property
    def blank(self) -> bool:
        """A box ticked from the start begins nothing."""
        return not any(
            field.raw_data and field.raw_data[0].strip() for field in self if field.short_name != "skip_days_off"
        )

    def series(self, place: str, link: str) -> Series:
        return Series(
            frozenset(self.weekdays.data or ()),
            self.first.data,
            self.start.data,
            self.end.data,
            self.times.data,
            self.skip_days_off.data,
            place,
            link,
        )


class TimetableForm(BaseForm):
    """Sessions typed one by one, or repeated weekly, or both."""

    usual_place = StringField(N_("Usual place"), [Optional(), Length(max=200)])
    usual_link = StringField(N_("Usual link"), [Optional(), Length(max=500), web_address])
    sessions = FieldList(FormField(SlotPart), min_entries=EMPTY_ROWS, max_entries=MOST_ROWS)
    weekly = FormField(WeeklyPart)
    submit = SubmitField(N_("Add the sessions"))

    def offer_weekdays(self) -> None:
        self.weekly.form.weekdays.choices = [(number, say(name)) for number, name in enumerate(WEEKDAYS)]

    def more_rows(self) -> None:
        """A few further empty rows, as far as the form goes."""
        for _ in range(min(EMPTY_ROWS, MOST_ROWS - len(self.sessions))):
            self.sessions.append_entry()

    def slots(self) -> list[Slot]:
        """Those typed one by one.

        Raises:
            RuleViolation: some times do not fit.
        """
        place, link = self._usual()
        return [entry.form.slot(place, link) for entry in self.sessions if not entry.form.blank]

    def series(self) -> Series | None:
        """Those that repeat, when they are asked for."""
        return None if self.weekly.form.blank else self.weekly.form.series(*self._usual())

    def _usual(self) -> tuple[str, str]:
        return (self.usual_place.data or "").strip(), (self.usual_link.data or "").strip()


class ClassFields:
    """What a class says of itself; enrolment lasts through ``last_day``."""

    course_id = SelectField(N_("Course"), [InputRequired()], coerce=int)
    name = StringField(N_("Name of the class"), [InputRequired(), Length(max=120)])
    trainer_id = SelectField(N_("Trainer"), [InputRequired()], coerce=int)
    capacity = IntegerField(N_("Seats"), [InputRequired(), NumberRange(1, 5000)])
    mode = SelectField(N_("How it is held"), [InputRequired()])
    opens_on = DateField(N_("Enrolment opens on"), [InputRequired(), sensible_day])
    last_day = DateField(N_("Last day to enrol"), [InputRequired(), sensible_day])
    exam_year = IntegerField(
        N_("For the exam of"),
        [Optional(), NumberRange(2008, 2100)],
        description=N_("A year. Whoever has a seat then counts as trained for that exam."),
    )

    hours_rule = SelectField(N_("Hours granted"), default="all")
    hours_percent = IntegerField(
        N_("Share of the session (%)"),
        [Optional(), NumberRange(1, 100)],
        default=80,
        description=N_("Counts only where the hours are granted from a share on."),
    )

    def offer(self, courses: Sequence[tuple[int, str]], trainers: Sequence[tuple[int, str]]) -> None:
        """Fill the choices."""
        self.course_id.choices = list(courses)
        self.trainer_id.choices = list(trainers)
        self.mode.choices = choices(MODES)
        self.hours_rule.choices = choices(HOURS_RULES)

    def class_entry(self, state: str) -> ClassEntry:
        last_day: date = self.last_day.data
        return ClassEntry(
            course_id=self.course_id.data,
            name=self.name.data.strip(),
            trainer_id=self.trainer_id.data,
            capacity=self.capacity.data,
            mode=self.mode.data,
            opens_on=self.opens_on.data,
            closes_on=last_day + timedelta(days=1),
            exam_year=self.exam_year.data,
            state=state,
            hours_rule=self.hours_rule.data or "all",
            hours_percent=self.hours_percent.data or 80,
        )


class SeatedClassFields(ClassFields, SeatFields):
    """What a class says of itself and of its seats."""


class ReleaseFields:
    """What happens to learners who cannot come then."""

    release = BooleanField(
        N_("Learners who have another class at these hours give up their seats here"),
        description=N_("They are told by mail. Without this nothing is saved while there are such learners."),
    )


class AddSessionsForm(ReleaseFields, TimetableForm):
    """Further sessions of a class."""


class ClassForm(SeatedClassFields, TimetableForm):
    """A new class with its sessions, in one form."""

    draft = BooleanField(N_("Keep it to trainers for now; candidates do not see it"))
    submit = SubmitField(N_("Make the class"))


class ClassChangeForm(SeatedClassFields, BaseForm):
    """What a class says of itself, changed."""

    state = SelectField(N_("State"), [InputRequired()])
    submit = SubmitField(N_("Save the class"))


class SessionForm(SlotFields, ReleaseFields, BaseForm):
    """One session, moved."""

    day = DateField(N_("Date"), [InputRequired(), sensible_day])
    start = TimeField(N_("Begins at"), [InputRequired()])
    end = TimeField(N_("Ends at"), [InputRequired()])
    submit = SubmitField(N_("Save the session"))


class ReasonForm(BaseForm):
    """Why something is cancelled or reopened."""

    reason = StringField(N_("Reason"), [InputRequired(), Length(max=300)])
    submit = SubmitField(N_("Confirm"))
