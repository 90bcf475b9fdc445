"""The population as the files that an examination centre and a bureau send."""

from datetime import date, timedelta

from examprep.app.demo.names import other_number
from examprep.app.demo.people import LEVEL_WORDS, SUBJECTS, Population
from examprep.plumbing.listing import xlsx_bytes
from examprep.register.rules.registration import months_after

_ALL_SUBJECTS = ("综合能力", "法规与政策", "实务")


def registrations(population: Population, year: int) -> bytes:
    """Who registered, for which level, from which unit, and whether they were approved."""
    return xlsx_bytes(
        ("姓名", "身份证号", "级别", "单位", "审核状态", "报名日期"),
        (
            (
                entry.person.who.name,
                entry.person.who.id_number.number,
                LEVEL_WORDS[entry.level],
                entry.person.station,
                "通过" if entry.approved else "不通过",
                f"{year}-04-12",
            )
            for entry in population.sittings[year]
        ),
    )


def doubtful(population: Population, year: int) -> bytes:
    """Rows that may mean somebody on file: with another name, with another number, without one."""
    rows = []
    for order, entry in enumerate(population.sittings[year][:4]):
        name, number = entry.person.who.name, entry.person.who.id_number.number
        born_on = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
        wrong = _misspelt(name)
        name, number = ((wrong, number), (name, other_number(number)), (name, ""), (wrong, number))[order]
        rows.append((name, number, born_on, LEVEL_WORDS[entry.level], "", "通过", f"{year}-04-13"))
    return xlsx_bytes(("姓名", "身份证号", "出生日期", "级别", "单位", "审核状态", "报名日期"), rows)


def _misspelt(name: str) -> str:
    return name[:-1] + ("丽" if name[-1] != "丽" else "莉")


def results(population: Population, year: int) -> bytes:
    """One row per candidate, one column per subject, as the centre prints them."""
    rows = []
    for entry in population.sittings[year]:
        if entry.marks is None:
            continue
        marks = dict(zip(SUBJECTS[entry.level], entry.marks, strict=True))
        person = entry.person.who
        rows.append(
            (
                person.name,
                person.id_number.number,
                LEVEL_WORDS[entry.level],
                *(marks.get(subject, "") for subject in _ALL_SUBJECTS),
            )
        )
    return xlsx_bytes(("姓名", "身份证号", "级别", *_ALL_SUBJECTS), rows)


def holders(population: Population, today: date, *, doubtful: bool = False) -> bytes:
    """Certificates with their numbers, dates of issue, and the registration that the national platform shows.

    Most were renewed when their three years ended; some were not, a few only lately, and where no awards are paid a few
    never registered. ``doubtful``: the last row has somebody's ID number under another name.
    """
    lately = months_after(today, -36)
    rows = []
    for order, resident in enumerate(population.holders, 1):
        year, day = resident.certified_in or 0, order % 20 + 8
        number = f"{year}0612{population.place.region_code}{order:06d}"
        registered = date(year, 12, day)
        while order % 8 and months_after(registered, 36) <= today:
            registered = months_after(registered, 36)
        if order % 20 == 7 and date(year, 12, day) < lately and not population.place.award_months:
            registered = lately - timedelta(days=10 + order % 33)
        never = order % 31 == 0 and not population.place.award_months
        rows.append(
            (
                resident.who.name,
                resident.who.id_number.number,
                LEVEL_WORDS[resident.level],
                number,
                f"{year}-10-{day:02d}",
                year,
                "" if never else registered.isoformat(),
                "未申请登记证书" if never else "已出证",
                "" if never else population.place.region_code,
                resident.station,
                f"{population.place.key}.{order}@example.org",
            )
        )
    if doubtful:
        first = rows[0]
        rows.append((_misspelt(first[0]), *first[1:3], f"{first[3][:-6]}9{first[3][-5:]}", *first[4:]))
    heads = (
        "姓名",
        "身份证号",
        "级别",
        "证书管理号",
        "发证日期",
        "取得年度",
        "登记日期",
        "登记状态",
        "登记地",
        "单位",
        "电子邮箱",
    )
    return xlsx_bytes(heads, rows)
