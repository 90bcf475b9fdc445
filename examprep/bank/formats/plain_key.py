"""The answers that stand together after all questions of a paper: ``1.A 2.BC 3.√``, ``1-5 ABCDA``, one a line. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from examprep.bank.formats.plain_words import explained, head, label, numbered

_LETTERS = r"[A-HＡ-Ｈ](?:[\s,，、]*[A-HＡ-Ｈ])*"
_WORD = rf"(?:{_LETTERS}|[√✓×✗✕]|正确|错误|对|错|[①-⑧]+|[TF](?![a-z]))"
_RANGE = re.compile(r"(\d{1,4})\s*[-—–~～至]+\s*(\d{1,4})\s*[.．、:：题]*\s*([A-HＡ-Ｈ√×对错✓✗\s,，]+)")
_ENTRY = re.compile(
    rf"(\d{{1,4}})\s*[.．、:：)）]?\s*(?:[【\[]答案[】\]]|答案[:：])?\s*({_WORD})(?=\s|$|[。;；,，、.．]|【|解析|\d)"
)


@dataclass
class KeyEntry:
    """The answer to question ``number`` of the section of type ``kind`` (``None``: no section named)."""

    line: int
    kind: str | None
    number: int
    answer: list[str] = field(default_factory=list)
    explanation: list[str] = field(default_factory=list)


def read_key(lines: Iterable[tuple[int, str]]) -> tuple[list[KeyEntry], list[tuple[int, str]]]:
    """The answers, and the lines that are none."""
    entries: list[KeyEntry] = []
    stray: list[tuple[int, str]] = []
    kind: str | None = None
    here: list[str] | None = None
    for number, line in lines:
        text = line.strip()
        section = head(text)
        labelled = label(text)
        if section is not None:
            kind, here = section or None, None
        elif several := _several(text):
            entries += [KeyEntry(number, kind, which, [answer]) for which, answer in several]
            here = entries[-1].answer
        elif (begun := numbered(text)) and begun[0] == "dot" and (not entries or begun[1] != entries[-1].number):
            entry = KeyEntry(number, kind, begun[1])
            entries.append(entry)
            here = _begin(entry, begun[2])
        elif labelled and labelled[0] in {"answer", "explanation"} and entries:
            here = entries[-1].answer if labelled[0] == "answer" else entries[-1].explanation
            here.append(labelled[2])
        elif here is not None:
            here.append(line.rstrip())
        elif text:
            stray.append((number, text))
    return entries, stray


def _begin(entry: KeyEntry, text: str) -> list[str]:
    """Fill an entry from the rest of its line; gives the field that the next lines go on."""
    labelled = label(text)
    answer, explanation = explained(labelled[2] if labelled and labelled[0] == "answer" else text)
    found = re.match(rf"({_WORD})[\s。.．;；,，]+(?=\S)", answer)
    if found and not explanation:
        answer, explanation = found[1], answer[found.end() :]
    if answer:
        entry.answer.append(answer)
    if explanation:
        entry.explanation.append(explanation)
    return entry.explanation if explanation else entry.answer


def _several(text: str) -> list[tuple[int, str]]:
    """The answers on a line that holds nothing but answers of one word each, else none."""
    found: list[tuple[int, str]] = []
    rest = text
    while rest:
        if among := _RANGE.match(rest):
            first, last = int(among[1]), int(among[2])
            words = among[3].replace("，", " ").replace(",", " ").split()
            if len(words) == 1:
                words = list(words[0])
            elif len(words) != last - first + 1:
                words = list("".join(words))
            if not 0 <= last - first < 500 or len(words) != last - first + 1:
                return []
            found += list(zip(range(first, last + 1), words, strict=True))
            rest = rest[among.end() :].lstrip(" \t　;；,，。")
        elif entry := _ENTRY.match(rest):
            found.append((int(entry[1]), entry[2]))
            rest = rest[entry.end() :].lstrip(" \t　;；,，。、.．")
        else:
            return []
    return found
