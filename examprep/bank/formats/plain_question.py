"""A question of a plain-text paper while its lines come in, and what is made of it. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from examprep.bank.formats import plain_words as words
from examprep.bank.formats.plain_points import read_parts
from examprep.bank.formats.raw import RawPart, RawQuestion
from examprep.bank.formats.words import WordError, read_answer, read_judgement, read_kind
from examprep.bank.types.choices import LETTERS
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.kernel.sentence import Sentence

_IN_STEM = re.compile(r"[(（]\s*([A-HＡ-Ｈ]{1,8}|√|×|对|错)\s*[)）](?=[。.．？?]?$)")


@dataclass
class OpenQuestion:
    """A question while its lines come in. Texts are lists of lines."""

    line: int
    number: int
    kind: str | None
    case: bool = False
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, list[str]]] = field(default_factory=list)
    prompts: list[list[str]] = field(default_factory=list)
    answers: list[list[str]] = field(default_factory=list)
    models: list[list[str]] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    chapters: dict[str, list[str]] = field(default_factory=dict)
    shared: str = ""  # a text that stands above it and others
    asking: bool = False  # 问题： stood on a line of its own
    listed: int = 0  # the last number of a list within the stem
    parts_answered: int = 0
    way: str = ""

    @property
    def may_be_written(self) -> bool:
        return self.case or (
            self.kind is not None and self.kind in QUESTION_TYPES and QUESTION_TYPES[self.kind].written
        )


def finished(question: OpenQuestion) -> RawQuestion:
    """The question as it was read, and what cannot be right about it."""

    def text(name: str) -> str:
        return _text(question.texts.get(name, ()))

    faults: list[tuple[str, Sentence]] = []
    stem, answers = _text(question.stem), [_text(answer) for answer in question.answers]
    if not answers and not question.prompts and (found := _IN_STEM.search(stem)):
        stem, answers = f"{stem[: found.start()]}（ ）{stem[found.end() :]}", [found[1]]
    letters = "".join(letter for letter, _ in question.options)
    misplaced = list(letters) != sorted(set(letters))
    kind = text("kind") or question.kind or ""
    answer = answers[0] if answers else ""
    written = not question.options and is_written(kind, answer, letters, question)
    parts: list[RawPart] = []
    if written:
        models = [_text(model) for model in question.models]
        parts, wrong = read_parts([_text(prompt) for prompt in question.prompts], answers, models, stem)
        faults += [("parts", sentence) for sentence in wrong]
        kind = kind or ("case-analysis" if question.case or len(parts) > 1 else "short-answer")
        accepted = [line for line in question.texts.get("accepted", ()) if line]
        if accepted and not answers and not question.prompts:
            parts = []
    elif len(answers) > 1 or question.prompts or question.models:
        faults.append(("answer", Sentence("A question answered by ticking has one answer.")))
    return RawQuestion(
        number=question.line,
        names=words.NAMES,
        kind=kind,
        stem=stem,
        options=[_text(option) for _, option in question.options],
        answer="" if written else answer,
        explanation=text("explanation"),
        notes=[_text(question.notes.get(letter, ())) for letter in letters] if question.notes else (),
        chapters=question.chapters,
        difficulty=text("difficulty"),
        source=text("source"),
        author=text("author"),
        law_as_of=text("law_as_of"),
        cites=[line for line in question.texts.get("cites", ()) if line],
        faults=faults,
        misplaced=misplaced,
        letters="" if misplaced or letters == LETTERS[: len(letters)] else letters,
        parts=parts,
        accepted=[line for line in question.texts.get("accepted", ()) if line],
        passage=text("passage") or question.shared,
        tags=[tag for line in question.texts.get("tags", ()) for tag in re.split(r"[、,，;；]", line)],
    )


def is_written(kind: str, answer: str, letters: str, question: OpenQuestion) -> bool:
    """Whether the question is answered in words."""
    if kind:
        try:
            return QUESTION_TYPES[read_kind(kind, frozenset())].written
        except WordError:
            return False
    if question.case or question.prompts or question.texts.get("accepted"):
        return True
    if not answer or read_judgement(answer) is not None:
        return False
    try:
        read_answer(answer, letters)
    except WordError:
        return True
    return False


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines).strip()
