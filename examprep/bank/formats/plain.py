"""Plain text as Chinese trainers write it: stems, lettered options, answers below each question or all at the end.

```
一、单选题
1．题干（ ）
A．甲    B．乙
答案：A
解析：……
```

Each question is read with the line it begins on as its number. A line that belongs to no question is listed.
"""

from collections.abc import Iterable, Sequence

from examprep.bank.formats import plain_words as words
from examprep.bank.formats.heads import HEADS, TEMPLATE_FIELDS, template_cells
from examprep.bank.formats.plain_key import read_key
from examprep.bank.formats.plain_passage import Shared, find_shared
from examprep.bank.formats.plain_question import OpenQuestion, finished, is_written
from examprep.bank.formats.raw import RawFile, RawQuestion
from examprep.bank.formats.words import read_kind
from examprep.kernel.sentence import Sentence
from examprep.plumbing.sheets import Row
from examprep.plumbing.text_files import decode
from examprep.plumbing.unreadable import ROW_LIMIT, UnreadableFile

LINE_LIMIT = 20_000
_ONE_LINE = {"chapter", "difficulty", "source", "author", "law_as_of", "tags", "kind", "accepted"}


def read_plain(content: bytes) -> RawFile:
    """The questions of a text file.

    Raises:
        UnreadableFile: empty, too long, not text, or without a question.
    """
    return read_lines(list(enumerate(decode(content).replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1)))


def read_lines(lines: Sequence[tuple[int, str]]) -> RawFile:
    """The questions of numbered lines.

    Raises:
        UnreadableFile: ``file.empty``, ``file.lines``, ``bank.no-question``.
    """
    if not any(line.strip() for _, line in lines):
        raise UnreadableFile("file.empty", "The file is empty. Download the template and fill it in.")
    if len(lines) > ROW_LIMIT:
        raise UnreadableFile("file.lines", "The file has more than %(limit)s rows. Send it in parts.", limit=ROW_LIMIT)
    longest = max(len(line) for _, line in lines)
    if longest > LINE_LIMIT:
        raise UnreadableFile(
            "file.line-long", "A line has more than %(limit)s characters. Break it into lines.", limit=LINE_LIMIT
        )
    paper, shared, upto = _Paper(), find_shared(lines), 0
    for place, (number, line) in enumerate(lines):
        if place < upto:
            continue
        if place in shared:
            upto = shared[place].upto
            paper.share(shared[place])
            continue
        if paper.answers_begin(line, lines[place + 1 : place + 20]):
            paper.answer(lines[place + 1 :])
            break
        paper.add(number, line)
    if not paper.questions:
        raise UnreadableFile(
            "bank.no-question",
            "No question was found. Number each, letter its options, and write its answer below it as in 答案：A.",
        )
    questions = tuple(finished(question) for question in paper.questions)
    heads = tuple(HEADS[field][0] for field in TEMPLATE_FIELDS)
    rows = tuple(Row(question.number, template_cells(question)) for question in questions)
    skipped = [(number, Sentence("“%(line)s” belongs to no question.", line=text[:60])) for number, text in paper.stray]
    return RawFile(heads, rows, questions, skipped=skipped)


def read_written_cell(kind: str, stem: str, cell: str) -> RawQuestion | None:
    """The parts, points and accepted texts that a cell of answers holds; ``None`` of questions answered by ticking.

    The cell is written as below a stem: ``问题1：… 答案1：…``, or the marking points alone.
    """
    lines = cell.split("\n")
    paper = _Paper()
    question = OpenQuestion(1, 1, "")
    question.texts["kind"] = [kind] if kind.strip() else []
    question.stem = [stem]
    if not is_written(kind, cell, "", question):
        return None
    question.kind = read_kind(kind, frozenset()) if kind.strip() else None
    paper.resume(question)
    if not (words.label(lines[0].strip()) or words.prompt(lines[0].strip()) or words.asks(lines[0].strip())):
        lines[0] = f"答案：{lines[0]}"
    for number, line in enumerate(lines, 1):
        paper.add(number, line)
    if len(paper.questions) > 1 or paper.stray:
        fault = Sentence("The answer holds a line that begins another question.")
        return RawQuestion(1, {}, faults=(("answer", fault),))
    return finished(question)


