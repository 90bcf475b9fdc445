"""What proves something of persons is kept sealed, in each column that a feature names; old rows are sealed once."""

import pytest
from sqlalchemy import LargeBinary, insert, select, update

from examprep.app.schema import bring_up_to_date
from examprep.app.wiring import FEATURES
from examprep.ce import documents
from examprep.ce.models import DocumentRow
from examprep.plumbing.db import Base
from examprep.plumbing.sealing import AT_ONCE
from examprep.plumbing.uploads import accept
from examprep.plumbing.vault import SEALED
from tests.factories import resident_id

NUMBER = resident_id(601)
PDF = b"%PDF-1.4\n(" + NUMBER.number.encode() + b")\n%%EOF"
COLUMNS = [column for feature in FEATURES for column in feature.sealed]
# Pictures of questions, and what goes with an announcement: everybody may see them.
OPEN = {("bank_media", "content"), ("campaign_announcement_file", "content")}


def test_every_column_of_bytes_is_sealed_or_open_to_everybody():
    tables = Base.metadata.sorted_tables
    found = {(table.name, c.name) for table in tables for c in table.columns if isinstance(c.type, LargeBinary)}
    assert found == OPEN | {(column.class_.__tablename__, column.key) for column in COLUMNS}


@pytest.fixture
def document(runtime, world):
    with runtime.database.write() as session:
        actor, file = world.actor(session, "ann_officer"), accept(f"{NUMBER.number}.pdf", PDF)
        person = world.people["ann_candidate"]
        return documents.add(session, runtime.vault, actor, person, file, now=runtime.clock.now())


def test_a_document_is_kept_sealed_and_handed_out_as_it_came(runtime, world, document):
    with runtime.database.read() as session:
        row = session.execute(select(DocumentRow.filename, DocumentRow.content)).one()
        assert (row.filename, row.content.startswith(SEALED)) == (f"{NUMBER.masked}.pdf", True)
        assert NUMBER.number.encode() not in row.content
        assert documents.fetched(session, runtime.vault, world.actor(session, "ann_officer"), document).content == PDF


def test_old_documents_are_sealed_once_when_the_installation_is_brought_up_to_date(runtime, world, document):
    with runtime.database.write() as session:
        (row,) = session.execute(select(DocumentRow.__table__)).mappings()
        more = 2 * AT_ONCE + 1  # in more than one part, the last of them not full
        copies = [{name: value for name, value in row.items() if name != "id"}] * more
        session.execute(insert(DocumentRow), copies)
        session.execute(update(DocumentRow).values(content=PDF))
    kept = []
    for _ in range(2):
        bring_up_to_date(runtime)
        with runtime.database.read() as session:
            kept.append(session.scalars(select(DocumentRow.content).order_by(DocumentRow.id)).all())
            actor = world.actor(session, "ann_officer")
            assert documents.fetched(session, runtime.vault, actor, document).content == PDF
    assert kept[0] == kept[1]
    assert [content.startswith(SEALED) for content in kept[0]] == [True] * (more + 1)
