"""What formats of others have no field for, as labels "key=value" in theirs: tags, keywords, metadata. Pure."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from examprep.bank.formats.writing import Exported
from examprep.bank.types.choices import LETTERS

KEYS = ("type", "letters", "chapter", "difficulty", "law-as-of", "source", "author", "cite", "tag")


def labels(exported: Exported) -> list[tuple[str, str]]:
    """A question's labels in a fixed order, each with words in it."""
    question = exported.question
    day: date | None = question.law_as_of
    found = [("type", question.type)]
    if question.letters != LETTERS[: len(question.letters)]:
        found.append(("letters", question.letters))
    found += [("chapter", f"{code}/{number}") for code, numbers in exported.chapters.items() for number in numbers]
    found += [("difficulty", "" if question.difficulty is None else f"{question.difficulty:g}")]
    found += [("law-as-of", day.isoformat() if day else "")]
    found += [("source", question.source), ("author", question.author)]
    found += [("cite", cite) for cite in question.cites]
    found += [("tag", tag) for tag in sorted(exported.tags)]
    return [(key, value) for key, value in found if value]


def written(exported: Exported) -> list[str]:
    """The labels as "key=value"; a plain tag stands as it is unless it reads like a label."""
    return [value if key == "tag" and "=" not in value else f"{key}={value}" for key, value in labels(exported)]


def read_labels(words: Iterable[str]) -> dict[str, Any]:
    """Labels as fields of a `RawQuestion`; words that are no label of ours are tags. ``type`` is its ``kind``."""
    fields: dict[str, Any] = {}
    chapters: dict[str, list[str]] = {}
    for word in words:
        key, mark, value = word.strip().partition("=")
        if not mark or key not in KEYS:
            key, value = "tag", word.strip()
        if key == "chapter":
            version, slash, chapter = value.rpartition("/")
            chapters.setdefault(version if slash else "", []).append(chapter)
        elif key in {"tag", "cite"}:
            fields.setdefault(f"{key}s", []).append(value)
        else:
            fields[{"type": "kind", "law-as-of": "law_as_of"}.get(key, key)] = value
    if chapters:
        fields["chapters"] = chapters
    return fields
