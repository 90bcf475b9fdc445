"""The shipped files as rows. Safe to run again: what an administrator edited stays, the rest follows the files."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from examprep.kernel.marks import HALF_POINTS_PER_POINT, parse_marks
from examprep.plumbing.db import Base
from examprep.plumbing.kept import touch
from examprep.syllabus.models import ChapterRow, KeyDateRow, LevelRow, PaperPartRow, SubjectRow, VersionRow


def load_data(session: Session, today: date) -> None:
    """Add what is missing and follow what changed in our files; ``today`` plays no part."""
    _settle(session, LevelRow, ("code",), _levels())
    _settle(session, SubjectRow, ("code",), _subjects())
    _settle(session, PaperPartRow, ("subject_code", "position"), _parts())
    _settle(session, VersionRow, ("code",), _versions())
    _settle(session, ChapterRow, ("version_code", "subject_code", "number"), _chapters())
    _settle(session, KeyDateRow, ("exam_year", "kind", "region_code"), _key_dates())
    touch(session)


def _settle(session: Session, table: type[Base], key: Sequence[str], wanted: Iterator[dict[str, Any]]) -> None:
    """Make the table hold every wanted row, found by its ``key``, except where one was edited by hand."""
    columns = table.__table__.columns
    known = {tuple(row[name] for name in key): row for row in session.execute(select(*columns)).mappings()}
    fresh = []
    for row in wanted:
        found = known.get(tuple(row[name] for name in key))
        if found is None:
            fresh.append(row)
        elif found.get("edited_at") is None and any(found[name] != value for name, value in row.items()):
            session.execute(update(table).where(*(columns[name] == row[name] for name in key)).values(**row))
    if fresh:
        session.execute(insert(table), fresh)


def _file(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files("examprep.syllabus").joinpath("data", name).read_text(encoding="utf-8"))


def _names(entry: Mapping[str, Any]) -> dict[str, str]:
    return {"zh": entry["zh"], "en": entry["en"]}


def _levels() -> Iterator[dict[str, Any]]:
    for level in _file("levels.toml")["level"]:
        yield {"code": level["code"], "names": _names(level), "rank": level["rank"]}


def _subjects() -> Iterator[dict[str, Any]]:
    for subject in _file("levels.toml")["subject"]:
        same = {name: subject[name] for name in ("code", "minutes", "objective", "position", "source")}
        yield {**same, "level_code": subject["level"], "names": _names(subject)}


def _parts() -> Iterator[dict[str, Any]]:
    for subject in _file("levels.toml")["subject"]:
        for position, part in enumerate(subject["parts"], 1):
            yield {
                "subject_code": subject["code"],
                "position": position,
                "question_type": part["type"],
                "count": part["count"],
                "half_points_each": parse_marks(part["points_each"]),
                "certainty": part["certainty"],
            }


def _versions() -> Iterator[dict[str, Any]]:
    for version in _file("levels.toml")["version"]:
        yield {
            "code": version["code"],
            "names": _names(version),
            "first_exam_year": version["first_exam_year"],
            "last_exam_year": version.get("last_exam_year"),
            "source": version["source"],
        }


def _chapters() -> Iterator[dict[str, Any]]:
    for tree in _file("chapters.toml")["tree"]:
        for chapter in tree["chapters"]:
            low, high = chapter.get("points", (None, None))
            yield {
                "version_code": tree["version"],
                "subject_code": tree["subject"],
                "number": chapter["number"],
                "names": _names(chapter),
                "kind": chapter.get("kind", "chapter"),
                "weight_low": None if low is None else low * HALF_POINTS_PER_POINT,
                "weight_high": None if high is None else high * HALF_POINTS_PER_POINT,
                "weight_certainty": chapter.get("points_certainty"),
                "certainty": chapter["certainty"],
                "source": tree["source"],
            }


def _key_dates() -> Iterator[dict[str, Any]]:
    for entry in _file("key_dates.toml")["date"]:
        yield {
            "exam_year": entry["exam_year"],
            "region_code": entry.get("region"),
            "kind": entry["kind"],
            "starts_on": entry["starts_on"],
            "ends_on": entry.get("ends_on"),
            "precision": entry.get("precision", "day"),
            "note": entry.get("note"),
            "certainty": entry["certainty"],
            "source": entry["source"],
        }
