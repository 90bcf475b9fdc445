"""What every question answered by ticking holds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from examprep.kernel.sentence import Sentence

LETTERS = "ABCDEFGH"


class ContentError(ValueError):
    """The content is not one of this type. ``field`` names the part at fault; the sentence says what is right.

    Fields: ``options``, ``correct`` of choices; ``parts``, ``accepted`` of written answers.
    """

    def __init__(self, field: str, sentence: Sentence) -> None:
        self.field, self.sentence = field, sentence
        super().__init__(f"{field}: {sentence}")


@dataclass(frozen=True)
class Choices:
    """Options in order, the places (from 0) of the right ones, and a remark on each option (all or none).

    ``letters`` are what the options are called, one character each: A, B, C, … unless a paper skips some.
    """

    options: tuple[str, ...]
    correct: frozenset[int]
    notes: tuple[str, ...] = ()
    letters: str = ""

    def __post_init__(self) -> None:
        if not self.letters:
            object.__setattr__(self, "letters", LETTERS[: len(self.options)])

    @property
    def places(self) -> int:
        """How many things there are to tick."""
        return len(self.options)

    def named(self, places: Iterable[int]) -> str:
        """Places as people write them: {0, 2} is ``AC``."""
        return "".join(self.letters[place] for place in sorted(places) if place < len(self.letters))

    def texts(self) -> tuple[str, ...]:
        """Every text a reader sees, for searching and checking."""
        return (*self.options, *self.notes)

    def mapped(self, change: Callable[[str], str]) -> "Choices":
        """The same with every text changed."""
        return replace(self, options=tuple(map(change, self.options)), notes=tuple(map(change, self.notes)))


def letters(places: Iterable[int]) -> str:
    """Places as people write them where no letter is skipped: {0, 2} is ``AC``."""
    return "".join(chr(ord("A") + place) for place in sorted(places))


def read_choices(raw: Mapping[str, Any]) -> Choices:
    """Read ``options``, ``correct``, ``notes`` and ``letters``, and check what holds for every such question.

    Raises:
        ContentError: options missing, empty, alike or too many; the key missing or outside the options; letters that
            are not one of its own for each option.
    """
    options = tuple(str(option).strip() for option in raw["options"])
    correct = frozenset(int(place) for place in raw["correct"])
    notes = tuple(str(note).strip() for note in raw.get("notes") or ())
    called = str(raw.get("letters") or "")
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
    if called and (len(called) != len(options) or list(called) != sorted(set(called)) or not called.isalpha()):
        raise ContentError("options", Sentence("Letter the options A, B, C in order, each letter once."))
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
    return Choices(options, correct, notes, called)


def write_choices(content: Choices) -> dict[str, Any]:
    """The content as JSON; `read_choices` reads it back the same."""
    return {
        "options": list(content.options),
        "correct": sorted(content.correct),
        "notes": list(content.notes),
        **({} if content.letters == LETTERS[: len(content.options)] else {"letters": content.letters}),
    }
