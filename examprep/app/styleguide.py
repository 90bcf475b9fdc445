"""Every part of the look in every state, on one page for developers; installations in service do not show it."""

from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import (
    BooleanField,
    DateField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from examprep.app.navigation import Tab
from examprep.kernel.rate import Rate
from examprep.kernel.sentence import N_, Sentence
from examprep.plumbing import charts
from examprep.plumbing.access import public
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask, Column, Page, download, page_of
from examprep.plumbing.runtime import runtime

bp = Blueprint("design", __name__)

# The variables of theme.css that colours are taken from.
COLOURS = (
    *("paper", "sheet", "ink", "ink-soft", "line", "accent", "accent-ink", "accent-soft"),
    *("right", "right-soft", "wrong", "wrong-soft", "warn", "warn-soft", "info", "info-soft"),
)
BADGES = ("right", "wrong", "warn", "info", "quiet")
# One column of each kind that a list can show.
COLUMNS = (
    Column("name", N_("Name"), sortable=True, link=lambda row: url_for("design.styleguide")),
    Column("born_on", N_("Born"), "day", sortable=True),
    Column("month", N_("Month"), "month"),
    Column("seen_at", N_("Last seen"), "instant", sortable=True),
    Column("count", N_("Questions"), "number", sortable=True, total=True),
    Column("minutes", N_("Credit hours"), "hours", sortable=True, total=True),
    Column("half_points", N_("Result"), "marks"),
    Column("rate", N_("Right"), "rate", sortable=True),
    Column("fen", N_("Yuan"), "yuan", total=True),
    Column("names", N_("Level"), "names"),
    Column("state", N_("State"), "badge"),
    Column("seat", N_("Seat"), "choice", choices={"e": N_("Enrolled"), "w": N_("On the waiting list")}),
)
STATES = {
    "ce-met": N_("Requirement met"),
    "ce-short": N_("Hours short"),
    "registration-renewable": N_("Renewal window open"),
    "draft": N_("Draft"),
    "queued": N_("Waiting"),
}

CHARTED = (("2023", 1200, 240), ("2024", 1900, 410), ("2025", None, None), ("2026", 2600, 770))


class SampleForm(BaseForm):
    """One field of each kind."""

    name = StringField(N_("Name"), [InputRequired()])
    note = TextAreaField(N_("Reason"))
    password = PasswordField(N_("Password"), [InputRequired()], description=N_("At least 10 characters."))
    day = DateField(N_("Day"), [InputRequired()])
    level = SelectField(N_("Level"), choices={"a": N_("Assistant"), "s": N_("Intermediate")})
    kind = RadioField(N_("Kind"), choices={"p": N_("Professional"), "g": N_("General")})
    agreed = BooleanField(N_("Yes"))
    submit = SubmitField(N_("Save"))


@bp.get("/styleguide")
@public
def styleguide() -> ResponseReturnValue:
    """404 unless the installation is one for development."""
    if not runtime().settings.development:
        abort(404)
    ask = Ask.of(request.args, filters=("state", "since"))
    state = ask.filters.get("state")
    rows = [row for row in _rows() if state in (None, row["state"])]
    page = page_of(rows, ask, columns=COLUMNS)
    if ask.export:
        return download(page, COLUMNS, "styleguide")
    form, wrong = (
        SampleForm(formdata=None),
        SampleForm(formdata=None, prefix="wrong", note=say(N_("What was typed stays.")), agreed=True),
    )
    for field in (wrong.name, wrong.day):
        field.errors = [field.gettext("This field is required.")]
    return render_template(
        "app/styleguide.html",
        colours=COLOURS,
        badges=BADGES,
        page=page,
        nothing=Page([], 0, Ask()),
        unmatched=Page([], 0, Ask(words="…")),
        charted=CHARTED,
        tabs=[Tab(N_("Details"), "#main", True), Tab(N_("Exams"), "#forms", False), Tab(N_("Awards"), "#lists", False)],
        columns=COLUMNS,
        state_choices=[(state, Sentence(label)) for state, label in STATES.items()],
        form=form,
        wrong=wrong,
        columns_picture=charts.columns(
            [year for year, *_ in CHARTED], [[row[1] for row in CHARTED], [row[2] for row in CHARTED]]
        ),
        line_picture=charts.line(
            ["2022", "2023", "2024", "2025", "2026"], [(18, 12, 25), (22, 17, 28), None, (24, 20, 29), (31, 26, 36)]
        ),
        funnel_picture=charts.funnel(
            [charts.Spot(20, 22, "within"), charts.Spot(90, 34, "high"), charts.Spot(300, 36, "very-high")],
            22.0,
            lambda size: [
                ("limit-alarm low", max(0, 22 - 120 / size**0.5)),
                ("limit-alarm high", 22 + 120 / size**0.5),
            ],
        ),
    )


def _rows() -> list[dict[str, Any]]:
    return [
        {
            "name": f"王小{number}",
            "born_on": date(1990, 1, number),
            "month": date(2026, 1 + number % 12, 1),
            "seen_at": datetime(2026, 3, number, 1, 30, tzinfo=UTC),
            "count": 37 * number,
            "minutes": 225 * number if number % 4 else None,
            "half_points": 60 + number,
            "rate": Rate(number, 30),
            "fen": 80_000 + 50 * number,
            "names": {"zh": "助理社会工作师", "en": "Assistant Social Worker"},
            "state": list(STATES)[number % len(STATES)],
            "seat": "w" if number % 3 else "e",
        }
        for number in range(1, 29)
    ]
