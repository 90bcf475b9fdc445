"""The forecast as the page shows it: by day, or by week where there are too many days for a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from examprep.plumbing.charts import Chart, columns
from examprep.practice.day import Forecast

MOST_COLUMNS = 62
WEEK = 7


@dataclass(frozen=True)
class Period:
    """A day or a week, from its first day to its last, and the reviews in it."""

    first_on: date
    last_on: date
    reviews: int


def by_period(forecast: Forecast) -> Sequence[Period]:
    """Every day; every seven days where the exam is far off."""
    size = 1 if len(forecast.days) <= MOST_COLUMNS else WEEK
    parts = [forecast.days[at : at + size] for at in range(0, len(forecast.days), size)]
    return [Period(part[0][0], part[-1][0], sum(load for _, load in part)) for part in parts]


def picture_of(periods: Sequence[Period]) -> Chart:
    return columns(
        [f"{each.first_on.month}/{each.first_on.day}" for each in periods], [[each.reviews for each in periods]]
    )
