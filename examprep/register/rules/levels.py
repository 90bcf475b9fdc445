"""The three levels of the social work qualification, and how people write them.

Source: 国人部发〔2006〕71号 (assistant and intermediate); 《高级社会工作师评价办法》 2018 (senior).
"""

from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import Sentence

# In rising order; a level's rank is its place here, from 1.
LEVELS = ("ASW", "SW", "SSW")

WORDS = {
    "ASW": Sentence("Assistant social worker"),
    "SW": Sentence("Social worker (intermediate)"),
    "SSW": Sentence("Senior social worker"),
}

# 社会工作者 names the whole trade, yet lists that count it beside 助理社会工作师 mean the intermediate level.
_ALIASES = {
    "ASW": ("初级", "助理社会工作师", "助理社工师", "助理", "初级社会工作师", "初级社会工作师证书", "assistant", "asw"),
    "SW": ("中级", "社会工作师", "社工师", "中级社会工作师", "社会工作者", "intermediate", "sw"),
    "SSW": ("高级", "高级社会工作师", "高级社工师", "senior", "ssw"),
}
_BY_ALIAS = {alias: level for level, aliases in _ALIASES.items() for alias in aliases}


def rank(level: str) -> int:
    """1, 2 or 3; higher is higher."""
    return LEVELS.index(level) + 1


def read_level(text: str) -> str:
    """The level that a list calls by any of its usual names.

    Raises:
        RuleViolation: ``register.level`` -- none of them.
    """
    found = _BY_ALIAS.get("".join(text.split()).casefold())
    if found is None:
        raise RuleViolation(
            "register.level", "“%(written)s” is not a level. Write 初级, 中级 or 高级 (or ASW, SW, SSW).", written=text
        )
    return found
