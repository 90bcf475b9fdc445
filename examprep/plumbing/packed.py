"""Many values of one kind in little memory."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, overload

T = TypeVar("T", bound=tuple[Any, ...])
TOGETHER = 1_000


class Packed(Sequence[T]):
    """Tuples that are appended one by one and gone through in order, kept as bytes, a thousand at a time.

    As they are they would take ten times as much. Whoever goes through them should hold few at once. ``make`` makes
    one of a plain tuple, as `NamedTuple`'s own ``_make`` does.
    """

    def __init__(self, make: Callable[[tuple[Any, ...]], T]) -> None:
        self._make = make
        self._parts: list[bytes] = []
        self._last: list[T] = []

    def append(self, value: T) -> None:
        self._last.append(value)
        if len(self._last) == TOGETHER:
            # As plain tuples, which take half the time.
            self._parts.append(pickle.dumps(list(map(tuple, self._last)), pickle.HIGHEST_PROTOCOL))
            self._last = []

    def __len__(self) -> int:
        return len(self._parts) * TOGETHER + len(self._last)

    def __iter__(self) -> Iterator[T]:
        for part in self._parts:
            yield from self._opened(part)
        yield from self._last

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> list[T]: ...
    def __getitem__(self, at: int | slice) -> T | list[T]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        at = range(len(self))[at]
        part, place = divmod(at, TOGETHER)
        return (self._opened(self._parts[part]) if part < len(self._parts) else self._last)[place]

    def _opened(self, part: bytes) -> list[T]:
        return list(map(self._make, pickle.loads(part)))  # noqa: S301 -- our own bytes, which never left the process
