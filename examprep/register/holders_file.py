"""What stands in one row of a list of holders: columns by their usual heads, cells by their usual spellings."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from examprep.imports.reading import PERSON, READ_ONCE, Notes, Reader
from examprep.imports.rules.cells import read_day
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.people.rules.resident_id import ID_NUMBER_DIGITS
from examprep.plumbing.sheets import Row
from examprep.register.rules.numbers import refuse_id_number
from examprep.register.rules.process import PLATFORM, PLATFORM_WORDS, Status
from examprep.syllabus.rules.levels import read_level

HEADS: dict[str, tuple[str, ...]] = {
    "name": PERSON["name"],
    "id_number": PERSON["id_number"],
    "level": ("级别", "证书级别", "等级", "证书等级", "资格级别", "证书类别", "证书名称", "资格名称"),
    "number": ("证书管理号", "管理号", "证书编号", "证书号", "证书号码"),
    "issued_on": ("发证日期", "批准日期", "签发日期", "发证时间", "取得日期", "取证日期"),
    "unit": PERSON["unit"],
    "qualified_year": ("取得年度", "考试年度", "合格年度", "取证年度"),
    "validity": ("有效范围", "证书范围", "适用范围"),
    "registered_on": ("登记日期", "首次登记日期", "最近登记日期", "登记时间"),
    "registered_until": ("登记有效期至", "登记有效期", "有效期至", "登记到期日期"),
    "status": ("登记状态", "审核状态", "登记进度"),
    "place": ("登记地", "登记所在地", "登记地区"),
    "phone": ("手机", "手机号", "联系电话", "电话"),
    "email": ("邮箱", "电子邮箱", "电子邮件"),
}
ALIASES = {**HEADS, "born_on": PERSON["born_on"]}  # tells persons apart in files without ID numbers
REQUIRED = ("name", "id_number", "level", "number", "issued_on")
_EXAMPLES = {
    "name": "张三",
    "id_number": "",
    "level": "初级",
    "number": "20230612520000000001",
    "issued_on": "2023-09-15",
    "unit": "",
    "qualified_year": "2023",
    "validity": "全国",
    "registered_on": "2024-01-10",
    "registered_until": "2027-01-09",
    "status": "已出证",
    "place": "",
    "phone": "",
    "email": "",
}
TEMPLATE = tuple((aliases[0], _EXAMPLES[name]) for name, aliases in HEADS.items())
_VALIDITY = {
    "全国": "national",
    "全国有效": "national",
    "本地": "local",
    "地区": "local",
    "本地区": "local",
}
_SPOILT = re.compile(r"\d(\.\d+)?[Ee]\+?\d+")


EMPTY = Sentence("This must be filled in.")


class Facts(NamedTuple):
    """One certificate as a row states it beside its number; ``None`` is what the row does not say."""

    level: str
    issued_on: date
    qualified_year: int | None = None
    validity: str | None = None
    region_code: str | None = None  # the region in which alone it is valid
    registered_on: date | None = None
    registered_until: date | None = None  # the first day on which the registration no longer holds
    status: Status | None = None
    place_code: str | None = None  # a region
    organisation_id: int | None = None


def facts_reader(
    reader: Reader, units: Mapping[str, Sequence[int]], regions: Mapping[str, Sequence[str]], today: date
) -> Callable[[Row], tuple[str, Facts] | None]:
    """How rows are read: organisations and regions by their names; days up to ``today``, an office day.

    Of each row come the number and the facts; ``None`` when something in it is wrong, which is then noted.
    """
    readers: dict[str, Callable[[str], Any]] = {
        "level": read_level,
        "issued_on": lambda text: read_day(text, today=today),
        "qualified_year": lambda text: read_year(text, today),
        "validity": lambda text: read_validity(text, regions),
        "registered_on": lambda text: read_day(text, today=today),
        "registered_until": read_until,
        "status": read_status,
        "place": lambda text: read_place(text, regions),
        "unit": lambda text: read_unit(text, units),
    }
    # Where the rows differ in their days, each day still stands in many.
    readers = {name: lru_cache(READ_ONCE)(read) for name, read in readers.items()}
    facts_of = reader.reading(tuple(readers), lambda texts, notes: _facts(texts, readers, notes))

    def read(row: Row) -> tuple[str, Facts] | None:
        facts, number = facts_of(row), ""
        with reader.checking(row, "number"):
            number = read_number(reader.text(row, "number"))
        return (number, facts) if number and facts else None

    return read


def _facts(texts: Mapping[str, str], readers: Mapping[str, Callable[[str], Any]], notes: Notes) -> Facts | None:
    read = dict[str, Any]()
    for name, text in texts.items():
        if text:
            with notes.checking(name):
                read[name] = readers[name](text)
        elif name in REQUIRED:
            notes.problem(name, EMPTY)
    issued_on, registered_on = read.get("issued_on"), read.get("registered_on")
    if issued_on and registered_on and registered_on < issued_on:
        notes.problem("registered_on", Sentence("A certificate is registered after it was issued, not before."))
    until = read.get("registered_until")
    if until and (not registered_on or until <= registered_on):
        ends = Sentence("A registration ends after it began; give the day on which it began too.")
        notes.problem("registered_until", ends)
    if read.get("status") in (Status.COMPLETED, Status.ISSUED) and registered_on is None:
        notes.problem("status", Sentence("Who is registered has a day of registration; fill in 登记日期."))
    if notes.wrong:
        return None
    read["validity"], read["region_code"] = read.get("validity", (None, None))
    return Facts(place_code=read.pop("place", None), organisation_id=read.pop("unit", None), **read)


def read_number(text: str) -> str:
    """A certificate number, without spaces.

    Raises:
        RuleViolation: there is none; Excel turned it into a number and lost digits; it holds other characters; or it
            is an ID number, which no certificate number can be: those begin with the year of the exam.
    """
    if not text:
        raise RuleViolation("register.number-missing", EMPTY.text)
    if text.isdecimal() and text.isascii() and 4 <= len(text) <= 40 and len(text) != ID_NUMBER_DIGITS:
        return text
    number = "".join(text.split()).upper()
    if _SPOILT.fullmatch(number):
        raise RuleViolation(
            "register.number-spoilt",
            "Excel has turned the certificate number into a number and lost its last digits. "
            "Format the column as text and type it again.",
        )
    refuse_id_number(number)
    if not re.fullmatch(r"[0-9A-Z-]{4,40}", number):
        raise RuleViolation(
            "register.number-shape", "A certificate number has 4 to 40 digits or letters and nothing else."
        )
    return number


def read_until(text: str) -> date:
    """The first day on which a registration no longer holds, of the last one that it did.

    Raises:
        RuleViolation: no such day, or none that has a next one.
    """
    last_day = read_day(text, today=date.max)
    if last_day == date.max:
        raise RuleViolation("register.until", "“%(written)s” stands for no end. Write the last day.", written=text)
    return last_day + timedelta(days=1)


def read_year(text: str, today: date) -> int:
    """Raises RuleViolation: not a year since the first exam of 2008, or in the future."""
    digits = text.removesuffix("年").removesuffix("年度")
    if not re.fullmatch(r"\d{4}", digits) or not 2008 <= int(digits) <= today.year:
        raise RuleViolation("register.year", "“%(written)s” is not an exam year from 2008 to now.", written=text)
    return int(digits)


def read_validity(text: str, regions: Mapping[str, Sequence[str]]) -> tuple[str, str | None]:
    """``national`` or ``local``, and the code of the region where the name or code of one is written.

    Raises:
        RuleViolation: neither of these, or a name that several regions bear.
    """
    codes = regions.get(text, ())
    if len(codes) == 1:
        return "local", codes[0]
    if text not in _VALIDITY:
        raise RuleViolation(
            "register.validity", "Write 全国, or the name or code of the region; 本地 where it is not known."
        )
    return _VALIDITY[text], None


def read_status(text: str) -> Status:
    """Raises RuleViolation: none of the states of the national platform."""
    found = PLATFORM.get(text)
    if found is None:
        raise RuleViolation(
            "register.status", "Write one of the states of the national platform: %(states)s.",
            states="、".join(PLATFORM),
        )  # fmt: skip
    return found


def read_place(text: str, regions: Mapping[str, Sequence[str]]) -> str:
    """The code of a region by its name or code.

    Raises:
        RuleViolation: no region of that name, or several.
    """
    found = regions.get(text, ())
    if len(found) != 1:
        raise RuleViolation(
            "register.place", "“%(name)s” names no region, or several. Write its code of six digits.", name=text
        )
    return found[0]


def read_unit(text: str, units: Mapping[str, Sequence[int]]) -> int:
    """Raises RuleViolation: no organisation of that name within bounds, or several."""
    found = units.get(text, ())
    if len(found) == 1:
        return found[0]
    if found:
        raise RuleViolation(
            "register.unit-twice", "Several of your organisations are named “%(name)s”. Rename one of them.", name=text
        )
    raise RuleViolation(
        "register.unit",
        "None of your organisations is named “%(name)s”. Write its full name, or leave the cell empty for your own.",
        name=text,
    )


_VALIDITY_WORDS = {"national": "全国", "local": "本地"}  # where no region is named
_LEVEL_WORDS = {"ASW": "初级", "SW": "中级", "SSW": "高级"}
_OUT: dict[str, Callable[[Mapping[str, Any], Mapping[str, str]], object]] = {
    "level": lambda row, _: _LEVEL_WORDS[row["level"]],
    "validity": lambda row, names: names.get(row["region_code"]) or _VALIDITY_WORDS[row["validity"]],
    "registered_until": lambda row, _: row["registered_until"] and row["registered_until"] - timedelta(days=1),
    "status": lambda row, _: PLATFORM_WORDS[Status(row["status"])],
    "place": lambda row, names: row["place_code"] and names.get(row["place_code"], row["place_code"]),
}
_PLATFORM_COLUMNS = tuple(name for name in HEADS if name not in {"phone", "email"})


def platform_heads() -> list[str]:
    """The heads of the file that goes to the national platform; 在岗 is for the bureau and not read back."""
    return [*(HEADS[name][0] for name in _PLATFORM_COLUMNS), "在岗"]


def platform_cells(row: Mapping[str, Any], regions: Mapping[str, str], unseal: Callable[[str], str]) -> list[object]:
    """One certificate under `platform_heads`: the ID number opened, days as ISO text, what is not known empty."""
    cells: list[object] = []
    for name in _PLATFORM_COLUMNS:
        if name == "id_number":
            sealed = row["id_number_sealed"]
            value: object = unseal(sealed) if sealed else ""
        else:
            value = _OUT[name](row, regions) if name in _OUT else row[name]
        cells.append("" if value is None else value.isoformat() if isinstance(value, date) else str(value))
    return [*cells, "是" if row["in_post"] else "否"]
