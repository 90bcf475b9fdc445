"""Verbs over exams for pages and for other subjects: outcomes, passers, the trained, pass lines, shipped data."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from examprep.exams import store
from examprep.exams.models import OutcomeChangeRow, OutcomeRow, PassLineRow, SittingRow, TrainedRow
from examprep.exams.recompute import Change, outcomes_by_registration, recompute, registered_in, touched_by
from examprep.exams.rules.cycle import SCORED, Mark, Outcome
from examprep.exams.rules.explain import explain
from examprep.exams.rules.lines import PassLine, Standard, covers
from examprep.exams.rules.papers import FULL_HALF_POINTS, LEVEL_OF
from examprep.exams.tallies import recount
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.people.access import Permission, Role
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bulk import chunks
from examprep.people.models import OrganisationRow


@dataclass(frozen=True)
class ReadMark:
    """A mark beside the lines it is read by, and which was met: ``national``, ``regional`` or none."""

    mark: Mark
    standard: Standard
    met: str | None


@dataclass(frozen=True)
class History:
    """One registration of a person: its marks, its outcome, and the outcome's reason."""

    year: int
    level: str
    approved: bool
    returning: bool
    outcome: Outcome
    marks: tuple[ReadMark, ...]
    explanation: Sentence


@dataclass(frozen=True)
class Passer:
    """Somebody who qualified by the exam of a year."""

    person_id: int
    year: int
    level: str
    validity: str
    region_code: str
    organisation_id: int


def outcomes_of(session: Session, person_id: int) -> tuple[History, ...]:
    """Everything a person did in exams, the latest year first."""
    standards = store.standards(session)
    registrations = store.registrations(session, [person_id]).get(person_id, [])
    marks = store.effective_marks(session, [person_id]).get(person_id, [])
    found = []
    for registration, outcome in outcomes_by_registration(standards, registrations, marks):
        lines = standards.of(registration.year, registration.level, registration.region_code)
        found.append(
            History(
                registration.year,
                registration.level,
                registration.approved or outcome.sat,
                any(r.year < registration.year and r.level == registration.level for r in registrations),
                outcome,
                tuple(_read(mark, lines[mark.year, mark.subject]) for mark in outcome.marks),
                explain(outcome),
            )
        )
    return tuple(sorted(found, key=lambda history: (-history.year, history.level)))


def _read(mark: Mark, standard: Standard) -> ReadMark:
    met = standard.met_by(mark.half_points) if mark.code == SCORED and mark.half_points is not None else None
    return ReadMark(mark, standard, met)


def passers(session: Session, *, year: int, organisation_ids: Sequence[int] | None = None) -> list[Passer]:
    """Who qualified by the exam of a year, by organisation as it was then; unbounded, for other subjects' actions."""
    row = OutcomeRow
    query = (
        select(row.person_id, row.year, row.level, row.validity, row.region_code, row.organisation_id)
        .where(row.year == year, row.qualified)
        .order_by(row.person_id)
    )
    if organisation_ids is not None:
        query = query.where(row.organisation_id.in_(organisation_ids))
    return [
        Passer(person_id, at, level, str(validity), region, organisation)
        for person_id, at, level, validity, region, organisation in session.execute(query)
    ]


def registered_levels(session: Session, person_ids: Sequence[int], year: int) -> dict[int, frozenset[str]]:
    """The levels at which some persons (at most a thousand) are registered for the exam of a year; unbounded."""
    found = store.registrations(session, person_ids)
    return {
        person_id: frozenset(each.level for each in theirs if each.year == year) for person_id, theirs in found.items()
    }


def mark_trained(session: Session, person_id: int, year: int, *, trained: bool = True) -> None:
    """Note that a person was (or, corrected, was not) enrolled in a class for an exam year; again is nothing."""
    noted = session.get(TrainedRow, (person_id, year))
    if trained and noted is None:
        session.add(TrainedRow(person_id=person_id, year=year))
    elif not trained and noted is not None:
        session.delete(noted)
    session.flush()
    row = OutcomeRow
    mine = (row.person_id == person_id, row.year == year, row.trained.is_not(trained))
    places = session.scalars(select(row.organisation_id).where(*mine)).all()
    if places:
        session.execute(update(row).where(*mine).values(trained=trained))
        recount(session, {(year, place) for place in places})


@dataclass(frozen=True)
class NewLine:
    """A pass line as an officer enters it."""

    year: int
    level: str
    subject_code: str | None
    region_code: str | None
    half_points: int
    source: str
    published_on: date | None
    certainty: str


