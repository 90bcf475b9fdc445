"""From what a file says to questions that can be kept: every row judged, every problem named by row and column."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar, cast

from examprep.bank.formats.raw import RawFile, RawQuestion
from examprep.bank.formats.texts import Texts
from examprep.bank.formats.words import (
    WordError,
    read_answer,
    read_day,
    read_difficulty,
    read_judgement,
    read_kind,
    read_number,
)
from examprep.bank.markup import HTML, plain
from examprep.bank.types.choices import ContentError
from examprep.bank.types.registry import QUESTION_TYPES, Content
from examprep.bank.values import Draft, fingerprint
from examprep.imports.importer import Problem
from examprep.imports.progress import counted
from examprep.kernel.sentence import N_, Sentence
from examprep.syllabus.actions import Chapter

_PICTURE = re.compile(r"如图|下图|右图|左图|图中|图所示|附图")
ROWS_NAMED = 20
T = TypeVar("T")


class Tree:
    """The chapters of one subject in one syllabus version, found by what people call them."""

    def __init__(self, chapters: Sequence[Chapter]) -> None:
        self._by_number = {int(chapter.number): chapter.id for chapter in chapters}
        self._by_name = {_plain(name): chapter.id for chapter in chapters for name in chapter.names.values() if name}
        self.shown = "、".join(
            chapter.number if chapter.kind == "chapter" else chapter.names["zh"] for chapter in chapters
        )

    def find(self, text: str) -> int | None:
        """The chapter a number or a name means."""
        named = self._by_name.get(_plain(text))
        if named is not None:
            return named
        number = read_number(text)
        return None if number is None else self._by_number.get(number)

    def find_all(self, text: str) -> tuple[set[int], list[str]]:
        """The chapters a cell means, and its words that mean none. A name may itself hold a comma."""
        whole = self.find(text) if not re.search(r"\d\s*[、,，;；/]", text) else self._by_name.get(_plain(text))
        if whole is not None:
            return {whole}, []
        words = [word for word in re.split(r"[、,，;；/\n]", text) if word.strip()]
        found = {word: self.find(word) for word in words}
        return {one for one in found.values() if one is not None}, [w for w, one in found.items() if one is None]


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()


@dataclass
class Checked:
    """What came of a file's rows. ``drafts`` are those without a problem, in order."""

    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Sentence] = field(default_factory=list)


@dataclass(frozen=True)
class Rules:
    """What rows are held against. ``known`` is the bank's question of each fingerprint."""

    trees: Mapping[str, Tree]
    version: str
    default_chapter: int | None
    known: Mapping[str, int]
    today: date


def check_file(file: RawFile, rules: Rules) -> Checked:
    """Judge every row; linear in their number."""
    checked = Checked()
    first_row: dict[str, int] = {}
    first_stem: dict[str, int] = {}
    odd: dict[str, list[int]] = defaultdict(list)
    lost: dict[str, list[int]] = defaultdict(list)
    for raw in counted(file.questions):
        faults = list(raw.faults)
        texts = Texts(raw.markup, file.media)
        draft = None if faults else _draft(raw, rules, faults, texts)
        if raw.stem.strip() and not raw.faults:
            _compare(raw, draft, rules, faults, first_row, first_stem, odd)
        if draft is not None and not faults:
            checked.drafts.append(draft)
            _notice(raw, odd)
            for tag in texts.dropped:
                lost[tag].append(raw.number)
        checked.problems += [Problem(raw.number, raw.names.get(column, ""), sentence) for column, sentence in faults]
    checked.notes += [*_notes(file, odd), *file.notes]
    checked.notes += [
        Sentence(
            "Of %(count)s questions the words are kept, but not the effect of <%(tag)s>: %(rows)s",
            count=len(numbers),
            tag=tag,
            rows=_named(numbers),
        )
        for tag, numbers in sorted(lost.items())
    ]
    checked.notes += [
        Sentence("Question %(number)s was left out: %(reason)s", number=number, reason=reason)
        for number, reason in file.skipped
    ]
    return checked


