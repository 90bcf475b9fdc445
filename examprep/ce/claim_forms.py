"""Forms of claims and of their review. A draft keeps what was typed as it was typed."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from flask import request
from flask_wtf.file import FileField, MultipleFileField
from werkzeug.datastructures import MultiDict
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from examprep.ce.activities import ACTIVITIES, DAY_MINUTES, REASONS
from examprep.ce.claiming import FILES_MOST, Filled
from examprep.ce.forms import CATEGORY_NAMES
from examprep.ce.rules.claim_checks import MIDNIGHT, Slot, minutes_typed
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import in_language, say
from examprep.plumbing.uploads import Accepted, accept

TYPED = (
    "kind",
    "title",
    "organiser",
    "category",
    "first_on",
    "last_on",
    "from_time",
    "to_time",
    "amount",
    "unit",
    "note",
    "day_reason",
)
UNITS = {
    "hours": N_("credit hours (45 minutes each)"),
    "clock": N_("hours by the clock (60 minutes each)"),
    "minutes": N_("minutes"),
    "days": N_("days (8 credit hours each)"),
    "pieces": N_("pieces (degrees, papers, exams, meetings …)"),
}
PHOTOS = "image/jpeg,image/png,image/webp"  # a phone that takes others turns them into these
SENT_AS = f"{PHOTOS},application/pdf"


class ClaimForm(BaseForm):
    """One activity as its holder tells it. What is needed only when it is handed in is asked only then."""

    kind = SelectField(N_("What it was"), [InputRequired()])
    title = StringField(N_("Name of the activity"), [InputRequired(), Length(max=100)])
    organiser = StringField(N_("Who held it"), [Optional(), Length(max=100)])
    category = SelectField(N_("Category"), [InputRequired()])
    first_on = DateField(N_("Day, or first of several days"), [InputRequired()])
    last_on = DateField(N_("Last day"), [Optional()])
    from_time = TimeField(N_("Begins at"), [Optional()])
    to_time = TimeField(
        N_("Ends at"), [Optional()], description=N_("Without a time the whole day counts as taken by this activity.")
    )
    amount = StringField(N_("How much"), [InputRequired(), Length(max=20)], render_kw={"inputmode": "decimal"})
    unit = SelectField(N_("Unit of the amount"), [InputRequired()])
    photo = FileField(N_("Take a photo"), render_kw={"accept": PHOTOS, "capture": "environment"})
    files = MultipleFileField(
        N_("Choose photos or PDFs"),
        render_kw={"accept": SENT_AS},
        description=N_("Up to 8 files of 10 MB each. Where a photo was taken is not kept."),
    )
    note = TextAreaField(N_("Note for the reviewer"), [Optional(), Length(max=1000)], render_kw={"rows": 2})
    day_reason = StringField(
        N_("Why so much on one day"),
        [Optional(), Length(max=200)],
        description=N_("Only if more than 10 credit hours fall on one day."),
    )
    number = HiddenField("", [InputRequired(), Regexp(r"^[0-9]{1,15}$")])
    minutes, units = 0, 1

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = [(code, in_language(one.names)) for code, one in ACTIVITIES.items()]
        self.category.choices = [(code, say(word)) for code, word in CATEGORY_NAMES.items()]
        self.unit.choices = [(code, say(word)) for code, word in UNITS.items()]

    @classmethod
    def of(cls, typed: Mapping[str, str], number: int) -> "ClaimForm":
        """The form as it was typed."""
        return cls(formdata=MultiDict({**typed, "number": str(number)}) if typed else None, number=str(number))

    def typed(self) -> dict[str, str]:
        """What was typed, right or wrong."""
        return {name: request.form.get(name, "").strip()[:2000] for name in TYPED}

    def validate_amount(self, field: StringField) -> None:
        activity = ACTIVITIES.get(self.kind.data)
        piece = activity.piece_minutes if activity else None
        try:
            self.minutes, self.units = minutes_typed(
                field.data or "", self.unit.data, day_minutes=DAY_MINUTES, piece_minutes=piece
            )
        except ValueError as error:
            wrong = {
                "pieces": N_("This kind is counted by time, or the number of pieces is not whole."),
                "unit": N_("Choose a unit."),
            }
            raise ValidationError(say(wrong.get(str(error), N_("Give a number, for example 4 or 1.5.")))) from None
        if piece and self.unit.data != "pieces":
            # Two days of eight credit hours are two full days; anything else would be no whole number of them.
            self.units, rest = divmod(self.minutes, piece)
            if rest or (activity and not activity.timed):
                raise ValidationError(say(N_("This kind is counted by pieces: choose that unit, and how many.")))

    def validate_last_on(self, field: DateField) -> None:
        if field.data and self.first_on.data and field.data < self.first_on.data:
            raise ValidationError(say(N_("The last day comes before the first.")))
        if field.data and self.first_on.data and (field.data - self.first_on.data).days > 366:
            raise ValidationError(say(N_("That is more than a year. Claim each part by itself.")))

    def validate_to_time(self, field: TimeField) -> None:
        begins = self.from_time.data
        if field.data is not None and begins is not None and field.data != time() and field.data <= begins:
            raise ValidationError(say(N_("The end comes before the beginning.")))

    def validate(self, extra_validators: Any = None) -> bool:
        """One time without the other is asked here: a field that may be empty is not judged when it is."""
        right = bool(super().validate(extra_validators))
        if (self.from_time.data is None) != (self.to_time.data is None):
            self.to_time.errors = [*self.to_time.errors, say(N_("Give both times, or none."))]
            return False
        return right

    def filled(self) -> Filled:
        """The claim as typed, once its shape is right."""
        activity = ACTIVITIES[self.kind.data]
        first: date = self.first_on.data
        last: date = self.last_on.data or first
        slot = None
        if activity.timed:
            begins, ends = _minute(self.from_time.data, 0), _minute(self.to_time.data, MIDNIGHT)
            slot = Slot(first, last, begins, ends or MIDNIGHT)
        return Filled(
            kind=activity.code,
            title=self.title.data.strip(),
            organiser=(self.organiser.data or "").strip(),
            category=self.category.data,
            on=first,
            until=last,
            slot=slot,
            minutes=self.minutes,
            units=self.units,
            note=(self.note.data or "").strip(),
            day_reason=(self.day_reason.data or "").strip(),
        )

    def sent_files(self) -> list[Accepted]:
        """The files that came along, as they may be kept; raises what `plumbing.uploads.accept` does."""
        sent = [file for name in ("photo", "files") for file in request.files.getlist(name) if file.filename]
        return [accept(file.filename or "", file.read()) for file in sent[: FILES_MOST + 1]]


def _minute(at: time | None, default: int) -> int:
    return default if at is None else at.hour * 60 + at.minute


class ApproveForm(BaseForm):
    """How much is recognised, and what should be said of it."""

    minutes = IntegerField(N_("Recognised minutes"), [InputRequired(), NumberRange(1, 100_000)])
    words = StringField(
        N_("Remark"), [Optional(), Length(max=500)], description=N_("Needed when less is recognised than was claimed.")
    )
    submit = SubmitField(N_("Approve"))


class DecisionForm(BaseForm):
    """Why a claim is returned, rejected or reversed."""

    reason = SelectField(N_("Reason"), [InputRequired()])
    words = TextAreaField(
        N_("In words"),
        [Optional(), Length(max=500)],
        description=N_("The holder reads it."),
        render_kw={"rows": 2},
    )
    submit = SubmitField(N_("Send"))

    def __init__(self, act: str, **values: Any) -> None:
        super().__init__(prefix=act, **values)
        self.reason.choices = [(code, in_language(names)) for code, names in REASONS[act].items()]


class DrawForm(BaseForm):
    """Which claims a random audit draws from, and how."""

    since = DateField(N_("Approved from"), [InputRequired()])
    last = DateField(N_("Up to and including"), [InputRequired()])
    percent = IntegerField(N_("Share drawn in per cent"), [InputRequired(), NumberRange(1, 100)])
    seed = StringField(
        N_("Seed"),
        [InputRequired(), Length(max=64)],
        description=N_("Drawn for you; or type one that was drawn in public. The same seed draws the same claims."),
    )
    submit = SubmitField(N_("Draw"))
