"""The form of one version of a requirement: hours as bureaus think of them, turned into the minutes of a row."""

import re
from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from examprep.ce.rules.kinds import KINDS
from examprep.ce.rules.requirement import CATEGORIES, Conversion, Requirement
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say
from examprep.syllabus.rules.levels import LEVELS

PERIODS = {"calendar_year": N_("Calendar year"), "registration_period": N_("Registration period of a certificate")}
FIRST_YEARS = {
    "full": N_("In full"),
    "pro-rata": N_("In proportion to the days left of the year"),
    "next-year": N_("Nothing; it begins with the next year"),
}
MEASURES = {"each": N_("Every holder in person"), "mean": N_("All holders on average: a target, binding nobody")}
CERTAINTY = {"H": N_("certain"), "M": N_("probable"), "L": N_("uncertain")}
LINE = re.compile(r"^\s*([a-z-]+)\s*=\s*(\d+)\s*(h|%)(?:\s*max\s*(\d+)\s*h)?\s*$")
_HOURS = [Optional(), NumberRange(0, 2000)]


class RequirementForm(BaseForm):
    """One version. Whether it may begin on that day, and whether its terms can be judged, is asked elsewhere."""

    code = StringField(
        N_("Short code"),
        [InputRequired(), Length(max=40), Regexp(r"^[a-z0-9-]+$")],
        description=N_(
            "Small letters, digits and hyphens, for example weining-mean. Versions of one code follow each other."
        ),
    )
    name_zh = StringField(N_("Name in Chinese"), [InputRequired(), Length(max=80)])
    name_en = StringField(N_("Name in English"), [Optional(), Length(max=120)])
    source = StringField(
        N_("Source"), [InputRequired(), Length(max=200)], description=N_("Document, number and article.")
    )
    certainty = SelectField(N_("How sure this is"))
    since = DateField(
        N_("Governs periods that begin from"),
        [InputRequired()],
        description=N_("Years that are over stay under the version that governed them."),
    )
    period_kind = SelectField(N_("Period"))
    years = IntegerField(N_("Years taken together"), [InputRequired(), NumberRange(1, 5)], default=1)
    minutes_per_hour = SelectField(N_("Length of a credit hour"))
    hours_ASW = IntegerField(N_("Hours asked of assistant social workers"), _HOURS)  # noqa: N815 -- the level's code
    hours_SW = IntegerField(N_("Hours asked of social workers"), _HOURS)  # noqa: N815
    hours_SSW = IntegerField(N_("Hours asked of senior social workers"), _HOURS)  # noqa: N815
    least_professional = IntegerField(N_("Professional hours, at least"), _HOURS)
    least_general = IntegerField(N_("General hours, at least"), _HOURS)
    least_elective = IntegerField(N_("Elective hours, at least"), _HOURS)
    part = BooleanField(N_("Instead: professional hours are at least two thirds of all that are earned"))
    cap_together = IntegerField(N_("General and elective hours together, at most"), _HOURS)
    cap_general = IntegerField(N_("General hours, at most"), _HOURS)
    cap_elective = IntegerField(N_("Elective hours, at most"), _HOURS)
    counts_professional = BooleanField(N_("Professional hours count"), default=True)
    counts_general = BooleanField(N_("General hours count"), default=True)
    counts_elective = BooleanField(N_("Elective hours count"), default=True)
    day_hours = IntegerField(
        N_("Hours of a training day"),
        [Optional(), NumberRange(1, 24)],
        description=N_("6 or 8 where a day counts as such."),
    )
    conversions = TextAreaField(
        N_("Conversion table"),
        [Optional(), Length(max=4000)],
        description=N_("A line for each kind: degree = 90h max 90h, or teaching = 200% max 20h."),
    )
    first_year = SelectField(N_("Year of the first certificate"))
    carry_over = IntegerField(N_("Hours carried over to the next period, at most"), _HOURS)
    grace_months = IntegerField(N_("Months in which hours can be made up"), [Optional(), NumberRange(0, 12)])
    measure = SelectField(N_("Asked of"))
    region_code = StringField(
        N_("Region"), [Optional(), Regexp(r"^\d{6}$")], description=N_("GB/T 2260 code; empty for the whole country.")
    )
    organisation_id = SelectField(N_("Organisation and all below it"), [Optional()])
    replaces = SelectField(N_("Stands in for"), [Optional()])
    preview = SubmitField(N_("Show who would change"))

    def __init__(self, *args: Any, codes: Sequence[str], units: Sequence[tuple[int, str]], **values: Any) -> None:
        super().__init__(*args, **values)
        words = {
            "certainty": CERTAINTY,
            "period_kind": PERIODS,
            "first_year": FIRST_YEARS,
            "measure": MEASURES,
        }
        for name, known in words.items():
            self[name].choices = [(code, say(word)) for code, word in known.items()]
        self.minutes_per_hour.choices = [("45", "45"), ("60", "60")]
        self.replaces.choices = [("", "—"), *((code, code) for code in codes)]
        self.organisation_id.choices = [("", "—"), *((str(id_), name) for id_, name in units)]

    def validate_conversions(self, field: Any) -> None:
        for line in (field.data or "").splitlines():
            if line.strip() and not ((found := LINE.match(line)) and found[1] in KINDS and int(found[2])):
                raise ValidationError(say(N_("Not understood: %(line)s")) % {"line": line.strip()})

    def row(self) -> dict[str, Any]:
        """The columns of `RequirementRow`, in minutes."""
        unit = int(self.minutes_per_hour.data)
        levels = {level: hours * unit for level in LEVELS if (hours := self[f"hours_{level}"].data)}
        return {
            "code": self.code.data,
            "names": {"zh": self.name_zh.data, **({"en": self.name_en.data} if self.name_en.data else {})},
            "source": self.source.data,
            "certainty": self.certainty.data,
            "since": self.since.data,
            "until": None,
            "period_kind": self.period_kind.data,
            "minutes_per_hour": unit,
            "minutes": levels,
            "minimums": self._minimums(unit),
            "caps": self._caps(unit),
            "terms": self._terms(unit),
            "region_code": self.region_code.data or None,
            "organisation_id": int(self.organisation_id.data) if self.organisation_id.data else None,
            "replaces": self.replaces.data or None,
        }

    def _minimums(self, unit: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [
            {"categories": [c], "minutes": self[f"least_{c}"].data * unit}
            for c in CATEGORIES
            if self[f"least_{c}"].data and not (c == "professional" and self.part.data)
        ]
        return found + ([{"categories": ["professional"], "part": [2, 3]}] if self.part.data else [])

    def _caps(self, unit: int) -> list[dict[str, Any]]:
        groups = {"together": ["general", "elective"], "general": ["general"], "elective": ["elective"]}
        return [
            {"categories": categories, "minutes": self[f"cap_{name}"].data * unit}
            for name, categories in groups.items()
            if self[f"cap_{name}"].data is not None
        ]

    def _terms(self, unit: int) -> dict[str, Any]:
        """Only what is not usual, so that a row says what is special about it."""
        conversions: dict[str, Any] = {}
        if self.day_hours.data:
            conversions["day"] = {"minutes": self.day_hours.data * unit}
            conversions["half-day"] = {"minutes": self.day_hours.data * unit // 2}
        for line in (self.conversions.data or "").splitlines():
            if found := LINE.match(line):
                kind, amount, sign, cap = found.groups()
                conversions[kind] = {"minutes": int(amount) * unit} if sign == "h" else {"percent": int(amount)}
                conversions[kind] |= {"cap": int(cap) * unit} if cap else {}
        counts = [c for c in CATEGORIES if self[f"counts_{c}"].data]
        terms = {
            "years": self.years.data if self.years.data != 1 else None,
            "counts": counts if len(counts) < len(CATEGORIES) else None,
            "conversions": conversions or None,
            "first_year": self.first_year.data if self.first_year.data != "full" else None,
            "carry_over_minutes": (self.carry_over.data or 0) * unit or None,
            "grace_months": self.grace_months.data or None,
            "measure": self.measure.data if self.measure.data != "each" else None,
        }
        return {name: value for name, value in terms.items() if value is not None}


class EndForm(BaseForm):
    """The day from which a requirement asks nothing more."""

    day = DateField(
        N_("Asks nothing of periods that begin from"),
        [InputRequired()],
        description=N_("Periods that have begun are judged to their end."),
    )
    submit = SubmitField(N_("End this requirement"))


def filled(asked: Requirement) -> dict[str, Any]:
    """The form's values for a further version of a requirement."""
    unit = asked.minutes_per_hour
    least = {m.categories: m for m in asked.minimums}
    caps = {c.categories: c.minutes // unit for c in asked.caps}
    day = asked.conversions.get("day")
    return {
        "code": asked.code,
        "name_zh": asked.names.get("zh", ""),
        "name_en": asked.names.get("en", ""),
        "source": asked.source,
        "certainty": asked.certainty,
        "period_kind": asked.period_kind,
        "years": asked.years,
        "minutes_per_hour": str(unit),
        **{f"hours_{level}": minutes // unit for level, minutes in asked.total_minutes.items()},
        **{f"least_{c}": least[c,].minutes // unit or None for c in CATEGORIES if (c,) in least},
        "part": any(m.part for m in asked.minimums),
        "cap_together": caps.get(("general", "elective")),
        "cap_general": caps.get(("general",)),
        "cap_elective": caps.get(("elective",)),
        **{f"counts_{c}": c in asked.counts for c in CATEGORIES},
        "day_hours": day.minutes // unit if day and day.minutes else None,
        "conversions": "\n".join(
            _line(kind, how, unit) for kind, how in asked.conversions.items() if kind not in {"day", "half-day"}
        ),
        "first_year": asked.first_year,
        "carry_over": asked.carry_over_minutes // unit or None,
        "grace_months": asked.grace_months or None,
        "measure": asked.measure,
        "region_code": asked.region_code or "",
        "organisation_id": str(asked.organisation_id or ""),
        "replaces": asked.replaces or "",
    }


def _line(kind: str, how: Conversion, unit: int) -> str:
    amount = f"{how.minutes // unit}h" if how.minutes is not None else f"{how.percent}%"
    return f"{kind} = {amount}" + (f" max {how.cap // unit}h" if how.cap else "")
