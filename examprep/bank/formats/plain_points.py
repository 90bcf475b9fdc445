"""Answers in words as plain text has them: marking points with what each earns, by the parts of a case. Pure."""

import re
from collections.abc import Sequence

from examprep.bank.formats.plain_words import MARKS, marks_at_end, numbered
from examprep.bank.formats.raw import RawPart
from examprep.bank.types.short_answer import DEFAULT_HALF_POINTS
from examprep.kernel.sentence import Sentence

_OWN_NUMBER = re.compile(r"^(?:[(（]\d{1,2}[)）]|\d{1,2}[.．、](?!\d)|[①-⑳])\s*")
_AFTER = re.compile(r"^[。．；;，,]+\s*")


def read_parts(
    prompts: Sequence[str], answers: Sequence[str], models: Sequence[str], stem: str
) -> tuple[list[RawPart], list[Sentence]]:
    """The parts of a question answered in words, and what is wrong with them.

    One answer for several prompts is cut where its lines are numbered as the prompts are.
    """
    asked = [marks_at_end(prompt) for prompt in prompts] or [("", marks_at_end(stem)[1])]
    texts = list(answers)
    if len(asked) > 1 and len(texts) == 1:
        texts = _by_part(texts[0], len(asked))
    parts, faults = [], []
    if len(texts) > len(asked):
        faults.append(
            Sentence("There are %(answers)s answers to %(parts)s questions.", answers=len(texts), parts=len(asked))
        )
    for place, (prompt, earned) in enumerate(asked):
        points = _points(texts[place] if place < len(texts) else "", earned or DEFAULT_HALF_POINTS)
        if prompts and earned and points and sum(half_points for _, half_points in points) != earned:
            faults.append(Sentence("The marks of part %(number)s are not the sum of its points'.", number=place + 1))
        parts.append(RawPart(prompt, points, models[place] if place < len(models) else ""))
    return parts, faults


def _by_part(answer: str, count: int) -> list[str]:
    """An answer cut at its lines numbered 1 to ``count`` in order, or whole where it is not so numbered."""
    found: list[list[str]] = []
    ways: set[str] = set()
    before: list[str] = []
    for line in answer.split("\n"):
        number = numbered(line.strip())
        if number and number[1] == len(found) + 1 <= count and (not ways or number[0] in ways):
            found.append([number[2]])
            ways.add(number[0])
        else:
            (found[-1] if found else before).append(line)
    if len(found) != count or any(line.strip() for line in before):
        return [answer]
    return ["\n".join(lines).strip() for lines in found]


def _points(answer: str, otherwise: int) -> list[tuple[str, int]]:
    """The marking points of an answer: what stands before each ``（2分）``, or all of it as one."""
    if not answer.strip():
        return []
    marks = list(MARKS.finditer(answer))
    if not marks:
        return [(answer.strip(), otherwise)]
    points, start = [], 0
    for mark in marks:
        text = _AFTER.sub("", answer[start : mark.start()].strip())
        points.append((_OWN_NUMBER.sub("", text, count=1).strip(), int(float(mark[1]) * 2)))
        start = mark.end()
    rest = _AFTER.sub("", answer[start:].strip())
    if rest:
        last, earned = points[-1]
        points[-1] = (f"{last}\n{rest}", earned)
    return points
