"""Questions of a bank, or of one paper, by subject."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from examprep.bank.rules.item import Item


def by_subject(items: Iterable[Item]) -> Iterable[tuple[str, Sequence[Item]]]:
    """Each subject with its questions, in the subjects' order."""
    found: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        found[item.subject].append(item)
    return sorted(found.items())
