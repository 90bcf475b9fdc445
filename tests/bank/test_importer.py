"""Files of questions in the database: all or nothing, and back again."""

import io
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from examprep.bank import actions
from examprep.bank.importer import IMPORTER
from examprep.bank.models import QuestionRow, VersionRow
from examprep.imports import engine
from examprep.imports.importer import Upload
from examprep.kernel.errors import RuleViolation
from examprep.kernel.registry import Registry
from examprep.plumbing.vault import Vault
from tests.bank.files import HEAD, MULTIPLE, OPTIONS, OURS, SINGLE, changed, lines, said, xlsx
from tests.conftest import KEYS, NOW

VAULT = Vault(KEYS["data_key"])


@pytest.fixture
def plan(database, world, tree):
    def go(content, filename="questions.xlsx", **options):
        with database.read() as session:
            actor = world.actor(session, "ann_trainer")
            return IMPORTER.plan(session, actor, Upload(filename, content, {**OPTIONS, **options}), now=NOW)

    return go


@pytest.fixture
def run(database, world, tree):
    """Import a file at once; gives the number of rows written."""

    def go(content, filename="questions.xlsx", **options):
        with database.write() as session:
            actor, upload = world.actor(session, "ann_trainer"), Upload(filename, content, {**OPTIONS, **options})
            planned = IMPORTER.plan(session, actor, upload, now=NOW)
            return engine.import_now(session, VAULT, IMPORTER, actor, upload, planned, now=NOW)

    return go


def test_a_workbook_becomes_questions(database, run, tree):
    assert run(xlsx(SINGLE, MULTIPLE)) == 2
    with database.read() as session:
        first, second = actions.catalogue(session, "sw-law-policy", "2025")
        one, two = actions.question(session, first.version_id), actions.question(session, second.version_id)
    assert (one.type, one.stem, one.options, one.answer) == ("single-choice", "甲题干", ("甲", "乙", "丙", "丁"), {2})
    assert (one.explanation, one.difficulty, str(one.law_as_of)) == ("因为", 0.7, "2025-12-31")
    assert (two.type, two.answer, two.difficulty) == ("multiple-choice", {0, 1, 3}, 0.8)
    assert first.chapter_ids == second.chapter_ids == (tree["03"],)


def test_marked_up_words_tell_the_same_question(plan, run):
    """What is kept is the words alone, so the same file is known again although it says them with markup."""
    quiz = (
        '<quiz><question type="truefalse"><questiontext format="html"><text>&lt;p&gt;甲是乙。&lt;/p&gt;</text>'
        "</questiontext>"
        '<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>'
        "<tags><tag><text>chapter=03</text></tag></tags></question></quiz>"
    ).encode()
    assert run(quiz, "a.xml") == 1
    ((_, _, sentence),) = said(plan(quiz, "a.xml"))
    assert "The bank already has this question (no. " in sentence


def test_what_the_bank_has_is_not_imported_again(plan, run):
    run(xlsx(SINGLE))
    ((row, column, sentence),) = said(plan(xlsx(MULTIPLE, SINGLE)))
    assert (row, column) == (3, "题干")
    assert "The bank already has this question (no. " in sentence


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param({"subject": "nothing"}, "(subject)", id="subject"),
        pytest.param({"version": "1999"}, "(version)", id="version"),
        pytest.param({"state": "secret"}, "(state)", id="state"),
        pytest.param({"chapter": "77"}, "no chapter “77”", id="chapter"),
    ],
)
def test_an_option_that_is_not_possible_is_refused(plan, options, says):
    with pytest.raises(RuleViolation, match=r"bank\.option") as refusal:
        plan(xlsx(SINGLE), **options)
    assert says in str(refusal.value)


def test_one_wrong_row_and_nothing_is_imported(database, run):
    with pytest.raises(RuleViolation, match=r"imports\.problems"):
        run(xlsx(SINGLE, changed(MULTIPLE, "答案", "nan")))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(QuestionRow)) == 0


def test_a_column_for_each_syllabus_version(database, run):
    head = [*(column for column in HEAD if column != "章"), "章（2018年版）", "章（2025年版）"]
    row = [cell for column, cell in zip(HEAD, SINGLE, strict=True) if column != "章"]
    assert run(xlsx([*row, "03", "05"], head=head)) == 1
    with database.read() as session:
        assert [len(actions.catalogue(session, "sw-law-policy", version)) for version in ("2018", "2025")] == [1, 1]


