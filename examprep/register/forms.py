"""Forms of the register. Whether a thing is allowed is a rule, so it is not asked here."""

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, IntegerField, RadioField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say
from examprep.register.disclosing import SHOWS
from examprep.register.rules.process import BUREAU_LEVELS, WORDS
from examprep.register.senior import OUTCOMES
from examprep.syllabus.rules.levels import LEVEL_NAMES

CERTAINTIES = {"H": N_("Certain: an official text"), "M": N_("Likely"), "L": N_("Uncertain")}


class CertificateForm(BaseForm):
    """A certificate entered by hand."""

    level = SelectField(N_("Level"), choices={code: name.text for code, name in LEVEL_NAMES.items()})
    number = StringField(
        N_("Certificate number"),
        [InputRequired(), Regexp(r"^\s*[0-9A-Za-z-]{4,40}\s*$", message=N_("4 to 40 digits or letters."))],
    )
    qualified_year = IntegerField(N_("Exam year"), [InputRequired(), NumberRange(2008, 2100)])
    issued_on = DateField(N_("Issued on"), [InputRequired()])
    validity = SelectField(
        N_("Valid in"), choices={"national": N_("the whole country"), "local": N_("its region only")}
    )
    region_code = SelectField(
        N_("Its region"), default="", description=N_("Only of a certificate that was passed by a regional line.")
    )
    subjects = StringField(
        N_("Years of the subjects"),
        [Optional(), Length(max=120)],
        description=N_("Where they differ, such as 综合能力 2024、实务 2025."),
    )
    registered_on = DateField(N_("Registered on"), [Optional()])
    submit = SubmitField(N_("Enter the certificate"))

    def offer(self, regions: Iterable[tuple[str, str]]) -> None:
        """Fill the choice of regions."""
        self.region_code.choices = {"": "—", **dict(regions)}

    def subject_years(self) -> dict[str, int] | None:
        """The years by subject, as typed.

        Raises:
            RuleViolation: ``register.subject-years`` -- a part that is not a subject and a year.
        """
        text = (self.subjects.data or "").replace("，", "、").replace(",", "、").strip()
        found: dict[str, int] = {}
        for part in filter(None, (each.strip() for each in text.split("、"))):
            name, _, year = part.rpartition(" ")
            if not name or not year.isdecimal() or not 2008 <= int(year) <= 2100:
                raise RuleViolation(
                    "register.subject-years", "Write each subject with its year: 综合能力 2024、实务 2025."
                )
            found[name.strip()] = int(year)
        return found or None


class ApplicationForm(BaseForm):
    """Where the holder wants to be registered; ``reason`` is asked of an officer outside the window."""

    place_code = SelectField(
        N_("Registered at"), description=N_("Where you work or where your household is registered.")
    )
    reason = TextAreaField(N_("Reason for a late application"), [Optional(), Length(max=500)])
    submit = SubmitField(N_("Send"))


class RegionForm(BaseForm):
    """The region in which alone a certificate is valid."""

    region_code = SelectField(N_("Valid only in"))
    submit = SubmitField(N_("Name the region"))


class StepForm(BaseForm):
    """Why, and for the registration itself since when."""

    reason = TextAreaField(N_("Reason"), [Optional(), Length(max=500)])
    registered_on = DateField(N_("Registered on"), [Optional()])


class PlatformForm(BaseForm):
    """What the national platform says."""

    status = SelectField(N_("State on the platform"), choices={code.value: word.text for code, word in WORDS.items()})
    registered_on = DateField(N_("Registered on"), [Optional()])
    submit = SubmitField(N_("Enter"))


class ReasonForm(BaseForm):
    """Why something is done."""

    reason = StringField(N_("Reason"), [InputRequired(), Length(max=200)])


class ScanForm(BaseForm):
    """One scan."""

    scan = FileField(N_("PDF, PNG or JPEG, up to 5 MB"), [FileRequired()])
    submit = SubmitField(N_("Add the scan"))


class DisclosureForm(BaseForm):
    """What the public check shows."""

    shows = RadioField(N_("The public check shows"), choices=dict(SHOWS))
    submit = SubmitField(N_("Save and make a new code"))


class CheckForm(BaseForm):
    """The code that somebody was given."""

    code = StringField(N_("Code"), [InputRequired(), Length(max=64)])
    submit = SubmitField(N_("Check"))


class ProofForm(BaseForm):
    """A proof of passing the senior exam."""

    number = StringField(N_("Number of the proof"), [InputRequired(), Length(max=40)])
    passed_year = IntegerField(N_("Exam year"), [InputRequired(), NumberRange(2019, 2100)])
    issued_on = DateField(N_("Issued on"), [InputRequired()])
    submit = SubmitField(N_("Enter the proof"))


class OutcomeForm(BaseForm):
    """How the review ended."""

    outcome = SelectField(N_("Review"), choices={code: word.text for code, word in OUTCOMES.items()})
    decided_on = DateField(N_("Decided on"), [Optional()])


class LimitsForm(BaseForm):
    """One version of a region's limits."""

    region_code = SelectField(N_("Region"))
    since = DateField(N_("Holds since"), [InputRequired()])
    first_months = IntegerField(
        N_("First registration within (months of issue)"),
        [Optional(), NumberRange(1, 120)],
        description=N_("Empty: the limit is waived."),
    )
    term_months = IntegerField(N_("Term (months)"), [InputRequired(), NumberRange(1, 120)], default=36)
    renew_from_months = IntegerField(
        N_("Renewal from (months after the term ends)"),
        [InputRequired(), NumberRange(-36, 36)],
        default=-3,
        description=N_("Negative: before the term ends. Nationally −3."),
    )
    renew_to_months = IntegerField(
        N_("Renewal up to (months after the term ends)"),
        [InputRequired(), NumberRange(-36, 36)],
        default=0,
        description=N_("0: up to the day on which it ends. More is a grace."),
    )
    batches = StringField(
        N_("Days of the year on which applications are taken"),
        [Optional(), Regexp(r"^\s*(\d\d-\d\d/\d\d-\d\d\s*)*$", message=N_("Write them like 12-15/01-15."))],
        description=N_("Such as 12-15/01-15; empty: the whole year."),
    )
    accept_by = SelectField(N_("Applications are accepted by"), coerce=int, default=3)
    review_by = SelectField(N_("The first review is made by"), coerce=int, default=2)
    approve_by = SelectField(N_("The final review is made by"), coerce=int, default=1)
    source = StringField(N_("Source"), [InputRequired(), Length(max=300)])
    certainty = SelectField(N_("How certain"), choices=dict(CERTAINTIES))
    submit = SubmitField(N_("Add the version"))

    def offer(self, regions: dict[str, str]) -> None:
        """Fill the choices."""
        self.region_code.choices = regions
        for field in (self.accept_by, self.review_by, self.approve_by):
            field.choices = {level: say(word) for level, word in BUREAU_LEVELS.items()}

    def values(self) -> dict[str, Any]:
        """The typed version; batches as pairs of days.

        Raises:
            RuleViolation: ``register.batch-day`` -- no such day of a year.
        """
        typed = self.entry()
        typed["batches"] = [part.split("/") for part in (typed["batches"] or "").split()]
        for day in (day for batch in typed["batches"] for day in batch):
            month, number = (int(part) for part in day.split("-"))
            if not (1 <= month <= 12 and 1 <= number <= (28 if month == 2 else 30 if month in (4, 6, 9, 11) else 31)):
                raise RuleViolation("register.batch-day", "%(day)s is no day of every year.", day=day)
        return typed
