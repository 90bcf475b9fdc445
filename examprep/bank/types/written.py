"""What every question answered in words holds: parts, each with marking points and their marks.

Whoever marks, the candidate or a teacher, ticks the points that the answer reached; what is ticked earns its marks.
Source: DOMAIN.md 1.2 -- subjective papers are marked by answer points (按答题要点给分).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from examprep.bank.types.choices import ContentError
from examprep.kernel.sentence import Sentence

PARTS_LIMIT, POINTS_LIMIT = 12, 60


@dataclass(frozen=True)
class Point:
    """One thing an answer should say, and what saying it earns, in half-points."""

    text: str
    half_points: int


@dataclass(frozen=True)
class Part:
    """One of the questions asked about a case. ``prompt`` is empty where the stem asks it all.

    ``answer`` is an answer as it might be written out, or empty.
    """

    prompt: str
    points: tuple[Point, ...]
    answer: str = ""

    @property
    def half_points(self) -> int:
        return sum(point.half_points for point in self.points)


@dataclass(frozen=True)
class Written:
    """Parts in order. ``accepted`` are texts that earn everything by themselves (short answers only)."""

    parts: tuple[Part, ...]
    accepted: tuple[str, ...] = ()

    @property
    def points(self) -> tuple[Point, ...]:
        """The marking points of all parts in order; a tick is a place in this tuple."""
        return tuple(point for part in self.parts for point in part.points)

    @property
    def places(self) -> int:
        """How many things there are to tick."""
        return len(self.points)

    def named(self, places: Iterable[int]) -> str:
        """Ticked points as people write them: {0, 2} is ``1, 3``."""
        return ", ".join(str(place + 1) for place in sorted(places))

    def texts(self) -> tuple[str, ...]:
        """Every text a reader sees, for searching and checking."""
        around = tuple(text for part in self.parts for text in (part.prompt, part.answer) if text)
        return (*around, *(point.text for point in self.points), *self.accepted)

    def mapped(self, change: Callable[[str], str]) -> "Written":
        """The same with every text changed, but for the accepted ones, which are never markup."""
        parts = tuple(
            Part(
                change(part.prompt),
                tuple(Point(change(point.text), point.half_points) for point in part.points),
                change(part.answer),
            )
            for part in self.parts
        )
        return Written(parts, self.accepted)


def read_written(raw: Mapping[str, Any]) -> Written:
    """Read ``parts`` ([{prompt, points: [{text, half_points}], answer}]) and ``accepted``.

    Raises:
        ContentError: no part, a part without a point, a point without words or marks, too many of them.
    """
    parts = tuple(_part(number, part) for number, part in enumerate(raw.get("parts") or (), 1))
    if not parts:
        raise ContentError("parts", Sentence("Give at least one part with its marking points."))
    if len(parts) > PARTS_LIMIT:
        raise ContentError("parts", Sentence("At most %(count)s parts are possible.", count=PARTS_LIMIT))
    if len(parts) > 1 and any(not part.prompt for part in parts):
        raise ContentError("parts", Sentence("Where there are several parts, each needs its question."))
    accepted = tuple(dict.fromkeys(str(text).strip() for text in raw.get("accepted") or () if str(text).strip()))
    return Written(parts, accepted)


def _part(number: int, raw: Mapping[str, Any]) -> Part:
    points = tuple(Point(str(p["text"]).strip(), int(p["half_points"])) for p in raw.get("points") or ())
    if not points:
        raise ContentError("parts", Sentence("Part %(number)s has no marking point.", number=number))
    if len(points) > POINTS_LIMIT:
        raise ContentError(
            "parts", Sentence("Part %(number)s has more than %(count)s points.", number=number, count=POINTS_LIMIT)
        )
    if any(not point.text for point in points):
        raise ContentError("parts", Sentence("Part %(number)s has a marking point without words.", number=number))
    if any(not 0 < point.half_points <= 200 for point in points):
        raise ContentError(
            "parts", Sentence("Part %(number)s: each marking point earns between 0.5 and 100 points.", number=number)
        )
    return Part(str(raw.get("prompt") or "").strip(), points, str(raw.get("answer") or "").strip())


def write_written(content: Written) -> dict[str, Any]:
    """The content as JSON; `read_written` reads it back the same."""
    return {
        "parts": [
            {
                "prompt": part.prompt,
                "points": [{"text": point.text, "half_points": point.half_points} for point in part.points],
                "answer": part.answer,
            }
            for part in content.parts
        ],
        "accepted": list(content.accepted),
    }


class WrittenType:
    """What the types answered in words share. Half-points are those of the ticked marking points."""

    one_tick = False
    written = True

    def write(self, content: Written) -> dict[str, Any]:
        return write_written(content)

    def key(self, content: Written) -> frozenset[int]:
        return frozenset(range(content.places))

    def full(self, content: Written) -> int:
        return sum(point.half_points for point in content.points)

    def grade(self, content: Written, ticks: frozenset[int] | None) -> int:
        """Half-points of the ticked points; a tick on no point voids the marking, as a wrong option does."""
        ticks, points = ticks or frozenset(), content.points
        if any(place >= len(points) for place in ticks):
            return 0
        return sum(points[place].half_points for place in ticks)
