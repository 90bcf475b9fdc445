"""The files a bureau gets each year, as the import frame wants them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session
from wtforms import Form, SelectField
from wtforms.validators import InputRequired

from examprep.exams import approving, entries, filing, mark_log, marking, registering, store
from examprep.exams.reading import YearSource
from examprep.imports.importer import Plan, Upload
from examprep.kernel.clock import office_day
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.plumbing.bulk import uncollected
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import xlsx_bytes
from examprep.plumbing.sheets import Table, read_table
from examprep.plumbing.vault import Vault


class YearForm(Form):
    """Which exam year the file is of: a file seldom says so itself."""

    year = SelectField(N_("Exam year"), [InputRequired()])


class _YearImporter:
    """What the files have in common. The vault is asked for when it is needed, since wiring comes before the start."""

    permission: str = Permission.EXAMS_RESULT_IMPORT
    accepts: tuple[str, ...] = (".xlsx", ".xls", ".csv")
    options_form: type[Form] | None = YearForm
    may_be_new: bool = False
    other_numbers: Sequence[str] = ()
    heads: tuple[str, ...]
    knows: Callable[[str], bool]
    planning: Callable[[YearSource], Plan]

    def __init__(self, vault: Callable[[], Vault]) -> None:
        self._vault = vault

    def option_choices(self, session: Session, actor: Actor) -> Mapping[str, Sequence[tuple[str, str]]]:
        """The exam years, none chosen: a wrong year is worse than one click more."""
        years = [(str(year), str(year)) for year in store.sitting_years(session)]
        return {"year": [("", say(N_("Choose the exam year"))), *years]}

    def template(self) -> bytes:
        return xlsx_bytes(self.heads, [])

    def plan(self, session: Session, actor: Actor, upload: Upload, *, now: datetime) -> Plan:
        year, known = _year(session, upload.options), type(self).knows
        with uncollected():
            table = read_table(upload.content, upload.filename, knows=known)
            return self._planned(session, actor, table, year, {}, now)

    def settle(
        self,
        session: Session,
        actor: Actor,
        table: Table,
        options: Mapping[str, str],
        settled: Mapping[int, int | None],
        *,
        now: datetime,
    ) -> Plan:
        year = _year(session, options)
        return self._planned(session, actor, table, year, settled, now)

    def _planned(
        self, session: Session, actor: Actor, table: Table, year: int, settled: Mapping[int, int | None], now: datetime
    ) -> Plan:
        today = office_day(now)
        source = YearSource(session, self._vault(), actor, self.permission, table, today, settled, year=year)
        return type(self).planning(source)


def _year(session: Session, options: Mapping[str, str]) -> int:
    year = options.get("year", "")
    if not year.isdecimal() or int(year) not in store.sitting_years(session):
        raise RuleViolation("exams.no-year", "Choose the exam year of the file.")
    return int(year)


class RegistrationImporter(_YearImporter):
    """Who registered, for what, and whether they were approved."""

    name: str = "exam-registrations"
    title: str = N_("Exam registrations")
    help: str = N_(
        "One row per person, or per person and subject, with name, ID number and level; unit, subjects, approval, day "
        "of registration and education if known. Persons who are not on file yet are added. A corrected file changes "
        "only the rows that differ."
    )
    heads: tuple[str, ...] = registering.TEMPLATE
    may_be_new = True
    knows = staticmethod(entries.KNOWS)
    planning = staticmethod(registering.plan)

    def apply(self, session: Session, actor: Actor, plan: Plan, batch_id: int, *, now: datetime) -> int:
        return filing.apply(session, self._vault(), plan.prepared, batch_id, plan.persons, now=now)

    def undo(self, session: Session, actor: Actor, batch_id: int, *, now: datetime) -> int:
        return filing.undo(session, batch_id)


class ApprovalImporter(RegistrationImporter):
    """Who of the registered was approved: a file that comes weeks after theirs."""

    name: str = "exam-approvals"
    title: str = N_("Exam approvals")
    help: str = N_(
        "One row per person with name, ID number and the state of approval (审核状态). It changes nothing else of the "
        "registration. Import the registrations of the year first."
    )
    heads = approving.TEMPLATE
    may_be_new = False
    planning = staticmethod(approving.plan)

    def apply(self, session: Session, actor: Actor, plan: Plan, batch_id: int, *, now: datetime) -> int:
        return filing.approve(session, plan.prepared, batch_id, now=now)


class ResultImporter(_YearImporter):
    """What the examination centre says each person reached."""

    name: str = "exam-results"
    title: str = N_("Exam results")
    help: str = N_(
        "One row per person with a column for each subject, or one row per subject (科目, 成绩). "
        "−1 is absent, −2 violation, −4 void; none of them is a mark. Import the registrations of the year first."
    )
    heads = marking.TEMPLATE
    knows = staticmethod(marking.KNOWS)
    planning = staticmethod(marking.plan)

    def apply(self, session: Session, actor: Actor, plan: Plan, batch_id: int, *, now: datetime) -> int:
        return mark_log.apply(session, plan.prepared, batch_id, now=now)

    def undo(self, session: Session, actor: Actor, batch_id: int, *, now: datetime) -> int:
        return mark_log.undo(session, batch_id, now=now)
