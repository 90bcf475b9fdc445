"""A list of people to be enrolled in a class, in XLSX or CSV: each row ends as a seat, a place or a refusal."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form, SelectField
from wtforms.validators import InputRequired

from examprep.imports.importer import DOUBTFUL, MATCHED, NEW, REFUSED, SAME, Line, Lines, Plan, Upload
from examprep.imports.matching import Matcher
from examprep.imports.reading import PERSON, Reader, Source, knows
from examprep.kernel.clock import office_day
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import xlsx_bytes
from examprep.plumbing.sheets import Row, Table, read_table
from examprep.plumbing.vault import Vault
from examprep.training import seats, staff_pages, staffing, store
from examprep.training.models import EnrolmentRow, SessionRow
from examprep.training.presence_models import AttendanceRow
from examprep.training.rules.seating import STANDING

HEADS = ("姓名", "身份证号", "单位")
ENDS: Mapping[str, Sentence] = {
    "enrolled": Sentence("Gets a seat"),
    "waiting": Sentence("Goes to the waiting list"),
    "asked": Sentence("Waits for approval"),
}
UNKNOWN = Sentence("Nobody on file has this ID number. Enter the person first, then import the list again.")


class ClassChoice(Form):
    """Which class the list is for."""

    class_id = SelectField(N_("Class"), [InputRequired()])


class SeatImporter:
    """Reads lists of people to enrol. The vault is asked for at the edge, when a file is there."""

    name = "training-seats"
    title = N_("People to enrol in a class")
    permission: str = Permission.TRAINING_STAFF_ENROL
    accepts: tuple[str, ...] = (".xlsx", ".xls", ".csv")
    help = N_(
        "One row for each person, with name and ID number, or name, birth date and organisation. Seats are given in "
        "the order of the rows. Each row says how it would end before anything is written."
    )
    options_form: type[Form] | None = ClassChoice
    may_be_new: bool = False
    other_numbers: tuple[str, ...] = ()

    def __init__(self, vault: Callable[[], Vault]) -> None:
        self._vault = vault

    def option_choices(self, session: Session, actor: Actor) -> Mapping[str, Sequence[tuple[str, str]]]:
        classes = [(str(id_), name) for id_, name in staff_pages.class_choices(session, actor)]
        return {"class_id": [("", say(N_("Choose the class"))), *classes]}

    def template(self) -> bytes:
        return xlsx_bytes(HEADS, [])

    def plan(self, session: Session, actor: Actor, upload: Upload, *, now: datetime) -> Plan:
        table = read_table(upload.content, upload.filename, knows=knows(PERSON))
        return self.settle(session, actor, table, upload.options, {}, now=now)

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
        class_id = _class_id(session, actor, options)
        source = Source(session, self._vault(), actor, self.permission, table, office_day(now), settled)
        reader = Reader(table, PERSON, required=("name", "id_number"))
        found = _persons(source, reader)
        outcomes = staffing.foresee(session, actor, class_id, list(found.values()), now=now)
        before = _standing(session, class_id)
        lines = Lines(_line(reader, row, found, outcomes, before) for row in table.rows)
        return Plan(
            table.heads,
            table.rows,
            reader.problems,
            _counts(lines, outcomes, before),
            reader.notes(),
            (class_id, [id_ for id_ in outcomes if id_ not in before and isinstance(outcomes[id_], str)]),
            lines,
        )

    def apply(self, session: Session, actor: Actor, plan: Plan, batch_id: int, *, now: datetime) -> int:
        class_id, person_ids = plan.prepared
        outcomes = staffing.enrol_many(session, actor, class_id, person_ids, batch_id=batch_id, now=now)
        for outcome in outcomes.values():
            if isinstance(outcome, RuleViolation):  # a row was refused since the plan was made
                raise outcome
        return len(outcomes)

    def undo(self, session: Session, actor: Actor, batch_id: int, *, now: datetime) -> int:
        """Take everybody out whom the batch brought in and who is still there; their seats go to whoever waits.

        Raises:
            RuleViolation: ``training.attended`` -- somebody of the list has attended a session since.
        """
        of_batch = select(EnrolmentRow.class_id).where(EnrolmentRow.batch_id == batch_id)
        class_id = session.scalar(of_batch.limit(1))
        if class_id is None:
            return 0
        row = store.any_class(session, class_id)
        theirs = session.scalars(
            select(EnrolmentRow).where(EnrolmentRow.batch_id == batch_id, EnrolmentRow.state.in_(STANDING))
        ).all()
        _refuse_attended(session, class_id, [seat.person_id for seat in theirs])
        for seat in theirs:
            seats.give_up(session, row, seat, now=now)
        seats.settle(session, row, now=now)
        return len(theirs)


def _class_id(session: Session, actor: Actor, options: Mapping[str, str]) -> int:
    text = options.get("class_id", "")
    try:
        return staffing.class_for_staff(session, actor, int(text) if text.isdecimal() and len(text) < 10 else 0).id
    except NotFound as missing:
        raise RuleViolation("training.no-class", "Choose the class of the list.") from missing


def _persons(source: Source, reader: Reader) -> dict[int, int]:
    """Who each row speaks of, by its number; what is wrong or doubtful is noted by the reader."""
    matcher = Matcher(source, reader, may_be_new=False, unknown=UNKNOWN)
    found, first = dict[int, int](), dict[int, int]()
    for rows in matcher.parts():
        for row in rows:
            person = matcher.match(row)
            if person is None or person.known is None or reader.open(row):
                continue
            person_id = person.known.person_id
            if person_id in first:
                again = Sentence("This person stands in row %(row)s already. Delete one.", row=first[person_id])
                reader.problem(row, "name", again)
                continue
            first[person_id] = row.number
            found[row.number] = person_id
    return found


def _line(
    reader: Reader,
    row: Row,
    found: Mapping[int, int],
    outcomes: Mapping[int, seats.Outcome],
    before: Mapping[int, str],
) -> Line:
    person_id = found.get(row.number)
    outcome = outcomes[person_id] if person_id is not None else None
    if isinstance(outcome, RuleViolation):
        reader.problem(row, "name", outcome.sentence)
    if person_id is None or outcome is None or reader.open(row):
        return reader.end(row)
    effect = SAME if person_id in before else NEW
    assert isinstance(outcome, str)
    said = () if effect == SAME else (ENDS[outcome],)
    return Line(row.number, MATCHED, effect, reader.text(row, "name"), person_id, said)


def _counts(
    lines: Lines, outcomes: Mapping[int, seats.Outcome], before: Mapping[int, str]
) -> tuple[tuple[str, int], ...]:
    ends = Counter(outcome for id_, outcome in outcomes.items() if id_ not in before and isinstance(outcome, str))
    return (
        (N_("Get a seat"), ends["enrolled"]),
        (N_("Go to the waiting list"), ends["waiting"]),
        (N_("Wait for approval"), ends["asked"]),
        (N_("Have asked before"), lines.effects[SAME]),
        (N_("Doubtful rows"), lines.states[DOUBTFUL]),
        (N_("Refused rows"), lines.states[REFUSED]),
    )


def _standing(session: Session, class_id: int) -> dict[int, str]:
    """Who has a seat, a place or a wish in the class, with its state."""
    return {seat.person_id: seat.state for seat in store.seats(session, class_id, *STANDING)}


def _refuse_attended(session: Session, class_id: int, person_ids: Sequence[int]) -> None:
    query = (
        select(AttendanceRow.person_id)
        .join(SessionRow, SessionRow.id == AttendanceRow.session_id)
        .where(SessionRow.class_id == class_id, AttendanceRow.person_id.in_(person_ids), AttendanceRow.present)
    )
    came = set(session.scalars(query))
    if came:
        raise RuleViolation(
            "training.attended",
            "%(count)s people of the list have attended a session since. Take the others out one by one.",
            count=len(came),
        )
