"""The part of a class's form that says how its seats are given."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, DateField, FieldList, FormField, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional

from examprep.kernel.sentence import N_
from examprep.plumbing.i18n import say
from examprep.syllabus.rules.levels import LEVEL_NAMES
from examprep.training.form_parts import Part, choices, sensible_day
from examprep.training.rules.entry import APPROVALS, MOST_OFFER_HOURS, NEEDS, SeatRules, Share

SHARE_ROWS = 3
MOST_SHARES = 30


class SharePart(Part):
    """An organisation, and the seats kept for its people until a day."""

    organisation_id = SelectField(N_("Organisation"), [Optional()], coerce=int, default=0)
    seats = IntegerField(N_("Seats kept"), [Optional(), NumberRange(0, 5000)])
    released_on = DateField(N_("Free for all from"), [Optional(), sensible_day])

    def share(self) -> Share:
        return Share(self.organisation_id.data, self.seats.data or 0, self.released_on.data)


class SeatFields:
    """How seats are given; what is left alone is a class open to all within reach."""

    needs = SelectField(N_("Who may enrol"), [Optional()], default="nothing")
    needs_level = SelectField(N_("At the level"), [Optional()], default="")
    approval = SelectField(N_("Enrolments are approved by"), [Optional()], default="none")
    offer_hours = IntegerField(
        N_("A freed seat is offered for (hours)"),
        [Optional(), NumberRange(1, MOST_OFFER_HOURS)],
        description=N_("Whoever waits first has this long to take it. Empty: they get it at once."),
    )
    shares = FieldList(FormField(SharePart), min_entries=SHARE_ROWS, max_entries=MOST_SHARES)
    members_only = BooleanField(N_("Only people of these organisations may enrol"))

    def offer_seats(self, units: Sequence[tuple[int, str]]) -> None:
        """Fill the choices; units are (id, name) of organisations."""
        self.needs.choices = choices(NEEDS)
        self.approval.choices = choices(APPROVALS)
        self.needs_level.choices = [("", say(N_("Any level"))), *((c, say(name)) for c, name in LEVEL_NAMES.items())]
        for entry in self.shares:
            entry.form.organisation_id.choices = [(0, say(N_("None"))), *units]

    def seat_rules(self) -> SeatRules:
        return SeatRules(
            needs=self.needs.data or "nothing",
            level=self.needs_level.data or None,
            approval=self.approval.data or "none",
            offer_hours=self.offer_hours.data,
            members_only=bool(self.members_only.data),
            shares=tuple(entry.form.share() for entry in self.shares if entry.form.organisation_id.data),
        )


def typed_rules(rules: SeatRules) -> Mapping[str, Any]:
    """The rules as the form shows them, with a few rows to spare."""
    rows = [
        {"organisation_id": each.organisation_id, "seats": each.seats or None, "released_on": each.released_on}
        for each in rules.shares
    ]
    spare: list[Mapping[str, Any]] = [{}] * (SHARE_ROWS if not rows else 2)
    return {
        "needs": rules.needs,
        "needs_level": rules.level or "",
        "approval": rules.approval,
        "offer_hours": rules.offer_hours,
        "members_only": rules.members_only,
        "shares": (rows + spare)[:MOST_SHARES],
    }