# Real question files: test material, never part of the product.
REAL = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize(
    ("name", "count", "multiple", "notes"),
    [
        pytest.param("gaokao-history", 235, 0, ["79、81、84", "90"], id="history"),
        pytest.param("gaokao-physics", 200, 35, ["11 rows have the stem", "formulas"], id="physics"),
    ],
)
def test_real_files_import_completely_and_their_oddities_are_told(database, run, plan, name, count, multiple, notes):
    content = (REAL / f"{name}.jsonl").read_bytes()
    planned = plan(content, f"{name}.jsonl", chapter="99")
    assert said(planned) == []
    told = " ".join(str(note) for note in planned.notes)
    assert [note for note in notes if note not in told] == []
    assert run(content, f"{name}.jsonl", chapter="99") == count
    with database.read() as session:
        kinds = [one.type for one in actions.catalogue(session, "sw-law-policy", "2025")]
    assert (len(kinds), kinds.count("multiple-choice")) == (count, multiple)


def batch_of(database, world, content, filename="a.jsonl"):
    with database.write() as session:
        actor = world.actor(session, "ann_trainer")
        batch_id = engine.check(session, VAULT, IMPORTER, actor, Upload(filename, content, OPTIONS), now=NOW)
    with database.write() as session:
        importer, batch = _find(session, actor, batch_id)
        engine.apply(session, VAULT, importer, batch, actor, now=NOW)
    return batch_id, actor


def _find(session, actor, batch_id):
    return engine.find(session, Registry(IMPORTER), actor, batch_id)


def undo(database, actor, batch_id):
    with database.write() as session:
        importer, batch = _find(session, actor, batch_id)
        return engine.undo(session, importer, batch, actor, now=NOW)


def test_an_import_is_undone_whole(database, world, tree):
    batch_id, actor = batch_of(database, world, lines(OURS, {**OURS, "stem": "又一题"}))
    assert undo(database, actor, batch_id) == 2
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(VersionRow)) == 0
        assert actions.catalogue(session, "sw-law-policy", "2025") == ()


def test_an_id_is_never_given_twice(database, world, tree):
    batch_id, actor = batch_of(database, world, lines(OURS))
    with database.read() as session:
        before = session.scalar(select(func.max(VersionRow.id)))
    undo(database, actor, batch_id)
    batch_of(database, world, lines(OURS))
    with database.read() as session:
        assert session.scalar(select(func.max(VersionRow.id))) > before


def test_what_was_answered_is_not_undone(database, world, tree):
    batch_id, actor = batch_of(database, world, lines(OURS))
    with database.write() as session:
        actions.mark_answered(session, session.scalar(select(VersionRow.id)), now=NOW)
    with pytest.raises(RuleViolation, match=r"bank\.answered.*1 questions"):
        undo(database, actor, batch_id)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(VersionRow)) == 1


def test_what_was_edited_is_not_undone(database, world, draft):
    batch_id, actor = batch_of(database, world, lines(OURS))
    with database.write() as session:
        actions.revise(session, actor, session.scalar(select(QuestionRow.id)), draft("改"), now=NOW)
    with pytest.raises(RuleViolation, match=r"bank\.edited"):
        undo(database, actor, batch_id)


def test_the_template_can_be_filled_and_sent(plan):
    book = openpyxl.load_workbook(io.BytesIO(IMPORTER.template()))
    sheet = book.worksheets[0]
    assert [row[0].value for row in sheet.iter_rows(min_row=2) if row[0].value] == []
    values = dict(zip(HEAD, SINGLE, strict=True))
    for column, head in enumerate((cell.value for cell in sheet[1]), 1):
        sheet.cell(2, column, values.get(head))
    buffer = io.BytesIO()
    book.save(buffer)
    planned = plan(buffer.getvalue())
    assert said(planned) == []
    assert [draft.stem for draft in planned.prepared.drafts] == ["甲题干"]


def test_the_shipped_questions_are_whole_and_come_in_once(database, world, tree):
    with database.write() as session:
        actor = world.actor(session, "ann_trainer")
        written = actions.load_starter(session, VAULT, actor, now=NOW)
        assert written == 4 * 80 + 2 * 5
        assert actions.load_starter(session, VAULT, actor, now=NOW) == 0
        for version in ("2018", "2025"):
            kinds = [one.type for one in actions.catalogue(session, "sw-law-policy", version)]
            assert (kinds.count("single-choice"), kinds.count("multiple-choice")) == (60, 20)
            kinds = [one.type for one in actions.catalogue(session, "sw-practice", version)]
            assert (kinds.count("case-analysis"), kinds.count("programme-design")) == (8, 2)
