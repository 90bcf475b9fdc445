"""Forms of the awards. Whether a thing is allowed is a rule, so it is not asked here."""

from typing import Any

from wtforms import BooleanField, DateField, DecimalField, IntegerField, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.register.rules.awarding import KINDS, STACKING, UPGRADES

LEVEL_FIELDS = {"ASW": "yuan_asw", "SW": "yuan_sw", "SSW": "yuan_ssw"}
_DAY = Regexp(r"^\s*\d\d-\d\d\s*$", message=N_("Write a day of the year like 03-01."))


class VersionForm(BaseForm):
    """One version of a scheme: amounts, conditions and source."""

    since = DateField(N_("Holds since"), [InputRequired()])
    until = DateField(N_("Ends before"), [Optional()], description=N_("Empty: until a later version."))
    yuan_asw = DecimalField(N_("Assistant (yuan)"), [Optional(), NumberRange(0, 1_000_000)])
    yuan_sw = DecimalField(N_("Intermediate (yuan)"), [Optional(), NumberRange(0, 1_000_000)])
    yuan_ssw = DecimalField(N_("Senior (yuan)"), [Optional(), NumberRange(0, 1_000_000)])
    cap_months = IntegerField(
        N_("At most (months)"), [Optional(), NumberRange(1, 600)], description=N_("Of what is paid month by month.")
    )
    stacking = SelectField(N_("Beside other awards"), choices=dict(STACKING))
    upgrade = SelectField(N_("After an upgrade"), choices=dict(UPGRADES))
    registered = BooleanField(N_("The registration must be in force"))
    registered_at = StringField(
        N_("Registered at (region code)"),
        [Optional(), Regexp(r"^\s*\d{6}\s*$", message=N_("Six digits of GB/T 2260, such as 520526."))],
        description=N_("Six digits; empty: anywhere."),
    )
    in_post = BooleanField(N_("Must be in post"))
    full_time = BooleanField(N_("Must work full-time"))
    service_months = IntegerField(
        N_("Continuous service (months)"), [Optional(), NumberRange(0, 600)], description=N_("Empty: not asked.")
    )
    within_months = IntegerField(
        N_("Application within (months of issue)"), [Optional(), NumberRange(1, 600)],
        description=N_("Empty: without limit."),
    )  # fmt: skip
    window_first = StringField(N_("Applications from (day of the year)"), [Optional(), _DAY])
    window_last = StringField(N_("Applications up to (day of the year)"), [Optional(), _DAY])
    back_pay = BooleanField(N_("Months before the application are paid too"))
    source = StringField(
        N_("Source"), [InputRequired(), Length(max=300)], description=N_("The document's title and number.")
    )
    submit = SubmitField(N_("Add the version"))

    def version(self) -> dict[str, Any]:
        """The typed version as `schemes.add_version` takes it.

        Raises:
            RuleViolation: ``register.scheme-fen`` -- a part of a fen; ``register.scheme-window`` -- half a window.
        """
        fen_by_level = {}
        for level, name in LEVEL_FIELDS.items():
            yuan = self[name].data
            if not yuan:
                continue
            if (yuan * 100) != (yuan * 100).to_integral_value():
                raise RuleViolation("register.scheme-fen", "An amount has at most two decimals.")
            fen_by_level[level] = int(yuan * 100)
        first, last = ((field.data or "").strip() for field in (self.window_first, self.window_last))
        if bool(first) != bool(last):
            raise RuleViolation("register.scheme-window", "Give both days on which applications are taken, or neither.")
        conditions = {
            "registered": self.registered.data,
            "registered_at": (self.registered_at.data or "").strip() or None,
            "full_time": self.full_time.data,
            "in_post": self.in_post.data,
            "service_months": self.service_months.data or 0,
            "within_months": self.within_months.data,
            "window": [first, last] if first else None,
            "back_pay": self.back_pay.data,
        }
        names = ("since", "until", "cap_months", "stacking", "upgrade", "source")
        return {**{name: self[name].data for name in names}, "fen_by_level": fen_by_level, "conditions": conditions}


class SchemeForm(VersionForm):
    """A scheme with its first version."""

    organisation_id = SelectField(N_("Organisation"), coerce=int)
    name = StringField(N_("Name of the scheme"), [InputRequired(), Length(max=100)])
    kind = SelectField(N_("How it is paid"), choices=dict(KINDS))
    submit = SubmitField(N_("Add the scheme"))

    def __iter__(self) -> Any:
        """Name and kind come before the version."""
        fields = list(super().__iter__())
        first = ("organisation_id", "name", "kind")
        return iter([*(f for f in fields if f.name in first), *(f for f in fields if f.name not in first)])


class ClaimForm(BaseForm):
    """What is stated with an application."""

    certificate_id = SelectField(N_("Certificate"), coerce=int)
    full_time = BooleanField(N_("Works full-time"))
    employed_since = DateField(N_("Works here without a break since"), [Optional()])
    submit = SubmitField(N_("Apply for the award"))


class StopForm(BaseForm):
    """From which month on a claim is paid no more, and why."""

    until = DateField(N_("Paid no more from"), [InputRequired()])
    reason = StringField(N_("Reason"), [InputRequired(), Length(max=200)])


class RunForm(BaseForm):
    """The run that was previewed."""

    organisation_id = IntegerField(N_("Organisation"), [InputRequired()])
    month = DateField(N_("Month"), [InputRequired()])
    sha256 = StringField(N_("Control sum"), [InputRequired(), Length(min=64, max=64)])
