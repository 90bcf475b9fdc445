"""The short forms of the bank. The question's own is `question_form.py`."""

from wtforms import RadioField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length

from examprep.bank.reporting import KEPT, LONGEST, MENDED
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
