"""How persons practised lately, for those who teach them. Other features ask here."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from examprep.kernel.rate import Rate
from examprep.practice import store


def right_since(session: Session, people: Any, since: date) -> Mapping[int, Rate]:
    """Right of all answers since an office day, by person; ``people`` is a subquery of ids.

    It knows no bounds: whoever asks chooses the persons. Who answered nothing is missing.
    """
    return {
        person: Rate(rights, answered)
        for person, (answered, rights) in store.sums_since(session, people, since).items()
    }
