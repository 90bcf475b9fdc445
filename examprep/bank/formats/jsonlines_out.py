"""Questions as JSON Lines in our own shape, which holds everything. Pure."""

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from examprep.bank.formats.jsonlines import read_json_lines
from examprep.bank.formats.writing import EVERY, Exported, Form, Written, write_all
from examprep.bank.markup import HTML
from examprep.bank.types.choices import LETTERS, Choices

_TYPES = {
    "single-choice": "single",
    "multiple-choice": "multiple",
    "true-false": "true-false",
    "short-answer": "short",
    "case-analysis": "case",
    "programme-design": "design",
    "essay": "essay",
}


def write_json_lines(questions: Sequence[Exported]) -> Written:
    """One question a line, its pictures within it."""
    return write_all(questions, JSON_LINES)


def _lines(questions: Sequence[Exported]) -> bytes:
    return "".join(f"{_line(_entry(exported))}\n" for exported in questions).encode("utf-8", "replace")


def _line(entry: dict[str, Any]) -> str:
    kept = {key: value for key, value in entry.items() if value not in ("", None, [], {})}
    return json.dumps(kept, ensure_ascii=False).replace("\x85", "\\u0085")


def _entry(exported: Exported) -> dict[str, Any]:
    question, content = exported.question, exported.question.content
    entry: dict[str, Any] = {
        "type": _TYPES[question.type],
        "markup": HTML if question.markup == HTML else "",
        "passage": question.passage,
        "stem": question.stem,
    }
    if isinstance(content, Choices):
        entry |= {
            "options": list(content.options),
            "answer": content.named(content.correct),
            "option_notes": list(content.notes),
            "letters": "" if content.letters == LETTERS[: len(content.options)] else content.letters,
        }
    else:
        entry |= {
            "parts": [
                {
                    "prompt": part.prompt,
                    "marks": part.half_points / 2,
                    "points": [{"text": point.text, "marks": point.half_points / 2} for point in part.points],
                    "answer": part.answer,
                }
                for part in content.parts
            ],
            "accepted": list(content.accepted),
        }
    return entry | {
        "explanation": question.explanation,
        "chapters": {version: list(numbers) for version, numbers in exported.chapters.items() if numbers},
        "difficulty": question.difficulty,
        "law_as_of": question.law_as_of.isoformat() if question.law_as_of else "",
        "cites": list(question.cites),
        "author": question.author,
        "source": question.source,
        "tags": list(exported.tags),
        "pictures": {
            name: {"type": picture.mimetype, "data": b64encode(picture.content).decode()}
            for name, picture in exported.pictures.items()
        },
    }


JSON_LINES = Form("JSON Lines", EVERY, _lines, read_json_lines, rich=True, pictured=True)
