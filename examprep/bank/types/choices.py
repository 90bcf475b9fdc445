"""What every question answered by ticking holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from examprep.kernel.sentence import Sentence

LETTERS = "ABCDEF"


class ContentError(ValueError):
    """The content is not one of this type. ``field`` is ``options`` or ``correct``; the sentence says what is right."""

    def __init__(self, field: str, sentence: Sentence) -> None:
        self.field, self.sentence = field, sentence
        super().__init__(f"{field}: {sentence}")


@dataclass(frozen=True)
class Choices:
    """Options in order, the places (from 0) of the right ones, and a remark on each option (all or none)."""

    options: tuple[str, ...]
    correct: frozenset[int]
    notes: tuple[str, ...] = ()


def letters(places: Iterable[int]) -> str:
    """Places as people write them: {0, 2} is ``AC``."""
    return "".join(chr(ord("A") + place) for place in sorted(places))


def read_choices(raw: Mapping[str, Any]) -> Choices:
    """Read ``options``, ``correct`` and ``notes``, and check what holds for every such question.

    Raises:
        ContentError: options missing, empty, alike or too many; the key missing or outside the options.
    """
    options = tuple(str(option).strip() for option in raw["options"])
    correct = frozenset(int(place) for place in raw["correct"])
    notes = tuple(str(note).strip() for note in raw.get("notes") or ())
    if len(options) < 2:
        raise ContentError("options", Sentence("Give at least two options."))
    if len(options) > len(LETTERS):
        raise ContentError("options", Sentence("At most %(count)s options are possible.", count=len(LETTERS)))
    if "" in options:
        raise ContentError(
            "options",
            Sentence(
                "Option %(letter)s is empty although a later one is filled in.", letter=letters([options.index("")])
            ),
        )
    if len(set(options)) < len(options):
        twin = next(place for place, option in enumerate(options) if option in options[:place])
        raise ContentError(
            "options",
            Sentence(
                "Options %(first)s and %(second)s are the same; each must differ.",
                first=letters([options.index(options[twin])]),
                second=letters([twin]),
            ),
        )
    if not correct:
        raise ContentError("correct", Sentence("Name the right option, as in A, or the right ones, as in ABD."))
    if not correct <= set(range(len(options))):
        raise ContentError(
            "correct",
            Sentence(
                "The answer names %(letter)s, but the options end at %(last)s. Add the option or mend the answer.",
                letter=letters(place for place in correct if place >= len(options)),
                last=letters([len(options) - 1]),
            ),
        )
    if notes and len(notes) != len(options):
        raise ContentError("options", Sentence("Give a remark on every option, or on none."))
    return Choices(options, correct, notes)


def write_choices(content: Choices) -> dict[str, Any]:
    """The content as JSON; `read_choices` reads it back the same."""
    return {
        "options": list(content.options),
        "correct": sorted(content.correct),
        "notes": list(content.notes),
    }
