"""Where the marks of a chart stand: geometry only, in the units of the drawing; `_macros/chart.html` draws it.

Source: pictures are made on the server without a script (DESIGN.md 7). The drawing is narrow, so that its
letters keep their size on a phone.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from math import floor, log10

WIDTH, HEIGHT = 360, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 352, 12, 186
MOST_LABELS = 7


@dataclass(frozen=True)
class Tick:
    """A line across the drawing and what it stands for."""

    value: float
    y: float


@dataclass(frozen=True)
class Label:
    """A word under the drawing."""

    text: str
    x: float


@dataclass(frozen=True)
class Bar:
    """A column; ``series`` counts from 1 and gives its colour."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True)
class Point:
    """A value with its interval, when it has one."""

    x: float
    y: float
    low_y: float
    high_y: float
    value: float


@dataclass(frozen=True)
class Chart:
    """Everything the macro draws. ``paths`` are the lines between neighbouring points; a gap breaks them.

    ``marks`` are places on the axis at which something changed.
    """

    ticks: Sequence[Tick]
    labels: Sequence[Label]
    bars: Sequence[Bar] = ()
    points: Sequence[Point] = ()
    paths: Sequence[str] = ()
    marks: Sequence[float] = ()


@dataclass(frozen=True)
class Spot:
    """One unit of a funnel: its size, its value, and how far out it lies (a word for its class)."""

    size: int
    percent: float
    verdict: str
    name: str = ""


@dataclass(frozen=True)
class Dot:
    """Where a unit is drawn."""

    x: float
    y: float
    verdict: str
    name: str


@dataclass(frozen=True)
class Funnel:
    """A funnel plot: values by size (logarithmic), the common value, and the limits as lines by their name."""

    ticks: Sequence[Tick]
    labels: Sequence[Label]
    dots: Sequence[Dot]
    common_y: float
    limits: Sequence[tuple[str, str]]


def ticks_up_to(highest: float) -> list[float]:
    """Round values from 0 to at least ``highest``, at most six of them."""
    if highest <= 0:
        return [0, 1]
    step = 10 ** floor(log10(highest))
    for part in (0.2, 0.5, 1, 2):
        if highest / (part * step) <= 5:
            step *= part
            break
    count = 0
    while count * step < highest:
        count += 1
    return [round(n * step, 10) for n in range(count + 1)]


def columns(names: Sequence[str], series: Sequence[Sequence[int | None]]) -> Chart:
    """Groups of columns, one group a name, one column a series; a missing value leaves its place empty."""
    ticks = ticks_up_to(max((value or 0 for values in series for value in values), default=0))
    group = (RIGHT - LEFT) / max(1, len(names))
    width = min(26.0, group * 0.8 / len(series))
    bars = [
        Bar(_round(x), _round(y), _round(width - 1), _round(BOTTOM - y), order)
        for at in range(len(names))
        for order, values in enumerate(series, 1)
        if (value := values[at]) is not None
        for x in [LEFT + group * (at + 0.5) + width * (order - 1 - len(series) / 2)]
        for y in [_height(value, ticks[-1])]
    ]
    return Chart(_ticks(ticks), _labels(names, group), bars=bars)


def line(
    names: Sequence[str], values: Sequence[tuple[float, float, float] | None], marked: Collection[str] = ()
) -> Chart:
    """One line of values, each with the low and high end of its interval; ``None`` is a gap.

    ``marked`` are names at which something changed.
    """
    ticks = ticks_up_to(max((value[2] for value in values if value), default=0))
    group = (RIGHT - LEFT) / max(1, len(names))
    points: list[Point] = []
    paths: list[list[Point]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            paths.append([])
            continue
        y, low, high = (_round(_height(part, ticks[-1])) for part in value)
        point = Point(_round(LEFT + group * (at + 0.5)), y, low, high, value[0])
        points.append(point)
        paths[-1].append(point)
    drawn = [" ".join(f"{point.x},{point.y}" for point in path) for path in paths if len(path) > 1]
    marks = [_round(LEFT + group * (at + 0.5)) for at, name in enumerate(names) if name in marked]
    return Chart(_ticks(ticks), _labels(names, group), points=points, paths=drawn, marks=marks)


def funnel(
    spots: Sequence[Spot], common: float, bounds: Callable[[int], Sequence[tuple[str, float]]], steps: int = 48
) -> Funnel:
    """Units by size around the common value; ``bounds`` gives the limits of a size as (name, per cent)."""
    smallest, largest = min(spot.size for spot in spots), max(spot.size for spot in spots)
    low, high = log10(max(1, smallest) * 0.8), log10(largest * 1.25)

    def across(size: float) -> float:
        return _round(LEFT + (RIGHT - LEFT) * (log10(size) - low) / (high - low))

    sizes = sorted({max(1, round(10 ** (low + (high - low) * at / steps))) for at in range(steps + 1)})
    limits: dict[str, list[tuple[float, float]]] = {}
    for size in sizes:
        for name, percent in bounds(size):
            limits.setdefault(name, []).append((across(size), percent))
    highest = max([spot.percent for spot in spots] + [p for way in limits.values() for x, p in way[1:]])
    ticks = ticks_up_to(min(100.0, highest))
    top = ticks[-1]
    drawn = [
        (name, " ".join(f"{x},{_round(_height(min(percent, top), top))}" for x, percent in way if x >= LEFT))
        for name, way in limits.items()
    ]
    dots = [Dot(across(s.size), _round(_height(s.percent, top)), s.verdict, s.name) for s in spots]
    return Funnel(_ticks(ticks), _sizes(low, high, across), dots, _round(_height(common, top)), drawn)


def _sizes(low: float, high: float, across: Callable[[float], float]) -> list[Label]:
    """Round sizes under the funnel, as many as there is room for."""
    parts = (1,) if high - low > 3 else (1, 3) if high - low > 1.5 else (1, 2, 5)
    found = [part * 10**power for power in range(floor(low), floor(high) + 1) for part in parts]
    return [Label(f"{size:,}", across(size)) for size in found if low <= log10(size) <= high]


def _height(value: float, highest: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * value / highest


def _ticks(values: Sequence[float]) -> list[Tick]:
    return [Tick(value, _round(_height(value, values[-1]))) for value in values]


def _labels(names: Sequence[str], group: float) -> list[Label]:
    every = -(-len(names) // MOST_LABELS) if names else 1
    # Counted from the end: the last name is always said.
    return [
        Label(name, _round(LEFT + group * (at + 0.5)))
        for at, name in enumerate(names)
        if (len(names) - 1 - at) % every == 0
    ]


def _round(value: float) -> float:
    return round(value, 1)
