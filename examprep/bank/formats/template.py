"""The empty workbook: a first sheet to fill in, a second one that explains and shows examples."""

import io
from collections.abc import Sequence

from examprep.bank.formats.heads import HEADS, TEMPLATE_FIELDS
from examprep.bank.formats.words import KINDS

ROWS_PREPARED = 2000
WIDTHS = {"stem": 50, "explanation": 50, "kind": 10, "answer": 10, "chapter": 12, "difficulty": 8}
GUIDE = (
    ("题型", "单选题、多选题、判断题、简答题、案例分析题、方案设计题 或 论述题；留空时按答案判断", "单选题", "多选题"),
    (
        "题干",
        "必填；同一来源内题干不得重复",
        "社会工作者尊重服务对象的选择，这体现了哪一项原则？",
        "下列属于直接服务的有哪些？",
    ),
    ("选项A", "必填；不必再写字母", "自决", "个案辅导"),
    ("选项B", "必填", "保密", "支持小组"),
    ("选项C", "按顺序填写，中间不得空", "接纳", "政策建议"),
    ("选项D", "同上", "个别化", "督导同事"),
    ("选项E", "多选题一般五个选项", "", "陪同就医"),
    ("选项F", "最多六个", "", ""),
    (
        "答案",
        "必填；A 或 ABD，也可写 A、B、D；多选题至少两个正确、至少一个错误；"
        "判断题写 对 或 错；简答题写要点，如 接纳（2分）",
        "A",
        "ABE",
    ),
    ("解析", "说明为什么对、为什么错", "服务对象有权自己作出决定。", "与服务对象直接接触的是直接服务。"),
    ("章", "章号或章名，多个用顿号分开；留空时用上传时选择的章", "02", "01、05"),
    ("难度", "预计答对的比例，如 0.7；也可写 易、中、难", "0.8", "中"),
    ("来源", "如 原创、某年模拟卷；请勿使用受版权保护的真题", "原创", "原创"),
    ("作者", "谁写的这道题", "王老师", "王老师"),
    ("法规截止日", "答案依据的法规以哪一天有效的为准，如 2025-12-31；与法规无关可空", "", ""),
)


def template_workbook(filled: Sequence[Sequence[str]] = ()) -> bytes:
    """Heads in Chinese, cells as text so that answers and dates stay as typed, types chosen from a list.

    ``filled`` are rows, the first one the heads, where the template goes out with questions in it.
    """
    import xlsxwriter  # only here: else every process would hold it

    heads = filled[0] if filled else [HEADS[field][0] for field in TEMPLATE_FIELDS]
    widths = {HEADS[field][0]: width for field, width in WIDTHS.items()}
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_urls": False}) as book:
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E4EFEB"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        page = book.add_worksheet("试题")
        page.freeze_panes(1, 0)
        for place, name in enumerate(heads):
            page.set_column(place, place, widths.get(name, 16), text)
            page.write_string(0, place, name, head)
        for number, cells in enumerate(filled[1:], 1):
            for place, cell in enumerate(cells):
                if cell:
                    page.write_string(number, place, cell, text)
        page.data_validation(
            1, 0, ROWS_PREPARED, 0, {"validate": "list", "source": [words[0] for words in KINDS.values()]}
        )
        guide = book.add_worksheet("说明")
        guide.set_column(0, 0, 14)
        guide.set_column(1, 3, 46, wrap)
        guide.write_row(0, 0, ("列", "怎样填", "例一", "例二"), head)
        for row, entry in enumerate(GUIDE, 1):
            guide.write_row(row, 0, entry)
    return buffer.getvalue()
