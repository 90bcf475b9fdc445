"""JSON Lines: one question a line, in our own shape or in AGIEval's.

Ours: ``type`` (single, multiple, true-false, short, case, design, essay), ``stem``, ``options``, ``answer`` ("ABD"),
``explanation``, ``option_notes``, ``chapters`` ({"2018": ["01"], "2025": ["01"]}), ``difficulty``, ``law_as_of``,
``cites``, ``author``, ``source``, ``tags``; of questions answered in words ``parts`` ([{prompt, marks, answer,
points: [{text, marks}]}], marks in points) and ``accepted``. Marked-up texts have ``"markup": "html"``, ``letters``
are given where one is skipped, ``passage`` is what several questions share, ``pictures`` are those that the texts
show as ``media:NAME`` ({NAME: {"type": "image/png", "data": base64}}).
AGIEval's: ``question``, ``options`` with "(A)" before each, ``label`` (a letter or a list), ``other.source``.
"""

import json
from collections.abc import Mapping
from typing import Any

from examprep.bank.formats.fragments import Media
from examprep.bank.formats.heads import HEADS, TEMPLATE_FIELDS, template_cells
from examprep.bank.formats.raw import RawFile, RawPart, RawQuestion
from examprep.bank.formats.words import strip_mark
from examprep.bank.markup import HTML, PLAIN
from examprep.bank.types.choices import LETTERS
from examprep.kernel.sentence import Sentence
from examprep.plumbing.sheets import Row
from examprep.plumbing.text_files import decode
from examprep.plumbing.unreadable import ROW_LIMIT, UnreadableFile

SUFFIXES = (".jsonl", ".ndjson", ".json")
_OURS = {
    "kind": "type",
    "stem": "stem",
    "options": "options",
    "answer": "answer",
    "explanation": "explanation",
    "notes": "option_notes",
    "chapter": "chapters",
    "difficulty": "difficulty",
    "source": "source",
    "author": "author",
    "law_as_of": "law_as_of",
    "cites": "cites",
    "parts": "parts",
    "accepted": "accepted",
    "passage": "passage",
    "tags": "tags",
    "pictures": "pictures",
}
PICTURE_LIMIT_BYTES = 8 * 1024 * 1024
_PICTURE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp")
_AGIEVAL = {"stem": "question", "options": "options", "answer": "label", "source": "other.source", "chapter": ""}


class _ShapeError(ValueError):
    """A value is not of the kind its key asks for."""

    def __init__(self, field: str, sentence: Sentence) -> None:
        self.field, self.sentence = field, sentence
        super().__init__(str(sentence))


def read_json_lines(content: bytes) -> RawFile:
    """The questions of a file, blank lines left out; a broken line becomes a question with a fault.

    Raises:
        UnreadableFile: empty, too long, or not text.
    """
    lines = [(number, line) for number, line in enumerate(decode(content).split("\n"), 1) if line.strip()]
    if not lines:
        raise UnreadableFile("file.empty", "The file is empty. Download the template and fill it in.")
    if len(lines) > ROW_LIMIT:
        raise UnreadableFile("file.lines", "The file has more than %(limit)s rows. Send it in parts.", limit=ROW_LIMIT)
    media = Media()
    questions = tuple(_read(number, line, media) for number, line in lines)
    heads = tuple(HEADS[field][0] for field in TEMPLATE_FIELDS)
    rows = tuple(
        Row(number, template_cells(question, line)) for (number, line), question in zip(lines, questions, strict=True)
    )
    return RawFile(heads, rows, questions, media=media.found)


def _read(number: int, line: str, media: Media) -> RawQuestion:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError as error:
        fault = Sentence("The line is not JSON: near character %(place)s it breaks off.", place=error.pos + 1)
        return RawQuestion(number, {}, faults=(("", fault),))
    except (ValueError, RecursionError):
        return RawQuestion(number, {}, faults=(("", Sentence("The line is not JSON that can be read.")),))
    if not isinstance(entry, dict):
        fault = Sentence('The line is not an object. Write one question a line, as in {"stem": …, "answer": …}.')
        return RawQuestion(number, {}, faults=(("", fault),))
    agieval = "question" in entry and "label" in entry
    if not agieval and not ("stem" in entry and entry.keys() & {"answer", "parts", "accepted"}):
        fault = Sentence(
            "The line lacks stem, or answer (parts or accepted of a question answered in words); "
            "or, in AGIEval's shape, question, options and label."
        )
        return RawQuestion(number, {}, faults=(("", fault),))
    try:
        if agieval:
            return _agieval(number, entry)
        _take_pictures(entry.get("pictures") or {}, media)
        return _ours(number, entry)
    except _ShapeError as error:
        names = _AGIEVAL if agieval else _OURS
        return RawQuestion(number, names, faults=((error.field, error.sentence),))


