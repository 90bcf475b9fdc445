"""How far a long import has come, told to whoever listens: the command's reader, or the page that waits.

An importer only counts its rows (`counted`). What a page asks for lies in a small file of the installation: a page
whose question reaches another machine is told nothing, and shows that the work goes on.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import TypeVar

from examprep.kernel.sentence import Sentence

T = TypeVar("T")
Listener = Callable[[Sentence], None]
EVERY_ROWS, EVERY_SECONDS = 200, 0.4
_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)
_TOKEN = re.compile(r"[0-9a-f]{32}")


def say_step(sentence: Sentence) -> None:
    """Tell what happens now."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(sentence)


def counted(rows: Sequence[T]) -> Iterator[T]:
    """The rows, with every some hundred of them told."""
    for number, row in enumerate(rows):
        if number % EVERY_ROWS == 0:
            say_step(Sentence("Checked %(done)s of %(total)s rows.", done=number, total=len(rows)))
        yield row


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Let somebody listen to what happens within."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def seldom(listener: Listener, *, after_seconds: float, every_seconds: float) -> Listener:
    """One that hears nothing of short work, and of long work something now and then."""
    started = last = time.monotonic()

    def hear(sentence: Sentence) -> None:
        nonlocal last
        now = time.monotonic()
        if now - started >= after_seconds and now - last >= every_seconds:
            last = now
            listener(sentence)

    return hear


@contextmanager
def shown(home: Path, person_id: int | None, token: str) -> Iterator[None]:
    """Let the page that holds the token ask how far it is; without a token nothing is told."""
    place = _place(home, person_id, token)
    if place is None:
        yield
        return

    def write(sentence: Sentence) -> None:
        with suppress(OSError):
            place.parent.mkdir(exist_ok=True)
            part = place.with_suffix(".part")
            part.write_text(json.dumps([sentence.text, dict(sentence.values)]), encoding="utf-8")
            part.replace(place)

    try:
        with told_to(seldom(write, after_seconds=0, every_seconds=EVERY_SECONDS)):
            yield
    finally:
        with suppress(OSError):
            place.unlink(missing_ok=True)


def asked(home: Path, person_id: int | None, token: str) -> Sentence | None:
    """What was told last to the page with the token; ``None`` where nothing is known."""
    place = _place(home, person_id, token)
    if place is None:
        return None
    try:
        text, values = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Sentence(text, **values)


def _place(home: Path, person_id: int | None, token: str) -> Path | None:
    return home / "progress" / f"{person_id}-{token}.json" if _TOKEN.fullmatch(token) else None
