"""Moodle XML, read: what Moodle's question bank exports.

Right is what earns something; a weight or a penalty between is noted, since the official rule has none. Questions of
types that the bank lacks are named with the reason. ``<file>`` in base64 become pictures.
"""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from examprep.bank.formats.fragments import letters_of, read_body, read_rubric, without_rubric
from examprep.bank.formats.labels import read_labels
from examprep.bank.formats.raw import RawFile, RawPart
from examprep.bank.formats.shaping import PARTLY, WEIGHTS, Gathered, LeftOutError, too_many
from examprep.bank.formats.xml import number, parse, unsupported, words
from examprep.bank.markup import HTML, escaped, plain
from examprep.bank.types.choices import LETTERS
from examprep.kernel.sentence import Sentence
from examprep.plumbing.unreadable import UnreadableFile

_PICTURE = re.compile(r"!\[([^\]\n]{0,200})\]\(([^)\s]{1,500})\)")
_BOLD = re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*")
_FULL = 99.99


def read_moodle(content: bytes, filename: str) -> RawFile:
    """The questions of a Moodle export in their order.

    Raises:
        UnreadableFile: not XML that is safe to read, not Moodle's, or without any question.
    """
    return read_quiz(parse(content, filename))


def read_quiz(root: Element) -> RawFile:
    """The questions below ``<quiz>``.

    Raises:
        UnreadableFile: not Moodle's, or without any question.
    """
    if root.tag != "quiz":
        raise UnreadableFile("file.moodle", "This is not Moodle XML: its first element is not <quiz>.")
    gathered = Gathered()
    category = ""
    for question in root.iterfind("question"):
        if question.get("type") == "category":
            category = _category(words(question.find("category/text")))
            continue
        where = words(question.find("name/text")) or words(question.find("idnumber")) or "question"
        try:
            gathered.add(where[:80], _fields(question, category, gathered))
        except LeftOutError as reason:
            gathered.skip(where, reason.sentence)
    return gathered.file()


def _category(path: str) -> str:
    """The last name in a category's path; none for the top and the one that Moodle makes by itself."""
    name = re.split(r"(?<!/)/(?!/)", path)[-1].replace("//", "/").strip()
    own = name == "top" or name.startswith(("$", "Default for ", "默认"))
    return "" if own else name


def _fields(question: Element, category: str, gathered: Gathered) -> dict[str, Any]:
    kind = question.get("type", "")
    if kind == "description":
        raise LeftOutError(Sentence("it is a text without a question"))
    if kind not in _READERS:
        raise LeftOutError(unsupported(kind))
    tags = [words(tag) for tag in question.iterfind("tags/tag")]
    fields = read_labels([*filter(None, tags), *([f"tag={category}"] if category else [])])
    body = read_body(_text(question.find("questiontext"), gathered))
    explanation = _text(question.find("generalfeedback"), gathered)
    told = fields.pop("kind", "")
    return {
        **fields,
        "stem": body.stem,
        "passage": body.passage,
        "explanation": without_rubric(explanation),
        **_READERS[kind](question, told, body.prompts, gathered),
    }


def _multichoice(question: Element, told: str, prompts: Sequence[str], gathered: Gathered) -> Mapping[str, Any]:
    answers = question.findall("answer")
    weights = [number(answer.get("fraction")) or 0.0 for answer in answers]
    single = words(question.find("single")).lower() in {"true", "1", ""}
    right = [place for place, weight in enumerate(weights) if weight >= _FULL or (weight > 0 and not single)]
    if single and not right:
        raise LeftOutError(Sentence("none of its answers earns all the marks"))
    uneven = {round(weights[place], 2) for place in right}
    if len(uneven) > 1 or any(-_FULL < weight < 0 for weight in weights) or (single and _some_earn(weights, right)):
        gathered.lose(WEIGHTS)
    options = [_text(answer, gathered) for answer in answers]
    notes = [_text(answer.find("feedback"), gathered) for answer in answers]
    return {
        "kind": told if told == "true-false" else "single-choice" if single else "multiple-choice",
        "options": options,
        "answer": letters_of(right, LETTERS),
        "notes": notes if any(notes) else (),
        "faults": too_many(options),
    }