def _draft(raw: RawQuestion, rules: Rules, faults: list[tuple[str, Sentence]], texts: Texts) -> Draft | None:
    """The row as a draft; what is wrong is added to ``faults``."""

    stem = texts.clean(raw.stem)
    if not plain(stem, texts.markup).strip():
        faults.append(("stem", Sentence("The stem is missing.")))
    kind = _kind(raw, faults)
    content = None if kind is None else _content(raw, kind, faults, texts)
    difficulty = _asked("difficulty", faults, lambda: read_difficulty(raw.difficulty))
    law_as_of = _asked("law_as_of", faults, lambda: read_day(raw.law_as_of, rules.today))
    chapter_ids = _chapters(raw, rules, faults)
    if kind is None or content is None:
        return None
    explanation, passage = texts.clean(raw.explanation), texts.clean(raw.passage)
    pictures = texts.pictures(faults)
    content = content if texts.plain_throughout else content.mapped(texts.finish)
    return Draft(
        type=kind,
        stem=texts.finish(stem),
        content=content,
        explanation=texts.finish(explanation),
        author=raw.author.strip(),
        source=raw.source.strip(),
        cites=tuple(cite.strip() for cite in raw.cites),
        law_as_of=law_as_of,
        difficulty=difficulty,
        chapter_ids=frozenset(chapter_ids),
        markup=texts.markup,
        passage=texts.finish(passage),
        tags=frozenset(tag.strip()[:40] for tag in raw.tags if tag.strip()),
        pictures=pictures,
    )


def _kind(raw: RawQuestion, faults: list[tuple[str, Sentence]]) -> str | None:
    """The type a row names, or else the one that its shape tells."""
    if raw.kind.strip():
        return _asked("kind", faults, lambda: read_kind(raw.kind, frozenset()))
    if raw.parts:
        return "case-analysis" if len(raw.parts) > 1 else "short-answer"
    if raw.accepted:
        return "short-answer"
    if not raw.options and read_judgement(raw.answer) is not None:
        return "true-false"
    places = _asked("answer", faults, lambda: read_answer(raw.answer, raw.letters))
    return None if places is None else read_kind("", places)


def _content(raw: RawQuestion, kind: str, faults: list[tuple[str, Sentence]], texts: Texts) -> Content | None:
    """What the type makes of a row's options and answer, or of its parts."""
    clean = texts.clean
    if QUESTION_TYPES[kind].written:
        parts = [
            {
                "prompt": clean(part.prompt),
                "points": [{"text": clean(text), "half_points": earned} for text, earned in part.points],
                "answer": clean(part.answer),
            }
            for part in raw.parts
        ]
        content: dict[str, Any] = {"parts": parts, "accepted": raw.accepted}
    else:
        judged = read_judgement(raw.answer) if kind == "true-false" else None
        if judged is not None:
            places: frozenset[int] | None = frozenset({0 if judged else 1})
        else:
            places = _asked("answer", faults, lambda: read_answer(raw.answer, raw.letters))
        if places is None:
            return None
        options, notes = [clean(o) for o in raw.options], [clean(n) for n in raw.notes]
        content = {"options": options, "correct": places, "notes": notes, "letters": raw.letters}
    try:
        return cast("Content", QUESTION_TYPES[kind].read(content))
    except ContentError as error:
        column = {"correct": "answer", "options": _options_column(raw, _gap(raw.options))}.get(error.field, error.field)
        faults.append((column, error.sentence))
        return None


def _asked(column: str, faults: list[tuple[str, Sentence]], read: Callable[[], T]) -> T | None:
    """What a cell says; what is wrong with it is added to ``faults``."""
    try:
        return read()
    except WordError as error:
        faults.append((column, error.sentence))
        return None


def _gap(options: Sequence[str]) -> str:
    """The letter of the first empty option, or A."""
    return next((chr(ord("A") + place) for place, text in enumerate(options) if not text.strip()), "A")


def _options_column(raw: RawQuestion, letter: str) -> str:
    return f"option_{letter}" if f"option_{letter}" in raw.names else "options"


