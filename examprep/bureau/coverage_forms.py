"""What is asked of whoever states a figure."""

from collections.abc import Mapping, Sequence
from datetime import date

from wtforms import DateField, IntegerField, SelectField, StringField, SubmitField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from examprep.bureau.rules.statements import EXACT, KINDS, LARGEST, PRECISION_WORDS
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say


class StatementForm(BaseForm):
    """One figure of one unit."""

    unit = SelectField(N_("Unit"), [InputRequired()], coerce=int)
    kind = SelectField(N_("Figure"), [InputRequired()])
    holds_from = DateField(
        N_("Day"), [InputRequired()], description=N_("The day the figure is told of; of a target any day of its year.")
    )
    value = IntegerField(N_("Value"), [InputRequired(), NumberRange(0, LARGEST)])
    precision = SelectField(N_("How exact"))
    source = StringField(
        N_("Source"),
        [DataRequired(), Length(max=200)],
        description=N_("For example the yearbook, or the document that sets the target."),
    )
    submit = SubmitField(N_("Save"))

    def offer(self, units: Sequence[tuple[int, str]]) -> None:
        self.unit.choices = list(units)
        self.kind.choices = [(code, say(word)) for code, word in KINDS.items()]
        self.precision.choices = [(code, say(word)) for code, word in PRECISION_WORDS.items()]

    def begin(self, asked: Mapping[str, str], today: date) -> None:
        """What the page that led here knows already."""
        self.kind.data = asked.get("kind") if asked.get("kind") in KINDS else next(iter(KINDS))
        self.precision.data = EXACT
        self.holds_from.data = today
        unit = asked.get("unit", "")
        if unit.isascii() and unit.isdecimal() and len(unit) < 10:
            self.unit.data = int(unit)
