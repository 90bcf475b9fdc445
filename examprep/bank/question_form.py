"""The form of a question written by hand: one class for all types, with the fields its type needs."""

from collections.abc import Iterator
from datetime import date
from html import escape
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from examprep.bank.formats.words import WordError, read_day, read_difficulty, tidy
from examprep.bank.markup import HTML, PLAIN, escaped, sanitise
from examprep.bank.tags import read_tags
from examprep.bank.types.choices import LETTERS, Choices, ContentError
from examprep.bank.types.registry import Content, QuestionType
from examprep.bank.types.true_false import OPTIONS, TrueFalse
from examprep.bank.types.written import PARTS_LIMIT, POINTS_LIMIT, Written
from examprep.bank.values import Draft, Question
from examprep.kernel.errors import RuleViolation
from examprep.kernel.marks import format_marks, parse_marks
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm

FIRST_OPTIONS, FIRST_POINTS = 5, 3
LONG, SHORT = Length(max=20_000), Length(max=4_000)


MARKUPS = ((PLAIN, N_("Plain text")), (HTML, N_("HTML: pictures, tables, emphasis")))


class PointForm(Form):
    """One thing an answer should say, and what it earns."""

    text = TextAreaField(N_("Marking point"), [SHORT], render_kw={"rows": 2})
    points = StringField(N_("Points"), [Length(max=8)], render_kw={"inputmode": "decimal"})


class PartForm(Form):
    """One of the questions asked about a case."""

    prompt = TextAreaField(N_("Question of this part"), [LONG], render_kw={"rows": 2})
    points = FieldList(FormField(PointForm), min_entries=FIRST_POINTS, max_entries=POINTS_LIMIT)
    answer = TextAreaField(N_("An answer written out"), [LONG], render_kw={"rows": 3})


