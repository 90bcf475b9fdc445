"""Codes by which learners check in and out: what they are, for how long they hold, and why one is refused.

A code is a keyed hash over session, window and act, so nobody can make one without the installation's key, and one
of a session, a window or an act is of no use for another. Windows are 20 seconds of the server's clock.
"""

import hmac
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from examprep.kernel.errors import RuleViolation

IN, OUT = "in", "out"
ACTS = (IN, OUT)
WINDOW_SECONDS = 20
GRACE = 1  # windows after its own in which a code still holds
# Before and after the session, in which people come and go.
MARGIN = timedelta(hours=2)
# How long a code that was opened in time waits for its person to sign in.
KEPT = timedelta(minutes=5)
# An old code is told from an invented one for this many windows back, one that is to come for this many ahead.
REMEMBERED, AHEAD = 360, 30
LETTERS, OWN_LETTERS = 6, 8
# Crockford's: no letter is taken for another one, or for a digit.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})

Sign = Callable[[str], str]  # a keyed hash, in hexadecimal digits


@dataclass(frozen=True)
class Valid:
    """What a code is good for."""

    act: str
    window: int


def window_of(at: datetime) -> int:
    """The number of the window that holds an instant; it holds its beginning and not its end."""
    return int(at.timestamp()) // WINDOW_SECONDS


def begins(window: int) -> datetime:
    return datetime.fromtimestamp(window * WINDOW_SECONDS, UTC)


def code_of(sign: Sign, session_id: int, act: str, window: int) -> str:
    """The six letters that the projector shows in a window."""
    return _letters(sign(f"training.check:{session_id}:{act}:{window}"), LETTERS)


def own_code(sign: Sign, session_id: int, person_id: int) -> str:
    """The eight letters by which staff mark a learner at one session; they hold for all of it."""
    return _letters(sign(f"training.own-code:{session_id}:{person_id}"), OWN_LETTERS)


def _letters(digits: str, count: int) -> str:
    number = int(digits, 16)
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(count))


def written(code: str) -> str:
    """A code as people read it: in groups of three or four."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"


def typed(text: str) -> str:
    """A code as it was meant: capitals, hyphens, width and the letters O, I and L do not matter.

    Anything may come here: of what is no code, as much is left as can be kept.
    """
    read = unicodedata.normalize("NFKC", text[:200]).upper().translate(_READ)
    return "".join(filter(str.isprintable, read))[:40]


def judged(sign: Sign, session_id: int, code: str, at: datetime) -> Valid:
    """What a code is good for at an instant: its own window or the one after it.

    Raises:
        RuleViolation: ``training.code-old``, ``training.code-future``, ``training.code-wrong``.
    """
    now = window_of(at)
    found = _among(sign, session_id, code, range(now - GRACE, now + 1))
    if found is not None:
        return found
    if _among(sign, session_id, code, range(now - REMEMBERED, now - GRACE)):
        raise RuleViolation(
            "training.code-old", "This code is no longer good: it changes every 20 seconds. Take it from the screen."
        )
    if _among(sign, session_id, code, range(now + 1, now + AHEAD)):
        raise RuleViolation("training.code-future", "This code is not yet good. Take it from the screen.")
    raise RuleViolation("training.code-wrong", "This is not a code of this session. Take it from the screen.")


def _among(sign: Sign, session_id: int, code: str, windows: range) -> Valid | None:
    given = code.encode()
    for window in reversed(windows):
        for act in ACTS:
            if hmac.compare_digest(code_of(sign, session_id, act, window).encode(), given):
                return Valid(act, window)
    return None


def opened(now: datetime, opened_at: datetime | None) -> datetime:
    """The instant at which a code is judged: when it was opened, unless its person took too long to come back."""
    return opened_at if opened_at is not None and timedelta() <= now - opened_at <= KEPT else now


def check_hours(act: str, at: datetime, starts_at: datetime, ends_at: datetime) -> None:
    """That people may check in, from two hours before the session up to its end, or out, from its start up to two
    hours after it.

    Raises:
        RuleViolation: ``training.check-early``, ``training.check-late``.
    """
    first, last = (starts_at - MARGIN, ends_at) if act == IN else (starts_at, ends_at + MARGIN)
    if at < first:
        raise RuleViolation("training.check-early", "This is possible from %(at)s on.", at=first)
    if at >= last:
        raise RuleViolation("training.check-late", "This was possible until %(at)s. Ask your trainer.", at=last)


def check_turn(act: str, last: tuple[str, datetime] | None) -> None:
    """That one checks in when out, and out when in; ``last`` is what one did last, and when.

    Raises:
        RuleViolation: ``training.code-used`` -- it is done already; ``training.not-in``.
    """
    if act == IN and last is not None and last[0] == IN:
        raise RuleViolation("training.code-used", "You are checked in already, since %(at)s.", at=last[1])
    if act == OUT and (last is None or last[0] != IN):
        if last is None:
            raise RuleViolation("training.not-in", "You are not checked in. Check in first.")
        raise RuleViolation("training.code-used", "You are checked out already, since %(at)s.", at=last[1])
