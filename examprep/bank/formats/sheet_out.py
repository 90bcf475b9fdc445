"""Questions as CSV and as the filled-in template, with a column of chapters for each syllabus version. Pure."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

from examprep.bank.formats.heads import HEADS, TEMPLATE_FIELDS
from examprep.bank.formats.plain_out import share, written_lines
from examprep.bank.formats.sheet import read_sheet
from examprep.bank.formats.template import template_workbook
from examprep.bank.formats.words import KINDS
from examprep.bank.formats.writing import EVERY, Exported, Form, Written, fit_all, write_all
from examprep.bank.types.choices import LETTERS, Choices
from examprep.plumbing.sheets import read_table

_FIELDS = (*(field for field in TEMPLATE_FIELDS if field != "chapter"), "cites", "tags", "passage", "options")


def write_csv(questions: Sequence[Exported]) -> Written:
    """A CSV file that Excel opens: UTF-8 with its mark."""
    return write_all(questions, CSV)


def write_xlsx(questions: Sequence[Exported]) -> Written:
    """The template with the questions filled in."""
    kept, left_out = fit_all(questions, XLSX)
    return Written(template_workbook(_rows(kept)), left_out)


def _rows(questions: Sequence[Exported]) -> list[list[str]]:
    versions = list(dict.fromkeys(version for exported in questions for version in exported.chapters))
    rows = [[*(HEADS[field][0] for field in _FIELDS), *(f"章（{version}）" for version in versions)]]
    for exported in questions:
        cells = _cells(exported)
        chapters = ["、".join(exported.chapters.get(version, ())) for version in versions]
        rows.append([*(cells.get(field, "") for field in _FIELDS), *chapters])
    return rows


def _cells(exported: Exported) -> dict[str, str]:
    question, content = exported.question, exported.question.content
    cells = {
        "kind": KINDS[question.type][0],
        "stem": question.stem,
        "explanation": question.explanation,
        "difficulty": "" if question.difficulty is None else share(question.difficulty),
        "source": question.source,
        "author": question.author,
        "law_as_of": question.law_as_of.isoformat() if question.law_as_of else "",
        "cites": "\n".join(question.cites),
        "tags": "、".join(exported.tags),
        "passage": question.passage,
    }
    if not isinstance(content, Choices):
        return cells | {"answer": "\n".join(written_lines(content))}
    cells["answer"] = content.named(content.correct)
    if content.letters != LETTERS[: len(content.options)]:
        pairs = zip(content.letters, content.options, strict=True)
        return cells | {"options": "\n".join(f"{letter}. {text}" for letter, text in pairs)}
    return cells | {f"option_{LETTERS[place]}": text for place, text in enumerate(content.options)}


def _csv(questions: Sequence[Exported]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(_rows(questions))
    return text.getvalue().encode("utf-8-sig", "replace")


CSV = Form("CSV", EVERY - {"notes"}, _csv, lambda content: read_sheet(read_table(content, "a.csv")))
XLSX = replace(CSV, name="Excel")  # the same cells, judged without a workbook for each question
