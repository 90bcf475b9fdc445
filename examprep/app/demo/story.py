"""The figures of the generated county, as the founding reports print them, and what they imply.

威宁: registrations 180 → 521, passes 47 → 90, 125 holders = 94 assistant + 31 intermediate.
吴忠: passes 165 → 288, 753 holders among 3,134 workers in post, 83 mentors for 136.
鄂托克旗: 126 holders = 89 + 37; fourteen people paid 78,200 yuan month by month.
鄂托克前旗: 30 holders in 2021, 184 in 2024.

What the reports leave out (approved, sat, the split of passes by level) is invented within what they say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sitting:
    """One exam year of one place, persons by level: (assistant, intermediate).

    ``returning`` of the registered had registered the year before.
    """

    year: int
    registered: tuple[int, int]
    approved: tuple[int, int]
    sat: tuple[int, int]
    passed: tuple[int, int]
    returning: int = 0


@dataclass(frozen=True)
class Place:
    """One bureau of the story. ``holders`` are certificates issued by year: (assistant, intermediate).

    ``stations`` are the units below it; ``workers`` counts persons in post in all, holders and candidates included.
    """

    key: str
    region_code: str
    bureau: str
    stations: Sequence[str]
    sittings: Sequence[Sitting] = ()
    holders: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    workers: int = 0
    mentors: int = 0
    mentees: int = 0
    # Months paid to each awarded person, by level; yuan a month by level.
    award_months: Mapping[str, Sequence[int]] = field(default_factory=dict)
    award_yuan: Mapping[str, int] = field(default_factory=dict)
    award_name: str = ""


WEINING = Place(
    key="weining",
    region_code="520526",
    bureau="威宁县委社会工作部",
    stations=(
        "草海街道社工站",
        "海边街道社工站",
        "陕桥街道社工站",
        "六桥街道社工站",
        "中水镇社工站",
        "龙街镇社工站",
        "哲觉镇社工站",
        "迤那镇社工站",
    ),
    sittings=(
        Sitting(2022, (138, 42), (131, 40), (117, 35), (36, 11)),
        Sitting(2023, (402, 119), (388, 115), (345, 102), (68, 22), returning=62),
    ),
    # Twelve of those who passed in 2023 had not fetched their certificate when the 125 were counted.
    holders={2022: (36, 11), 2023: (58, 20)},
)

WUZHONG = Place(
    key="wuzhong",
    region_code="640300",
    bureau="吴忠市委社会工作部",
    stations=(
        "利通区社工总站",
        "红寺堡区社工总站",
        "青铜峡市社工总站",
        "盐池县社工总站",
        "同心县社工总站",
        "太阳山社工站",
    ),
    sittings=(
        Sitting(2022, (1311, 391), (1274, 380), (1186, 354), (126, 39)),
        Sitting(2023, (1722, 514), (1679, 501), (1573, 470), (221, 67), returning=508),
    ),
    holders={2019: (70, 22), 2020: (76, 25), 2021: (82, 25), 2022: (126, 39), 2023: (221, 67)},
    workers=3134,
    mentors=83,
    mentees=136,
)

OTOG = Place(
    key="otog",
    region_code="150624",
    bureau="鄂托克旗委社会工作部",
    stations=(
        "乌兰镇社工站",
        "棋盘井镇社工站",
        "蒙西镇社工站",
        "木凯淖尔镇社工站",
        "苏米图苏木社工站",
        "阿尔巴斯苏木社工站",
    ),
    holders={2021: (12, 4), 2022: (21, 8), 2023: (25, 11), 2024: (31, 14)},
    # 129 months at 300 yuan and 79 at 500 yuan: the only split of the printed 78,200 yuan that starts month by month.
    award_months={"ASW": (16, 16, 16, 16, 16, 16, 16, 17), "SW": (13, 13, 13, 13, 13, 14)},
    award_yuan={"ASW": 300, "SW": 500, "SSW": 1000},
    award_name="培养社会工作人才补贴",
)

OTOG_FRONT = Place(
    key="otog-front",
    region_code="150623",
    bureau="鄂托克前旗委社会工作部",
    stations=("敖勒召其镇社工站", "上海庙镇社工站", "城川镇社工站", "昂素镇社工站"),
    holders={2021: (24, 6), 2022: (35, 13), 2023: (38, 13), 2024: (40, 15)},
)

PLACES = (WEINING, WUZHONG, OTOG, OTOG_FRONT)

# The bureaus above them, by region: (name, region above or None).
BUREAUS_ABOVE = {
    "520000": ("贵州省委社会工作部", None),
    "520500": ("毕节市委社会工作部", "520000"),
    "640000": ("宁夏回族自治区党委社会工作部", None),
    "150000": ("内蒙古自治区党委社会工作部", None),
    "150600": ("鄂尔多斯市委社会工作部", "150000"),
}
ABOVE = {"520526": "520500", "640300": "640000", "150624": "150600", "150623": "150600"}
