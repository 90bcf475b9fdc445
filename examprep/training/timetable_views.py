"""The timetable: a week's sessions of all classes that one manages, or has a seat in."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import clock_time, say
from examprep.plumbing.listing import Ask, Column, SharedColumns, download
from examprep.plumbing.runtime import glancing, runtime
from examprep.training import overview
from examprep.training.blueprint import bp
from examprep.training.values import SESSION_STATES

FILTERS = ("from", "state")
_STATES = tuple(SESSION_STATES.items())


def columns(of_session: Callable[[Any], str], *, managed: bool) -> tuple[Column, ...]:
    """``of_session`` gives a row's address. Only who manages a class is told how many are in it."""
    enrolled = (Column("enrolled", N_("Enrolled"), "number"),) if managed else ()
    return (
        Column("starts_at", N_("Begins at"), "instant", sortable=True, link=of_session),
        Column("ends", N_("Ends at")),
        Column("name", N_("Class"), sortable=True),
        Column("course", N_("Course"), sortable=True),
        Column("place", N_("Place"), sortable=True),
        Column("trainer", N_("Trainer"), sortable=True),
        *enrolled,
        Column("state", N_("State"), "badge"),
    )


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "ends": clock_time(row["ends_at"]),
        "place": row["place"] or (say(N_("On line")) if row["link"] else ""),
        "state": SESSION_STATES[row["state"]],
    }


MANAGED = SharedColumns(
    columns(lambda row: url_for("training.session", session_id=row["id"]), managed=True), shape=_row
)
MINE = SharedColumns(columns(lambda row: url_for("training.seat", class_id=row["class_id"]), managed=False), shape=_row)


@bp.get("/all/timetable")
@needs(Permission.TRAINING_CLASS_MANAGE)
def timetable() -> ResponseReturnValue:
    """The sessions of the classes that the actor manages, week by week."""
    return _week(MANAGED, managed=True)


@bp.get("/timetable")
@needs(Permission.TRAINING_CLASS_ENROL)
def my_timetable() -> ResponseReturnValue:
    """The sessions of the classes in which the actor has a seat, week by week."""
    return _week(MINE, managed=False)


def _week(shown: SharedColumns, *, managed: bool) -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=FILTERS)
    today = runtime().clock.today()
    monday = _monday(ask.day("from") or today)
    with glancing() as connection:
        page = overview.week(connection, current_actor(), ask, monday, managed=managed)
    if ask.export:
        return download(page, shown, f"timetable-{monday}")
    return render_template(
        "training/timetable.html",
        page=page,
        columns=shown,
        managed=managed,
        monday=monday,
        sunday=monday + timedelta(days=6),
        weeks=_neighbours(monday, _monday(today)),
        states=_STATES,
    )


def _neighbours(monday: date, now: date) -> tuple[tuple[str, date], ...]:
    """The weeks before and after, within the calendar, and this one."""
    found = [(N_("Week before"), monday - timedelta(days=7))] if monday.year > 1 else []
    if monday != now:
        found.append((N_("This week"), now))
    if monday.year < date.max.year:
        found.append((N_("Week after"), monday + timedelta(days=7)))
    return tuple(found)


def _monday(day: date) -> date:
    """The Monday of a day's week; of the calendar's first and last days the nearest whole week's."""
    held = min(max(day, date(1, 1, 8)), date(date.max.year, 12, 20))
    return held - timedelta(days=held.weekday())
