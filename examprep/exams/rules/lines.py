"""Pass lines (合格标准): which one holds for a subject in a year and a region.

Source: DOMAIN.md 1.3 -- 60 points nationally; since 2019 separate lines (单独划线) for some regions, by year and
level, at first also by subject; announced weeks to months after the marks.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from examprep.kernel.sentence import Sentence

CERTAINTIES = {
    "H": Sentence("Certain: an official notice"),
    "M": Sentence("Likely"),
    "L": Sentence("Uncertain"),
}


@dataclass(frozen=True)
class PassLine:
    """At least ``half_points`` pass. ``region_code`` null is national; ``subject_code`` null is every subject.

    Of two lines for the same thing the later ``id`` holds: a wrong line is mended by a further one.
    """

    id: int
    year: int
    region_code: str | None
    level: str
    subject_code: str | None
    half_points: int


@dataclass(frozen=True)
class Standard:
    """What one person needs in one subject of one year, in half-points; ``None`` where no line is known.

    ``awaited``: the region had a line of its own when such lines were known last, and this year's are still to come.
    """

    national: int | None
    regional: int | None = None
    awaited: bool = False

    def met_by(self, half_points: int) -> str | None:
        """``national``, else ``regional``, else ``None``."""
        if self.national is not None and half_points >= self.national:
            return "national"
        if self.regional is not None and half_points >= self.regional:
            return "regional"
        return None


def covers(line_region: str, region_code: str) -> bool:
    """Whether a division of GB/T 2260 is, or lies in, another: 540000 holds every 54xxxx, 520500 every 5205xx."""
    if line_region.endswith("0000"):
        return region_code[:2] == line_region[:2]
    if line_region.endswith("00"):
        return region_code[:4] == line_region[:4]
    return region_code == line_region


def around(region_code: str) -> tuple[str, ...]:
    """A division and those that it lies in, as lines name them: 520526, 520500 and 520000."""
    return tuple(dict.fromkeys((region_code, f"{region_code[:4]}00", f"{region_code[:2]}0000")))


def announced(lines: Iterable[PassLine], level: str) -> frozenset[int]:
    """The years for which any region has a line of its own at a level."""
    return frozenset(line.year for line in lines if line.level == level and line.region_code is not None)


def band(lines: Iterable[PassLine], new: PassLine, subjects: Iterable[str], full: int) -> tuple[int, int]:
    """Which marks a new line may make worth something else: from the first half-point on, below the second.

    ``lines`` are those there were, ``subjects`` those the new one is for, ``full`` the full marks of a paper. Rather
    too wide than too narrow: who lies outside cannot change, and need not be looked at.
    """
    same = [line for line in lines if (line.year, line.level) == (new.year, new.level) and line.id != new.id]
    national = {
        s: [at.half_points for at in same if not at.region_code and at.subject_code in (None, s)] for s in subjects
    }
    heights = [height for each in national.values() for height in each]
    everywhere = not all(national.values())  # a subject had no line at all: its passes were unknown
    if new.region_code is None:
        return (0, full + 1) if everywhere else (min(new.half_points, *heights), max(new.half_points, *heights))
    near = [
        line.half_points
        for line in same
        if line.region_code and (covers(line.region_code, new.region_code) or covers(new.region_code, line.region_code))
    ]
    return min([new.half_points, *near]), full + 1 if everywhere else max(heights)


def standard(
    lines: Iterable[PassLine],
    *,
    year: int,
    level: str,
    subject_code: str,
    region_code: str,
    regional_years: frozenset[int] | None = None,
) -> Standard:
    """The lines that hold for a subject. One for the subject goes before one for all, one for the
    smaller region before one for the larger, and the later before the earlier.

    ``regional_years`` are those that `announced` finds, where ``lines`` are not all there are.
    """
    lines = [line for line in lines if line.level == level]
    best: dict[bool, tuple[tuple[bool, int, int], int]] = {}
    for line in lines:
        if line.year != year or line.subject_code not in (None, subject_code):
            continue
        if line.region_code is not None and not covers(line.region_code, region_code):
            continue
        depth = 0 if line.region_code is None else len(line.region_code.rstrip("0"))
        rank = (line.subject_code is not None, depth, line.id)
        regional = line.region_code is not None
        if regional not in best or rank > best[regional][0]:
            best[regional] = (rank, line.half_points)
    national, own = (best[regional][1] if regional in best else None for regional in (False, True))
    years = announced(lines, level) if regional_years is None else regional_years
    return Standard(national, own, awaited=own is None and _awaited(lines, years, year, region_code))


def _awaited(lines: Iterable[PassLine], years: frozenset[int], year: int, region_code: str) -> bool:
    """Whether a regional line is still to come: they are announced months after the marks, for all regions at once."""
    last = max((at for at in years if at <= year), default=year)
    if last == year:
        return False
    return any(at.year == last and at.region_code and covers(at.region_code, region_code) for at in lines)
