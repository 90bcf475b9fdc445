"""The form of an assignment. What is allowed is a rule; here only what parses and is complete."""

import re
from collections.abc import Sequence
from datetime import date

from wtforms import DateField, IntegerField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.practice.assigning import MOST_QUESTIONS, Entry


class AssignmentForm(BaseForm):
    """One assignment of a subject, to an organisation or to persons that were handed over."""

    title = StringField(N_("Title"), [DataRequired(), Length(max=80)])
    organisation_id = SelectField(N_("To everybody of"), coerce=int)
    due_on = DateField(N_("Last day"), [InputRequired()])
    chapter_id = SelectField(N_("Questions from"), coerce=int)
    type = SelectField(N_("Of the type"))
    count = IntegerField(N_("How many, drawn by lot"), [Optional(), NumberRange(1, MOST_QUESTIONS)], default=20)
    numbers = TextAreaField(
        N_("Or these questions"),
        [Optional(), Length(max=2000)],
        description=N_("Numbers of questions, in order. They go before what is drawn by lot."),
    )
    submit = SubmitField(N_("Set the assignment"))

    def assignment(self, subject_code: str, person_ids: Sequence[int]) -> Entry:
        return Entry(
            title=self.title.data or "",
            subject_code=subject_code,
            due_on=self.due_on.data or date.min,
            chapter_id=self.chapter_id.data or None,
            type=self.type.data or "",
            count=self.count.data or 0,
            numbers=tuple(int(number) for number in re.findall(r"[0-9]{1,9}", self.numbers.data or "")),
            organisation_id=None if person_ids else self.organisation_id.data,
            person_ids=person_ids,
        )
