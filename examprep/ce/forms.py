"""Forms of the ledger."""

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from examprep.ce import exempting
from examprep.ce.actions import Entry
from examprep.ce.rules.kinds import KINDS
from examprep.ce.rules.requirement import CATEGORIES
from examprep.kernel.minutes import minutes_of
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say
from examprep.plumbing.uploads import Accepted, accept

CATEGORY_NAMES = {"professional": N_("Professional"), "general": N_("General"), "elective": N_("Elective")}
UNITS = {"hours": N_("credit hours (45 minutes each)"), "minutes": N_("minutes")}


class HandForm(BaseForm):
    """Hours recorded by an officer. Whether the day is allowed is a rule, so it is not asked here."""

    earned_on = DateField(N_("Day of the training"), [InputRequired()])
    amount = IntegerField(N_("How much"), [InputRequired(), NumberRange(1, 20_000)])
    unit = SelectField(N_("Unit of the amount"), [InputRequired()])
    category = SelectField(N_("Category"), [InputRequired()])
    kind = SelectField(
        N_("Kind of activity"),
        default="hours",
        description=N_("A conversion table may count it otherwise, by how many there were."),
    )
    units = IntegerField(N_("How many days, papers or courses"), [Optional(), NumberRange(1, 100)], default=1)
    activity = StringField(N_("Activity"), [InputRequired(), Length(max=200)])
    counts_on = DateField(
        N_("Makes up for"),
        [Optional()],
        description=N_("Only for hours made up: a day of the earlier period, for example its 31 December."),
    )
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
        self.kind.choices = [(code, say(word)) for code, word in KINDS.items()]

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
            self.kind.data,
            self.units.data or 1,
            self.counts_on.data,
        )


class ReverseForm(BaseForm):
    """Why a line is taken back."""

    reason = StringField(
        N_("Reason"), [InputRequired(), Length(max=200)], description=N_("The holder reads it beside the line.")
    )
    submit = SubmitField(N_("Take these hours back"))


class WithdrawForm(BaseForm):
    """Why a decision is taken back."""

    reason = StringField(N_("Reason"), [InputRequired(), Length(max=200)])
    submit = SubmitField(N_("Withdraw the decision"))


class ExemptionForm(BaseForm):
    """Days that are not owed, or time to make up."""

    kind = SelectField(N_("Decision"), [InputRequired()])
    code = SelectField(N_("For"), [Optional()])
    since = DateField(N_("First day"), [InputRequired()])
    last = DateField(
        N_("Last day"),
        [InputRequired()],
        description=N_("A postponement is for the periods whose last day lies among these days."),
    )
    make_up_until = DateField(
        N_("Hours can be made up until"), [Optional()], description=N_("Only for a postponement: the last day.")
    )
    reason_code = SelectField(N_("Reason"), [InputRequired()])
    note = StringField(N_("Note"), [Optional(), Length(max=200)])
    document = FileField(N_("Document"), description=N_("A PDF or a photo, at most 10 MB."))
    submit = SubmitField(N_("Decide"))

    def __init__(self, *args: Any, codes: Sequence[tuple[str, str]], **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = [(code, say(word)) for code, word in exempting.KINDS.items()]
        self.code.choices = [("", say(N_("All requirements"))), *codes]
        self.reason_code.choices = [(code, say(word)) for code, word in exempting.REASONS.items()]

    def decision(self) -> exempting.Decision:
        return exempting.Decision(
            self.kind.data,
            self.code.data or None,
            self.since.data,
            self.last.data,
            self.make_up_until.data if self.kind.data == "postponed" else None,
            self.reason_code.data,
            self.note.data or "",
        )

    def file(self) -> Accepted | None:
        """The document as it may be kept; raises what `plumbing.uploads.accept` does."""
        sent = self.document.data
        return accept(sent.filename or "", sent.read()) if sent else None
