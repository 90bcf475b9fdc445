"""Stated figures out of a workbook: residents, communities, towns and targets of many units at once."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from examprep.bureau import stating
from examprep.bureau.rules.statements import (
    ABOUT,
    AT_LEAST,
    COMMUNITIES,
    COMMUNITY_WORKERS,
    EXACT,
    RESIDENTS,
    TARGET_HOLDERS,
    TARGET_HOURS,
    TARGET_PASSED,
    TARGET_REGISTERED,
    TARGETS,
    TOWNS,
)
from examprep.imports.importer import Plan, Problem, Upload
from examprep.kernel.clock import office_day
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import OrganisationRow
from examprep.plumbing.listing import xlsx_bytes
from examprep.plumbing.sheets import Row, Table, read_table

HEADS = ("单位", "指标", "日期", "数值", "精度", "来源")
WORDS = {
    "常住人口": RESIDENTS,
    "社区数": COMMUNITIES,
    "社区村数": COMMUNITIES,
    "乡镇街道数": TOWNS,
    "社区工作者数": COMMUNITY_WORKERS,
    "报考任务": TARGET_REGISTERED,
    "通过任务": TARGET_PASSED,
    "持证任务": TARGET_HOLDERS,
    "学时达标率任务": TARGET_HOURS,
}
PRECISE = {"": EXACT, "准确": EXACT, "确数": EXACT, "不少于": AT_LEAST, "余": AT_LEAST, "约": ABOUT, "近": ABOUT}
_YEAR = re.compile(r"(\d{4})年?")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


class StatementImporter:
    """One row for each unit, figure and day."""

    name = "bureau-figures"
    title = N_("Residents and targets")
    permission: str = Permission.BUREAU_STATEMENT_MAKE
    accepts: tuple[str, ...] = (".xlsx", ".xls", ".csv")
    help = N_(
        "One row for each unit and figure (常住人口, 社区数, 乡镇街道数, 社区工作者数, 报考任务, 通过任务, 持证任务, "
        "学时达标率任务) with its day, its source and how exact it is. What was stated before stays on file."
    )
    options_form: type[Form] | None = None

    def option_choices(self, session: Session, actor: Actor) -> Mapping[str, Sequence[tuple[str, str]]]:
        return {}

    def template(self) -> bytes:
        return xlsx_bytes(HEADS, [["某某县委社会工作部", "常住人口", "2025-12-31", "100000", "约", "统计公报"]])

    def plan(self, session: Session, actor: Actor, upload: Upload, *, now: datetime) -> Plan:
        table = read_table(upload.content, upload.filename)
        absent = [head for head in HEADS[:4] if head not in table.heads]
        if absent:
            raise RuleViolation(
                "bureau.heads",
                "The file lacks the column %(columns)s. Name the columns as in the template.",
                columns="、".join(absent),
            )
        units = _units(session, actor)
        problems: list[Problem] = []
        ready: list[dict[str, Any]] = []
        for row in table.rows:
            try:
                ready.append(_read(row, table, units, office_day(now)))
            except _Wrong as wrong:
                problems.append(Problem(row.number, wrong.column, wrong.sentence))
        counts = ((N_("Figures"), len(ready)),)
        return Plan(table.heads, table.rows, problems=problems, counts=counts, prepared=ready)

    def apply(self, session: Session, actor: Actor, plan: Plan, batch_id: int, *, now: datetime) -> int:
        return stating.import_rows(session, actor, plan.prepared, batch_id, now=now)

    def undo(self, session: Session, actor: Actor, batch_id: int, *, now: datetime) -> int:
        return stating.undo_rows(session, actor, batch_id, now=now)


class _Wrong(Exception):
    def __init__(self, column: str, sentence: Sentence) -> None:
        super().__init__(column)
        self.column, self.sentence = column, sentence


def _units(session: Session, actor: Actor) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, name in session.execute(
        select(OrganisationRow.id, OrganisationRow.name).where(
            within(OrganisationRow.id, actor, Permission.BUREAU_STATEMENT_MAKE)
        )
    ):
        found.setdefault(name, []).append(number)
    return found


def _read(row: Row, table: Table, units: Mapping[str, list[int]], today: date) -> dict[str, Any]:
    cells = dict(zip(table.heads, row.cells, strict=False))
    known = units.get(cells["单位"].strip(), [])
    if len(known) != 1:
        raise _Wrong("单位", Sentence("No unit, or more than one, of yours bears this name."))
    kind = WORDS.get(cells["指标"].strip())
    if kind is None:
        raise _Wrong("指标", Sentence("Write one of: %(words)s.", words="、".join(WORDS)))
    holds_from = _day(cells["日期"].strip())
    if holds_from is None:
        raise _Wrong("日期", Sentence("Write a day as 2025-12-31, or the year of a target."))
    number = cells["数值"].replace(",", "").replace("，", "").removesuffix("%").strip()
    if not (number.isascii() and number.isdecimal() and len(number) <= 10):
        raise _Wrong("数值", Sentence("Write a whole number of persons or places, or per cent."))
    precision = PRECISE.get(cells.get("精度", "").strip())
    if precision is None:
        raise _Wrong("精度", Sentence("Write one of: %(words)s.", words="、".join(filter(None, PRECISE))))
    try:
        stating.check(kind, holds_from, int(number), today=today)
    except RuleViolation as refusal:
        raise _Wrong("数值", refusal.sentence) from refusal
    return {
        "organisation_id": known[0],
        "kind": kind,
        "holds_from": date(holds_from.year, 1, 1) if kind in TARGETS else holds_from,
        "value": int(number),
        "precision": precision,
        "source": cells.get("来源", "").strip(),
    }


def _day(text: str) -> date | None:
    try:
        if found := _DAY.fullmatch(text):
            return date(*map(int, found.groups()))
        if found := _YEAR.fullmatch(text):
            return date(int(found[1]), 1, 1)
    except ValueError:
        return None
    return None