def _chapters(raw: RawQuestion, rules: Rules, faults: list[tuple[str, Sentence]]) -> set[int]:
    """The chapters a row names in each syllabus version, else the default chapter."""
    found: set[int] = set()
    for version, words in raw.chapters.items():
        code = version or rules.version
        column = f"chapter:{version}" if f"chapter:{version}" in raw.names else "chapter"
        tree = rules.trees.get(code)
        if tree is None:
            faults.append((column, Sentence("There is no syllabus version “%(code)s”.", code=code)))
            continue
        for word in words:
            ids, unknown = tree.find_all(word)
            found |= ids
            if unknown:
                sentence = Sentence(
                    "This subject has no chapter “%(written)s”. Its chapters are %(chapters)s.",
                    written=unknown[0].strip()[:40],
                    chapters=tree.shown,
                )
                faults.append((column, sentence))
    if found or any(column.startswith("chapter") for column, _ in faults):
        return found
    if rules.default_chapter is None:
        faults.append(
            ("chapter", Sentence("The chapter is missing. Name it here, or choose a chapter for the whole file."))
        )
        return found
    return {rules.default_chapter}


def _compare(
    raw: RawQuestion,
    draft: Draft | None,
    rules: Rules,
    faults: list[tuple[str, Sentence]],
    first_row: dict[str, int],
    first_stem: dict[str, int],
    odd: dict[str, list[int]],
) -> None:
    """Whether the question stands in the file or in the bank already."""
    # Told by the words as they would be kept, where they are; without a source the stem alone is the mark.
    mark = draft.fingerprint if draft else fingerprint(raw.stem, raw.source)
    stem = fingerprint(draft.stem if draft else raw.stem, "") if raw.source.strip() else mark
    if mark in first_row:
        sentence = Sentence(
            "Row %(row)s has the same stem. Remove one, or tell them apart by the stem or the source.",
            row=first_row[mark],
        )
        faults.append(("stem", sentence))
    elif mark in rules.known:
        sentence = Sentence("The bank already has this question (no. %(number)s).", number=rules.known[mark])
        faults.append(("stem", sentence))
    elif stem in first_stem:
        odd["stem"].append(raw.number)
    first_row.setdefault(mark, raw.number)
    first_stem.setdefault(stem, raw.number)


def _notice(raw: RawQuestion, odd: dict[str, list[int]]) -> None:
    """Keep the numbers of rows that are right but odd."""
    text = "\n".join([raw.stem, *raw.options])
    if raw.misplaced:
        odd["letters"].append(raw.number)
    if "\t" in text or "  " in text:
        odd["blanks"].append(raw.number)
    if raw.markup != HTML and _PICTURE.search(text):
        odd["picture"].append(raw.number)
    if "$" in text:
        odd["formula"].append(raw.number)


def _notes(file: RawFile, odd: Mapping[str, list[int]]) -> list[Sentence]:
    sentences = {
        "stem": N_("%(count)s rows have the stem of an earlier row but another source; they are kept: %(rows)s"),
        "letters": N_(
            "In %(count)s rows the options are not lettered A, B, C in order; their places counted: %(rows)s"
        ),
        "blanks": N_("In %(count)s rows runs of blanks were made one: %(rows)s"),
        "picture": N_("%(count)s rows speak of a picture that the file does not carry: %(rows)s"),
        "formula": N_("%(count)s rows hold formulas, which are shown as they are written: %(rows)s"),
    }
    notes = [
        Sentence(sentences[name], count=len(odd[name]), rows=_named(odd[name])) for name in sentences if odd.get(name)
    ]
    if file.ignored:
        notes.append(
            Sentence("These columns are not known and were left out: %(heads)s", heads="、".join(file.ignored))
        )
    return notes


def _named(numbers: Iterable[int]) -> str:
    shown = [str(number) for number in numbers]
    return "、".join(shown[:ROWS_NAMED]) + ("…" if len(shown) > ROWS_NAMED else "")
