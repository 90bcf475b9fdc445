"""Moodle XML, written: one file that Moodle's question bank imports.

Marks as far as Moodle can say them: a single choice earns 1 of 1; the right options of a multiple choice earn equal
shares of 2, and a wrong one takes everything (-100 %). Moodle has no fixed half point for each right option.
"""

import base64
from collections.abc import Sequence

from examprep.bank.formats.fragments import body, marked, named_pictures, rubric
from examprep.bank.formats.labels import written as label_words
from examprep.bank.formats.writing import Exported, Written
from examprep.bank.formats.xml import escaped, fit
from examprep.bank.types.choices import Choices
from examprep.bank.types.short_answer import DEFAULT_HALF_POINTS
from examprep.bank.types.true_false import OPTIONS
from examprep.bank.types.written import Written as WrittenContent

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'


def write_moodle(questions: Sequence[Exported]) -> Written:
    """The questions in order; nothing is lost."""
    return Written((_HEAD + "".join(map(_question, questions)) + "</quiz>\n").encode())


def _question(exported: Exported) -> str:
    question = exported.question
    content = question.content
    if isinstance(content, Choices):
        plain_judgement = question.type == "true-false" and content.options == OPTIONS
        kind = "truefalse" if plain_judgement else "multichoice"
        answers, full = _ticked(exported, content, kind), question.half_points
        explanation, prompts = _own(exported, question.explanation), []
    else:
        kind = "shortanswer" if content.accepted else "essay"
        answers, full = _worded(exported, content), sum(point.half_points for point in content.points)
        explanation, prompts = _own(exported, question.explanation), [part.prompt for part in content.parts]
        if content.accepted and not is_default(content):
            explanation += rubric(content, lambda text: _own(exported, text))
    asked = body(
        _own(exported, question.passage), _own(exported, question.stem), [_own(exported, text) for text in prompts]
    )
    name = " ".join(exported.words(question.stem).split())[:80] or str(question.question_id)
    tags = "".join(f"<tag><text>{escaped(label)}</text></tag>" for label in label_words(exported))
    return (
        f'<question type="{kind}">\n<name><text>{escaped(name)}</text></name>\n'
        f"{_html(exported, 'questiontext', asked)}{_html(exported, 'generalfeedback', explanation)}"
        f"<defaultgrade>{full / 2:g}</defaultgrade>\n<penalty>0</penalty>\n<hidden>0</hidden>\n"
        f"<idnumber>{question.question_id}</idnumber>\n{answers}<tags>{tags}</tags>\n</question>\n"
    )


def is_default(content: WrittenContent) -> bool:
    """Whether the marking point says no more than the first accepted text does by itself."""
    (part,) = content.parts[:1]
    return (
        bool(content.accepted)
        and not part.prompt
        and not part.answer
        and [(point.text, point.half_points) for point in part.points] == [(content.accepted[0], DEFAULT_HALF_POINTS)]
    )


def _ticked(exported: Exported, content: Choices, kind: str) -> str:
    share = f"{100 / len(content.correct):.5f}".rstrip("0").rstrip(".")
    wrong = "0" if exported.question.one_tick else "-100"
    out = []
    if kind == "multichoice":
        single = "true" if exported.question.one_tick else "false"
        out.append(
            f"<single>{single}</single>\n<shuffleanswers>false</shuffleanswers>\n<answernumbering>ABCD</answernumbering>\n"
        )
    for place, option in enumerate(content.options):
        fraction = share if place in content.correct else wrong
        note = content.notes[place] if content.notes else ""
        feedback = _html(exported, "feedback", _own(exported, note))
        if kind == "truefalse":
            word = ("true", "false")[place]
            out.append(
                f'<answer fraction="{fraction}" format="moodle_auto_format"><text>{word}</text>{feedback}</answer>\n'
            )
        else:
            out.append(_html(exported, "answer", _own(exported, option), f' fraction="{fraction}"', feedback))
    return "".join(out)


def _worded(exported: Exported, content: WrittenContent) -> str:
    if content.accepted:
        return "<usecase>0</usecase>\n" + "".join(
            f'<answer fraction="100" format="moodle_auto_format"><text>{_literal(text)}</text>'
            '<feedback format="html"><text></text></feedback></answer>\n'
            for text in content.accepted
        )
    return (
        "<responseformat>editor</responseformat>\n<responserequired>1</responserequired>\n"
        "<responsefieldlines>15</responsefieldlines>\n<attachments>0</attachments>\n"
        "<attachmentsrequired>0</attachmentsrequired>\n"
        + _html(exported, "graderinfo", rubric(content, lambda text: _own(exported, text)))
    )


def _literal(text: str) -> str:
    """An accepted text whose stars are no wildcards."""
    return escaped(text.replace("*", "\\*"))


def _own(exported: Exported, text: str) -> str:
    names = named_pictures(exported, "")
    return marked(exported, text, lambda sha256: f"@@PLUGINFILE@@/{names.get(sha256, sha256)}")


def _html(exported: Exported, tag: str, text: str, attributes: str = "", inside: str = "") -> str:
    """An element with a text in HTML and the pictures that this text shows."""
    files = "".join(
        f'<file name="{name}" path="/" encoding="base64">'
        f"{base64.b64encode(exported.pictures[sha256].content).decode()}</file>"
        for sha256, name in named_pictures(exported, "").items()
        if f"@@PLUGINFILE@@/{name}" in text
    )
    data = fit(text).replace("]]>", "]]]]><![CDATA[>")
    shown = f"<![CDATA[{data}]]>" if data else ""
    return f'<{tag} format="html"{attributes}><text>{shown}</text>{files}{inside}</{tag}>\n'
