"""Forms of cases and policies."""

import re
from datetime import date

from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from examprep.ce.rules.consequences import MOST_DAYS, Policy
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm

DECISIONS = {
    "waived": N_("Waive: nothing follows, whatever is missing"),
    "upheld": N_("Uphold: what follows stands until it is taken back"),
    "taken-back": N_("Take the decision back"),
}


class MakeUpForm(BaseForm):
    """Time to make up."""

    last_day = DateField(N_("Last day for making up"), [InputRequired()])
    why = StringField(N_("Reason"), [InputRequired(), Length(max=300)])
    submit = SubmitField(N_("Grant the time"))


class DecisionForm(BaseForm):
    """The final decision and why."""

    decision = SelectField(N_("Decision"), choices=DECISIONS)
    reason = TextAreaField(
        N_("Reason"),
        [InputRequired(), Length(max=1000)],
        description=N_("The holder reads it. Your name and the time are kept with it."),
        render_kw={"rows": 3},
    )
    submit = SubmitField(N_("Record the decision"))


class PolicyForm(BaseForm):
    """What follows when hours are missing. Lists of days are typed with spaces or commas."""

    since = DateField(N_("Holds since"), [InputRequired()])
    renewal = BooleanField(N_("The registration is not renewed"))
    allowance = BooleanField(N_("Months of allowance are not paid"))
    public_check = BooleanField(N_("The public check of a certificate says that hours are missing"))
    employer_days = IntegerField(
        N_("Days until the employer is told"),
        [Optional(), NumberRange(0, MOST_DAYS)],
        description=N_("After the period closed short. Empty: never."),
    )
    bureau_days = IntegerField(
        N_("Days until the bureau is told"),
        [Optional(), NumberRange(0, MOST_DAYS)],
        description=N_("After the period closed short. Empty: never."),
    )
    at_start = BooleanField(N_("Remind at the start of a period"))
    in_between = BooleanField(N_("Remind each quarter, or each year of a longer period"))
    before = StringField(
        N_("Remind so many days before the last day"),
        [Optional(), Length(max=60)],
        description=N_("Such as 90 60 30 7"),
    )
    after_every_days = IntegerField(
        N_("Afterwards remind every so many days"),
        [InputRequired(), NumberRange(0, MOST_DAYS)],
        description=N_("Until nothing is missing. 0: not at all."),
    )
    digest = BooleanField(N_("Tell employers and bureaus once a month how many are short"))
    submit = SubmitField(N_("Save"))

    @classmethod
    def of(cls, policy: Policy, today: date) -> "PolicyForm":
        values = {name: getattr(policy, name) for name in Policy.__dataclass_fields__ if name != "before_days"}
        return cls(data={**values, "since": today, "before": " ".join(str(days) for days in policy.before_days)})

    def policy(self, code: str) -> Policy:
        """Raises RuleViolation: ``ce.policy-days`` -- what is typed is no list of days up to a year."""
        written = [word for word in re.split(r"[\s,，、;；]+", self.before.data or "") if word]
        if not all(word.isdecimal() and len(word) <= 3 and int(word) <= MOST_DAYS for word in written):
            raise RuleViolation(
                "ce.policy-days", "Write days as numbers up to 366 with spaces between, such as 90 60 30."
            )
        return Policy(
            code=code,
            since=self.since.data,
            renewal=self.renewal.data,
            allowance=self.allowance.data,
            public_check=self.public_check.data,
            employer_days=self.employer_days.data,
            bureau_days=self.bureau_days.data,
            at_start=self.at_start.data,
            in_between=self.in_between.data,
            before_days=tuple(sorted({int(word) for word in written}, reverse=True)),
            after_every_days=self.after_every_days.data,
            digest=self.digest.data,
        )
