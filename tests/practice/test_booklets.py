"""The notebook as files: what a Word document, a PDF and a deck for Anki hold, read back by other readers."""

import io
import json
import re
import shutil
import sqlite3
import subprocess
import zipfile
from datetime import timedelta

import docx
import pytest
from PIL import Image

from examprep.bank import actions as bank
from examprep.bank import media
from examprep.bank.types.choices import Choices
from examprep.bank.values import Draft
from examprep.practice import aside, notebook_views
from examprep.practice.aside import Remarks
from tests.practice.conftest import SUBJECT, wrong

EVIL = '<script>alert(1)</script> & \x07 {{Key}} "引号"'


@pytest.fixture
def missed(give, questions, database, world, clock):
    """Ann missed the first question and the seventh, and wrote beside the first."""
    for question in (questions[0], questions[6]):
        give(question, wrong(question))
    with database.write() as session:
        aside.write_note(
            session,
            world.actor(session, "ann_candidate"),
            question_id=questions[0].question_id,
            remarks=Remarks(f"第一行\n第二行 {EVIL}", ("misread", "careless"), "考前 法条"),
            today=clock.today(),
            now=clock.now(),
        )
    return questions[0], questions[6]


@pytest.fixture
def pictured(database, world, clock, questions, chapters, give):
    """A question with a picture, missed by Ann."""
    drawing = io.BytesIO()
    Image.new("RGB", (2400, 90), "teal").save(drawing, "PNG")
    picture = media.redraw(drawing.getvalue())
    draft = Draft(
        "single-choice",
        f'<p>看图：</p><p><img src="media:{picture.sha256}" alt="家系图"></p>',
        Choices(("是", "否"), frozenset({0})),
        explanation="<p>见图</p>",
        chapter_ids=frozenset({chapters[0]}),
        markup="html",
        pictures=(picture,),
    )
    with database.write() as session:
        trainer = world.actor(session, "ann_trainer")
        bank.insert_many(session, trainer, [draft], subject_code=SUBJECT, state="published", now=clock.now())
    with database.read() as session:
        listed = max(bank.catalogue(session, SUBJECT, "2025"), key=lambda one: one.question_id)
    give(listed.version_id, {1})
    return picture


@pytest.fixture
def fetch(sign_in):
    def go(kind, by="ann_candidate", **query):
        return sign_in(by).get(f"/practice/notebook/file/{kind}", query_string=query)

    return go


def words_of(content):
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs)


def test_a_word_document_holds_the_questions_and_what_one_wrote(missed, fetch):
    answer = fetch("docx")
    assert answer.headers["Content-Disposition"] == "attachment; filename=notebook.docx"
    text = words_of(answer.data)
    for words in (
        "第 1 道自编题",
        "第 7 道自编题",
        "A. 甲",
        "解析 1",
        "理由乙",
        "审题失误、粗心",
        "第一行\n第二行",
        "<script>",
    ):
        assert words in text
    assert "\x07" not in text


def test_without_answers_a_document_tests(missed, fetch):
    text = words_of(fetch("docx", answers="no").data)
    assert "第 1 道自编题" in text
    assert not any(words in text for words in ("解析", "答案", "第一行"))


def test_files_are_narrowed_as_the_list_is(missed, fetch):
    assert "第 7 道自编题" not in words_of(fetch("docx", cause="misread").data)
    assert "第 1 道自编题" not in words_of(fetch("docx", q="第 7 道").data)


def test_another_persons_notebook_is_in_no_file(missed, fetch):
    text = words_of(fetch("docx", by="bob_candidate").data)
    assert "自编题" not in text


def test_the_same_notebook_makes_the_same_pdf(missed, fetch):
    one, other = fetch("pdf"), fetch("pdf")
    assert one.data.startswith(b"%PDF-")
    assert one.data == other.data
    assert len(one.data) < 60_000, "of the font only what is shown is taken along"


def test_a_pdf_is_read_as_it_was_written(missed, pictured, fetch, tmp_path):
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("no pdftotext here")
    path = tmp_path / "notebook.pdf"
    path.write_bytes(fetch("pdf").data)
    run = subprocess.run([tool, "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True)
    text = re.sub(r"\s+", "", run.stdout.decode())
    for words in ("第1道自编题", "A.甲", "【答案】B", "解析1", "第二行", "<script>", "家系图"):
        assert words in text


def test_a_deck_opens_as_anki_reads_it(missed, pictured, fetch, tmp_path):
    answer = fetch("anki")
    assert answer.headers["Content-Disposition"] == "attachment; filename=notebook.apkg"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        path = package.extract("collection.anki2", tmp_path)
        names = json.loads(package.read("media"))
        assert package.read("0") == pictured.content
    assert names == {"0": f"{pictured.sha256}.png"}
    collection = sqlite3.connect(path)
    try:
        notes = {guid: fields.split("\x1f") for guid, fields in collection.execute("SELECT guid, flds FROM notes")}
        tags = [set(line.split()) for (line,) in collection.execute("SELECT tags FROM notes")]
        cards = collection.execute("SELECT count(*), count(DISTINCT did) FROM cards").fetchone()
        models, decks = collection.execute("SELECT models, decks FROM col").fetchone()
    finally:
        collection.close()
    assert cards == (3, 1)
    (model,) = [one for one in json.loads(models).values() if one["name"] == "examprep"]
    assert [field["name"] for field in model["flds"]] == [
        "Question",
        "Options",
        "Key",
        "Explanation",
        "Note",
        "Heading",
    ]
    assert any(deck["name"].startswith("我的错题::") for deck in json.loads(decks).values())
    (first,) = [fields for fields in notes.values() if fields[0] == "第 1 道自编题"]
    assert first[1].startswith("A. 甲<br>B. 乙")
    assert first[2] == "B"
    assert "第一行<br>第二行 &lt;script&gt;" in first[4]
    assert {"考前", "法条", "审题失误", "粗心"} in tags
    assert any(f'<img src="{pictured.sha256}.png">' in fields[0] for fields in notes.values())


def test_a_later_deck_brings_the_same_cards(missed, fetch, clock, tmp_path):
    def guids(content):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            collection = sqlite3.connect(package.extract("collection.anki2", tmp_path))
        try:
            return {guid for (guid,) in collection.execute("SELECT guid FROM notes")}
        finally:
            collection.close()

    first = guids(fetch("anki").data)
    clock.advance(timedelta(days=3))
    assert guids(fetch("anki").data) == first
    assert len(first) == 2


def test_a_picture_goes_into_the_document(missed, pictured, fetch):
    document = docx.Document(io.BytesIO(fetch("docx").data))
    assert [shape.width for shape in document.inline_shapes] == [5_400_000], "no wider than the page"


@pytest.mark.parametrize("kind", ["docx", "pdf", "anki"])
def test_an_empty_notebook_is_a_file_too(questions, fetch, kind):
    assert fetch(kind).status_code == 200


@pytest.mark.parametrize("kind", ["exe", "..", "DOCX", "apkg"])
def test_there_are_no_other_kinds(questions, fetch, kind):
    assert fetch(kind).status_code == 404


def test_too_long_a_file_is_refused(missed, fetch, monkeypatch):
    monkeypatch.setattr(notebook_views, "MOST_IN_A_FILE", 1)
    assert fetch("pdf").status_code == 422
    assert fetch("pdf", cause="misread").status_code == 200
