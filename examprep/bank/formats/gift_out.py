"""Questions in GIFT. Pure. Source: https://docs.moodle.org/en/GIFT_format."""

import re
from collections.abc import Sequence

from examprep.bank.formats.gift import read_gift
from examprep.bank.formats.writing import Exported, Form, Written, write_all
from examprep.bank.types import written
from examprep.bank.types.choices import Choices
from examprep.bank.types.short_answer import DEFAULT_HALF_POINTS
from examprep.bank.types.true_false import OPTIONS
from examprep.kernel.sentence import Sentence


def write_gift(questions: Sequence[Exported]) -> Written:
    """Choices, judgements, and short answers with accepted texts; a wrong option takes everything."""
    return write_all(questions, GIFT)


def _cannot(exported: Exported) -> Sentence | None:
    content = exported.question.content
    if isinstance(content, Choices):
        return None
    plain = written.Written(
        (written.Part("", (written.Point(content.accepted[0], DEFAULT_HALF_POINTS),)),) if content.accepted else (),
        content.accepted,
    )
    if exported.question.type != "short-answer" or content != plain:
        return Sentence("Left out: %(form)s has no marking points.", form="GIFT")
    return None


def _gift(questions: Sequence[Exported]) -> bytes:
    return "\n\n".join(_entry(exported) for exported in questions).encode("utf-8", "replace")


def _entry(exported: Exported) -> str:
    question = exported.question
    content = question.content
    if isinstance(content, Choices):
        judged = question.type == "true-false" and content.options == OPTIONS and not content.notes
        inside = ["TRUE" if 0 in content.correct else "FALSE"] if judged else _options(content)
    else:
        inside = [f"={_escaped(text)}" for text in content.accepted]
    if question.explanation:
        inside.append(f"####{_escaped(question.explanation)}")
    lines = "\n".join(inside)
    return f"::{question.question_id}::[plain]{_escaped(question.stem)} {{\n{lines}\n}}"


def _options(content: Choices) -> list[str]:
    weight = f"{100 / len(content.correct):.5f}".rstrip("0").rstrip(".")
    lines = []
    for place, text in enumerate(content.options):
        right = place in content.correct
        mark = "=" if right else "~"
        if len(content.correct) > 1:
            mark = f"~%{weight}%" if right else "~%-100%"
        form = "[plain]" if text.startswith("[") else ""
        note = f"#{_escaped(content.notes[place])}" if content.notes and content.notes[place] else ""
        lines.append(f"{mark}{form}{_escaped(text)}{note}")
    return lines


def _escaped(text: str) -> str:
    return re.sub(r"[~=#{}:\\]", r"\\\g<0>", text).replace("\n", "\\n")


GIFT = Form("GIFT", frozenset({"explanation", "notes", "lines"}), _gift, read_gift, cannot=_cannot)
