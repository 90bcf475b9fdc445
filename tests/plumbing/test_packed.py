"""Many values kept small come back as they were given."""

from datetime import date
from typing import NamedTuple

import pytest

from examprep.plumbing.packed import TOGETHER, Packed


class Kept(NamedTuple):
    number: int
    words: tuple[str, ...]
    day: date | None


def values(count):
    return [Kept(n, (f"考生{n}", "\x1f'\""), date(1990, 1, 1 + n % 28) if n % 3 else None) for n in range(count)]


@pytest.mark.parametrize("count", [0, 1, TOGETHER - 1, TOGETHER, TOGETHER + 1, 3 * TOGETHER + 7])
def test_they_come_back_in_order_and_by_place(count):
    packed, given = Packed(Kept._make), values(count)
    for value in given:
        packed.append(value)
    assert (len(packed), list(packed), list(packed)) == (count, given, given)
    assert all(isinstance(value, Kept) for value in packed)
    for at in {0, TOGETHER - 1, TOGETHER, -1, -count, count - 1} & {*range(-count, count)}:
        assert packed[at] == given[at]
    assert packed[1 : TOGETHER + 2] == given[1 : TOGETHER + 2]
    for at in (count, -count - 1):
        with pytest.raises(IndexError):
            packed[at]
