"""Bring the Chinese catalogue up to date with the code: `python -m tests.catalogue` (``--check`` only reports).

Message ids are English. The extractor reads `_()`, `gettext`, `N_`, `Sentence` and the refusals.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "examprep" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "N_": None,
    "Sentence": None,
    "RuleViolation": (2,),
    "Conflict": (2,),
    "NotFound": (2,),
    "Forbidden": (2,),
    "UnreadableFile": (2,),
}
# WTForms' own sentences, which its validators say through our catalogue.
LIBRARY = (
    "This field is required.",
    "Not a valid choice.",
    "Not a valid choice",
    "Not a valid integer value.",
    "Not a valid decimal value.",
    "Not a valid date value.",
    "Not a valid datetime value.",
    "Not a valid time value.",
    "Invalid input.",
    "Invalid email address.",
    "Number must be between %(min)s and %(max)s.",
    "Number must be at least %(min)s.",
    "Number must be at most %(max)s.",
)


def extracted() -> set[str | tuple[str, ...]]:
    """Every message id in the code and the templates."""
    found: set[str | tuple[str, ...]] = set(LIBRARY)
    for folder, methods in (("examprep", [("**.py", "python")]), ("templates", [("**", "jinja2")])):
        options = {"**": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, methods, options, KEYWORDS, directory_filter=lambda _path: True
        ):
            found.add(message)
    return found


def read() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh")


def missing() -> list[str]:
    """Message ids without a Chinese sentence."""
    catalogue = read()
    return sorted(str(m) for m in extracted() if not (catalogue.get(m) and any(catalogue.get(m).string)))


def update() -> None:
    """Keep what is translated and still used, add what is new with an empty translation, sorted by message id."""
    old = read()
    # The header keeps its day, so that a run that adds nothing changes nothing.
    fresh = Catalog(locale="zh", fuzzy=False, creation_date=old.creation_date, revision_date=old.revision_date)
    for message in extracted():
        kept = old.get(message)
        fresh.add(message, kept.string if kept else None)
    with CATALOGUE.open("wb") as file:
        write_po(file, fresh, sort_output=True, omit_header=False, no_location=True, width=0)


if __name__ == "__main__":
    if "--check" not in sys.argv:
        update()
    print("\n".join(missing()) or "every message has its Chinese sentence")