def _ours(number: int, entry: Mapping[str, Any]) -> RawQuestion:
    return RawQuestion(
        number=number,
        names=_OURS,
        kind=_text(entry, "type", "kind"),
        stem=_text(entry, "stem", "stem"),
        options=_texts(entry.get("options") or [], "options"),
        answer=_answer(entry.get("answer")),
        explanation=_text(entry, "explanation", "explanation"),
        notes=_texts(entry.get("option_notes") or [], "notes"),
        chapters=_chapters(entry.get("chapters")),
        difficulty=_text(entry, "difficulty", "difficulty"),
        source=_text(entry, "source", "source"),
        author=_text(entry, "author", "author"),
        law_as_of=_text(entry, "law_as_of", "law_as_of"),
        cites=_texts(entry.get("cites") or [], "cites"),
        letters=_text(entry, "letters", "options"),
        parts=_parts(entry.get("parts") or []),
        accepted=_texts(entry.get("accepted") or [], "accepted"),
        passage=_text(entry, "passage", "passage"),
        markup=HTML if entry.get("markup") == HTML else PLAIN,
        tags=_texts(entry.get("tags") or [], "tags"),
    )


def _take_pictures(value: Any, media: Media) -> None:
    """Put the pictures of a question among those of the file."""
    if not isinstance(value, dict) or not all(isinstance(picture, dict) for picture in value.values()):
        raise _ShapeError("pictures", Sentence("“%(key)s” must be pictures by their names.", key="pictures"))
    for name, picture in value.items():
        kind, data = _text(picture, "type", "pictures"), _text(picture, "data", "pictures")
        if kind not in _PICTURE_TYPES:
            raise _ShapeError(
                "pictures",
                Sentence(
                    "The picture “%(name)s” is of the type “%(type)s”. Possible are: %(types)s.",
                    name=name[:80],
                    type=kind[:40],
                    types="、".join(_PICTURE_TYPES),
                ),
            )
        if len(data) > PICTURE_LIMIT_BYTES * 4 // 3 + 4:
            raise _ShapeError(
                "pictures",
                Sentence(
                    "The picture “%(name)s” has more than %(limit)s MB.",
                    name=name[:80],
                    limit=PICTURE_LIMIT_BYTES // 1024**2,
                ),
            )
        kept = media.add_base64(name, data)
        if kept is None:
            raise _ShapeError("pictures", Sentence("The picture “%(name)s” is not written in base64.", name=name[:80]))
        if kept != name:
            raise _ShapeError(
                "pictures",
                Sentence("Another question has another picture of the name “%(name)s”. Rename one.", name=name[:80]),
            )


def _parts(value: Any) -> list[RawPart]:
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise _ShapeError("parts", Sentence("“%(key)s” must be a list of parts.", key="parts"))
    return [_part(number, part) for number, part in enumerate(value, 1)]


def _part(number: int, part: Mapping[str, Any]) -> RawPart:
    points = part.get("points")
    if not isinstance(points, list) or not all(isinstance(point, dict) for point in points):
        raise _ShapeError("parts", Sentence("Part %(number)s has no marking point.", number=number))
    read = [(_text(point, "text", "parts"), _half_points(point.get("marks"), number)) for point in points]
    if "marks" in part and _half_points(part["marks"], number) != sum(earned for _, earned in read):
        raise _ShapeError(
            "parts", Sentence("The marks of part %(number)s are not the sum of its points'.", number=number)
        )
    return RawPart(_text(part, "prompt", "parts"), read, _text(part, "answer", "parts"))


def _half_points(value: Any, number: int) -> int:
    """Marks in points, as half-points."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1000 or value * 2 % 1:
        raise _ShapeError("parts", Sentence("Part %(number)s: marks are points in steps of 0.5.", number=number))
    return int(value * 2)


def _agieval(number: int, entry: Mapping[str, Any]) -> RawQuestion:
    marked = [strip_mark(option) for option in _texts(entry.get("options"), "options")]
    # Every option of theirs bears a letter; where one does not, none of the letters is a mark.
    all_marked = all(mark for _, mark in marked)
    options = [text for text, _ in marked] if all_marked else _texts(entry.get("options"), "options")
    passage, question = _text(entry, "passage", "stem"), _text(entry, "question", "stem")
    other = entry.get("other")
    return RawQuestion(
        number=number,
        names=_AGIEVAL,
        stem=f"{passage}\n{question}" if passage else question,
        options=options,
        answer=_answer(entry.get("label")),
        source=_text(other, "source", "source") if isinstance(other, dict) else "",
        misplaced=all_marked and any(mark != LETTERS[n : n + 1] for n, (_, mark) in enumerate(marked)),
    )


def _text(entry: Mapping[str, Any], key: str, field: str) -> str:
    value = entry.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _ShapeError(field, Sentence("“%(key)s” must be text.", key=key))
    return str(value)


def _texts(value: Any, field: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _ShapeError(field, Sentence("“%(key)s” must be a list of texts.", key=_OURS[field]))
    return list(value)


def _answer(value: Any) -> str:
    """A letter, letters, or a list of letters; nothing is a missing answer."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "".join(value)
    if isinstance(value, str):
        return value
    raise _ShapeError(
        "answer",
        Sentence(
            "“%(written)s” is not an answer. Write the letters of the right options, as in A or ABD.", written=value
        ),
    )


def _chapters(value: Any) -> dict[str, list[str]]:
    if value is None or value == "":
        return {}
    if isinstance(value, str | int) and not isinstance(value, bool):
        return {"": [str(value)]}
    if isinstance(value, list):
        return {"": _texts(value, "chapter")}
    if isinstance(value, dict):
        return {str(version): _texts(numbers, "chapter") for version, numbers in value.items()}
    raise _ShapeError("chapter", Sentence('Give chapters by syllabus version, as in {"2025": ["03"]}.'))
