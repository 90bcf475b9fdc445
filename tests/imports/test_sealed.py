"""Of files full of ID numbers nothing readable stays: in no table, no file of the installation, no page and no log."""

import io
import json
import logging
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command as alembic
from openpyxl import load_workbook
from sqlalchemy import MetaData, Table, insert, null, select, update

from examprep.app.schema import alembic_config, bring_up_to_date
from examprep.ce import providing
from examprep.exams.actions import load_data
from examprep.imports import sealed
from examprep.imports.models import ImportBatchRow, ImportRowRow
from examprep.people.actions import add_person
from examprep.plumbing.db import Base
from examprep.plumbing.listing import xlsx_bytes
from examprep.plumbing.sealing import seal_rest
from examprep.plumbing.vault import SEALED
from examprep.syllabus import loading as syllabus
from tests.ce.claims import Claims
from tests.factories import resident_id

TABLES = ("import_batch", "import_row")
TABLES = ("import_batch", "import_row")
CREATED, DOUBTFUL, KNOWN, OLD = (
    resident_id(501).number,
    resident_id(777).number,
    resident_id(1).number,
    "520526900307503",
)
WRONG = "520526199003075099"  # its check digit does not fit
MISPLACED = resident_id(502).number
NUMBERS = (CREATED, DOUBTFUL, KNOWN, OLD, WRONG, MISPLACED)
REGISTRATIONS = [
    ("姓名", "身份证号", "级别", "审核状态", MISPLACED),
    ("考生501", CREATED, "初级", "通过"),
    ("ann_trainer", DOUBTFUL, "初级", "通过"),
    ("改名者", KNOWN, "初级", "通过"),
    ("考生503", OLD, "初级", "大概"),
    ("考生504", WRONG, "初级", "通过"),
    (MISPLACED, "考生502", "初级", "通过"),
    ("考生505", resident_id(505).number, MISPLACED, "通过"),
]
HOLDERS = [
    ("姓名", "身份证号", "级别", "证书管理号", "发证日期"),
    ("考生511", CREATED[:6] + CREATED[6:], "初级", "20230520001", "2023-09-15"),
    ("考生512", WRONG, "初级", "20230520002", "2023-09-15"),
    ("考生513", resident_id(513).number, "初级", "20230520003", MISPLACED),
]

# As text, so that it is found in the database's file too.
PLAIN = "\n".join(map(",".join, REGISTRATIONS)).encode()


def workbook(rows):
    return xlsx_bytes(rows[0], rows[1:])


def texts(value):
    """What can be read in a value without a key: text, what JSON holds, and what an archive packs."""
    if isinstance(value, bytes | memoryview):
        content = bytes(value)
        yield content.decode("utf-8", "replace")
        yield content.decode("utf-16-le", "replace")
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    yield from texts(archive.read(name))
    elif value is not None:
        yield value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def readable(runtime, home):
    """Everything that can be read in the tables and the files of an installation, with where it stands."""
    with runtime.database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for name, value in row.items():
                    yield from ((f"{table.name}.{name}", text) for text in texts(value))
    files = [path for path in Path(home).rglob("*") if path.is_file()]
    if runtime.database.on_sqlite:
        files += Path(runtime.database.url.database).parent.glob("examprep.db*")
    for path in files:
        yield from ((path.name, text) for text in texts(path.read_bytes()))


def found_in(places):
    return {(where, number) for where, text in places for number in NUMBERS if number in text}


@pytest.fixture
def nowhere(runtime, caplog):
    caplog.set_level(logging.DEBUG)

    def look():
        logged = (("log", record.getMessage()) for record in caplog.records)
        assert found_in([*readable(runtime, runtime.settings.home), *logged]) == set()

    return look


@pytest.fixture
def officer(sign_in, runtime):
    with runtime.database.write() as session:
        load_data(session, runtime.clock.today())
    return sign_in("ann_officer")


