"""The forms of pass lines and saved cohorts. Whether a line is allowed is a rule, so it is not asked here."""

from wtforms import DateField, DecimalField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from examprep.exams.actions import NewLine
from examprep.exams.rules.lines import CERTAINTIES
from examprep.exams.rules.papers import SUBJECT_NAMES
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say
from examprep.syllabus.rules.levels import LEVEL_NAMES


class LineForm(BaseForm):
    """One pass line with what it is told by."""

    year = SelectField(N_("Exam year"), [InputRequired()])
    level = SelectField(N_("Level"), [InputRequired()])
    subject = SelectField(N_("Subject"), [Optional()])
    region = StringField(
        N_("Region code"),
        [Optional(), Regexp(r"^\s*\d{6}\s*$", message=N_("Six digits of GB/T 2260, such as 520526."))],
        description=N_("Six digits of GB/T 2260, such as 520526. Empty is the national line."),
    )
    points = DecimalField(N_("Pass line (points)"), [InputRequired()])
    published_on = DateField(N_("Published on"), [Optional()])
    source = StringField(
        N_("Source"),
        [InputRequired(), Length(max=300)],
        description=N_("The notice's title and number, or its address."),
    )
    certainty = SelectField(N_("How certain"), [InputRequired()])
    submit = SubmitField(N_("Add the line and recompute"))

    def offer(self, years: list[int]) -> None:
        """Fill the choices, in the page's language."""
        self.year.choices = [(str(year), str(year)) for year in years]
        self.level.choices = [(level, say(name)) for level, name in LEVEL_NAMES.items()]
        every = ("", say(N_("Every subject of the level")))
        self.subject.choices = [every, *((subject, say(name)) for subject, name in SUBJECT_NAMES.items())]
        self.certainty.choices = [(code, say(word)) for code, word in CERTAINTIES.items()]

    def line(self) -> NewLine:
        """The typed line.

        Raises:
            RuleViolation: ``exams.line-step`` -- not a step of half a point.
        """
        doubled = 2 * self.points.data
        if not doubled.is_finite() or doubled != doubled.to_integral_value():
            raise RuleViolation("exams.line-step", "A pass line is a step of half a point, such as 53 or 53.5.")
        return NewLine(
            year=int(self.year.data),
            level=self.level.data,
            subject_code=self.subject.data or None,
            region_code=(self.region.data or "").strip() or None,
            half_points=int(doubled),
            source=self.source.data.strip(),
            published_on=self.published_on.data,
            certainty=self.certainty.data,
        )


class CohortForm(BaseForm):
    """The name under which a cohort is kept."""

    name = StringField(N_("Name of the cohort"), [InputRequired(), Length(max=100)])
    remark = StringField(N_("Remark"), [Optional(), Length(max=300)], filters=[lambda text: text or ""])
    submit = SubmitField(N_("Save the cohort"))


class ListForm(CohortForm):
    """A cohort of the persons whose ID numbers are given."""

    numbers = TextAreaField(
        N_("ID numbers, one a line"),
        [InputRequired(), Length(max=200_000)],
        render_kw={"rows": 8},
        description=N_("At most 5,000. Only persons filed in your organisations are taken."),
    )
