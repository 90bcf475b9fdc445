"""The short forms of the bank. The question's own is `question_form.py`."""

from wtforms import RadioField, SelectField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length

from examprep.bank.reporting import KEPT, LONGEST, MENDED
from examprep.bank.ruling import LONGEST_REASON, TREATMENTS
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say


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
