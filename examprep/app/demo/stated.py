"""What the generated bureaus state of themselves, and the communities of one of them. The figures are invented."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.bureau import stating
from examprep.bureau.rules.statements import (
    ABOUT,
    EXACT,
    RESIDENTS,
    TARGET_HOLDERS,
    TARGET_HOURS,
    TARGET_PASSED,
    TARGET_REGISTERED,
    TOWNS,
)
from examprep.people import actions
from examprep.people.actor import Actor
from examprep.people.models import OrganisationRow, PersonRow

SOURCE = "示例数据"
RESIDENTS_OF = {"weining": 1_280_000, "wuzhong": 1_380_000, "otog": 160_000, "otog-front": 90_000}
TOWNS_OF = {"weining": 8, "otog": 6, "otog-front": 4}
TARGETS_OF = {
    "weining": {TARGET_REGISTERED: 480, TARGET_PASSED: 100, TARGET_HOLDERS: 120, TARGET_HOURS: 90},
    "wuzhong": {TARGET_PASSED: 260, TARGET_HOLDERS: 700},
    "otog": {TARGET_HOLDERS: 140, TARGET_HOURS: 95},
    "otog-front": {TARGET_HOLDERS: 180},
}
TARGET_YEARS = {"weining": (2023,), "wuzhong": (2023,)}
COMMUNITIES = (
    "敖勒召其社区",
    "上海庙社区",
    "城川社区",
    "昂素社区",
    "三段地社区",
    "毛盖图社区",
    "查干陶勒盖社区",
    "伊克乌素社区",
)


def state(session: Session, officer: Actor, place: str, bureau: int, today: date, now: datetime) -> None:
    """Residents and towns of the last year's end, and the targets of this year and of the story's."""
    last_day = date(today.year - 1, 12, 31)

    def write(kind: str, value: int, day: date, precision: str = EXACT) -> None:
        stating.state(
            session, officer, unit=bureau, kind=kind, holds_from=day, value=value, precision=precision, source=SOURCE,
            now=now, today=today,
        )  # fmt: skip

    write(RESIDENTS, RESIDENTS_OF[place], last_day, ABOUT)
    if place in TOWNS_OF:
        write(TOWNS, TOWNS_OF[place], last_day)
    for year in (*TARGET_YEARS.get(place, ()), today.year):
        for kind, value in TARGETS_OF[place].items():
            write(kind, value, date(year, 1, 1))


def settle(session: Session, bureau: int, region_code: str) -> None:
    """Communities below the stations; the persons of a station move into its communities, all but the last."""
    stations = session.scalars(
        select(OrganisationRow.id).where(OrganisationRow.parent_id == bureau).order_by(OrganisationRow.id)
    ).all()
    homes: dict[int, list[int]] = {station: [] for station in stations}
    for number, name in enumerate(COMMUNITIES):
        station = stations[number % len(stations)]
        homes[station].append(
            actions.add_organisation(
                session, name=name, kind="community", region_code=region_code, parent_id=station
            ).id
        )
    *settled, _ = (community for communities in homes.values() for community in communities)
    for station, communities in homes.items():
        inhabited = [community for community in communities if community in settled]
        persons = session.scalars(
            select(PersonRow).where(PersonRow.organisation_id == station).order_by(PersonRow.id)
        ).all()
        for number, person in enumerate(persons):
            person.organisation_id = inhabited[number % len(inhabited)]
