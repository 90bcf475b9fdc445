"""The form of an on-line unit. What is allowed is a rule; here only what parses and is complete."""

import re
from collections.abc import Sequence
from decimal import Decimal

from flask_wtf.file import FileField
from wtforms import DecimalField, Form, IntegerField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from examprep.kernel.marks import parse_marks
from examprep.kernel.minutes import MINUTES_PER_CREDIT_HOUR
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say
from examprep.training.forms import choices, web_address
from examprep.training.study_forms import SENT_AS, sent_file
from examprep.training.unit_models import UnitRow
from examprep.training.units import MOST_QUESTIONS, UnitEntry
from examprep.training.values import UNIT_KINDS


def marks(_form: Form, field: StringField) -> None:
    try:
        parse_marks(field.data or "0")
    except ValueError:
        raise ValidationError(say(N_("Give points, such as 6 or 6.5."))) from None


def numbers(_form: Form, field: StringField) -> None:
    found = re.split(r"[\s,，、;；]+", (field.data or "").strip())
    if field.data and not all(each.isascii() and each.isdecimal() and len(each) < 10 for each in found):
        raise ValidationError(say(N_("Give the numbers of questions, such as 12, 15, 31.")))


class UnitForm(BaseForm):
    """What is read or watched, for whom, what it gives, and its test."""

    title = StringField(N_("Title"), [InputRequired(), Length(max=120)])
    course_id = SelectField(N_("Course"), [InputRequired()], coerce=int)
    whom = SelectField(N_("Open to"), [InputRequired()])
    kind = SelectField(N_("What it consists of"), [InputRequired()])
    body = TextAreaField(
        N_("Text"),
        [Optional(), Length(max=60_000)],
        description=N_(
            "In Markdown: # heading, **bold**, - list, [words](https://…). Beside a file or film: what to look at."
        ),
        render_kw={"rows": 12},
    )
    file = FileField(N_("File"), description=N_("A PDF or a picture, at most 10 MB."), render_kw={"accept": SENT_AS})
    link = StringField(N_("Link to the film"), [Optional(), Length(max=500), web_address])
    hours = DecimalField(
        N_("Credit hours it gives"), [Optional(), NumberRange(0, 100)], render_kw={"inputmode": "decimal"}
    )
    least_minutes = IntegerField(
        N_("Minutes before it can be confirmed"),
        [Optional(), NumberRange(0, 600)],
        description=N_("Without a test, a learner confirms at the end, and not sooner than this after opening it."),
    )
    chapter_id = SelectField(N_("Test from a chapter"), coerce=int)
    question_count = IntegerField(N_("How many questions"), [Optional(), NumberRange(1, MOST_QUESTIONS)])
    question_ids = StringField(
        N_("Or these questions, by number"),
        [Optional(), Length(max=400), numbers],
        description=N_("The number stands on the page of each question in the bank."),
    )
    pass_points = StringField(
        N_("Points to pass"), [Optional(), Length(max=8), marks], render_kw={"inputmode": "decimal"}
    )
    submit = SubmitField(N_("Save the unit"))

    def offer(
        self,
        courses: Sequence[tuple[int, str]],
        whom: Sequence[tuple[str, str]],
        chapters: Sequence[tuple[int, str]],
    ) -> None:
        """Fill the choices; ``whom`` is ("class-3" or "organisation-7", name)."""
        self.course_id.choices = list(courses)
        self.whom.choices = list(whom)
        self.kind.choices = choices(UNIT_KINDS)
        self.chapter_id.choices = [(0, say(N_("No test by chapter"))), *chapters]

    def unit(self) -> UnitEntry:
        """Raises RuleViolation: the file may not be kept."""
        reach, _, number = self.whom.data.partition("-")
        typed = re.split(r"[\s,，、;；]+", (self.question_ids.data or "").strip())
        return UnitEntry(
            course_id=self.course_id.data,
            title=self.title.data.strip(),
            kind=self.kind.data,
            class_id=int(number) if reach == "class" else None,
            organisation_id=int(number) if reach == "organisation" else None,
            body=(self.body.data or "").strip(),
            link=(self.link.data or "").strip() or None,
            file=sent_file(self.file),
            minutes=int((self.hours.data or Decimal(0)) * MINUTES_PER_CREDIT_HOUR),
            least_minutes=self.least_minutes.data or 0,
            chapter_id=self.chapter_id.data or None,
            question_ids=tuple(dict.fromkeys(int(each) for each in typed if each)),
            question_count=self.question_count.data,
            pass_half_points=parse_marks(self.pass_points.data) if self.pass_points.data else None,
        )


def filled(row: UnitRow) -> dict[str, object]:
    """What the form shows of a unit that is changed."""
    asked = row.question_ids or ()
    return {
        "title": row.title,
        "course_id": row.course_id,
        "whom": f"class-{row.class_id}" if row.class_id else f"organisation-{row.organisation_id}",
        "kind": row.kind,
        "body": row.body,
        "link": row.link,
        "hours": (Decimal(row.minutes) / MINUTES_PER_CREDIT_HOUR).quantize(Decimal("0.1")),
        "least_minutes": row.least_minutes,
        "chapter_id": row.chapter_id or 0,
        "question_count": None if asked else row.question_count,
        "question_ids": ", ".join(map(str, asked)),
        "pass_points": f"{row.pass_half_points / 2:g}" if row.pass_half_points else "",
    }
