"""What the columns of a table of questions are called, and a question as a row of the template. Pure."""

from examprep.bank.formats.raw import RawQuestion
from examprep.bank.types.choices import LETTERS

# The first word of each is the head the template has.
HEADS: dict[str, tuple[str, ...]] = {
    "kind": ("题型", "type", "questiontype", "类型"),
    "stem": ("题干", "stem", "question", "题目", "试题", "题目内容"),
    **{
        f"option_{letter}": (f"选项{letter}", f"option{letter.lower()}", letter.lower(), f"选项{number}")
        for number, letter in enumerate(LETTERS, 1)
    },
    "options": ("选项", "options", "备选项"),
    "answer": ("答案", "answer", "key", "正确答案", "参考答案", "标准答案"),
    "explanation": ("解析", "explanation", "答案解析", "试题解析"),
    "chapter": ("章", "chapter", "chapters", "章节", "所属章"),
    "difficulty": ("难度", "difficulty"),
    "source": ("来源", "source", "出处"),
    "author": ("作者", "author", "命题人"),
    "law_as_of": ("法规截止日", "lawasof", "lawdate", "法规日期"),
    "cites": ("依据", "cites", "法规依据"),
    "tags": ("标签", "tags", "知识点"),
    "passage": ("材料", "passage", "背景材料"),
}
TEMPLATE_FIELDS = (
    "kind",
    "stem",
    *(f"option_{letter}" for letter in LETTERS),
    "answer",
    "explanation",
    "chapter",
    "difficulty",
    "source",
    "author",
    "law_as_of",
)


def template_cells(question: RawQuestion, line: str = "") -> list[str]:
    """The question as a row of the template, so that what failed can be handed back as a workbook.

    ``line`` is what could not be read at all.
    """
    if any(field == "" for field, _ in question.faults):
        return ["", line.strip(), *[""] * (len(TEMPLATE_FIELDS) - 2)]
    cells = {
        "kind": question.kind,
        "stem": question.stem,
        "answer": question.answer,
        "explanation": question.explanation,
        "chapter": "、".join(number for numbers in question.chapters.values() for number in numbers),
        "difficulty": question.difficulty,
        "source": question.source,
        "author": question.author,
        "law_as_of": question.law_as_of,
        **{f"option_{LETTERS[place]}": text for place, text in enumerate(question.options[: len(LETTERS)])},
    }
    return [cells.get(field, "") for field in TEMPLATE_FIELDS]
