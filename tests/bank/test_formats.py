"""What files say, read and judged without a database: every mistake named by row and column."""

import json
from datetime import date

import pytest

from examprep.bank.formats.checking import Rules, Tree, check_file
from examprep.bank.importer import read_file
from examprep.imports import engine
from examprep.imports.importer import Plan, Upload
from examprep.plumbing.sheets import read_table
from examprep.plumbing.unreadable import UnreadableFile
from examprep.syllabus.values import Chapter
from tests.bank.files import HEAD, MULTIPLE, OTHER, OURS, SINGLE, changed, csv_text, lines, said, xlsx

NAMES = {
    3: ("社会救助", "Social assistance"),
    6: ("人民调解、信访、突发事件应对", ""),
    14: ("社会保险", "Social insurance"),
}
PSEUDO = {98: ("增补", "supplement"), 99: ("超纲", "beyond")}


def chapter(number):
    zh, en = NAMES.get(number, PSEUDO.get(number, (f"第{number}", "")))
    kind = PSEUDO[number][1] if number in PSEUDO else "chapter"
    return Chapter(
        number,
        "sw-law-policy",
        "2025",
        f"{number:02d}",
        {"zh": zh, "en": en if kind == "chapter" else ""},
        kind,
        None,
        None,
        None,
        "H",
        "",
    )


TREE = Tree([chapter(number) for number in (*range(1, 15), 98, 99)])


def plan(content, filename="questions.xlsx", *, chapter=None):
    """As the importer plans, in a bank that is empty; a chapter's id is its number."""
    file = read_file(Upload(filename, content))
    rules = Rules({"2025": TREE}, "2025", TREE.find(chapter) if chapter else None, {}, date(2026, 4, 1))
    checked = check_file(file, rules)
    return Plan(file.heads, file.rows, checked.problems, notes=checked.notes, prepared=checked)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_that_excel_writes(encoding):
    planned = plan(csv_text(SINGLE, MULTIPLE).encode(encoding), "题.csv")
    assert said(planned) == []
    assert [draft.stem for draft in planned.prepared.drafts] == ["甲题干", "乙题干"]


def test_english_heads_and_options_in_one_cell():
    content = xlsx(
        ["single", "s", "A. one\nB. two\nC. three", "b", "3"], head=["Type", "Stem", "Options", "Answer", "Chapter"]
    )
    assert said(plan(content)) == []
    (draft,) = plan(content).prepared.drafts
    assert (draft.content.options, draft.content.correct) == (("one", "two", "three"), {1})


@pytest.mark.parametrize("answer", ["ABD", "A,B,D", "A、B、D", "ＡＢＤ", "abd", "①②④", "1,2,4", "A B D", "（ABD）"])
def test_answers_as_people_write_them(answer):
    (draft,) = plan(xlsx(changed(MULTIPLE, "答案", answer))).prepared.drafts
    assert draft.content.correct == {0, 1, 3}


