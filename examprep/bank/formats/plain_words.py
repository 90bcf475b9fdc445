"""The marks that people put before the lines of a plain-text question paper, recognised. Pure.

Numbers (``1．`` ``（1）`` ``第1题``), letters (``A.`` ``（A）``), labels (``答案：`` ``【解析】``), heads
(``一、单选题``), and marks in points (``（2分）``), full width or not.
"""

import re
import unicodedata

from examprep.bank.formats.words import KINDS

_CHINESE = "一二三四五六七八九十"
_HEADS = {word: kind for kind, words in KINDS.items() for word in words if word.endswith("题") and word != "案例题"} | {
    "案例题": "case-analysis",
    "名词解释题": "short-answer",
    "问答题": "short-answer",
    "不定项选择题": "",
    "选择题": "",
}
_HEAD_WORDS = "|".join(sorted(_HEADS, key=len, reverse=True))
_HEAD = re.compile(
    rf"^(?:[(（]?(?:第?[{_CHINESE}]+(?:部分|大题)?)[)）]?\s{{0,9}}[、.．:：]?\s{{0,9}})?({_HEAD_WORDS})"
    r"\s{0,9}(?:[(（【\[:：,，。共本每].{0,120})?$"
)
_NUMBERED = re.compile(
    r"^(?:(?P<dot>\d{1,4})\s{0,9}[.．、](?!\d)|[(（](?P<paren>\d{1,4})[)）][.．、]?|第(?P<word>\d{1,4})题[:：.．、]?)\s{0,9}"
)
_CASE = re.compile(
    rf"^[【\[]?案例(?:分析)?([{_CHINESE}]{{1,3}}|\d{{1,3}})(?:[】\]]\s{{0,9}}[:：]?|[:：.．、])\s{{0,9}}"
)
_PROMPT = re.compile(rf"^[【\[]?问题\s{{0,9}}([{_CHINESE}]|\d{{1,2}})[】\]]?\s{{0,9}}[:：.．、]\s{{0,9}}")
_ASKS = re.compile(r"^[【\[]?(?:问题|要求|请回答|请回答下列问题|请回答以下问题)[】\]]?[:：。]?$")
_CHAPTER = re.compile(rf"^(第(?:[{_CHINESE}]{{1,3}}|\d{{1,2}})章)(?:[\s:：、.．]\s{{0,9}}\S.{{0,40}})?$")
_LETTER = re.compile(r"[(（]?([A-HＡ-Ｈ])[)）.．、:：]\s{0,9}")
_LETTER_IN_LINE = re.compile(r"(?:(?<=\s)|^)[(（]?([A-HＡ-Ｈ])[)）.．、:：]\s{0,9}")
_LETTER_ANYWHERE = re.compile(r"([A-HＡ-Ｈ])[.．、]\s{0,9}")
LABELS = {
    "answer": ("参考答案", "正确答案", "标准答案", "答案要点", "评分要点", "答案", "Answer", "ANSWER"),
    "explanation": ("答案解析", "试题解析", "参考解析", "解析"),
    "chapter": ("所属章节", "所属章", "章节", "章"),
    "difficulty": ("难度",),
    "source": ("来源", "出处"),
    "author": ("作者", "命题人"),
    "law_as_of": ("法规截止日", "法规日期"),
    "cites": ("法规依据", "依据"),
    "tags": ("标签", "知识点", "考点"),
    "kind": ("题型",),
    "passage": ("背景材料", "材料"),
    "accepted": ("同样算对", "可接受答案"),
    "model": ("作答示例", "参考范文"),
    "notes": ("选项说明",),
}
# What the fields of a question are called when a problem is told.
NAMES = {
    "stem": "题干",
    "options": "选项",
    "parts": "答案",
    **{field: words[-1] for field, words in LABELS.items()},
} | {
    "answer": "答案",
    "chapter": "章节",
}
_FIELD_OF = {word: field for field, words in LABELS.items() for word in words}
_WORDS = "|".join(sorted(_FIELD_OF, key=len, reverse=True))
_LABEL = re.compile(
    rf"^(?:[【\[]\s{{0,9}}(?P<boxed>{_WORDS})\s{{0,9}}(?P<b>[A-H]|\d{{1,2}})?\s{{0,9}}[】\]]\s{{0,9}}[:：]?"
    rf"|(?P<open>{_WORDS})\s{{0,9}}(?P<o>[A-H]|\d{{1,2}})?\s{{0,9}}(?:[(（](?P<version>\d{{4}})[^)）]{{0,4}}[)）])?\s{{0,9}}[:：])\s{{0,9}}"
)
_ANSWERS = re.compile(
    rf"^(?:[{_CHINESE}]+[、.．]\s{{0,9}})?[【\[]?(?:参考|标准|正确)?答案(?:(?:及|与|和)?(?:参考|答案)?解析|部分)?[】\]]?\s{{0,9}}[:：]?$"
)
_THEN_EXPLAINED = re.compile(r"(?:[【\[](?:答案)?解析[】\]]\s{0,9}[:：]?|(?:答案)?解析\s{0,9}[:：])\s{0,9}")
MARKS = re.compile(r"[(（]\s{0,9}(?:本题|共)?\s{0,9}(\d{1,3}(?:\.[05])?)\s{0,9}分\s{0,9}[)）]")


