"""The population as the files that an examination centre and a bureau send."""

from examprep.app.demo.people import LEVEL_WORDS, SUBJECTS, Population
from examprep.plumbing.listing import xlsx_bytes

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


def holders(population: Population) -> bytes:
    """Certificates with their numbers, dates of issue and registration."""
    rows = []
    for order, resident in enumerate(population.holders, 1):
        year = resident.certified_in or 0
        number = f"{year}0612{population.place.region_code}{order:06d}"
        rows.append(
            (
                resident.who.name,
                resident.who.id_number.number,
                LEVEL_WORDS[resident.level],
                number,
                f"{year}-10-{order % 20 + 8:02d}",
                year,
                f"{year}-12-{order % 20 + 8:02d}",
                resident.station,
                f"{population.place.key}.{order}@example.org",
            )
        )
    return xlsx_bytes(
        ("姓名", "身份证号", "级别", "证书管理号", "发证日期", "取得年度", "登记日期", "单位", "电子邮箱"), rows
    )
