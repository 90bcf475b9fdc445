"""A sentence for people, said later in their language.

Rules and actions do not know who reads, so they hand out a ``Sentence``: an English message id with its
values. The edge looks the id up in the catalogue (`plumbing/i18n.py`); the extractor finds ids by this name.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Sentence:
    """A message id with ``%(name)s`` places and what goes there; a value may itself be a Sentence."""

    text: str
    values: Mapping[str, object]

    def __init__(self, text: str, **values: object) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        """The English sentence: for logs and for people at a terminal."""
        return self.text % {name: str(value) for name, value in self.values.items()}

    def __hash__(self) -> int:
        return hash((self.text, tuple(sorted(self.values))))


def N_(text: str) -> str:  # noqa: N802 -- the name that gettext's extractor looks for
    """Mark a message id that is translated where it is shown."""
    return text