def add_pass_line(session: Session, actor: Actor, line: NewLine, *, now: datetime, today: date) -> tuple[int, int]:
    """Add a pass line and recompute the outcomes it touches; returns its id and how many outcomes changed.

    Raises:
        RuleViolation: ``exams.line-national`` -- only an administrator adds a national line;
            ``exams.line-region`` -- the region is not that of the actor's organisations;
            ``exams.line-subject`` -- the level has no such subject; ``exams.line-height``;
            ``exams.line-future`` -- published after ``today``.
    """
    _check_line(line, today)
    _check_reach(session, actor, line.region_code)
    before = store.pass_lines(session)
    row = PassLineRow(**vars(line), added_by=actor.person_id, added_at=now)
    session.add(row)
    session.flush()
    added = PassLine(row.id, row.year, row.region_code, row.level, row.subject_code, row.half_points)
    people = touched_by(session, added, before)
    changes = recompute(session, people)
    note_changes(session, row.id, changes)
    after = {"year": line.year, "level": line.level, "region": line.region_code, "changed": len(changes)}
    record(session, actor, "exams.line-added", "exam_pass_line", row.id, now=now, after=after)
    return row.id, len(changes)


def _check_line(line: NewLine, today: date) -> None:
    if line.subject_code is not None and LEVEL_OF.get(line.subject_code) != line.level:
        raise RuleViolation("exams.line-subject", "This level has no such subject.")
    if not 0 < line.half_points <= FULL_HALF_POINTS:
        raise RuleViolation("exams.line-height", "A pass line lies above 0 and at most at 100 points.")
    if line.published_on is not None and line.published_on > today:
        raise RuleViolation("exams.line-future", "The day of publication lies in the future.")


def _check_reach(session: Session, actor: Actor, region_code: str | None) -> None:
    if Role.ADMINISTRATOR in actor.roles:
        return
    if region_code is None:
        raise RuleViolation("exams.line-national", "A national line is added by an administrator. Choose a region.")
    roots = actor.roots(Permission.EXAMS_LINE_ADD)
    mine = session.scalars(select(OrganisationRow.region_code).where(OrganisationRow.id.in_(roots)))
    if not any(covers(own, region_code) for own in mine):
        raise RuleViolation("exams.line-region", "You add lines for the regions of your own organisations only.")


def note_changes(session: Session, line_id: int, changes: Sequence[Change]) -> None:
    """Keep whose outcome a line changed."""
    for chunk in chunks(changes):
        session.execute(insert(OutcomeChangeRow), [{"line_id": line_id, **vars(change)} for change in chunk])


def load_data(session: Session, today: date) -> None:
    """Load the sittings and pass lines the package ships; outcomes follow. Safe to run again, and never takes away
    a line that somebody added.
    """
    known_years = set(store.sitting_years(session))
    sittings = [sitting for sitting in _shipped("sittings.json") if sitting["year"] not in known_years]
    for sitting in sittings:
        days = {name: date.fromisoformat(sitting[name]) for name in ("first_day_on", "last_day_on") if name in sitting}
        session.add(SittingRow(year=sitting["year"], certainty=sitting["certainty"], **days))
    session.flush()
    row = PassLineRow
    key = (row.year, row.region_code, row.level, row.subject_code, row.half_points, row.source)
    known = {tuple(found) for found in session.execute(select(*key))}
    fresh = [line for line in shipped_lines() if tuple(line[column.key] for column in key) not in known]
    if not fresh:
        return
    session.execute(insert(row), fresh)
    people: set[int] = set()
    for year, level in {(line["year"], line["level"]) for line in fresh}:
        people |= set(registered_in(session, year, level))
    recompute(session, people)


def shipped_lines() -> Iterator[dict[str, Any]]:
    """The pass lines of ``data/pass_lines.json``, one row each; there they are told in whole points."""
    for told in _shipped("pass_lines.json"):
        heights = [(level, None, points) for level, points in told.get("levels", {}).items()]
        heights += [(LEVEL_OF[subject], subject, points) for subject, points in told.get("subjects", {}).items()]
        published = told.get("published_on")
        for year in told["years"]:
            for region in told.get("regions", [None]):
                for level, subject, points in heights:
                    yield {
                        "year": year,
                        "region_code": region,
                        "level": level,
                        "subject_code": subject,
                        "half_points": 2 * points,
                        "source": told["source"],
                        "published_on": date.fromisoformat(published) if published else None,
                        "certainty": told["certainty"],
                    }


def _shipped(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(files("examprep.exams").joinpath("data", name).read_text("utf-8"))
    return found
