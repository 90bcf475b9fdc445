"""What people write in a cell, understood: answers, options, types, difficulty, dates. Pure.

What cannot be understood is refused with a sentence that says what would be right.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache

from examprep.bank.types.choices import LETTERS
from examprep.kernel.sentence import Sentence

KINDS = {
    "single-choice": ("单选题", "单选", "单项选择题", "单项选择", "single", "singlechoice"),
    "multiple-choice": ("多选题", "多选", "多项选择题", "多项选择", "multiple", "multiplechoice"),
    "true-false": ("判断题", "判断", "是非题", "truefalse", "true/false", "boolean"),
    "short-answer": ("简答题", "简答", "填空题", "填空", "shortanswer", "short"),
    "case-analysis": ("案例分析题", "案例分析", "案例题", "案例", "caseanalysis", "case"),
    "programme-design": ("方案设计题", "方案设计", "programmedesign", "design"),
    "essay": ("论述题", "论述", "essay"),
}
TRUE = ("对", "正确", "是", "√", "✓", "t", "true", "right")
FALSE = ("错", "错误", "否", "不对", "不正确", "×", "✗", "✕", "f", "false", "wrong")
_KIND_OF = {word: kind for kind, words in KINDS.items() for word in (*words, kind.replace("-", ""))}
_BETWEEN = re.compile(r"[\s,;、/|+.()\[\]和与及]+")
_MARK = re.compile(r"[(（]?\s*([A-HＡ-Ｈ])\s*[)）.．、:：]\s*")
_MARK_IN_LINE = re.compile(r"(?:^|(?<=\s))[(（]?([A-HＡ-Ｈ])[)）.．、:：]\s*", re.MULTILINE)
_BLANKS = re.compile(r"[ \t\xa0\u3000]{2,}|\t")
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?$")
_EASE = {"易": 0.8, "容易": 0.8, "easy": 0.8, "中": 0.6, "中等": 0.6, "medium": 0.6, "难": 0.4, "hard": 0.4}


class WordError(ValueError):
    """The text does not say what it should; the sentence tells what would be right."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))


@lru_cache(maxsize=1024)
def read_answer(text: str, called: str = "") -> frozenset[int]:
    """Places from 0 of the options an answer names: ``ABD``, ``A,B,D``, ``A、B``, ``①③``, full width or not.

    ``called`` are the options' letters where the file skips some.

    Raises:
        WordError: empty, something else than letters A-H or numbers 1-8, a skipped letter, or one named twice.
    """
    shown = text.strip()
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", shown)).upper()
    if not plain:
        raise WordError(Sentence("The answer is missing. Write the letters of the right options, as in A or ABD."))
    if set(plain) <= set(called or LETTERS):
        places = [(called or LETTERS).index(letter) for letter in plain]
    elif set(plain) <= set("12345678"):
        places = [int(digit) - 1 for digit in plain]
    else:
        raise WordError(
            Sentence(
                "“%(written)s” is not an answer. Write the letters of the right options, as in A or ABD.",
                written=shown[:40],
            )
        )
    if len(set(places)) < len(places):
        raise WordError(Sentence("The answer “%(written)s” names an option twice. Name each once.", written=shown[:40]))
    return frozenset(places)


@lru_cache(maxsize=1024)
def read_judgement(text: str) -> bool | None:
    """Whether a word judges a statement right (对, T, √) or wrong (错, F, ×); ``None`` when it judges nothing."""
    word = unicodedata.normalize("NFKC", text).strip().strip("()。.").casefold()
    return True if word in TRUE else False if word in FALSE else None


@lru_cache(maxsize=1024)
def read_kind(text: str, places: frozenset[int]) -> str:
    """The question type a word means; without a word, one right option makes it single choice.

    Raises:
        WordError: a word nobody knows.
    """
    word = unicodedata.normalize("NFKC", text).casefold()
    word = re.sub(r"[\s_\-()]+", "", word)
    if not word:
        return "multiple-choice" if len(places) > 1 else "single-choice"
    if word not in _KIND_OF:
        raise WordError(
            Sentence(
                "“%(written)s” is no question type. "
                "Write 单选题, 多选题, 判断题, 简答题, 案例分析题, 方案设计题 or 论述题.",
                written=text.strip()[:40],
            )
        )
    return _KIND_OF[word]