class _Paper:
    """The questions so far, and where the next line goes."""

    def __init__(self) -> None:
        self.questions: list[OpenQuestion] = []
        self.stray: list[tuple[int, str]] = []
        self._kind: str | None = None
        self._way = ""
        self._chapter = ""
        self._shared: Shared | None = None
        self._open: OpenQuestion | None = None  # the question that lines may still belong to
        self._here: list[str] | None = None
        self._one_line = False

    def answers_begin(self, line: str, following: Iterable[tuple[int, str]]) -> bool:
        """Whether the answers of all questions stand below this line."""
        if not words.answers_follow(line.strip()) or not self.questions:
            return False
        if any(question.answers for question in self.questions):
            return False
        ahead = [text.strip() for _, text in following if text.strip()]
        if len(self.questions) > 1 or not line.strip().endswith((":", "：")):
            entries, _ = read_key(enumerate(ahead))
            return bool(entries)
        return False

    def share(self, shared: Shared) -> None:
        """Let the questions that follow have a text in common."""
        self._shared, self._here, self._open = shared, None, None

    def answer(self, lines: Sequence[tuple[int, str]]) -> None:
        """Give each answer to the first question of its number, and its section, that has none."""
        entries, stray = read_key(lines)
        self.stray += stray
        for entry in entries:
            for question in self.questions:
                if question.number == entry.number and not question.answers and entry.kind in {None, question.kind}:
                    question.answers = [entry.answer]
                    question.texts.setdefault("explanation", []).extend(entry.explanation)
                    break
            else:
                self.stray.append((entry.line, f"{entry.number}. {' '.join(entry.answer)}".strip()))

    def add(self, number: int, line: str) -> None:
        """Sort one line in."""
        text = line.strip()
        if not text:
            if self._here is not None and not self._one_line:
                self._here.append("")
            return
        kind = words.head(text)
        if kind is not None:
            self._kind, self._way, self._here, self._open, self._shared = kind, "", None, None, None
            return
        chapter = words.chapter(text)
        question = self._open
        if chapter and (question is None or question.answers):
            self._chapter, self._here, self._open = chapter, None, None
            return
        told = words.case(text)
        if told is not None:
            self._start(OpenQuestion(number, len(self.questions) + 1, self._kind or "case-analysis", case=True), told)
        elif question and self._goes_on(question, text):
            return
        elif (begun := words.numbered(text)) and (self._open is None or begun[0] == self._way):
            self._way = begun[0]
            self._start(OpenQuestion(number, begun[1], self._kind), begun[2])
        elif self._here is not None and not self._one_line:
            self._here.append(line.rstrip() if self._here else text)
        else:
            self.stray.append((number, text))

    def resume(self, question: OpenQuestion) -> None:
        """Let the lines that follow be the question's."""
        self.questions, self._open, self._here = [question], question, None

    def _start(self, question: OpenQuestion, text: str) -> None:
        if self._chapter:
            question.chapters[""] = [self._chapter]
        if self._shared and not question.case and self._shared.first <= question.number <= self._shared.last:
            question.shared = self._shared.text
        self.questions.append(question)
        self._open = question
        self._into(question.stem, text)

    def _into(self, place: list[str], text: str, *, one_line: bool = False) -> None:
        if text:
            place.append(text)
        self._here, self._one_line = place, one_line

    def _goes_on(self, question: OpenQuestion, text: str) -> bool:
        """Whether a line is one of the question's own; it is sorted in."""
        if labelled := words.label(text):
            self._labelled(question, *labelled)
            return True
        if not question.answers and (found := words.options(text)) and not question.prompts:
            for letter, option in found:
                place: list[str] = []
                question.options.append((letter, place))
                self._into(place, option)
            return True
        if question.options or (
            question.texts.keys() - {"kind", "passage"} and not question.case and not question.prompts
        ):
            return False
        asked = words.prompt(text)
        if asked is not None and not question.answers:
            question.prompts.append([])
            self._into(question.prompts[-1], asked)
            return True
        if words.asks(text) and not question.answers:
            question.asking = True
            return True
        begun = words.numbered(text)
        return begun is not None and self._within(question, *begun, text)

    def _within(self, question: OpenQuestion, way: str, number: int, rest: str, text: str) -> bool:
        """Whether a numbered line asks or answers a part of the question, or goes on with its text."""
        following = number == len(question.prompts) + 1 and way == (question.way or way)
        if question.answers:
            part = question.prompts and way == question.way and number == question.parts_answered + 1
            if part and number <= len(question.prompts):
                question.parts_answered = number
            elif not (way != self._way and (way == "paren" or question.case)):
                return False
            if self._here is not None:
                self._here.append(text)
            return True
        marked = question.may_be_written and words.marks_at_end(text)[1] > 0 and way != self._way
        if following and (question.asking or question.prompts or marked):
            question.way = way
            question.prompts.append([])
            self._into(question.prompts[-1], rest)
            return True
        if way != self._way or (number == question.listed + 1 and (number == 1 or question.listed)):
            question.listed = number if way == self._way else question.listed
            if self._here is not None:
                self._here.append(text)
            return True
        return False

    def _labelled(self, question: OpenQuestion, field: str, mark: str, text: str) -> None:
        if field in {"answer", "model"}:
            answer, explanation = words.explained(text) if field == "answer" else (text, "")
            given = question.answers if field == "answer" else question.models
            place = max(0, int(mark) - 1) if mark.isdigit() else len(given) if len(question.prompts) > 1 else 0
            while len(given) <= min(place, len(question.prompts) + 1):
                given.append([])
            self._into(given[min(place, len(given) - 1)], answer)
            if explanation:
                self._into(question.texts.setdefault("explanation", []), explanation)
        elif field == "notes":
            self._into(question.notes.setdefault(mark, []), text)
        elif field == "chapter":
            self._into(question.chapters.setdefault(mark if mark.isdigit() else "", []), text, one_line=True)
        else:
            self._into(question.texts.setdefault(field, []), text, one_line=field in _ONE_LINE)
