"""A fixed set of named things that refuses two of one name at start."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """Things by name, in the order given.

    Raises:
        ValueError: two things share a name.
    """

    def __init__(self, *things: T) -> None:
        self._things: dict[str, T] = {}
        for thing in things:
            if thing.name in self._things:
                raise ValueError(f"two entries are named {thing.name!r}")
            self._things[thing.name] = thing

    def __getitem__(self, name: str) -> T:
        return self._things[name]

    def __contains__(self, name: object) -> bool:
        return name in self._things

    def __iter__(self) -> Iterator[T]:
        return iter(self._things.values())

    def __len__(self) -> int:
        return len(self._things)

    def get(self, name: str) -> T | None:
        return self._things.get(name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._things)
