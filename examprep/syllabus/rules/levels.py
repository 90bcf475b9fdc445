"""The three levels of the social work qualification, and how people write them.

Source: 国人部发〔2006〕71号 (assistant and intermediate); 《高级社会工作师评价办法》 2018 (senior). The names are those
that lists and papers use (DOMAIN.md 7.2).
"""

import unicodedata

from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import Sentence

# In rising order; a level's rank is its place here, from 1.
LEVELS = ASSISTANT, INTERMEDIATE, SENIOR = ("ASW", "SW", "SSW")

LEVEL_NAMES = {
    ASSISTANT: Sentence("Assistant social worker"),
    INTERMEDIATE: Sentence("Social worker (intermediate)"),
    SENIOR: Sentence("Senior social worker"),
}

# 社会工作者 names the whole trade, yet lists that count it beside 助理社会工作师 mean the intermediate level.
_ALIASES = {
    ASSISTANT: ("asw", "assistant", "初级", "助理", "助理社工师", "助理社会工作师", "初级社工师", "初级社会工作师"),
    INTERMEDIATE: ("sw", "intermediate", "中级", "社工师", "社会工作师", "中级社工师", "中级社会工作师", "社会工作者"),
    SENIOR: ("ssw", "senior", "高级", "高级社工师", "高级社会工作师"),
}
_BY_ALIAS = {alias: level for level, aliases in _ALIASES.items() for alias in aliases}


def rank(level: str) -> int:
    """1, 2 or 3; higher is higher."""
    return LEVELS.index(level) + 1


def read_level(text: str) -> str:
    """The level that a list calls by any of its usual names; width, spaces and 证书 after it are forgiven.

    Raises:
        RuleViolation: ``syllabus.level`` -- none of them.
    """
    word = "".join(unicodedata.normalize("NFKC", text).split()).casefold().removesuffix("证书")
    if not word:
        raise RuleViolation("syllabus.level", "The level is missing. Write 初级, 中级 or 高级.")
    found = _BY_ALIAS.get(word.removeprefix("社会工作者职业资格考试"))
    if found is None:
        raise RuleViolation(
            "syllabus.level", "“%(written)s” is not a level. Write 初级, 中级 or 高级 (or ASW, SW, SSW).", written=text
        )
    return found