def split_options(text: str) -> list[str]:
    """The options that stand together in one cell: lettered, or one a line, or parted by ``|`` or ``；``."""
    marks: list[re.Match[str]] = []
    for found in _MARK_IN_LINE.finditer(text):
        if len(marks) < len(LETTERS) and unicodedata.normalize("NFKC", found[1]) == LETTERS[len(marks)]:
            marks.append(found)
    if len(marks) >= 2:
        ends = [found.start() for found in marks[1:]] + [len(text)]
        return [text[found.end() : end].strip(" \t\n;；") for found, end in zip(marks, ends, strict=True)]
    for separator in ("\n", "|", "；", ";"):
        parts = [part.strip() for part in text.split(separator)]
        if len(parts) >= 2:
            return [part for part in parts if part]
    return [text.strip()] if text.strip() else []


def split_lettered(text: str) -> tuple[list[str], str]:
    """The options that stand together in one cell, and their letters where one is skipped."""
    marks = list(_MARK_IN_LINE.finditer(text))
    letters = "".join(unicodedata.normalize("NFKC", found[1]) for found in marks)
    alone = all(not text[: found.start()].strip() or "\n" in text[: found.start()][-1:] for found in marks)
    if len(marks) < 2 or not alone or letters != "".join(sorted(set(letters))) or letters == LETTERS[: len(letters)]:
        return split_options(text), ""
    ends = [found.start() for found in marks[1:]] + [len(text)]
    return [text[found.end() : end].strip(" \t\n;；") for found, end in zip(marks, ends, strict=True)], letters


def strip_mark(option: str) -> tuple[str, str]:
    """The option without the letter before it, and that letter (``""`` when there is none)."""
    option = option.strip()
    found = _MARK.match(option)
    if not found:
        return option, ""
    return option[found.end() :].strip(), unicodedata.normalize("NFKC", found[1])


@lru_cache(maxsize=1024)
def read_difficulty(text: str) -> float | None:
    """The share expected to answer right: ``0.7``, ``70%``, or 易 / 中 / 难.

    Raises:
        WordError: none of these.
    """
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    if not word:
        return None
    if word in _EASE:
        return _EASE[word]
    if re.fullmatch(r"\d{1,3}(\.\d+)?%|[01](\.\d+)?|\.\d+", word):
        share = float(word[:-1]) / 100 if word.endswith("%") else float(word)
        if share <= 1:
            return share
    raise WordError(
        Sentence(
            "“%(written)s” is not a difficulty. Write the share expected right, as in 0.7, or 易, 中 or 难.",
            written=text,
        )
    )


@lru_cache(maxsize=1024)
def read_day(text: str, today: date) -> date | None:
    """A day such as 2025-12-31, 2025/12/31 or 2025年12月31日, not after ``today``.

    Raises:
        WordError: no such day, or one that has not come.
    """
    word = unicodedata.normalize("NFKC", text).strip()
    if not word:
        return None
    found = _DAY.match(word)
    try:
        day = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise WordError(Sentence("“%(written)s” is not a date. Write it as in 2025-12-31.", written=text.strip()[:40]))
    if day > today:
        raise WordError(Sentence("%(day)s has not come yet. Give the day whose law the answer follows.", day=day))
    return day


def tidy(text: str) -> str:
    """The text with runs of blanks made one and blank ends cut; lines stay lines."""
    text = text.strip()
    if "\n" not in text and not _BLANKS.search(text):
        return text
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in text.splitlines())


def read_number(text: str) -> int | None:
    """The number of a chapter: ``05``, ``5``, ``第5章``, ``第五章``, ``05 个案``; ``None`` when there is none."""
    word = unicodedata.normalize("NFKC", text).strip()
    if found := re.match(r"^第?\s*(\d{1,3})(?!\d)\s*章?", word):
        return int(found[1])
    if found := re.match(r"^第([一二三四五六七八九十]{1,3})章", word):
        return _chinese_number(found[1])
    return None


def _chinese_number(word: str) -> int | None:
    """Up to 99: 五, 十, 十五, 二十, 二十一."""
    digits = "一二三四五六七八九"
    tens, ten, ones = word.rpartition("十")
    if not ten:
        return digits.index(word) + 1 if len(word) == 1 else None
    if len(tens) > 1 or len(ones) > 1:
        return None
    return 10 * (digits.index(tens) + 1 if tens else 1) + (digits.index(ones) + 1 if ones else 0)
