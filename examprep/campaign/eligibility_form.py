"""The form of the eligibility helper: degrees, employments, certificates, by month; empty rows are left out."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import BooleanField, FieldList, FormField, SelectField, StringField, SubmitField
from wtforms.validators import Length, Optional, ValidationError

from examprep.campaign.rules.eligibility import DEGREE_NAMES, Case, Degree
from examprep.campaign.rules.months import read_month
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm, PartForm
from examprep.plumbing.i18n import say

DEGREES_ASKED, EMPLOYMENTS_ASKED = 3, 4
MONTH = {"type": "month"}


def is_month(_form: object, field: Any) -> None:
    try:
        read_month(field.data)
    except RuleViolation as refusal:
        raise ValidationError(say(refusal.sentence)) from refusal


def month_field(label: str, **more: Any) -> StringField:
    return StringField(label, [Optional(), Length(max=12), is_month], render_kw=MONTH, **more)


class DegreePart(PartForm):
    """One degree."""

    level = SelectField(N_("Degree"), default="")
    social_work = BooleanField(N_("In social work"))
    full_time = BooleanField(N_("Full-time study"))
    began = month_field(N_("Study began"), description=N_("Year and month, as in 2020-07."))
    gained = month_field(N_("Diploma"), description=N_("The month on the diploma, or in which you expect it."))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.level.choices = [("", N_("None")), *DEGREE_NAMES.items()]

    def validate_level(self, field: Any) -> None:
        # Not of the month's own field: an empty optional field is not asked further.
        if field.data and not self.gained.data:
            raise ValidationError(say(N_("Give the month of the diploma.")))

    def validate_gained(self, field: Any) -> None:
        if field.data and self.began.data and not field.errors and not self.began.errors:
            try:
                wrong = read_month(self.began.data) > read_month(field.data)
            except RuleViolation:
                return
            if wrong:
                raise ValidationError(say(N_("It cannot end before it began.")))


class EmploymentPart(PartForm):
    """One employment in social work; without an end it goes on."""

    first = month_field(N_("From"), description=N_("Year and month, as in 2020-07."))
    last = month_field(N_("To"), description=N_("Empty when it goes on."))

    def validate_last(self, field: Any) -> None:
        if field.data and not self.first.data:
            raise ValidationError(say(N_("Give the month in which it began.")))
        if field.data and self.first.data:
            try:
                wrong = read_month(self.first.data) > read_month(field.data)
            except RuleViolation:
                return
            if wrong:
                raise ValidationError(say(N_("It cannot end before it began.")))


class EligibilityForm(BaseForm):
    """What somebody tells of themselves."""

    exam_year = SelectField(N_("Exam year"), coerce=int)
    region = SelectField(N_("Where you register"), default="")
    degrees = FieldList(FormField(DegreePart), min_entries=DEGREES_ASKED, max_entries=DEGREES_ASKED)
    employments = FieldList(FormField(EmploymentPart), min_entries=EMPLOYMENTS_ASKED, max_entries=EMPLOYMENTS_ASKED)
    assistant_since = month_field(N_("Assistant's certificate since"))
    intermediate_since = month_field(N_("Intermediate certificate since"))
    submit = SubmitField(N_("What may I sit?"))

    def offer(self, years: Iterable[int], regions: Iterable[tuple[str, str]]) -> None:
        self.exam_year.choices = [(year, str(year)) for year in years]
        self.region.choices = [("", N_("Anywhere in China")), *regions]

    def answers(self) -> dict[str, Any]:
        """What was typed, as it is kept and shown again."""
        return {name: value for name, value in self.entry().items() if name != "exam_year"}

    def case(self) -> Case:
        return read_case(self.answers())


def read_case(answers: Mapping[str, Any]) -> Case:
    """The answers as the rule takes them; rows without a degree or a beginning are left out."""
    degrees = [
        Degree(
            each["level"],
            bool(each["social_work"]),
            read_month(each["gained"]),
            bool(each["full_time"]),
            read_month(each["began"]) if each["began"] else None,
        )
        for each in answers["degrees"]
        if each["level"] and each["gained"]
    ]
    employments = [
        (read_month(each["first"]), read_month(each["last"]) if each["last"] else None)
        for each in answers["employments"]
        if each["first"]
    ]
    held = {name: read_month(answers[name]) if answers[name] else None for name in _HELD}
    return Case(degrees, employments, **held)


_HELD = ("assistant_since", "intermediate_since")
