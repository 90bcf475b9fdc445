"""Forms of the syllabus: shape only."""

from typing import Any

from wtforms import DateField, IntegerField, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from examprep.kernel.marks import parse_marks
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say

CERTAINTIES = {"H": N_("Certain"), "M": N_("Probable"), "L": N_("Inferred")}
KINDS = {
    "registration": N_("Registration"),
    "fee": N_("Fee payment"),
    "ticket": N_("Admission ticket"),
    "exam": N_("Exam"),
    "scores": N_("Scores"),
    "recheck": N_("Re-check of scores"),
    "review": N_("Review after the exam"),
    "certificate": N_("Certificate"),
    "line": N_("Regional pass line"),
    "register": N_("Registration of the certificate"),
    "experience": N_("Years of work count to"),
}
PRECISIONS = {"day": N_("Exact to the day"), "month": N_("By month"), "about": N_("About these days")}


# What a paper asks for; how each is answered, the bank says.
TYPES = {
    "single-choice": N_("Single choice"),
    "multiple-choice": N_("Multiple choice"),
    "case-analysis": N_("Case analysis"),
    "programme-design": N_("Programme design"),
    "essay": N_("Essay"),
}


def said_choices(names: dict[str, str]) -> list[tuple[str, str]]:
    """The choices of a select field in the page's language."""
    return [(value, say(label)) for value, label in names.items()]


def is_points(_form: object, field: Any) -> None:
    try:
        parse_marks(field.data)
    except ValueError as error:
        raise ValidationError(say(N_("Write points in steps of half a point, as in 7.5."))) from error


class ChapterForm(BaseForm):
    """A chapter's name, weight and certainty."""

    zh = StringField(N_("Chinese name"), [InputRequired(), Length(max=80)])
    en = StringField(N_("English name"), [Length(max=120)])
    low = StringField(
        N_("Weight from"), [Optional(), is_points], description=N_("Points of 100 in a real paper; empty when unknown.")
    )
    high = StringField(N_("Weight to"), [Optional(), is_points])
    certainty = SelectField(N_("Certainty"), [InputRequired()])
    submit = SubmitField(N_("Save"))

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.certainty.choices = said_choices(CERTAINTIES)

    def chapter(self) -> dict[str, Any]:
        """What was typed, weights in half-points; one end alone stands for both."""
        low, high = self.low.data or self.high.data, self.high.data or self.low.data
        weights = (parse_marks(low), parse_marks(high)) if low and high else None
        names = {"zh": self.zh.data.strip(), "en": (self.en.data or "").strip()}
        return {"names": names, "weights": weights, "certainty": self.certainty.data}


class NewChapterForm(ChapterForm):
    """The same with a number and a source."""

    number = StringField(
        N_("Number"),
        [InputRequired(), Regexp(r"^[0-9]{2}$", message=N_("Two digits, as in 07."))],
        description=N_("Two digits, as in 07."),
    )
    source = StringField(N_("Source"), [InputRequired(), Length(max=200)])

    def chapter(self) -> dict[str, Any]:
        return {**super().chapter(), "number": self.number.data, "source": self.source.data.strip()}


class PartForm(BaseForm):
    """How many questions of a type, worth how much."""

    count = IntegerField(N_("Questions"), [InputRequired(), NumberRange(1, 200)])
    points = StringField(N_("Points each"), [InputRequired(), is_points])
    certainty = SelectField(N_("Certainty"), [InputRequired()])
    submit = SubmitField(N_("Save"))

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.certainty.choices = said_choices(CERTAINTIES)

    def part(self) -> dict[str, Any]:
        return {
            "count": self.count.data,
            "half_points_each": parse_marks(self.points.data),
            "certainty": self.certainty.data,
        }


class KeyDateForm(BaseForm):
    """A key date. Whether its days are in order is a rule."""

    exam_year = IntegerField(N_("Exam year"), [InputRequired(), NumberRange(2008, 2100)])
    kind = SelectField(N_("What"), [InputRequired()])
    region_code = StringField(
        N_("Region code"),
        [Optional(), Regexp(r"^[0-9]{6}$", message=N_("Six digits, as in 520000."))],
        description=N_("Six digits of GB/T 2260; empty for the whole country."),
    )
    starts_on = DateField(N_("Begins on"), [InputRequired()])
    ends_on = DateField(N_("Ends on"), [Optional()])
    precision = SelectField(
        N_("Known"), [InputRequired()], description=N_("Nobody is reminded by a date that is not known to the day.")
    )
    note = StringField(
        N_("Remark"), [Length(max=80)], description=N_("What the notice adds, such as the hour at which it closes.")
    )
    certainty = SelectField(N_("Certainty"), [InputRequired()])
    source = StringField(N_("Source"), [InputRequired(), Length(max=200)])
    submit = SubmitField(N_("Save"))

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.kind.choices = said_choices(KINDS)
        self.precision.choices = said_choices(PRECISIONS)
        self.certainty.choices = said_choices(CERTAINTIES)