def _some_earn(weights: Sequence[float], right: Sequence[int]) -> bool:
    return any(weight > 0 for place, weight in enumerate(weights) if place not in right)


def _truefalse(question: Element, told: str, prompts: Sequence[str], gathered: Gathered) -> Mapping[str, Any]:
    by_word = {words(answer.find("text")).lower(): answer for answer in question.iterfind("answer")}
    if set(by_word) != {"true", "false"}:
        raise LeftOutError(Sentence("its answers are not true and false"))
    earned = {word: number(answer.get("fraction")) or 0.0 for word, answer in by_word.items()}
    notes = [_text(by_word[word].find("feedback"), gathered) for word in ("true", "false")]
    return {
        "kind": "true-false",
        "answer": "true" if earned["true"] > earned["false"] else "false",
        "notes": notes if any(notes) else (),
    }


def _shortanswer(question: Element, told: str, prompts: Sequence[str], gathered: Gathered) -> Mapping[str, Any]:
    accepted = []
    for answer in question.iterfind("answer"):
        weight, text = number(answer.get("fraction")) or 0.0, words(answer.find("text"))
        if weight >= _FULL:
            if re.search(r"(?<!\\)\*", text):
                raise LeftOutError(Sentence("its answers hold wildcards (*), which are never compared here"))
            accepted.append(text.replace("\\*", "*"))
        elif weight > 0:
            gathered.lose(PARTLY)
    told_after = _text(question.find("generalfeedback"), gathered)
    parts = read_rubric(told_after, prompts, None) if without_rubric(told_after) != told_after else []
    return {"kind": "short-answer", "accepted": accepted, "parts": parts}


def _essay(question: Element, told: str, prompts: Sequence[str], gathered: Gathered) -> Mapping[str, Any]:
    parts: Sequence[RawPart] = read_rubric(
        _text(question.find("graderinfo"), gathered), prompts, number(words(question.find("defaultgrade")))
    )
    if not parts:
        raise LeftOutError(Sentence("it has no marking points: give them as information for graders, one a line"))
    return {"kind": told if told in {"case-analysis", "programme-design", "essay"} else "", "parts": parts}


_READERS = {
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "essay": _essay,
}


def _text(element: Element | None, gathered: Gathered) -> str:
    """A text as HTML, with its files among the pictures."""
    if element is None:
        return ""
    text, form = words(element.find("text")), element.get("format", "")
    if form in {"plain_text", "markdown", "2", "4"} or (not form and "<" not in text):
        text = escaped(text)
        if form in {"markdown", "4"}:
            text = _BOLD.sub(r"<strong>\1</strong>", _PICTURE.sub(r'<img src="\2" alt="\1">', text))
    elif form in {"moodle_auto_format", "0"}:
        text = text.replace("\n", "<br>")
    text = gathered.media.inlined(text)
    if not plain(text, HTML).strip():
        text = ""
    return _with_files(element, text, gathered)


def _with_files(element: Element, text: str, gathered: Gathered) -> str:
    names: dict[str, str] = {}
    for file in element.iterfind("file"):
        path = (file.get("path", "/") + file.get("name", "")).lstrip("/")
        if file.get("encoding", "base64") == "base64" and re.search(r"\.(png|jpe?g|gif|webp)$", path, re.IGNORECASE):
            kept = gathered.media.add_base64(path, file.text or "")
            names |= {path: kept} if kept else {}

    def address(found: re.Match[str]) -> str:
        path = unquote(html.unescape(found[1])).lstrip("/")
        return f'src="media:{html.escape(names.get(path, path))}"'

    return re.sub(r"src\s*=\s*[\"']@@PLUGINFILE@@([^\"']*)[\"']", address, text)
