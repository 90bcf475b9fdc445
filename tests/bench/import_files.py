"""What the benches of imports start from: an installation with whatever a kind of file speaks of, and the file."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.app.factory import open_runtime
from examprep.app.schema import load_data
from examprep.config.settings import Settings
from examprep.exams.models import MarkRow, OutcomeRow, RegistrationRow
from examprep.exams.recompute import recompute
from examprep.imports.models import ImportRowRow
from examprep.people import actions as people
from examprep.people.access import Role
from examprep.people.models import PersonRow
from examprep.plumbing.bulk import insert_many
from examprep.plumbing.db import Base
from examprep.plumbing.listing import xlsx_bytes
from examprep.plumbing.runtime import Runtime
from examprep.register import ledger
from examprep.register.models import RegisterCertificateRow, RegisterEventRow

YEAR, ORGANISATIONS = 2025, 40
PAPERS = {"ASW": ("asw-comprehensive", "asw-practice"), "SW": ("sw-comprehensive", "sw-law-policy", "sw-practice")}
WORDS = {"ASW": "初级", "SW": "中级"}


@dataclass(frozen=True)
class Kind:
    """A kind of file: its importer, what is on file before it comes, and its rows.

    ``about`` is the table that the file is about, ``fills`` the tables that its import writes to.
    """

    importer: str
    about: type[Base]
    fills: tuple[type[Base], ...]
    heads: tuple[str, ...]
    row: Callable[[random.Random, int, str], Sequence[object]]  # of the n-th person at a level
    known: bool = True
    registered: bool = False
    certified: bool = False
    earlier_marks: bool = False


def _registration(_: random.Random, n: int, level: str) -> Sequence[object]:
    day = date(YEAR, 4, 1) + timedelta(days=n % 10)
    return _who(n, level, f"社工站{n % ORGANISATIONS}", "通过" if n % 10 else "未通过", day.isoformat(), "本科")


def _approval(_: random.Random, n: int, level: str) -> Sequence[object]:
    return _who(n, level, "通过" if n % 10 else "未通过")


def _results(draw: random.Random, n: int, level: str) -> Sequence[object]:
    def mark() -> float:
        return -1 if draw.random() < 0.2 else draw.randint(50, 170) / 2

    return _who(n, level, mark(), mark() if level == "SW" else "", mark())


def _certificate(_: random.Random, n: int, level: str) -> Sequence[object]:
    registered = ISSUED + timedelta(days=30 + n % 300)
    more = (registered.isoformat(), "已出证") if n % 2 else ("", "")
    return _who(n, level, number_of(n), ISSUED.isoformat(), f"社工站{n % ORGANISATIONS}", "2023", *more)


def _who(n: int, level: str, *more: object) -> Sequence[object]:
    return (f"考生{n}", resident_id(n), WORDS[level], *more)


ISSUED = date(2023, 9, 15)
_WHO = ("姓名", "身份证号", "级别")
_REGISTRATION = (*_WHO, "单位", "审核状态", "报名日期", "学历")
_CERTIFICATE = (*_WHO, "证书管理号", "发证日期", "单位", "取得年度", "登记日期", "登记状态")
_FILLED = (ImportRowRow, RegistrationRow, OutcomeRow)
_HELD = (ImportRowRow, RegisterEventRow, RegisterCertificateRow)
KINDS = {
    "registrations-new": Kind(
        "exam-registrations", RegistrationRow, (PersonRow, *_FILLED), _REGISTRATION, _registration, known=False
    ),
    "registrations-known": Kind("exam-registrations", RegistrationRow, _FILLED, _REGISTRATION, _registration),
    "approvals": Kind("exam-approvals", RegistrationRow, _FILLED, (*_WHO, "审核状态"), _approval, registered=True),
    "results": Kind(
        "exam-results", MarkRow, (ImportRowRow, MarkRow, OutcomeRow), (*_WHO, "综合能力", "法规与政策", "实务"),
        _results, registered=True, earlier_marks=True,
    ),
    "holders-new": Kind(
        "register-holders", RegisterCertificateRow, (PersonRow, *_HELD), _CERTIFICATE, _certificate, known=False
    ),
    "holders-known": Kind("register-holders", RegisterCertificateRow, _HELD, _CERTIFICATE, _certificate),
    "holders-corrected": Kind(
        "register-holders", RegisterCertificateRow, _HELD, _CERTIFICATE, _certificate, certified=True
    ),
}  # fmt: skip


def fill(name: str, file: Path, size: int) -> None:
    """Put on file what a kind of file finds there, and write the file."""
    kind, runtime, draw = KINDS[name], open_runtime(Settings.from_env()), random.Random(1)
    levels = [draw.choices(("ASW", "SW"), (7, 3))[0] for _ in range(size)]
    with runtime.database.write() as session:
        places = _organisations(session, runtime)
        if kind.known:
            persons = _persons(session, runtime, places, size)
            if kind.registered:
                _registrations(session, runtime, places, list(zip(persons, levels, strict=True)), kind.earlier_marks)
            if kind.certified:
                _certificates(session, runtime, list(zip(persons, levels, strict=True)))
    file.write_bytes(xlsx_bytes(kind.heads, (kind.row(draw, n, levels[n]) for n in range(size))))
    runtime.database.close()


def _organisations(session: Session, runtime: Runtime) -> list[int]:
    from tests.bench.installation import PASSWORD  # only here: it draws on what an import need not hold

    now = runtime.clock.now()
    load_data(session, runtime.clock.today())
    office = people.add_organisation(session, name="社会工作部", kind="bureau", region_code="520500")
    places = [
        people.add_organisation(
            session, name=f"社工站{n}", kind="station", region_code="520526", parent_id=office.id
        ).id
        for n in range(ORGANISATIONS)
    ]  # fmt: skip
    officer = people.add_person(session, runtime.vault, name="officer", organisation_id=office.id, now=now)
    people.grant_role(
        session, person_id=officer.id, organisation_id=office.id, role=Role.OFFICER, since=date(2020, 1, 1)
    )
    people.open_account(session, person_id=officer.id, sign_in_name="officer", password=PASSWORD, now=now)
    return places


def _persons(session: Session, runtime: Runtime, places: Sequence[int], size: int) -> list[int]:
    """Their ids, in the order of the file."""
    prints = [runtime.vault.fingerprint(resident_id(n)) for n in range(size)]
    insert_many(
        session,
        PersonRow,
        ("name", "organisation_id", "id_number_hash", "born_on", "sex"),
        ((f"考生{n}", places[n % ORGANISATIONS], prints[n], born_on(n), "male") for n in range(size)),
        {"language": "zh", "in_post": True, "created_at": runtime.clock.now()},
    )
    ids = dict(session.execute(select(PersonRow.id_number_hash, PersonRow.id)).all())
    return [ids[each] for each in prints]


def _registrations(
    session: Session,
    runtime: Runtime,
    places: Sequence[int],
    persons: Sequence[tuple[int, str]],
    earlier_marks: bool,
) -> None:
    """Of everybody for the year and of half for the one before, some with marks of that one."""
    draw, now = random.Random(2), runtime.clock.now()
    for year in (YEAR - 1, YEAR):
        insert_many(
            session,
            RegistrationRow,
            ("person_id", "level", "organisation_id"),
            (
                (person, level, places[n % ORGANISATIONS])
                for n, (person, level) in enumerate(persons)
                if year == YEAR or n % 2
            ),
            {"year": year, "region_code": "520526", "approved": earlier_marks, "recorded_at": now},
        )
    if earlier_marks:
        insert_many(
            session,
            MarkRow,
            ("person_id", "subject_code", "half_points"),
            (
                (person, subject, draw.randint(60, 150))
                for n, (person, level) in enumerate(persons)
                if n % 2
                for subject in PAPERS[level]
            ),
            {"year": YEAR - 1, "code": "scored", "undoing": False, "recorded_at": now},
        )
    recompute(session, [person for person, _ in persons])


def _certificates(session: Session, runtime: Runtime, persons: Sequence[tuple[int, str]]) -> None:
    """One of each, which another list had issued a day earlier."""
    facts = {"issued_on": ISSUED - timedelta(days=1), "qualified_year": 2023, "validity": "national"}
    begun = [
        ledger.event("certified", person, level=level, number=number_of(n), now=runtime.clock.now(), **facts)
        for n, (person, level) in enumerate(persons)
    ]
    ledger.make(session, ledger.write(session, begun))


def number_of(n: int) -> str:
    """Of a certificate."""
    return f"2023061252{n:010d}"


def born_on(n: int) -> date:
    return date(1965, 1, 1) + timedelta(days=n * 7919 % 13_000)


def resident_id(n: int) -> str:
    """Nobody's: no division begins with 99."""
    place, order = divmod(n, 1000)
    body = f"99{place:04d}{born_on(n):%Y%m%d}{order:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
