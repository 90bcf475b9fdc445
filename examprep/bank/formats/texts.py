"""The texts of one question as a file has them, made what the bank keeps: tidied or sanitised, pictures drawn anew."""

from collections.abc import Mapping
from functools import lru_cache

from examprep.bank.formats.words import tidy
from examprep.bank.markup import HTML, PLAIN, is_rich, pictures, plain, sanitise, with_pictures
from examprep.bank.media import redraw
from examprep.bank.values import Picture
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import Sentence


class Texts:
    """Cleans the texts of one question, then finishes them alike: plain where no text needs markup."""

    def __init__(self, markup: str, media: Mapping[str, bytes]) -> None:
        self.markup = self._given = markup
        self.dropped: dict[str, None] = {}
        self._media, self._rich, self._shown = media, False, dict[str, None]()
        self._names: dict[str, str] = {}

    def clean(self, text: str) -> str:
        """One text, safe to keep; what it shows and what it lost is noted."""
        if self.markup == PLAIN:
            return tidy(text)
        kept, dropped = sanitise(text)
        self.dropped |= dict.fromkeys(dropped)
        self._rich = self._rich or is_rich(kept)
        self._shown |= dict.fromkeys(pictures([kept]))
        return kept

    def pictures(self, faults: list[tuple[str, Sentence]]) -> tuple[Picture, ...]:
        """The pictures that the cleaned texts show; one that is missing or damaged is added to ``faults``.

        After this, the markup says whether the texts end as plain ones.
        """
        if self.markup == HTML and not self._rich:
            self.markup = PLAIN
        found = {}
        for name in self._shown:
            if name not in self._media:
                faults.append(("stem", Sentence("The picture “%(name)s” is not in the file.", name=name)))
                continue
            try:
                found[name] = _redrawn(self._media[name])
            except RuleViolation as refusal:
                faults.append(("stem", refusal.sentence))
        self._names = {name: picture.sha256 for name, picture in found.items()}
        return tuple(found.values())

    @property
    def plain_throughout(self) -> bool:
        """Whether what `clean` gives is kept as it is."""
        return self._given == PLAIN

    def finish(self, text: str) -> str:
        """A cleaned text as it is kept: its pictures by their hashes, or its words alone."""
        if self.markup == PLAIN:
            return text if self._given == PLAIN else tidy(plain(text, HTML))
        return with_pictures(text, lambda name: f"media:{self._names.get(name, name)}")


@lru_cache(maxsize=64)
def _redrawn(content: bytes) -> Picture:
    return redraw(content)