@pytest.mark.parametrize(
    ("head", "value", "column", "says"),
    [
        pytest.param("答案", "nan", "答案", "“nan” is not an answer. Write the letters", id="nan"),
        pytest.param("答案", "", "答案", "The answer is missing", id="no-answer"),
        pytest.param("答案", "E", "答案", "names E, but the options end at D", id="letter-without-option"),
        pytest.param("答案", "AC", "答案", "has one right option", id="single-with-two"),
        pytest.param("答案", "CC", "答案", "names an option twice", id="letter-twice"),
        pytest.param("题型", "连线题", "题型", "“连线题” is no question type. Write 单选题", id="unknown-type"),
        pytest.param("题干", " ", "题干", "The stem is missing", id="no-stem"),
        pytest.param("选项B", "", "选项B", "Option B is empty", id="gap"),
        pytest.param("选项B", "甲", "选项A", "Options A and B are the same", id="same-options"),
        pytest.param("章", "17", "章", "no chapter “17”. Its chapters are 01、02", id="unknown-chapter"),
        pytest.param("章", "03、火星", "章", "no chapter “火星”", id="one-unknown-of-two"),
        pytest.param("章", "", "章", "The chapter is missing", id="no-chapter"),
        pytest.param("难度", "1.2", "难度", "is not a difficulty. Write the share", id="difficulty"),
        pytest.param(
            "法规截止日", "2025-13-01", "法规截止日", "is not a date. Write it as in 2025-12-31", id="no-date"
        ),
        pytest.param("法规截止日", "2026-04-02", "法规截止日", "has not come yet", id="tomorrow"),
    ],
)
def test_each_mistake_is_named_by_row_and_column(head, value, column, says):
    planned = plan(xlsx(MULTIPLE, changed(SINGLE, head, value)))
    ((row, where, sentence),) = said(planned)
    assert (row, where) == (3, column)
    assert says in sentence


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        pytest.param("A", "at least two right options", id="one"),
        pytest.param("ABCDE", "at least one wrong option", id="all"),
    ],
)
def test_a_multiple_choice_needs_two_right_and_one_wrong(answer, says):
    ((row, column, sentence),) = said(plan(xlsx(changed(MULTIPLE, "答案", answer))))
    assert (row, column) == (2, "答案")
    assert says in sentence


def test_a_law_date_of_today_is_allowed():
    assert said(plan(xlsx(changed(SINGLE, "法规截止日", "2026-04-01")))) == []


def test_a_stem_stands_once_in_a_file():
    ((row, column, sentence),) = said(plan(xlsx(SINGLE, MULTIPLE, changed(SINGLE, "题干", "甲 题干 "))))
    assert (row, column) == (4, "题干")
    assert "Row 2 has the same stem" in sentence


@pytest.mark.parametrize(
    ("content", "filename", "code", "says"),
    [
        pytest.param(b"", "a.xlsx", "file.empty", "The file is empty", id="empty"),
        pytest.param(b"\n \n", "a.jsonl", "file.empty", "The file is empty", id="empty-jsonl"),
        pytest.param("题干,答案".encode(), "a.xlsx", "file.not-xlsx", "not an Excel workbook", id="text-renamed"),
        pytest.param(b"PK\x03\x04broken", "a.xlsx", "file.broken", "damaged", id="damaged"),
        pytest.param(xlsx(head=["姓名", "分数"]), "a.xlsx", "bank.head", "题干、选项A、选项B、答案", id="wrong-head"),
        pytest.param(
            xlsx(["x"], head=["姓名", "题干", "答案"]), "a.xlsx", "bank.head", "选项A、选项B", id="no-options"
        ),
        pytest.param(xlsx(["x"], head=[*HEAD, "题目"]), "a.xlsx", "bank.head-twice", "mean the same", id="head-twice"),
        pytest.param(xlsx(), "a.xlsx", "bank.no-rows", "no question below the head", id="head-only"),
        pytest.param(xlsx(SINGLE), "a.pdf", "file.kind", "Send an Excel workbook", id="kind"),
        pytest.param(b"\xff\xff\xff\x00", "a.jsonl", "file.encoding", "cannot be read", id="not-text"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content, filename, code, says):
    with pytest.raises(UnreadableFile) as refusal:
        plan(content, filename)
    assert refusal.value.code == code
    assert says in str(refusal.value)


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        pytest.param('{"stem": ', "", "not JSON: near character", id="broken"),
        pytest.param("[1]", "", "not an object", id="list"),
        pytest.param('{"a": 1}', "", "lacks stem, or answer", id="other-shape"),
        pytest.param(json.dumps({**OTHER, "answer": None}), "answer", "answer is missing", id="null-answer"),
        pytest.param(json.dumps({**OURS, "answer": float("nan")}), "answer", "is not an answer", id="nan"),
        pytest.param(json.dumps({**OURS, "options": "AB"}), "options", "must be a list", id="options-text"),
        pytest.param(json.dumps({**OTHER, "type": "case"}), "parts", "at least one part", id="subjective"),
        pytest.param(
            json.dumps({**OTHER, "chapters": {"1999": ["01"]}}), "chapters", "no syllabus version", id="version"
        ),
        pytest.param(json.dumps({**OTHER, "option_notes": ["x"]}), "options", "every option, or on none", id="notes"),
        pytest.param("[" * 100_000, "", "not JSON that can be read", id="deep"),
    ],
)
def test_a_broken_line_is_named(line, column, says):
    planned = plan(lines(OURS) + b"\n\n" + line.encode(), "a.jsonl")
    ((row, where, sentence),) = said(planned)
    assert (row, where) == (3, column)
    assert says in sentence


