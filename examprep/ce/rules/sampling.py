"""A random sample that anybody can draw again: the same seed and the same frame give the same sample."""

import hashlib
from collections.abc import Iterable


def sample(seed: str, frame: Iterable[int], size: int) -> list[int]:
    """So many of the frame, in the order of drawing: those whose keyed hashes are lowest.

    No generator of a language's library is asked, so that the draw can be checked with any tool, for ever.
    """

    def lot(number: int) -> tuple[bytes, int]:
        return hashlib.sha256(f"{seed}:{number}".encode()).digest(), number

    return sorted(set(frame), key=lot)[:size]


def size_of(frame: int, percent: int) -> int:
    """How many are drawn: at least one of any, rounded up."""
    return -(-frame * percent // 100)


def frame_hash(frame: Iterable[int]) -> str:
    """What the frame was, in 64 digits: two draws can be compared without keeping the list."""
    return hashlib.sha256(",".join(map(str, sorted(set(frame)))).encode()).hexdigest()
