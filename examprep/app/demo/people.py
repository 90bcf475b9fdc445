"""The people of one place: who registered, sat, passed, holds a certificate, or only works there."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from examprep.app.demo.names import Invented, Inventor
from examprep.app.demo.story import Place, Sitting

LEVELS = ("ASW", "SW")
LEVEL_WORDS = {"ASW": "初级", "SW": "中级"}
SUBJECTS = {"ASW": ("综合能力", "实务"), "SW": ("综合能力", "法规与政策", "实务")}
ABSENT = "-1"


@dataclass
class Sat:
    """One person's registration in one year. ``marks`` are as the centre writes them; ``None`` was not approved."""

    person: "Resident"
    level: str
    approved: bool
    marks: Sequence[str] | None
    passed: bool


@dataclass
class Resident:
    """A person of the story; ``weak`` is the subject that keeps them from passing until they do."""

    who: Invented
    station: str
    level: str
    weak: int
    certified_in: int | None = None


@dataclass
class Population:
    """Everybody of one place."""

    place: Place
    sittings: dict[int, list[Sat]] = field(default_factory=dict)
    holders: list[Resident] = field(default_factory=list)
    others: list[Resident] = field(default_factory=list)

    @property
    def everybody(self) -> Iterator[Resident]:
        seen: set[str] = set()
        sat = (entry.person for entries in self.sittings.values() for entry in entries)
        for resident in (*sat, *self.holders, *self.others):
            if resident.who.id_number.number not in seen:
                seen.add(resident.who.id_number.number)
                yield resident


def populate(place: Place, inventor: Inventor, draw: random.Random) -> Population:
    """Draw the people of a place so that its counts are exactly the story's."""
    found = Population(place)

    def newcomer(level: str) -> Resident:
        weak = draw.randrange(len(SUBJECTS[level]))
        return Resident(inventor.person(), draw.choice(place.stations), level, weak)

    before: list[Sat] = []
    for sitting in place.sittings:
        entries = [
            entry
            for level in LEVELS
            for entry in _sit(sitting, level, _returning(before, sitting, level, draw), newcomer, draw)
        ]
        found.sittings[sitting.year] = before = entries
    for year, counts in sorted(place.holders.items()):
        for level, count in zip(LEVELS, counts, strict=True):
            found.holders += _certify(found, year, level, count, newcomer)
    known = sum(1 for _ in found.everybody)
    found.others = [newcomer("ASW") for _ in range(max(0, place.workers - known))]
    return found


def _returning(before: Sequence[Sat], sitting: Sitting, level: str, draw: random.Random) -> list[Resident]:
    """Of those who did not pass the year before, the level's part of this year's returning candidates."""
    failed = [entry.person for entry in before if entry.level == level and not entry.passed]
    share = sitting.registered[LEVELS.index(level)] / sum(sitting.registered)
    wanted = round(sitting.returning * share)
    if level == LEVELS[-1]:  # what rounding leaves over
        wanted = sitting.returning - round(sitting.returning * sitting.registered[0] / sum(sitting.registered))
    return draw.sample(failed, min(wanted, len(failed)))


def _sit(
    sitting: Sitting,
    level: str,
    returning: list[Resident],
    newcomer: Callable[[str], Resident],
    draw: random.Random,
) -> Iterator[Sat]:
    order = LEVELS.index(level)
    registered, approved = sitting.registered[order], sitting.approved[order]
    sat, passed = sitting.sat[order], sitting.passed[order]
    people = returning + [newcomer(level) for _ in range(registered - len(returning))]
    draw.shuffle(people)
    for at, person in enumerate(people):
        marks: list[str] | None = None
        if at < passed:
            marks = [_mark(draw, 120, 164) for _ in SUBJECTS[level]]
        elif at < sat:
            # Far below any line, so that a line published later never makes one of them pass.
            marks = [
                _mark(draw, 56, 98) if subject == person.weak else _mark(draw, 84, 140)
                for subject in range(len(SUBJECTS[level]))
            ]
        elif at < approved:
            marks = [ABSENT] * len(SUBJECTS[level])
        yield Sat(person, level, at < approved, marks, at < passed)


def _mark(draw: random.Random, low: int, high: int) -> str:
    points, half = divmod(draw.randint(low, high), 2)
    return f"{points}.5" if half else str(points)


def _certify(
    found: Population, year: int, level: str, count: int, newcomer: Callable[[str], Resident]
) -> list[Resident]:
    """``count`` certificates of a year and level: of those who passed then, or of people from before the files."""
    passers = [e.person for e in found.sittings.get(year, ()) if e.passed and e.level == level]
    residents = passers[:count] if passers else [newcomer(level) for _ in range(count)]
    for resident in residents:
        resident.certified_in = year
    return residents
