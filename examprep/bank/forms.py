"""The form of a question written by hand."""

from datetime import date
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from examprep.bank.formats.words import WordError, read_answer, read_day, read_difficulty, tidy
from examprep.bank.reporting import KEPT, LONGEST, MENDED
from examprep.bank.ruling import LONGEST_REASON, TREATMENTS
from examprep.bank.types.choices import LETTERS, ContentError, letters
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.bank.values import Draft, Question
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say


class QuestionForm(BaseForm):
    """One question. Options and remarks are six fields each, in order; empty ones at the end are not there."""

    type = SelectField(N_("Question type"), [InputRequired()])
    stem = TextAreaField(N_("Stem"), [InputRequired(), Length(max=4000)], render_kw={"rows": 4})
    answer = StringField(
        N_("Answer"), [InputRequired(), Length(max=40)], description=N_("The letters of the right options, as in ABD.")
    )
    explanation = TextAreaField(N_("Explanation"), [Length(max=8000)], render_kw={"rows": 5})
    chapters = SelectMultipleField(
        N_("Chapters"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    difficulty = StringField(
        N_("Difficulty"), [Length(max=10)], description=N_("The share expected to answer right, as in 0.7.")
    )
    source = StringField(N_("Source"), [Length(max=200)])
    author = StringField(N_("Author"), [Length(max=80)])
    law_as_of = DateField(N_("Law as of"), [Optional()], description=N_("The day whose law the answer follows."))
    cites = TextAreaField(N_("Cited provisions"), [Length(max=2000)], description=N_("One a line."))
    publish = BooleanField(N_("Publish at once"))
    submit = SubmitField(N_("Save"))

    def __init__(self, chapters: list[tuple[int, str]], **values: Any) -> None:
        super().__init__(**values)
        self.type.choices = [(kind.name, say(kind.label)) for kind in QUESTION_TYPES]
        self.chapters.choices = chapters

    @property
    def pairs(self) -> list[tuple[str, Any, Any]]:
        """(letter, option's field, remark's field) in order, for the page."""
        return [(letter, self[f"option_{letter}"], self[f"note_{letter}"]) for letter in LETTERS]

    def draft(self, today: date) -> Draft:
        """The question as typed.

        Raises:
            RuleViolation: ``bank.content`` -- it is not a question of its type.
        """
        options = [tidy(option.data or "") for _, option, _ in self.pairs]
        while options and not options[-1]:
            options.pop()
        notes = [tidy(note.data or "") for _, _, note in self.pairs][: len(options)]
        raw = {"options": options, "notes": notes if any(notes) else []}
        try:
            content = QUESTION_TYPES[self.type.data].read({**raw, "correct": read_answer(self.answer.data)})
            law_as_of = read_day(str(self.law_as_of.data or ""), today)
            difficulty = read_difficulty(self.difficulty.data or "")
        except (ContentError, WordError) as error:
            raise RuleViolation("bank.content", error.sentence.text, **error.sentence.values) from error
        return Draft(
            type=self.type.data,
            stem=tidy(self.stem.data),
            content=content,
            explanation=tidy(self.explanation.data or ""),
            author=(self.author.data or "").strip(),
            source=(self.source.data or "").strip(),
            cites=tuple(line.strip() for line in (self.cites.data or "").splitlines() if line.strip()),
            law_as_of=law_as_of,
            difficulty=difficulty,
            chapter_ids=frozenset(self.chapters.data or ()),
        )


class ReplyForm(BaseForm):
    """What a question's keeper tells whoever reported an error in it."""

    state = RadioField(
        N_("What was done"),
        [InputRequired()],
        choices={MENDED: N_("The question was corrected"), KEPT: N_("The question stays as it is")},
    )
    reply = TextAreaField(N_("Reply to the candidate"), [InputRequired(), Length(max=LONGEST)], render_kw={"rows": 4})
    submit = SubmitField(N_("Answer and close"))

    def __init__(self) -> None:
        super().__init__()
        self.state.choices = [(value, say(label)) for value, label in self.state.choices.items()]


class RulingForm(BaseForm):
    """Which version was wrong, and how the answers to it are to count."""

    version = SelectField(N_("Answers to version"), [InputRequired()], coerce=int)
    treatment = RadioField(N_("How they count"), [InputRequired()])
    reason = TextAreaField(
        N_("Why"),
        [InputRequired(), Length(max=LONGEST_REASON)],
        description=N_("Those affected read this."),
        render_kw={"rows": 3},
    )
    submit = SubmitField(N_("See what changes"))

    def __init__(self, numbers: list[int]) -> None:
        super().__init__()
        self.version.choices = [(number, str(number)) for number in numbers]
        self.treatment.choices = [(code, say(label)) for code, label in TREATMENTS.items()]


for _letter in LETTERS:
    setattr(QuestionForm, f"option_{_letter}", StringField(N_("Option"), [Length(max=1000)]))
    setattr(QuestionForm, f"note_{_letter}", StringField(N_("Remark on the option"), [Length(max=1000)]))


def typed(question: Question) -> dict[str, Any]:
    """A question as the form's values."""
    options = {f"option_{LETTERS[n]}": text for n, text in enumerate(question.options)}
    notes = {f"note_{LETTERS[n]}": text for n, text in enumerate(question.option_notes)}
    return {
        **options,
        **notes,
        "type": question.type,
        "stem": question.stem,
        "answer": letters(question.answer),
        "explanation": question.explanation,
        "chapters": list(question.chapter_ids),
        "difficulty": "" if question.difficulty is None else str(question.difficulty),
        "source": question.source,
        "author": question.author,
        "law_as_of": question.law_as_of,
        "cites": "\n".join(question.cites),
    }