def send(client, importer, content, filename="名单.xlsx", **options):
    fields = {f"options-{name}": value for name, value in options.items()}
    answer = client.post(f"/imports/{importer}", data={"file": (io.BytesIO(content), filename), **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def pages_show_none(client, *addresses):
    for address in addresses:
        page = client.get(address)
        assert page.status_code == 200, address
        assert found_in([(address, page.text)]) == set()


def test_of_an_import_no_number_stays_readable(officer, runtime, world, nowhere):
    batch = send(officer, "exam-registrations", workbook(REGISTRATIONS), f"{MISPLACED}.xlsx", year="2025")
    nowhere()
    pages_show_none(officer, batch, f"{batch}?export=csv", "/imports/exam-registrations")
    assert officer.post(f"{batch}/apply", data={"leave_out": "yes"}).status_code == 303
    nowhere()
    pages_show_none(officer, batch, f"{batch}?export=csv", "/imports/review", f"{batch}/rows/3", f"{batch}/rows/4")
    assert "520526**********" in officer.get(f"{batch}/rows/3").text
    assert officer.post(f"{batch}/rows/3", data={"chosen": "new"}).status_code == 303
    assert officer.post(f"{batch}/rows/4", data={"chosen": str(world.people["ann_administrator"])}).status_code == 303
    nowhere()
    pages_show_none(officer, batch, "/imports/review?state=decided", f"{batch}/rows/3")
    assert officer.post(f"{batch}/rows/4/take-back").status_code == 303
    assert officer.post(f"{batch}/undo").status_code == 303
    nowhere()
    pages_show_none(officer, batch)
    assert "不再保留" in officer.get(f"{batch}/rows/3").text
    assert officer.get(f"{batch}/failed.xlsx").status_code == 404
    with runtime.database.read() as session:
        assert session.scalars(select(ImportRowRow.cells).where(ImportRowRow.cells.is_not(None))).all() == []


def test_the_failed_rows_come_back_as_they_were_and_can_be_sent_again(officer, nowhere):
    batch = send(officer, "exam-registrations", workbook(REGISTRATIONS), year="2025")
    given = officer.get(f"{batch}/failed.xlsx").data
    rows = list(load_workbook(io.BytesIO(given)).active.values)
    assert [row[:4] for row in rows[1:]] == [row for row in REGISTRATIONS[2:] if row[0] not in ("", None)]
    again = send(officer, "exam-registrations", given, year="2025")
    assert officer.get(f"{again}/failed.xlsx").status_code == 200
    nowhere()


def test_a_file_judged_as_a_whole_is_sealed_until_it_is_imported(officer, runtime, nowhere):
    batch = send(officer, "register-holders", workbook(HOLDERS))
    nowhere()
    pages_show_none(officer, batch)
    assert officer.get(f"{batch}/failed.xlsx").status_code == 200
    right = send(officer, "register-holders", workbook(HOLDERS[:2]))
    assert officer.post(f"{right}/apply").status_code == 303
    with runtime.database.read() as session:
        kept = dict(session.execute(select(ImportBatchRow.state, ImportBatchRow.content)).all())
    assert kept["checked"].startswith(SEALED)
    assert kept["applied"] == b""
    nowhere()
    assert officer.post(f"{right}/undo").status_code == 303
    nowhere()


CERTIFICATE = "202306125200000001"  # of eighteen digits, as an ID number is
DOUBTS = [
    HOLDERS[0],
    ("改名者", KNOWN, "初级", CERTIFICATE, "2023-09-15"),
    ("改名者", KNOWN, "初级", f"{MISPLACED}1", "2023-09-15"),  # a digit too many: no ID number, but a person's
    (CERTIFICATE, KNOWN, "初级", "20230520003", "2023-09-15"),
]


def test_of_a_doubtful_row_the_certificates_number_is_shown_but_no_persons(officer, nowhere):
    batch = send(officer, "register-holders", workbook(DOUBTS))
    assert officer.post(f"{batch}/apply", data={"leave_out": "yes"}).status_code == 303
    assert CERTIFICATE in officer.get(f"{batch}/rows/2").text
    assert CERTIFICATE not in officer.get(f"{batch}/rows/4").text
    assert "520526**********" in officer.get(f"{batch}/rows/3").text
    pages_show_none(officer, batch, f"{batch}/rows/2", f"{batch}/rows/3", f"{batch}/rows/4", "/imports/review")
    nowhere()


QUESTION = {"type": "single", "stem": "题干", "options": ["甲", "乙"], "answer": "A", "chapters": {MISPLACED: ["03"]}}
SHEET = [("题型", "题干", "选项A", "选项B", "答案", "章", MISPLACED), ("单选题", "题干", "甲", "乙", "A", "03", "")]


@pytest.mark.parametrize(
    ("filename", "content"),
    [
        pytest.param("题.jsonl", json.dumps(QUESTION).encode(), id="in-a-problem"),
        pytest.param("题.xlsx", workbook(SHEET), id="in-a-note"),
    ],
)
def test_what_a_page_quotes_of_a_file_is_masked(sign_in, runtime, nowhere, filename, content):
    with runtime.database.write() as session:
        syllabus.load_data(session, runtime.clock.today())
    trainer = sign_in("ann_trainer")
    options = {"subject": "sw-law-policy", "version": "2025", "state": "draft"}
    batch = send(trainer, "bank-questions", content, filename, **options)
    pages_show_none(trainer, batch)
    assert trainer.get(batch).text.count("520526**********") == 1
    nowhere()


def test_a_providers_list_is_sealed(officer, runtime, world, nowhere):
    claims = Claims(runtime, world)
    where = world.organisations["ann_county"]
    provider = claims.do(providing.add_provider, "ann_officer", name="协会", organisation_id=where)
    heads = ("姓名", "身份证号", "活动名称", "科目类别", "学时", "开始日期", "每天开始", "每天结束", "考核结果")
    more = ("个案管理", "专业", "6", "2026年3月5日", "9:00", "16:00", "合格")
    rows = [heads, ("ann_administrator", KNOWN, *more), ("改名者", WRONG, *more), ("某人", MISPLACED, *more)]
    batch = send(officer, "ce-provider-records", workbook(rows), provider=str(provider))
    pages_show_none(officer, batch)
    nowhere()
    batch = send(officer, "ce-provider-records", workbook(rows[:2]), provider=str(provider))
    assert officer.post(f"{batch}/apply").status_code == 303
    nowhere()


def test_what_versions_before_kept_readable_is_sealed_once(officer, runtime, nowhere):
    batch = send(officer, "exam-registrations", workbook(REGISTRATIONS), year="2025")
    cells = dict(enumerate(REGISTRATIONS, 1))
    with runtime.database.write() as session:
        session.execute(update(ImportBatchRow).values(content=PLAIN, filename="名单.csv"))
        for number, row in cells.items():
            plain = update(ImportRowRow).where(ImportRowRow.number == number, ImportRowRow.cells.is_not(None))
            session.execute(plain.values(cells=json.dumps(row).encode()))
    assert found_in(readable(runtime, runtime.settings.home))
    with runtime.database.write() as session:
        assert [seal_rest(session, runtime.vault, column) for column in sealed.COLUMNS] == [1, 6]
    runtime.database.rewrite(TABLES)
    nowhere()
    with runtime.database.write() as session:
        assert [seal_rest(session, runtime.vault, column) for column in sealed.COLUMNS] == [0, 0]
    assert officer.get(f"{batch}/failed.xlsx").status_code == 200
    assert officer.post(f"{batch}/apply", data={"leave_out": "yes"}).status_code == 303


def test_an_older_installation_is_sealed_when_it_is_brought_up_to_date(runtime, world, nowhere):
    config = alembic_config(runtime.settings.database_url)
    alembic.downgrade(config, "0029")
    try:
        with runtime.database.write() as session:
            _kept_by_0029(session.connection(), world)
    finally:
        bring_up_to_date(runtime)
    with runtime.database.read() as session:
        cells = session.scalars(select(ImportRowRow.cells).order_by(ImportRowRow.number)).all()
        content = session.scalars(select(ImportBatchRow.content).order_by(ImportBatchRow.id)).all()
    assert [sealed.open_cells(runtime.vault, each) for each in cells] == [list(REGISTRATIONS[2]), []]
    assert (content[0], runtime.vault.open_bytes(content[1])) == (b"", PLAIN)
    nowhere()


def _kept_by_0029(connection, world):
    """A file that was imported, and one that was only checked with one row to look at, as they were kept then."""
    batches, rows = (Table(name, MetaData(), autoload_with=connection) for name in TABLES)
    batch = {
        "importer": "exam-registrations", "filename": f"{MISPLACED}.csv", "sha256": "", "content": PLAIN, "options": {},
        "rows": 7, "problems": 0, "doubtful": 1, "organisation_id": world.organisations["ann_county"],
        "actor_id": world.people["ann_officer"], "created_at": datetime(2026, 3, 1),
    }  # fmt: skip
    connection.execute(
        insert(batches), [{**batch, "id": 1, "state": "applied"}, {**batch, "id": 2, "state": "checked"}]
    )
    row = {"batch_id": 2, "name": f"改名者{KNOWN}"}
    doubtful = {**row, "number": 3, "state": "doubtful", "cells": list(REGISTRATIONS[2])}
    connection.execute(insert(rows), [doubtful, {**row, "number": 4, "state": "matched", "cells": null()}])


def test_nobody_signs_in_with_an_id_number(sign_in, runtime, world, nowhere):
    with runtime.database.write() as session:
        where = world.organisations["ann_county"]
        person_id = add_person(session, runtime.vault, name="新人", organisation_id=where, now=runtime.clock.now()).id
    answer = sign_in("ann_administrator").post(f"/people/{person_id}/account", data={"sign_in_name": CREATED})
    assert answer.status_code == 422
    assert "身份证号" in answer.text
    nowhere()
