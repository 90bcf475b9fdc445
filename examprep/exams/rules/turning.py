"""What changed between exam years, so that a trend is not read as if all years were alike.

Source: DOMAIN.md 0 and 1.3 -- the syllabus of 2026 replaced that of 2019; pass lines of some regions are lower, differ
by year, and are not known for every year: a year without a known line is no change.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from examprep.exams.rules.lines import PassLine, covers
from examprep.kernel.sentence import Sentence
from examprep.syllabus.rules.levels import LEVEL_NAMES


@dataclass(frozen=True)
class Turn:
    """A change in force from an exam year on."""

    year: int
    what: Sentence


def turns(
    years: Sequence[int],
    lines: Iterable[PassLine],
    levels: Iterable[str],
    regions: Sequence[str],
    syllabuses: Mapping[int, str],
) -> list[Turn]:
    """The changes of the years on an axis, the first of them left out unless something changed in it.

    ``regions`` are where one looks: lines that hold in all of them, and lines of places in any, are told.
    ``syllabuses`` are the names of the editions by their first exam year.
    """  # fmt: skip
    known, shown = list(lines), set(years)
    found = [
        Turn(year, Sentence("New syllabus: %(name)s", name=name))
        for year, name in syllabuses.items()
        if year in shown and year > min(shown)
    ]
    for level in levels:
        own = [line for line in known if line.level == level]
        found += _national(own, level, shown)
        found += _regional(own, level, shown, regions)
    return sorted(found, key=lambda turn: (turn.year, str(turn.what)))


def _national(lines: Sequence[PassLine], level: str, shown: set[int]) -> list[Turn]:
    found, last = [], None
    for year in sorted({line.year for line in lines}):
        heights = _heights([line for line in lines if line.year == year and line.region_code is None])
        if heights and last and heights != last and year in shown:
            what = Sentence(
                "National pass line, %(level)s: %(now)s (before %(was)s)",
                level=LEVEL_NAMES[level],
                now=_told(heights),
                was=_told(last),
            )
            found.append(Turn(year, what))
        last = heights or last
    return found


def _regional(lines: Sequence[PassLine], level: str, shown: set[int], regions: Sequence[str]) -> list[Turn]:
    found, last = [], tuple[int, ...]()
    for year in sorted({line.year for line in lines}):
        separate = [line for line in lines if line.year == year and line.region_code is not None]
        here = [line for line in separate if regions and all(covers(line.region_code or "", each) for each in regions)]
        within = [line for line in separate if line not in here and _meets(line.region_code or "", regions)]
        heights = _heights(here or within)
        if heights and heights != last and year in shown:
            words = (
                Sentence("Separate pass line, %(level)s: %(now)s", level=LEVEL_NAMES[level], now=_told(heights))
                if here
                else Sentence(
                    "Separate pass lines in %(count)s places here, %(level)s: %(now)s",
                    count=len({line.region_code for line in within}),
                    level=LEVEL_NAMES[level],
                    now=_told(heights),
                )
            )
            found.append(Turn(year, words))
        last = heights or last
    return found


def _meets(line_region: str, regions: Sequence[str]) -> bool:
    """Whether a line holds somewhere in the regions."""
    return any(covers(each, line_region) or covers(line_region, each) for each in regions)


def _heights(lines: Sequence[PassLine]) -> tuple[int, ...]:
    """The lines in half-points, each height once; of two lines for the same thing the later holds."""
    newest = {(line.region_code, line.subject_code): line.half_points for line in sorted(lines, key=lambda x: x.id)}
    return tuple(sorted(set(newest.values())))


def _told(heights: Sequence[int]) -> str:
    return "/".join(f"{half / 2:g}" for half in heights)