def test_failed_lines_come_back_as_a_workbook_that_can_be_sent_again(app):
    planned = plan(lines(OURS, {**OURS, "stem": "错题", "answer": "Z"}) + b"\n{broken", "a.jsonl")
    with app.test_request_context():
        table = read_table(engine.with_problems(planned, "错误"), "failed.xlsx")
    rows = [dict(zip(table.heads, row.cells, strict=True)) for row in table.rows]
    assert [(row["题干"], row["答案"]) for row in rows] == [("错题", "Z"), ("{broken", "")]
    assert all(row["错误"] for row in rows)


def test_unknown_columns_are_named_and_left_out():
    planned = plan(xlsx([*SINGLE, "x"], head=[*HEAD, "备注"]))
    assert said(planned) == []
    assert ["备注" in str(note) for note in planned.notes] == [True]


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("第三章", ["03"]),
        ("第十二章", ["12"]),
        ("3", ["03"]),
        ("03 社会救助", ["03"]),
        ("03、5", ["03", "05"]),
        ("人民调解、信访、突发事件应对", ["06"]),
        ("超纲", ["99"]),
        ("Social insurance", ["14"]),
    ],
)
def test_chapters_as_people_name_them(cell, numbers):
    planned = plan(xlsx(changed(SINGLE, "章", cell)))
    assert said(planned) == []
    assert planned.prepared.drafts[0].chapter_ids == {int(number) for number in numbers}


def agieval(count, *, label="A", **more):
    return [
        {
            "passage": None,
            "question": f"题{n}",
            "options": ["(A)甲", "(B)乙", "(C)丙", "(D)丁"],
            "label": label,
            "answer": None,
            "other": {"source": f"卷{n}"},
            **more,
        }
        for n in range(count)
    ]


def test_agievals_lines():
    entries = [*agieval(2), {**agieval(1)[0], "question": "多", "label": ["A", "C"], "passage": "材料"}]
    planned = plan(lines(*entries), "a.jsonl", chapter="99")
    assert said(planned) == []
    drafts = planned.prepared.drafts
    assert [draft.type for draft in drafts] == ["single-choice", "single-choice", "multiple-choice"]
    assert (drafts[2].stem, drafts[2].content.options[2], drafts[2].source) == ("材料\n多", "丙", "卷0")


def test_odd_but_usable_lines_are_told():
    letters = {**agieval(1)[0], "options": ["(A)甲", "(B)乙", "(C)丙", "(C)丁"], "label": "D"}
    again = {**agieval(1)[0], "other": {"source": "另一卷"}}
    spaced = {**agieval(1)[0], "question": "甲\t\t乙，如图所示", "options": ["    A．甲  ", " B．乙"]}
    planned = plan(lines(letters, again, spaced), "a.jsonl", chapter="超纲")
    assert said(planned) == []
    notes = " ".join(str(note) for note in planned.notes)
    assert "lettered A, B, C in order; their places counted: 1" in notes
    assert "another source; they are kept: 2" in notes
    assert "runs of blanks were made one: 3" in notes
    assert "speak of a picture that the file does not carry: 3" in notes
    assert planned.prepared.drafts[0].content.options[3] == "丁"
    assert planned.prepared.drafts[2].stem == "甲 乙，如图所示"
