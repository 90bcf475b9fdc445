"""What every writer of question files takes and gives, and how it finds what its format cannot carry. Pure.

A writer reads each question back by its own reader: what would come back as another question is left out, and named.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from examprep.bank.formats.checking import Rules, check_file
from examprep.bank.formats.raw import RawFile, RawQuestion
from examprep.bank.formats.words import tidy
from examprep.bank.markup import HTML, PLAIN, is_rich, pictures, plain, with_pictures
from examprep.bank.types.choices import LETTERS, Choices
from examprep.bank.values import Draft, Picture, Question
from examprep.kernel.sentence import Sentence
from examprep.plumbing.unreadable import UnreadableFile


@dataclass(frozen=True)
class Exported:
    """A question on its way out.

    ``chapters`` are the numbers of its chapters ("03") by the code of the syllabus version; ``pictures`` are those
    that its texts show, by their SHA-256.
    """

    question: Question
    chapters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tags: Sequence[str] = ()
    pictures: Mapping[str, Picture] = field(default_factory=dict)

    def words(self, text: str) -> str:
        """One of its texts without markup."""
        return plain(text, self.question.markup)

    @property
    def shows_pictures(self) -> bool:
        return self.question.markup == HTML and bool(self.pictures)


@dataclass(frozen=True)
class Written:
    """A whole file, and what it could not carry: (id of the question, reason) pairs.

    A question is left out only where its reason says so; else the reason names the part of it that is lost.
    """

    content: bytes
    left_out: Sequence[tuple[int, Sentence]] = ()


WORDS_ONLY = Sentence("Only its words are kept, not its tables or emphasis.")
# What a question holds besides its stem, options and answer, as people call it.
FIELDS = {
    "explanation": "解析",
    "chapters": "章",
    "difficulty": "难度",
    "source": "来源",
    "author": "作者",
    "law_as_of": "法规截止日",
    "cites": "依据",
    "tags": "标签",
    "notes": "选项说明",
    "letters": "选项字母",
}
EVERY = frozenset({*FIELDS, "passage", "lines"})


@dataclass(frozen=True)
class Form:
    """A format: its name, the `FIELDS` it has a place for (and ``passage``, ``lines``), and its two directions.

    ``rich``: texts keep their markup; ``pictured``: and their pictures. ``cannot`` says of some types why not.
    """

    name: str
    carries: frozenset[str]
    write: Callable[[Sequence[Exported]], bytes]
    read: Callable[[bytes], RawFile]
    rich: bool = False
    pictured: bool = False
    cannot: Callable[[Exported], Sentence | None] = lambda exported: None


def write_all(questions: Sequence[Exported], form: Form) -> Written:
    """The questions in a format; what it cannot carry is named."""
    kept, left_out = fit_all(questions, form)
    return Written(form.write(kept), left_out)


def fit_all(questions: Sequence[Exported], form: Form) -> tuple[list[Exported], list[tuple[int, Sentence]]]:
    """The questions as the format can carry them, and what is lost."""
    kept: list[Exported] = []
    left_out: list[tuple[int, Sentence]] = []
    for exported in questions:
        fitted, reasons = _fitted(exported, form)
        if fitted is not None:
            kept.append(fitted)
        left_out += [(exported.question.question_id, reason) for reason in reasons]
    return kept, left_out


def _fitted(exported: Exported, form: Form) -> tuple[Exported | None, list[Sentence]]:
    """The question as the format can carry it, if it can, and what is lost."""
    if exported.shows_pictures and not form.pictured:
        return None, [Sentence("Left out: it shows pictures, and %(form)s carries none.", form=form.name)]
    fitted, reasons = (exported, []) if form.rich and exported.question.markup == HTML else worded(exported)
    lost = [FIELDS[name] for name in FIELDS if name not in form.carries and _holds(fitted, name)]
    if lost:
        reasons.append(Sentence("%(form)s has no place for: %(parts)s", form=form.name, parts="、".join(lost)))
    fitted = without(fitted, form.carries)
    refused = form.cannot(fitted)
    if refused:
        return None, [refused]
    if not _comes_back(fitted, form):
        return None, [Sentence("Left out: read from %(form)s it would be another question.", form=form.name)]
    return fitted, reasons


def worded(exported: Exported) -> tuple[Exported, list[Sentence]]:
    """The question without markup, its blanks as every reader makes them."""
    question = exported.question
    reasons = []
    if question.markup == HTML and any(
        is_rich(text) for text in (question.stem, question.explanation, question.passage, *question.content.texts())
    ):
        reasons.append(WORDS_ONLY)

    def words(text: str) -> str:
        return tidy(plain(text, question.markup))

    changed = replace(
        question,
        stem=words(question.stem),
        explanation=words(question.explanation),
        passage=words(question.passage),
        content=question.content.mapped(words),
        markup=PLAIN,
    )
    return replace(exported, question=changed, pictures={}), reasons


def _holds(exported: Exported, name: str) -> bool:
    content = exported.question.content
    if name == "letters":
        return isinstance(content, Choices) and content.letters != LETTERS[: len(content.options)]
    if name == "notes":
        return isinstance(content, Choices) and any(content.notes)
    value = getattr(exported if name in {"tags", "chapters"} else exported.question, name)
    return bool(value) or value == 0.0  # a difficulty of nothing is one


def without(exported: Exported, carries: frozenset[str]) -> Exported:
    """The question with nothing but what a format has a place for; a passage moves into the stem."""
    question, content = exported.question, exported.question.content
    if isinstance(content, Choices):
        content = replace(
            content,
            notes=content.notes if "notes" in carries and any(content.notes) else (),
            letters=content.letters if "letters" in carries else "",
        )
    if "passage" not in carries and question.passage:
        question = replace(question, stem=f"{question.passage}\n{question.stem}", passage="")
    blank: dict[str, Any] = {
        "explanation": "",
        "author": "",
        "source": "",
        "cites": (),
        "law_as_of": None,
        "difficulty": None,
    }
    question = replace(
        question, content=content, **{name: value for name, value in blank.items() if name not in carries}
    )
    if "lines" not in carries:
        question = replace(question, stem=_one_line(question.stem), content=question.content.mapped(_one_line))
    return replace(
        exported,
        question=question,
        tags=exported.tags if "tags" in carries else (),
        chapters=exported.chapters if "chapters" in carries else {},
    )


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _comes_back(exported: Exported, form: Form) -> bool:
    """Whether the question, written alone and read again, is the same."""
    try:
        file = form.read(form.write([exported]))
    except UnreadableFile:
        return False
    if len(file.questions) != 1 or file.skipped:
        return False
    (raw,) = file.questions
    alone = replace(file, questions=(replace(raw, chapters={}),))
    checked = check_file(alone, Rules({}, "", 0, {}, date.max))
    if checked.problems or len(checked.drafts) != 1:
        return False
    return same(exported, _renamed(exported, checked.drafts[0])) and _chapters(raw) == {
        version: list(numbers) for version, numbers in exported.chapters.items() if numbers
    }


def _renamed(exported: Exported, draft: Draft) -> Draft:
    """The draft with the names its pictures had: a photograph drawn anew is another file."""
    if not draft.pictures:
        return draft
    known = dict(zip(_shown(draft), _shown(exported.question), strict=False))

    def renamed(text: str) -> str:
        return with_pictures(text, lambda name: f"media:{known.get(name, name)}")

    return replace(
        draft,
        stem=renamed(draft.stem),
        explanation=renamed(draft.explanation),
        passage=renamed(draft.passage),
        content=draft.content.mapped(renamed),
    )


def _shown(question: Question | Draft) -> Sequence[str]:
    return pictures([question.stem, question.explanation, question.passage, *question.content.texts()])


def _chapters(raw: RawQuestion) -> dict[str, list[str]]:
    return {
        version: [number for word in written for number in word.split("、")]
        for version, written in raw.chapters.items()
    }


def same(exported: Exported, draft: Draft) -> bool:
    """Whether a draft that was read says what the question says, its chapters apart."""
    question = exported.question
    names = ("type", "stem", "content", "explanation", "author", "source", "cites", "law_as_of", "passage", "markup")
    if any(getattr(draft, name) != getattr(question, name) for name in names):
        return False
    if question.difficulty is None or draft.difficulty is None:
        alike = draft.difficulty is question.difficulty
    else:
        alike = abs(draft.difficulty - question.difficulty) < 1e-9
    return alike and draft.tags == frozenset(exported.tags)