def head(line: str) -> str | None:
    """The question type that a section head announces; ``""`` where its questions tell it; ``None``: no head."""
    found = _HEAD.match(line)
    return _HEADS[found[1]] if found else None


def numbered(line: str) -> tuple[str, int, str] | None:
    """The way a line is numbered (``dot`` or ``paren``), its number, and the rest."""
    found = _NUMBERED.match(line)
    if not found:
        return None
    way = "paren" if found["paren"] else "dot"
    return way, int(found["dot"] or found["paren"] or found["word"]), line[found.end() :]


def case(line: str) -> str | None:
    """What follows 案例一：; ``None`` where no case begins."""
    found = _CASE.match(line)
    return line[found.end() :] if found else None


def prompt(line: str) -> str | None:
    """What follows 问题1：."""
    found = _PROMPT.match(line)
    return line[found.end() :] if found else None


def asks(line: str) -> bool:
    """Whether the questions about a case follow."""
    return _ASKS.match(line) is not None


def chapter(line: str) -> str | None:
    """The chapter that the questions below are of."""
    found = _CHAPTER.match(line)
    return found[1] if found else None


def answers_follow(line: str) -> bool:
    """Whether a line can be the head over the answers of a whole paper."""
    return _ANSWERS.match(line) is not None


def label(line: str) -> tuple[str, str, str] | None:
    """The field a label begins, the letter, number or year in it, and the rest of the line."""
    found = _LABEL.match(line)
    if not found:
        return None
    field = _FIELD_OF[found["boxed"] or found["open"]]
    return field, found["b"] or found["o"] or found["version"] or "", line[found.end() :]


def options(line: str) -> list[tuple[str, str]]:
    """The options on a line that begins with a letter: (letter, text) pairs; none on another line."""
    if not _LETTER.match(line):
        return []
    for pattern, least in ((_LETTER_IN_LINE, 2), (_LETTER_ANYWHERE, 3), (_LETTER_IN_LINE, 1)):
        marks: list[re.Match[str]] = []
        for found in pattern.finditer(line):
            if not marks or _plain(found[1]) > _plain(marks[-1][1]):
                marks.append(found)
        if len(marks) >= least and marks[0].start() == 0:
            ends = [mark.start() for mark in marks[1:]] + [len(line)]
            return [(_plain(mark[1]), line[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True)]
    found_one = _LETTER.match(line)
    return [(_plain(found_one[1]), line[found_one.end() :].strip())] if found_one else []


def explained(text: str) -> tuple[str, str]:
    """An answer, and the explanation that follows on its line."""
    found = _THEN_EXPLAINED.search(text)
    return (text[: found.start()].strip(), text[found.end() :].strip()) if found else (text.strip(), "")


def marks_at_end(text: str) -> tuple[str, int]:
    """A text without the points in brackets at its end, and these in half-points (0: none)."""
    found = None
    for one in MARKS.finditer(text):
        found = one
    if not found or text[found.end() :].strip(" 。．.；;"):
        return text, 0
    return text[: found.start()].rstrip(), int(float(found[1]) * 2)


def _plain(letter: str) -> str:
    return unicodedata.normalize("NFKC", letter)
