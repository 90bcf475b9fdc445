"""What the cells of a centre's file say of subjects, approval and marks.

Source: result codes −1 absent, −2 violation, −4 void (DOMAIN.md 1.2); level names as the papers write them (7.2).
"""

import re
from decimal import Decimal, InvalidOperation

from examprep.exams.rules.cycle import ABSENT, SCORED, VIOLATION, VOID
from examprep.exams.rules.papers import FULL_HALF_POINTS, SUBJECTS, some_of
from examprep.kernel.errors import RuleViolation
from examprep.kernel.widths import plain
from examprep.syllabus.rules.levels import INTERMEDIATE, read_level

CODES = {
    "-1": ABSENT, "缺考": ABSENT, "缺": ABSENT, "未参加考试": ABSENT, "absent": ABSENT,
    "-2": VIOLATION, "违纪": VIOLATION, "违规": VIOLATION, "violation": VIOLATION,
    "-4": VOID, "成绩无效": VOID, "无效": VOID, "作废": VOID, "void": VOID,
}  # fmt: skip
# Every dash that files bear before a number: hyphens, en, em and minus signs, and their narrow and wide forms.
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－➖", "-"))
# What a subject is called without its level; which subject it is then follows from the level.
_KINDS = {
    "comprehensive": ("综合能力", "综合", "社会工作综合能力", "社工综合能力", "综合能力科目"),
    "practice": ("实务", "社会工作实务", "社工实务", "实务科目"),
    "law-policy": ("法规与政策", "法规", "社会工作法规与政策", "政策法规", "法规政策", "政策与法规", "社工法规与政策"),
}
_KIND_WORDS = {word: kind for kind, words in _KINDS.items() for word in words}
_APPROVED = {"通过", "审核通过", "已通过", "已审核", "合格", "是", "对", "y", "yes", "approved", "1"}
_NOT_APPROVED = {
    "不通过", "未通过", "审核不通过", "审核未通过", "驳回", "待审核", "未审核", "审核中", "不合格", "否", "错",
    "n", "no", "0", "",
}  # fmt: skip
_ALL_SUBJECTS = {"", "全科", "全部", "全部科目", "all"}


def read_subject(text: str, level: str | None) -> str | None:
    """The code of a subject as heads and cells name it; ``None`` when it names none, or not without a level."""
    word = plain(text)
    for subjects in SUBJECTS.values():
        if word in subjects:
            return word
    named = re.fullmatch(r"(.+?)\((初级|中级|高级)\)(?:成绩|分数)?", word)
    base, suffix = (named[1], read_level(named[2])) if named else (re.sub(r"(成绩|分数)$", "", word), None)
    for prefix in ("初级", "中级", "高级"):
        if base.startswith(prefix):
            base, suffix = base.removeprefix(prefix), read_level(prefix)
    kind = _KIND_WORDS.get(base)
    if kind == "law-policy":
        suffix = suffix or INTERMEDIATE  # the only level that has it
    if suffix and level and suffix != level:
        return None
    code = f"{(suffix or level or '').lower()}-{kind}"
    return next((code for subjects in SUBJECTS.values() if code in subjects), None)


def is_subject_head(text: str) -> bool:
    """Whether a head names a subject at any level."""
    return any(read_subject(text, level) for level in SUBJECTS)


def read_subjects(text: str, level: str) -> tuple[str, ...] | None:
    """The subjects registered for; ``None`` is all of the level, also when each of them is named.

    Raises:
        RuleViolation: ``exams.subject``.
    """
    if plain(text) in _ALL_SUBJECTS:
        return None
    found = []
    for word in filter(None, re.split(r"[,;、，；/|]+", text)):
        code = read_subject(word, level)
        if code is None:
            raise RuleViolation("exams.subject", "“%(written)s” is no subject of this level.", written=word.strip())
        found.append(code)
    return some_of(level, found)


def read_approved(text: str) -> bool:
    """Raises RuleViolation: ``exams.approved``."""
    word = plain(text)
    if word in _APPROVED:
        return True
    if word in _NOT_APPROVED:
        return False
    raise RuleViolation("exams.approved", "“%(written)s” is no state of approval. Write 通过 or 不通过.", written=text)


def read_mark(text: str) -> tuple[str, int | None]:
    """A code and, only when it is ``scored``, half-points.

    Raises:
        RuleViolation: ``exams.mark`` -- not a mark, not a known code, outside 0 to 100, or not a step of half a point.
    """
    word = plain(text.translate(_DASHES)).removesuffix("分")
    word = re.sub(r"^(-?\d+)\.0+$", r"\1", word)
    if word in CODES:
        return CODES[word], None
    try:
        points = Decimal(word)
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite():
        raise RuleViolation(
            "exams.mark",
            "“%(written)s” is not a mark. Write points such as 59.5, or −1 absent, −2 violation, −4 void.",
            written=text,
        )
    if points < 0:
        raise RuleViolation(
            "exams.mark", "%(written)s is not a known code. Known are −1 absent, −2 violation, −4 void.", written=text
        )
    if 2 * points > FULL_HALF_POINTS:
        raise RuleViolation("exams.mark", "The mark %(written)s is above 100, the full marks of a paper.", written=text)
    if 2 * points != (2 * points).to_integral_value():
        raise RuleViolation(
            "exams.mark", "The mark %(written)s is not a step of half a point, such as 59 or 59.5.", written=text
        )
    return SCORED, int(2 * points)
