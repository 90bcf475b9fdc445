"""Files of questions to send, made in memory."""

import csv
import io
import json

import openpyxl

OPTIONS = {"subject": "sw-law-policy", "version": "2025"}
HEAD = ["题型", "题干", "选项A", "选项B", "选项C", "选项D", "选项E", "答案", "解析", "章", "难度", "法规截止日"]
SINGLE = ["单选题", "甲题干", "甲", "乙", "丙", "丁", "", "C", "因为", "03", "0.7", "2025-12-31"]
MULTIPLE = ["多选题", "乙题干", "甲", "乙", "丙", "丁", "戊", "ABD", "", "社会救助", "易", ""]


def xlsx(*rows, head=HEAD):
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in (head, *rows):
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


def csv_text(*rows, head=HEAD):
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows])
    return text.getvalue()


def lines(*entries):
    return "\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries).encode()


OURS = {"type": "single", "stem": "丙题干", "options": ["甲", "乙"], "answer": "A", "chapters": {"2025": ["03"]}}

OTHER = {**OURS, "stem": "丁题干"}


def changed(row, head, value):
    return [value if column == head else cell for column, cell in zip(HEAD, row, strict=True)]


def said(planned):
    return [(p.row, p.column, str(p.sentence)) for p in planned.problems]
