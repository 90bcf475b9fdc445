"""Questions as plain text, in the habit that `plain` reads: the answer below each question. Pure."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from examprep.bank.formats.plain import read_lines, read_plain
from examprep.bank.formats.plain_passage import MOST, announced
from examprep.bank.formats.words import KINDS
from examprep.bank.formats.writing import EVERY, Exported, Form, Written, write_all
from examprep.bank.types import written
from examprep.bank.types.choices import Choices
from examprep.bank.types.true_false import OPTIONS
from examprep.bank.values import Question

_CHINESE = "一二三四五六七八九十"


def write_plain(questions: Sequence[Exported]) -> Written:
    """A text file in UTF-8."""
    return write_all(questions, PLAIN_TEXT)


def plain_lines(questions: Sequence[Exported]) -> Iterator[str]:
    """The lines of a paper; each stands for a paragraph, and may itself hold several lines."""
    kind, sections, number = "", 0, 0
    for (its_kind, passage), alike in groupby(questions, lambda one: (one.question.type, one.question.passage)):
        if its_kind != kind:
            kind, sections = its_kind, sections + 1
            mark = f"{_CHINESE[sections - 1]}、" if sections <= len(_CHINESE) else ""
            yield f"{mark}{KINDS[kind][0]}"
            yield ""
        together = list(alike)
        shared = passage and 1 < len(together) <= MOST and _stands_above(passage)
        if shared:
            yield announced(number + 1, number + len(together))
            yield passage
            yield ""
        for number, exported in enumerate(together, number + 1):  # noqa: B020 -- it goes on counting
            yield from _question(number, exported, passage="" if shared else passage)


def _stands_above(passage: str) -> bool:
    """Whether a text would be read back from above its questions, whatever it looks like."""
    tried = [*announced(1, 2).splitlines(), *passage.split("\n"), "", "1．甲", "答案：对", "", "2．乙", "答案：错"]
    found = read_lines(list(enumerate(tried, 1)))
    return not found.skipped and [one.passage for one in found.questions] == [passage, passage]


def _question(number: int, exported: Exported, *, passage: str) -> Iterator[str]:
    question = exported.question
    yield f"{number}．{question.stem}"
    if isinstance(question.content, Choices):
        yield from _choices(question, question.content)
    else:
        yield from written_lines(question.content)
    if passage:
        yield f"材料：{passage}"
    yield from _about(exported)
    yield ""


def _choices(question: Question, content: Choices) -> Iterator[str]:
    if question.type == "true-false" and content.options == OPTIONS and not content.notes:
        yield f"答案：{OPTIONS[min(content.correct)]}"
        return
    for letter, option in zip(content.letters, content.options, strict=True):
        yield f"{letter}．{option}"
    yield f"答案：{content.named(content.correct)}"
    for letter, note in zip(content.letters, content.notes, strict=False):
        if note:
            yield f"选项说明{letter}：{note}"


def written_lines(content: written.Written) -> Iterator[str]:
    """Prompts, points with what each earns, answers written out, and accepted texts, each after its label."""
    asked = len(content.parts) > 1 or bool(content.parts[0].prompt)
    if asked:
        for number, part in enumerate(content.parts, 1):
            yield f"问题{number}：{part.prompt}（{_marks(part.half_points)}分）"
    for number, part in enumerate(content.parts, 1):
        points = [f"（{n}）{point.text}（{_marks(point.half_points)}分）" for n, point in enumerate(part.points, 1)]
        yield "\n".join([f"答案{number if asked else ''}：", *points])
        if part.answer:
            yield f"作答示例{number if asked else ''}：{part.answer}"
    for text in content.accepted:
        yield f"同样算对：{text}"


def _about(exported: Exported) -> Iterator[str]:
    """What is known of the question besides."""
    question = exported.question
    if question.explanation:
        yield f"解析：{question.explanation}"
    for version, numbers in exported.chapters.items():
        if numbers:
            yield f"章节（{version}）：{'、'.join(numbers)}"
    if question.difficulty is not None:
        yield f"难度：{share(question.difficulty)}"
    if question.source:
        yield f"来源：{question.source}"
    if question.author:
        yield f"作者：{question.author}"
    if question.law_as_of is not None:
        yield f"法规截止日：{question.law_as_of.isoformat()}"
    for cite in question.cites:
        yield f"依据：{cite}"
    if exported.tags:
        yield f"标签：{'、'.join(exported.tags)}"


def share(value: float) -> str:
    """A share such as 0.65, never in powers of ten."""
    return f"{value:.12f}".rstrip("0").rstrip(".")


def _marks(half_points: int) -> str:
    return f"{half_points / 2:g}"


def _text(questions: Sequence[Exported]) -> bytes:
    return "\n".join(plain_lines(questions)).encode("utf-8", "replace")


PLAIN_TEXT = Form("纯文本", EVERY, _text, read_plain)
