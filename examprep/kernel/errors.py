"""Refusals: what the product will not do, each with a code for machines and a sentence for people.

Each kind has one HTTP status, mapped in one place (`plumbing/refusals.py`).
"""

from examprep.kernel.sentence import Sentence


class Refusal(Exception):
    """The request was understood and is refused; nothing was changed.

    ``code`` is ``<feature>.<reason>`` and stable; ``sentence`` is shown to the user.
    """

    def __init__(self, code: str, text: str, **values: object) -> None:
        self.code = code
        self.sentence = Sentence(text, **values)
        super().__init__(f"{code}: {self.sentence}")


class NotFound(Refusal):
    """Nothing of that name within the actor's bounds."""


class Forbidden(Refusal):
    """Seen, but the actor's roles do not allow this act."""


class Conflict(Refusal):
    """Another change got there first, or a uniqueness would break."""


class RuleViolation(Refusal):
    """A rule of the subject says no."""
