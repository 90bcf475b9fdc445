"""A provider's list of participants as a file: one row for each participant of each activity."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form, SelectField
from wtforms.validators import InputRequired

from examprep.ce import providing
from examprep.ce.provider_reading import read_report
from examprep.ce.providing import Provider, Report
from examprep.imports.importer import Plan, Problem, Upload
from examprep.imports.progress import counted
from examprep.kernel.clock import office_day
from examprep.kernel.errors import Refusal, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree
from examprep.people.models import PersonRow
from examprep.plumbing.listing import xlsx_bytes
from examprep.plumbing.sheets import Row, read_table
from examprep.plumbing.vault import Vault

ROWS_MOST = 5000
CHUNK = 500
HEADS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "学员姓名", "学员"),
    "id_number": ("身份证号", "身份证号码", "证件号码", "证件号", "公民身份号码"),
    "title": ("活动名称", "培训名称", "课程名称", "课程", "班次"),
    "category": ("科目类别", "类别", "科目"),
    "hours": ("学时", "学时数"),
    "minutes": ("分钟", "分钟数"),
    "first_on": ("开始日期", "日期", "培训日期", "起始日期"),
    "last_on": ("结束日期", "截止日期"),
    "from_time": ("每天开始", "开始时间"),
    "to_time": ("每天结束", "结束时间"),
    "result": ("考核结果", "成绩", "结果"),
    "key": ("编号", "记录编号", "证书编号"),
}
_EXAMPLES = ("王小明", "", "个案管理进阶培训", "专业", "6", "", "2026-03-05", "", "09:00", "16:00", "合格", "")
_NEEDED = ("name", "id_number", "title", "category", "first_on")
_CATEGORIES = {"专业": "professional", "公需": "general", "选修": "elective"}
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")


def columns_of(heads: Sequence[str]) -> dict[str, int]:
    """Where each known column stands."""
    plain = [re.sub(r"[\s（(].*", "", head) for head in heads]
    return {name: plain.index(word) for name, words in HEADS.items() for word in words if word in plain}


class ProviderOptions(Form):
    """Whose list it is."""

    provider = SelectField(N_("Provider"), [InputRequired()])


class ProviderRecordsImporter:
    """Reads lists of participants. The vault is asked for at the edge, when a file is there."""

    name = "ce-provider-records"
    title = N_("Hours from a provider")
    permission: str = Permission.CE_PROVIDER_MANAGE
    accepts: tuple[str, ...] = (".xlsx", ".xls", ".csv")
    help = N_("One row for each participant of each activity. What stands in the ledger already is left out.")
    options_form: type[Form] | None = ProviderOptions

    def __init__(self, vault: Callable[[], Vault]) -> None:
        self._vault = vault

    def option_choices(self, session: Session, actor: Actor) -> Mapping[str, Sequence[tuple[str, str]]]:
        return {"provider": providing.provider_choices(session, actor)}

    def template(self) -> bytes:
        return xlsx_bytes([words[0] for words in HEADS.values()], [_EXAMPLES])

    def plan(self, session: Session, actor: Actor, upload: Upload, *, now: datetime) -> Plan:
        provider = self._provider(session, actor, upload)
        table = read_table(upload.content, upload.filename, knows=lambda text: bool(columns_of([text])))
        places = columns_of(table.heads)
        absent = [HEADS[name][0] for name in _NEEDED if name not in places]
        if "hours" not in places and "minutes" not in places:
            absent.append(HEADS["hours"][0])
        if absent:
            raise RuleViolation(
                "ce.report-heads",
                "The file lacks the column %(columns)s. Name the columns as in the template.",
                columns="、".join(absent),
            )
        if len(table.rows) > ROWS_MOST:
            raise RuleViolation(
                "ce.report-rows", "The file has more than %(limit)s rows. Send it in parts.", limit=ROWS_MOST
            )
        problems: list[Problem] = []
        reports: list[tuple[int, Report]] = []
        for row in counted(table.rows):
            try:
                reports.append((row.number, read_report(_cells(row, places), today=office_day(now))))
            except RuleViolation as refusal:
                problems.append(_problem(row.number, refusal, table.heads, places))
        fresh, known, more = self._compared(
            session, provider, reports, table.heads[places["id_number"]], office_day(now)
        )
        return Plan(
            table.heads,
            table.rows,
            problems=sorted([*problems, *more], key=lambda problem: problem.row),
            counts=((N_("New records"), len(fresh)), (N_("Recorded already"), known)),
            prepared=(provider, fresh),
        )

    @staticmethod
    def _provider(session: Session, actor: Actor, upload: Upload) -> Provider:
        chosen = upload.options.get("provider", "")
        if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 10):
            raise RuleViolation("ce.provider-choose", "Choose the provider.")
        row = providing.provider_of(session, actor, int(chosen))
        return Provider(row.id, row.name, row.organisation_id)

    def _compared(
        self,
        session: Session,
        provider: Provider,
        reports: Sequence[tuple[int, Report]],
        head: str,
        today: date,
    ) -> tuple[list[Report], int, list[Problem]]:
        """The reports that are new, how many stand already, and what cannot be right."""
        keyed = self._vault().fingerprint
        used: dict[str, str] = {}
        persons: set[tuple[str, str]] = set()
        for part in _chunks(reports):
            used.update(providing.known_keys(session, provider.id, [report.key for _, report in part]))
            persons.update(self._persons(session, provider, [report for _, report in part], keyed))
        fresh: list[Report] = []
        problems, known, seen = [], 0, dict[str, int]()
        for number, report in reports:
            if report.key in used:
                same = used[report.key] == report.fingerprint(keyed)
                known += same
                if not same:
                    problems.append(Problem(number, head, Sentence("This key was used for another record.")))
            elif report.key in seen:
                same_row = Sentence("Row %(row)s reports the same.", row=seen[report.key])
                problems.append(Problem(number, head, same_row))
            elif (keyed(report.id_number), report.name) not in persons:
                nobody = Sentence("There is nobody of this ID number and name whom you may report.")
                problems.append(Problem(number, head, nobody))
            elif report.last_on > today:
                problems.append(Problem(number, head, Sentence("Training cannot be recorded before it takes place.")))
            else:
                fresh.append(report)
            seen.setdefault(report.key, number)
        return fresh, known, problems

    @staticmethod
    def _persons(
        session: Session, provider: Provider, reports: Sequence[Report], keyed: Callable[[str], str]
    ) -> Iterable[tuple[str, str]]:
        rows = session.execute(
            select(PersonRow.id_number_hash, PersonRow.name).where(
                PersonRow.id_number_hash.in_([keyed(report.id_number) for report in reports]),
                in_subtree(PersonRow.organisation_id, provider.organisation_id),
            )
        )
        return {(str(hash_), name) for hash_, name in rows}

    def apply(self, session: Session, actor: Actor, plan: Plan, batch_id: int, *, now: datetime) -> int:
        """Take every report, all or nothing: one that overlaps stops the file, and the sentence names it."""
        provider, fresh = plan.prepared
        keyed, today = self._vault().fingerprint, office_day(now)
        for report in sorted(fresh, key=lambda one: keyed(one.id_number)):
            try:
                providing.take(session, provider, report, keyed, actor=actor, batch_id=batch_id, now=now, today=today)
            except Refusal as refusal:
                raise RuleViolation(
                    "ce.report-row",
                    "%(name)s, %(title)s: %(why)s Nothing was imported.",
                    name=report.name,
                    title=report.title,
                    why=refusal.sentence,
                ) from refusal
        return len(fresh)

    def undo(self, session: Session, actor: Actor, batch_id: int, *, now: datetime) -> int:
        return providing.undo_batch(session, actor, batch_id, reason="导入已撤销", now=now)


def _chunks(reports: Sequence[tuple[int, Report]]) -> Iterable[Sequence[tuple[int, Report]]]:
    return (reports[start : start + CHUNK] for start in range(0, len(reports), CHUNK))


def _cells(row: Row, places: Mapping[str, int]) -> dict[str, Any]:
    """A row as a record of the interface; without a number of its own it is known by what it says."""
    cell = {name: row.cells[place].strip() for name, place in places.items()}
    found: dict[str, Any] = {name: cell[name] for name in ("id_number", "name", "title", "result") if cell.get(name)}
    found["category"] = _CATEGORIES.get(cell.get("category", "").removesuffix("科目"), cell.get("category", ""))
    if minutes := cell.get("minutes") or "":
        found["minutes"] = int(minutes) if minutes.isascii() and minutes.isdecimal() else minutes
    elif hours := cell.get("hours") or "":
        typed = re.fullmatch(r"\d{1,4}(\.\d{1,2})?", hours)
        found["minutes"] = int(float(hours) * 45) if typed else hours
    for name in ("first_on", "last_on"):
        if text := cell.get(name, ""):
            day = _DAY.fullmatch(text)
            found[name] = f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}" if day else text
    for name in ("from_time", "to_time"):
        if text := cell.get(name, "").replace("：", ":"):
            found[name] = text.zfill(5)[:5] if re.fullmatch(r"\d{1,2}:\d\d(:\d\d)?", text) else text
    told = "|".join(str(found.get(name, "")) for name in ("id_number", "title", "first_on", "from_time"))
    found["key"] = cell.get("key") or f"row.{hashlib.sha256(told.encode()).hexdigest()[:40]}"
    return found


def _problem(row: int, refusal: RuleViolation, heads: Sequence[str], places: Mapping[str, int]) -> Problem:
    """What is wrong with a record, said of the cell and not of the interface's field."""
    values = refusal.sentence.values
    name = str(values.get("name", ""))
    place = places.get("hours" if name == "minutes" and "minutes" not in places else name)
    if "right" in values:
        sentence = Sentence("This is not right. Expected: %(right)s.", right=_of_a_cell(name, values["right"]))
    else:
        sentence = Sentence("This is missing.")
    return Problem(row, heads[place] if place is not None else "", sentence)


def _of_a_cell(name: str, right: object) -> object:
    if name == "category":
        return "、".join(_CATEGORIES)
    return Sentence("a number of credit hours or minutes") if name == "minutes" else right
