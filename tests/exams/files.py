"""Files as centres send them, and what importing them takes."""

import csv
import io
from datetime import UTC, datetime

from examprep.exams.actions import load_data
from examprep.exams.importers import ApprovalImporter, RegistrationImporter, ResultImporter
from examprep.imports.importer import Upload
from examprep.plumbing.listing import xlsx_bytes
from tests.factories import resident_id

NOW = datetime(2026, 3, 31, 17, 30, tzinfo=UTC)
REGISTRATION = ("姓名", "身份证号", "级别", "单位", "审核状态")
RESULT = ("姓名", "证件号码", "综合能力", "法规与政策", "实务")


def csv_file(heads, rows, encoding="utf-8-sig"):
    text = io.StringIO()
    csv.writer(text).writerows([heads, *rows])
    return text.getvalue().encode(encoding)


def upload(heads, rows, year=2025, filename="file.xlsx"):
    content = xlsx_bytes(heads, rows) if filename.endswith("xlsx") else csv_file(heads, rows)
    return Upload(filename, content, {"year": str(year)})


class Office:
    """An officer of ann's county who imports, with the shipped pass lines loaded."""

    def __init__(self, runtime, world, who="ann_officer"):
        self.runtime, self.world, self.who = runtime, world, who
        self.registrations = RegistrationImporter(lambda: runtime.vault)
        self.approvals = ApprovalImporter(lambda: runtime.vault)
        self.results = ResultImporter(lambda: runtime.vault)
        self.batches = 0
        with runtime.database.write() as session:
            load_data(session, NOW.date())

    def actor(self, session):
        return self.world.actor(session, self.who)

    def plan(self, importer, file):
        with self.runtime.database.read() as session:
            return importer.plan(session, self.actor(session), file, now=NOW)

    def problems(self, importer, file):
        return [(p.row, p.column, str(p.sentence)) for p in self.plan(importer, file).problems]

    def bring(self, importer, file):
        """Check and apply a file as the pages do; returns the batch's id."""
        from examprep.imports import engine

        with self.runtime.database.write() as session:
            actor = self.actor(session)
            batch_id = engine.check(session, self.runtime.vault, importer, actor, file, now=NOW)
        with self.runtime.database.write() as session:
            from examprep.kernel.registry import Registry

            found, batch = engine.find(session, Registry(importer), actor, batch_id)
            engine.apply(session, self.runtime.vault, found, batch, actor, now=NOW)
        return batch_id

    def undo(self, importer, batch_id):
        from examprep.imports import engine
        from examprep.kernel.registry import Registry

        with self.runtime.database.write() as session:
            actor = self.actor(session)
            found, batch = engine.find(session, Registry(importer), actor, batch_id)
            return engine.undo(session, found, batch, actor, now=NOW)

    def register(self, *people, level="初级", year=2025, approved="通过", unit=""):
        """Register invented people by their order numbers."""
        rows = [(f"考生{n}", resident_id(n).number, level, unit, approved) for n in people]
        return self.bring(self.registrations, upload(REGISTRATION, rows, year))

    def mark(self, marks, year=2025):
        """``{order: (comprehensive, law, practice)}``."""
        rows = [(f"考生{n}", resident_id(n).number, *cells) for n, cells in marks.items()]
        return self.bring(self.results, upload(RESULT, rows, year))

    def person_id(self, order):
        from sqlalchemy import select

        from examprep.people.models import PersonRow

        with self.runtime.database.read() as session:
            wanted = self.runtime.vault.fingerprint(resident_id(order).number)
            return session.scalar(select(PersonRow.id).where(PersonRow.id_number_hash == wanted))

    def differences(self, repair=False):
        from examprep.exams.wiring import FEATURE

        with self.runtime.database.write() as session:
            return [told for derived in FEATURE.derived for told in derived.differences(session, repair)]
