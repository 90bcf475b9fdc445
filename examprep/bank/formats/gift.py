"""GIFT: ``::title:: stem {=right ~wrong #feedback}``, with escapes, weights, categories and comments.

Source: https://docs.moodle.org/en/GIFT_format. A question is parted from the next by a blank line. What the bank has
no type for (numbers, matching, essays without marking points, descriptions) is listed with the reason.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from examprep.bank.formats.heads import HEADS, TEMPLATE_FIELDS, template_cells
from examprep.bank.formats.raw import RawFile, RawQuestion
from examprep.bank.markup import HTML, PLAIN, escaped
from examprep.bank.types.choices import LETTERS
from examprep.kernel.sentence import Sentence
from examprep.plumbing.sheets import Row
from examprep.plumbing.text_files import text_lines

NAMES = {"stem": "question", "options": "{…}", "answer": "{…}", "accepted": "{…}", "explanation": "####", "chapter": ""}
BLANK = "____"
_ESCAPE = re.compile(r"\\([~=#{}:\\n])")
# An escaped character while the syntax around it is read: one of a private range for each.
_HIDE = {char: chr(0xE100 + place) for place, char in enumerate("~=#{}:\\n")}
_SHOW = str.maketrans({hidden: "\n" if char == "n" else char for char, hidden in _HIDE.items()})
_TITLE = re.compile(r"^\s*::(.*?)::", re.DOTALL)
_FORMAT = re.compile(r"^\s*\[(html|moodle|plain|markdown)\]\s*")
_WEIGHT = re.compile(r"^\s*%(-?\d{1,3}(?:\.\d{1,9})?)%")
_JUDGED = re.compile(r"^\s*(TRUE|FALSE|T|F)\s*(?:#|$)", re.IGNORECASE)
_CATEGORY = re.compile(r"^\s*\$CATEGORY\s*:\s*(.*)$", re.IGNORECASE)


@dataclass(frozen=True)
class _Answer:
    """One answer in the braces: its weight in percent, its text, and the remark on it."""

    right: bool
    weight: float | None
    text: str
    feedback: str


def read_gift(content: bytes) -> RawFile:
    """The questions of a file; the number of each is the line it begins on.

    Raises:
        UnreadableFile: empty, too long, or not text.
    """
    lines = text_lines(content)
    questions: list[RawQuestion] = []
    skipped: list[tuple[int, Sentence]] = []
    for number, category, text in _entries(lines):
        read = _question(number, category, text)
        if isinstance(read, Sentence):
            skipped.append((number, read))
        else:
            questions.append(read)
    heads = tuple(HEADS[field][0] for field in TEMPLATE_FIELDS)
    rows = tuple(Row(question.number, template_cells(question)) for question in questions)
    return RawFile(heads, rows, tuple(questions), skipped=skipped)


def _entries(lines: Sequence[str]) -> list[tuple[int, str, str]]:
    """The questions as (line, category, text), escapes hidden; a blank line within braces parts nothing."""
    entries: list[tuple[int, str, str]] = []
    category, begun, here, depth = "", 0, list[str](), 0
    for number, line in enumerate([*lines, ""], 1):
        if line.lstrip().startswith("//"):
            continue
        if not here and (found := _CATEGORY.match(line)):
            category = found[1].strip()
            continue
        hidden = _ESCAPE.sub(lambda found: _HIDE[found[1]], line.translate(_FREE))
        if not line.strip() and (depth <= 0 or number > len(lines)):
            if here:
                entries.append((begun, category, "\n".join(here)))
            here, depth = [], 0
            continue
        if not here:
            begun = number
        here.append(hidden)
        depth += hidden.count("{") - hidden.count("}")
    if here:
        entries.append((begun, category, "\n".join(here)))
    return entries


# The private characters that stand for escapes are cut from a file that holds them itself.
_FREE = str.maketrans(dict.fromkeys(_HIDE.values(), ""))


def _question(number: int, category: str, text: str) -> RawQuestion | Sentence:
    """The question, or why the bank has no place for it."""
    title = _TITLE.match(text)
    text = text[title.end() :] if title else text
    form = _FORMAT.match(text)
    text = text[form.end() :] if form else text
    markup = HTML if form and form[1] in {"html", "moodle"} else PLAIN
    opened, closed = text.find("{"), text.rfind("}")
    if opened < 0 and closed < 0:
        return Sentence("It has no answers in braces: a description is no question.")
    if opened < 0 or closed < opened or "{" in text[opened + 1 : closed] or "}" in text[opened:closed]:
        fault = Sentence("The braces around the answers do not match. Write \\{ and \\} where they are text.")
        return RawQuestion(number, NAMES, stem=_shown(text), faults=(("answer", fault),))
    before, inside, after = text[:opened].rstrip(), text[opened + 1 : closed].strip(), text[closed + 1 :]
    stem = f"{before}{BLANK}{after}" if after.strip() else before
    inside, _, general = inside.partition("####")
    inside = inside.strip()
    if not inside:
        return Sentence("An essay has no marking points here. Write it with its points in the bank.")
    if inside.startswith("#"):
        return Sentence("The bank has no questions answered by a number.")
    known: dict[str, Any] = {
        "number": number,
        "names": NAMES,
        "stem": _shown(stem, markup),
        "explanation": _shown(general, markup),
        "markup": markup,
        "tags": (category,) if category else (),
    }
    if judged := _JUDGED.match(inside):
        return _judged(known, judged[1].upper()[0], inside[judged.end(1) :], general, markup)
    answers = _answers(inside, markup)
    if any("->" in answer.text for answer in answers) and all(answer.right for answer in answers):
        return Sentence("The bank has no questions that match one list to another.")
    return _answered(known, answers, markup)


def _judged(known: dict[str, Any], letter: str, rest: str, general: str, markup: str) -> RawQuestion:
    remarks = [_shown(part, markup) for part in rest.split("#") if part.strip()]
    explanation = "\n".join([*remarks, known["explanation"]] if known["explanation"] else remarks)
    return RawQuestion(**{**known, "kind": "true-false", "answer": letter, "explanation": explanation})


def _answered(known: dict[str, Any], answers: Sequence[_Answer], markup: str) -> RawQuestion:
    """A choice, or a short answer where nothing but right answers are given."""
    if not answers:
        fault = Sentence("No answer in the braces begins with = or ~.")
        return RawQuestion(**known, faults=(("answer", fault),))
    if all(answer.right for answer in answers):
        if any(answer.weight not in {None, 100.0} for answer in answers):
            fault = Sentence("An accepted answer is worth only part of the marks; here it earns all or nothing.")
            return RawQuestion(**known, kind="short-answer", faults=(("accepted", fault),))
        return RawQuestion(**known, kind="short-answer", accepted=[answer.text for answer in answers])
    positive = [n for n, one in enumerate(answers) if one.right or (one.weight or 0) > 0]
    total = sum(
        (100.0 if one.right and one.weight is None else one.weight or 0) for one in (answers[n] for n in positive)
    )
    faults = []
    if len(positive) > 1 and not any(answers[n].right for n in positive) and abs(total - 100) > 0.1:
        faults.append(("answer", Sentence("The weights of the right options do not add up to 100%%.")))
    notes = [answer.feedback for answer in answers] if any(answer.feedback for answer in answers) else []
    kind = "multiple-choice" if len(positive) > 1 else "single-choice"
    if len(answers) > len(LETTERS):
        faults.append(("options", Sentence("At most %(count)s options are possible.", count=len(LETTERS))))
        positive = []
    return RawQuestion(
        **known,
        kind=kind,
        options=[answer.text for answer in answers],
        answer="".join(LETTERS[n] for n in positive),
        notes=notes,
        faults=faults,
    )


def _answers(inside: str, markup: str) -> list[_Answer]:
    """What stands in the braces, cut at its ``=`` and ``~``; text before the first of them is an answer of its own."""
    found = []
    for part in re.findall(r"[~=][^~=]*", inside if inside[0] in "~=" else f"={inside}"):
        body = part[1:]
        weight = _WEIGHT.match(body)
        text, _, feedback = (body[weight.end() :] if weight else body).partition("#")
        own = _FORMAT.match(text)
        shown = _shown(text[own.end() :] if own else text, markup, own[1] if own else "")
        found.append(_Answer(part[0] == "=", float(weight[1]) if weight else None, shown, _shown(feedback, markup)))
    return found


def _shown(text: str, markup: str = PLAIN, own: str = "") -> str:
    """A text with its escapes undone; a plain one within a marked-up question becomes markup."""
    shown = text.translate(_SHOW).strip()
    return escaped(shown) if markup == HTML and own in {"plain", "markdown"} else shown
