"""Forms of learning paths. What is allowed is a rule; here only what parses and is complete."""

from collections.abc import Sequence
from typing import Any

from wtforms import DateField, IntegerField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from examprep.kernel.sentence import N_, Sentence
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say
from examprep.training.forms import sensible_day
from examprep.training.path_models import TopicRow
from examprep.training.paths import LONGEST_COMMENT, TopicEntry


class TopicForm(BaseForm):
    """A topic and what its four steps ask."""

    title = StringField(N_("Topic"), [InputRequired(), Length(max=80)])
    learn = SelectField(N_("Learn: a unit or a session"), [InputRequired()])
    chapter_id = SelectField(N_("Practise: questions of the chapter"), [InputRequired()], coerce=int)
    rights = IntegerField(N_("How many different ones to answer right"), [InputRequired(), NumberRange(1, 200)])
    task = TextAreaField(
        N_("Or a field task"),
        [Optional(), Length(max=1000)],
        description=N_("Evidence of it that you accept does instead of the questions. Empty: there is none."),
        render_kw={"rows": 3},
    )
    comments = IntegerField(N_("Share: comments of peers under the case note"), [InputRequired(), NumberRange(1, 20)])
    submit = SubmitField(N_("Save the topic"))

    def offer(self, chapters: Sequence[tuple[int, str]], learnable: Sequence[tuple[str, str, int | None]]) -> None:
        """Fill the choices."""
        self.chapter_id.choices = list(chapters)
        self.learn.choices = [
            (code, title if number is None else say(Sentence("Session %(number)s of the class", number=number)))
            for code, title, number in learnable
        ]

    def topic(self) -> TopicEntry:
        kind, _, number = self.learn.data.partition("-")
        return TopicEntry(
            title=self.title.data.strip(),
            chapter_id=self.chapter_id.data,
            unit_id=int(number) if kind == "unit" else None,
            session_number=int(number) if kind == "session" else None,
            rights=self.rights.data,
            comments=self.comments.data,
            task=(self.task.data or "").strip(),
        )

    @staticmethod
    def typed(row: TopicRow) -> dict[str, Any]:
        """A topic as the form shows it."""
        learn = f"unit-{row.unit_id}" if row.unit_id is not None else f"session-{row.session_number}"
        names = ("title", "chapter_id", "rights", "comments", "task")
        return {"learn": learn, **{name: getattr(row, name) for name in names}}


class TutoringForm(BaseForm):
    """A meeting with a learner."""

    held_on = DateField(N_("Day of the meeting"), [InputRequired(), sensible_day])
    chapter_id = SelectField(N_("Weak point"), coerce=int)
    words = TextAreaField(
        N_("What was talked about, and what is agreed"),
        [InputRequired(), Length(max=LONGEST_COMMENT)],
        render_kw={"rows": 4},
    )
    submit = SubmitField(N_("Record the meeting"))

    def offer(self, chapters: Sequence[tuple[int, str]]) -> None:
        self.chapter_id.choices = [(0, say(N_("None in particular"))), *chapters]
