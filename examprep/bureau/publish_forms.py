"""What is asked of whoever publishes."""

from collections.abc import Sequence

from wtforms import IntegerField, SelectField, StringField, SubmitField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm

FIRST_YEAR = 2008  # of the exam
DEPTHS = (N_("None: the unit alone"), N_("One step below"), N_("Two steps below"), N_("Three steps below"))


class PrepareForm(BaseForm):
    """Which tables."""

    unit = SelectField(N_("Unit"), [InputRequired()], coerce=int)
    depth = SelectField(N_("Units below it"), coerce=int)
    first_year = IntegerField(N_("From the year"), [InputRequired(), NumberRange(FIRST_YEAR, 2100)])
    last_year = IntegerField(N_("To the year"), [InputRequired(), NumberRange(FIRST_YEAR, 2100)])
    submit = SubmitField(N_("Prepare and look"))

    def offer(self, units: Sequence[tuple[int, str]]) -> None:
        self.unit.choices = list(units)
        self.depth.choices = list(enumerate(DEPTHS))


class ThresholdForm(BaseForm):
    """Under how many persons a count is hidden."""

    unit = SelectField(N_("Unit"), [InputRequired()], coerce=int, description=N_("It holds for the units below too."))
    persons = IntegerField(N_("Hide counts of fewer persons than"), [InputRequired(), NumberRange(3, 1000)])
    submit = SubmitField(N_("Save"))


class WithdrawForm(BaseForm):
    """Why a publication is taken back."""

    reason = StringField(
        N_("Reason"), [DataRequired(), Length(max=200)], description=N_("It stands on the public page.")
    )
    submit = SubmitField(N_("Withdraw"))
