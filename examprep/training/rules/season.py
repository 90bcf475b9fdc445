"""A season planned as a whole: which of its sessions fall together."""

from collections.abc import Iterator, Sequence

from examprep.training.rules.schedule import Slot


def together(planned: Sequence[tuple[int, Slot]]) -> Iterator[tuple[int, Slot, int, Slot]]:
    """Slots of different classes that overlap, each pair once. ``planned`` are (class, slot) in any order.

    A period is half-open: a session that begins as another ends does not meet it.
    """
    going: list[tuple[int, Slot]] = []
    for number, slot in sorted(planned, key=lambda each: (each[1].starts_at, each[0])):
        going = [each for each in going if each[1].ends_at > slot.starts_at]
        yield from ((number, slot, other, met) for other, met in going if other != number)
        going.append((number, slot))
