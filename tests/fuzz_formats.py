"""Throws random and damaged files at every reader: ``python -m tests.fuzz_formats --inputs 20000``.

A reader may refuse a file (`UnreadableFile`) and name what is wrong in it; anything else it raises is a fault, and
so is a file that takes longer than `SLOWEST_SECONDS`.
"""

import argparse
import io
import random
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from examprep.bank.formats.aiken import read_aiken
from examprep.bank.formats.checking import Rules, check_file
from examprep.bank.formats.docx import read_docx
from examprep.bank.formats.docx_out import write_docx
from examprep.bank.formats.gift import read_gift
from examprep.bank.formats.jsonlines import read_json_lines
from examprep.bank.formats.jsonlines_out import write_json_lines
from examprep.bank.formats.moodle_out import write_moodle
from examprep.bank.formats.package_out import write_qti12, write_qti21, write_qti30
from examprep.bank.formats.plain import read_plain
from examprep.bank.formats.raw import RawFile
from examprep.bank.formats.sheet import read_sheet
from examprep.bank.formats.sheet_out import write_xlsx
from examprep.bank.formats.text import read_text
from examprep.bank.formats.writing import Exported
from examprep.bank.formats.xml_files import read_package, read_xml
from examprep.plumbing.sheets import read_table
from examprep.plumbing.unreadable import UnreadableFile
from tests.bank.damage import PIECES, damaged
from tests.bank.exported import question
from tests.bank.files import MULTIPLE, OURS, SINGLE, csv_text, lines
from tests.bank.sent_out import of_each_type

SLOWEST_SECONDS = 5.0
PLAIN = """一、单选题
1．甲题（ ）。
A．一  B．二
C．三
答案：B
解析：因为
章节：第3章
二、案例分析题
案例一：故事
问题：
1. 甲？（8分）
2. 乙？（4分）
答案：
1.（1）甲（4分）
（2）乙（4分）
2. 丙（4分）
"""
KEYED = "一、判断题\n1.甲。\n2.乙。\n3.丙。\n参考答案\n1-2 √×\n3.对 解析：因为\n"
SHARED = (
    "（一）甲\n乙\n根据以上材料，回答1～2题。\n1．甲。\n答案：对\n2．乙。\n答案：错\n"
    "（3-4题共用题干）\n丙\n3．丙。\n答案：对\n"
)
AIKEN = "甲题\nA. 一\nB) 二\nANSWER: B\n"
GIFT = "$CATEGORY: a\n\n::t::[html]甲\\=乙 {=对#因为 ~%-50%错 ####总}\n\n是 {T}\n\n空 {=甲 =乙} 白\n\n数 {#3:1}\n"
ONE = Exported(question("single-choice", "甲题", {"options": ["一", "二"], "correct": [1]}, explanation="因为"))
DOCX, XLSX = write_docx([ONE]).content, write_xlsx([ONE]).content
EACH = of_each_type()
QTI12, QTI21, QTI30 = (write(EACH).content for write in (write_qti12, write_qti21, write_qti30))


def _part(package: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package)) as files:
        return files.read(name)


def _xml(content: bytes) -> RawFile:
    return read_xml(content, "a.xml")


def _package(content: bytes) -> RawFile:
    return read_package(content, "a.zip")


def _table(content: bytes) -> RawFile:
    return read_sheet(read_table(content, "a.csv"))


def _workbook(content: bytes) -> RawFile:
    return read_sheet(read_table(content, "a.xlsx"))


# Each reader, and a file it reads.
READERS: Mapping[str, tuple[Callable[[bytes], RawFile], bytes]] = {
    "plain": (read_plain, PLAIN.encode()),
    "plain-key": (read_plain, KEYED.encode()),
    "plain-shared": (read_plain, SHARED.encode()),
    "aiken": (read_aiken, AIKEN.encode()),
    "gift": (read_gift, GIFT.encode()),
    "text": (read_text, (GIFT + PLAIN).encode()),
    "json-lines": (read_json_lines, lines(OURS)),
    "json-each-type": (read_json_lines, write_json_lines(EACH).content),
    "csv": (_table, csv_text(SINGLE, MULTIPLE).encode()),
    "xlsx": (_workbook, XLSX),
    "docx": (read_docx, DOCX),
    "moodle": (_xml, write_moodle(EACH).content),
    "qti-1.2": (_xml, _part(QTI12, "questions.xml")),
    "qti-2.1-choice": (_xml, _part(QTI21, "question-00007.xml")),
    "qti-2.1-words": (_xml, _part(QTI21, "question-00011.xml")),
    "qti-3.0-case": (_xml, _part(QTI30, "question-00008.xml")),
    "package-1.2": (_package, QTI12),
    "package-2.1": (_package, QTI21),
    "package-3.0": (_package, QTI30),
}


def inputs(sample: bytes, count: int, draw: random.Random) -> Iterator[bytes]:
    """Nonsense and damaged samples: half of each, and less nonsense where the reader refuses it at once."""
    for number in range(count):
        match number % (10 if sample.startswith((b"<", b"PK")) else 4):
            case 0:
                yield "".join(draw.choices(PIECES, k=draw.randint(0, 200))).encode("utf-8")
            case 1:
                yield draw.randbytes(draw.randint(0, 200))
            case _:
                yield damaged(sample, draw)


def fuzz(name: str, count: int, seed: int) -> int:
    """How many of ``count`` files the reader took; raises what it must not raise, with the file in its note."""
    read, sample = READERS[name]
    taken = 0
    for content in inputs(sample, count, random.Random(f"{name}{seed}")):
        started = time.perf_counter()
        try:
            checked = check_file(read(content), Rules({}, "", 0, {}, date(2026, 4, 1)))
            said = [*(problem.sentence for problem in checked.problems), *checked.notes]
            assert all(str(sentence) for sentence in said)
            taken += 1
        except UnreadableFile:
            pass
        except BaseException as error:  # a reader not written in Python panics with no Exception
            error.add_note(f"{name}: {content!r}")
            raise
        if time.perf_counter() - started > SLOWEST_SECONDS:
            raise AssertionError(f"{name} is slow: {content!r}")
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000, help="files for each reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=sorted(READERS), action="append")
    options = parser.parse_args()
    for name in options.only or READERS:
        started = time.perf_counter()
        taken = fuzz(name, options.inputs, options.seed)
        seconds = time.perf_counter() - started
        print(f"{name}: {options.inputs} files, {taken} read, none broke the reader; {seconds:.0f} s")


if __name__ == "__main__":
    main()
