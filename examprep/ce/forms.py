"""Forms of the ledger."""

from typing import Any

from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from examprep.ce.actions import Entry
from examprep.ce.rules.credit import CATEGORIES
from examprep.kernel.minutes import minutes_of
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say

CATEGORY_NAMES = {"professional": N_("Professional"), "general": N_("General"), "elective": N_("Elective")}
UNITS = {"hours": N_("credit hours (45 minutes each)"), "minutes": N_("minutes")}


class HandForm(BaseForm):
    """Hours recorded by an officer. Whether the day is allowed is a rule, so it is not asked here."""

    earned_on = DateField(N_("Day of the training"), [InputRequired()])
    amount = IntegerField(N_("How much"), [InputRequired(), NumberRange(1, 20_000)])
    unit = SelectField(N_("In"), [InputRequired()])
    category = SelectField(N_("Category"), [InputRequired()])
    activity = StringField(N_("Activity"), [InputRequired(), Length(max=200)])
    reason = StringField(
        N_("Reason"),
        [InputRequired(), Length(max=200)],
        description=N_("What proves the hours, for example a certificate of completion. The holder reads it."),
    )
    number = HiddenField("", [InputRequired(), Regexp(r"^[0-9]{1,16}$")])
    submit = SubmitField(N_("Record the hours"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.unit.choices = [(code, say(word)) for code, word in UNITS.items()]
        self.category.choices = [(code, say(CATEGORY_NAMES[code])) for code in CATEGORIES]

    def hours(self) -> Entry:
        """The entry as typed, in minutes."""
        minutes = minutes_of(self.amount.data) if self.unit.data == "hours" else self.amount.data
        return Entry(
            int(self.number.data),
            minutes,
            self.category.data,
            self.activity.data,
            self.earned_on.data,
            self.reason.data,
        )


class ReverseForm(BaseForm):
    """Why a line is taken back."""

    reason = StringField(
        N_("Reason"), [InputRequired(), Length(max=200)], description=N_("The holder reads it beside the line.")
    )
    submit = SubmitField(N_("Take these hours back"))