class QuestionForm(BaseForm):
    """One question. ``kind`` decides which fields there are; options are fields of their own, in order."""

    markup = SelectField(N_("Texts are written as"))
    passage = TextAreaField(
        N_("Shared passage"),
        [LONG],
        description=N_("A text that several questions share; it stands before the stem."),
        render_kw={"rows": 3},
    )
    stem = TextAreaField(N_("Stem"), [InputRequired(), LONG], render_kw={"rows": 4})
    answer = SelectMultipleField(N_("Right options"))
    parts = FieldList(FormField(PartForm), min_entries=1, max_entries=PARTS_LIMIT)
    accepted = TextAreaField(
        N_("Accepted answers"),
        [SHORT],
        description=N_("One a line. An answer in these words earns everything by itself."),
        render_kw={"rows": 3},
    )
    explanation = TextAreaField(N_("Explanation"), [LONG], render_kw={"rows": 5})
    chapters = SelectMultipleField(
        N_("Chapters"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    tags = StringField(
        N_("Tags"), [Length(max=400)], description=N_("Words to find the question again, with commas between them.")
    )
    difficulty = StringField(
        N_("Difficulty"), [Length(max=10)], description=N_("The share expected to answer right, as in 0.7.")
    )
    source = StringField(N_("Source"), [Length(max=200)])
    author = StringField(N_("Author"), [Length(max=80)])
    law_as_of = DateField(N_("Law as of"), [Optional()], description=N_("The day whose law the answer follows."))
    cites = TextAreaField(N_("Cited provisions"), [Length(max=2000)], description=N_("One a line."))
    letters = HiddenField()  # what the options are called, where a paper skips some
    shown = HiddenField()  # how many options the page shows
    publish = BooleanField(N_("Publish at once"))
    submit = SubmitField(N_("Save"))

    def __init__(self, kind: QuestionType, chapters: list[tuple[int, str]], **values: Any) -> None:
        super().__init__(**values)
        self.kind = kind
        self.markup.choices = list(MARKUPS)
        self.markup.data = self.markup.data or PLAIN
        self.chapters.choices = chapters
        self.answer.choices = [(letter, letter) for letter in LETTERS]
        unused = ["answer", "letters", "shown"] if kind.written else ["parts"]
        for name in [*unused, *(() if kind.name == "short-answer" else ("accepted",))]:
            del self[name]

    @property
    def judged(self) -> bool:
        """Whether it is a statement to be judged: its two options have fixed words."""
        return self.kind.name == TrueFalse.name

    @property
    def pairs(self) -> list[tuple[str, str, Any, Any]]:
        """(letter of the field, letter shown, option's field, remark's field) of the options the page shows."""
        if self.judged:
            count = len(OPTIONS)
        else:
            filled = [n for n, letter in enumerate(LETTERS, 1) if self[f"option_{letter}"].data]
            asked = int(self.shown.data) if (self.shown.data or "").isdecimal() else FIRST_OPTIONS
            count = min(len(LETTERS), max([asked, *filled]))
        shown = (self.letters.data or "").ljust(len(LETTERS), "·") if self.letters.data else LETTERS
        return [
            (letter, shown[n], self[f"option_{letter}"], self[f"note_{letter}"])
            for n, letter in enumerate(LETTERS[:count])
        ]

    def grow(self, what: str) -> None:
        """One more ``option``, ``part``, or marking point (``point-0`` is in the first part), where one is possible."""
        if what == "option" and not self.kind.written:
            self.shown.data = str(min(len(LETTERS), len(self.pairs) + 1))
        elif what == "part" and self.kind.written and len(self.parts) < PARTS_LIMIT:
            self.parts.append_entry()
        elif self.kind.written and (place := what.removeprefix("point-")).isdecimal() and int(place) < len(self.parts):
            points = self.parts[int(place)].form.points
            if len(points) < POINTS_LIMIT:
                points.append_entry()

    def show_picture(self, sha256: str, alt: str) -> None:
        """Put a picture at the end of the stem; plain texts become marked-up ones that look the same."""
        if self.markup.data != HTML:
            self.markup.data = HTML
            for field in self.texts():
                field.data = escaped(field.data or "")
        self.stem.data = f'{self.stem.data or ""}\n<p><img src="media:{sha256}" alt="{escape(alt)}"></p>'

    def texts(self) -> Iterator[Field]:
        """Every field that holds marked-up text when the question does."""
        yield from (self.passage, self.stem, self.explanation)
        if self.kind.written:
            for part in self.parts:
                yield from (part.form.prompt, part.form.answer, *(point.form.text for point in part.form.points))
        else:
            for letter in LETTERS:
                yield from (self[f"option_{letter}"], self[f"note_{letter}"])

    def preview(self) -> list[tuple[str, str]]:
        """Marked-up texts as they will be shown: (label, text)."""
        if self.markup.data != HTML:
            return []
        named = ((field.label.text, self._clean(field.data)) for field in self.texts())
        return [(label, text) for label, text in named if text]

    def draft(self, today: date) -> Draft:
        """The question as typed.

        Raises:
            RuleViolation: ``bank.content`` -- it is not a question of its type; ``bank.tags``.
        """
        try:
            content = self.kind.read(self._written() if self.kind.written else self._ticked())
            law_as_of = read_day(str(self.law_as_of.data or ""), today)
            difficulty = read_difficulty(self.difficulty.data or "")
        except (ContentError, WordError) as error:
            raise RuleViolation("bank.content", error.sentence.text, **error.sentence.values) from error
        return Draft(
            type=self.kind.name,
            stem=self._clean(self.stem.data),
            content=content,
            explanation=self._clean(self.explanation.data),
            author=(self.author.data or "").strip(),
            source=(self.source.data or "").strip(),
            cites=tuple(_lines(self.cites.data)),
            law_as_of=law_as_of,
            difficulty=difficulty,
            chapter_ids=frozenset(self.chapters.data or ()),
            markup=self.markup.data,
            passage=self._clean(self.passage.data),
            tags=read_tags(self.tags.data or ""),
        )

    def sketch(self) -> Draft:
        """The question as far as it is typed, for the checks: nothing is held against its type."""
        filled = [] if self.kind.written else [pair for pair in self.pairs if (pair[2].data or "").strip()]
        right = self.answer.data or () if filled else ()
        return Draft(
            type=self.kind.name,
            stem=self._clean(self.stem.data),
            content=Choices(
                options=tuple(self._clean(option.data) for _, _, option, _ in filled),
                correct=frozenset(place for place, (letter, *_) in enumerate(filled) if letter in right),
                letters="".join(shown for _, shown, _, _ in filled),
            ),
            explanation=self._clean(self.explanation.data),
            chapter_ids=frozenset(self.chapters.data or ()),
            markup=self.markup.data,
        )

    def _clean(self, text: str | None) -> str:
        return sanitise(text or "")[0] if self.markup.data == HTML else tidy(text or "")

    def _ticked(self) -> dict[str, Any]:
        pairs = self.pairs
        options = [self._clean(option.data) for _, _, option, _ in pairs]
        while options and not options[-1]:
            options.pop()
        if self.judged and not options:
            options = list(OPTIONS)
        notes = [self._clean(note.data) for _, _, _, note in pairs][: len(options)]
        called = self.letters.data or ""
        return {
            "options": options,
            "notes": notes if any(notes) else [],
            "correct": [LETTERS.index(letter) for letter in self.answer.data or () if letter in LETTERS],
            "letters": called if len(called) == len(options) else "",
        }

    def _written(self) -> dict[str, Any]:
        parts = []
        for number, part in enumerate(self.parts, 1):
            form = part.form
            points = [
                {"text": self._clean(point.form.text.data), "half_points": _half_points(point.form.points.data, number)}
                for point in form.points
                if (point.form.text.data or "").strip() or (point.form.points.data or "").strip()
            ]
            prompt, answer = self._clean(form.prompt.data), self._clean(form.answer.data)
            if points or prompt or answer:
                parts.append({"prompt": prompt, "points": points, "answer": answer})
        return {"parts": parts, "accepted": _lines(self.accepted.data) if "accepted" in self else ()}


for _letter in LETTERS:
    setattr(QuestionForm, f"option_{_letter}", TextAreaField(N_("Option"), [SHORT], render_kw={"rows": 1}))
    setattr(QuestionForm, f"note_{_letter}", TextAreaField(N_("Remark on the option"), [SHORT], render_kw={"rows": 1}))


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _half_points(text: str | None, part: int) -> int:
    try:
        return parse_marks(text or "")
    except ValueError as error:
        raise RuleViolation(
            "bank.content",
            "Part %(number)s: “%(written)s” is no number of points. Write points in steps of 0.5, as in 2 or 1.5.",
            number=part,
            written=text or "",
        ) from error


def typed(question: Question, tags: tuple[str, ...]) -> dict[str, Any]:
    """A question as the form's values."""
    return {
        **_typed_content(question.content),
        "markup": question.markup,
        "passage": question.passage,
        "stem": question.stem,
        "explanation": question.explanation,
        "chapters": list(question.chapter_ids),
        "tags": "、".join(tags),
        "difficulty": "" if question.difficulty is None else str(question.difficulty),
        "source": question.source,
        "author": question.author,
        "law_as_of": question.law_as_of,
        "cites": "\n".join(question.cites),
    }


def blank(kind: QuestionType) -> dict[str, Any]:
    """What the form of a new question holds: the words of a statement's two options."""
    return {f"option_{LETTERS[n]}": text for n, text in enumerate(OPTIONS)} if kind.name == TrueFalse.name else {}


def _typed_content(content: Content) -> dict[str, Any]:
    if isinstance(content, Written):
        parts = [
            {
                "prompt": part.prompt,
                "answer": part.answer,
                "points": [{"text": p.text, "points": format_marks(p.half_points)} for p in part.points],
            }
            for part in content.parts
        ]
        return {"parts": parts, "accepted": "\n".join(content.accepted)}
    return {
        **{f"option_{LETTERS[n]}": text for n, text in enumerate(content.options)},
        **{f"note_{LETTERS[n]}": text for n, text in enumerate(content.notes)},
        "answer": [LETTERS[place] for place in sorted(content.correct)],
        "letters": "" if content.letters == LETTERS[: len(content.options)] else content.letters,
        "shown": str(len(content.options)),
    }
