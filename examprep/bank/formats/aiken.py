"""Aiken: a stem on one line, lettered options, ``ANSWER: B``. One right option each.

Source: https://docs.moodle.org/en/Aiken_format
"""

import re
from collections.abc import Sequence

from examprep.bank.formats.heads import HEADS, TEMPLATE_FIELDS, template_cells
from examprep.bank.formats.raw import RawFile, RawQuestion
from examprep.bank.formats.writing import Exported, Form, Written, write_all
from examprep.bank.types.choices import LETTERS
from examprep.bank.values import Question
from examprep.kernel.sentence import Sentence
from examprep.plumbing.sheets import Row
from examprep.plumbing.text_files import text_lines

ANSWER = re.compile(r"^\s*ANSWER\s*[:：]\s*(.*)$")
OPTION = re.compile(r"^\s*([A-Z])(?:[.．]|[)）])\s+(.*)$")
NAMES = {"stem": "question", "options": "options", "answer": "ANSWER", "kind": "question", "chapter": ""}


def read_aiken(content: bytes) -> RawFile:
    """The questions of a file; the number of each is the line it begins on.

    Raises:
        UnreadableFile: empty, too long, or not text.
    """
    lines = text_lines(content)
    questions: list[RawQuestion] = []
    skipped: list[tuple[int, Sentence]] = []
    begun, stem, options = 0, list[str](), list[tuple[str, str]]()

    def close(answer: str, fault: Sentence | None = None) -> None:
        letters = "".join(letter for letter, _ in options)
        misplaced = list(letters) != sorted(set(letters))
        questions.append(
            RawQuestion(
                number=begun,
                names=NAMES,
                stem="\n".join(stem),
                options=[text for _, text in options],
                answer=answer,
                faults=(("answer", fault),) if fault else (),
                misplaced=misplaced,
                letters="" if misplaced or letters == LETTERS[: len(letters)] else letters,
            )
        )
        stem.clear()
        options.clear()

    unanswered = Sentence("The question has no line ANSWER: with a letter.")
    for number, line in enumerate(lines, 1):
        answer, option = ANSWER.match(line), OPTION.match(line)
        if answer and not stem:
            skipped.append((number, Sentence("“%(line)s” belongs to no question.", line=line.strip()[:60])))
        elif answer:
            close(answer[1].strip())
        elif option and stem:
            options.append((option[1], option[2].strip()))
        elif line.strip():
            if options:
                close("", unanswered)
            if not stem:
                begun = number
            stem.append(line.strip())
    if stem:
        close("", unanswered)
    heads = tuple(HEADS[field][0] for field in TEMPLATE_FIELDS)
    rows = tuple(Row(question.number, template_cells(question)) for question in questions)
    return RawFile(heads, rows, tuple(questions), skipped=skipped)


def write_aiken(questions: Sequence[Exported]) -> Written:
    """Single choice only; texts on one line each."""
    return write_all(questions, AIKEN)


def _cannot(exported: Exported) -> Sentence | None:
    if exported.question.type != "single-choice":
        return Sentence("Left out: %(form)s has only questions with one right option.", form="Aiken")
    return None


def _aiken(questions: Sequence[Exported]) -> bytes:
    return "\n\n".join(_lines(exported.question) for exported in questions).encode("utf-8", "replace")


def _lines(question: Question) -> str:
    options = [f"{letter}. {text}" for letter, text in zip(question.letters, question.options, strict=True)]
    return "\n".join([question.stem, *options, f"ANSWER: {question.named(question.answer)}"])


AIKEN = Form("Aiken", frozenset({"letters"}), _aiken, read_aiken, cannot=_cannot)
