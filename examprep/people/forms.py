"""Forms of accounts and persons."""

from wtforms import PasswordField, StringField, SubmitField
from wtforms.validators import EqualTo, InputRequired, Length

from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm


class SignInForm(BaseForm):
    """Name and password."""

    sign_in_name = StringField(N_("Sign-in name"), [InputRequired(), Length(max=100)])
    password = PasswordField(N_("Password"), [InputRequired(), Length(max=200)])
    submit = SubmitField(N_("Sign in"))


class PasswordForm(BaseForm):
    """The present password, and the new one twice."""

    old = PasswordField(N_("Present password"), [InputRequired(), Length(max=200)])
    new = PasswordField(N_("New password"), [InputRequired(), Length(max=200)])
    again = PasswordField(N_("New password again"), [InputRequired(), EqualTo("new", N_("The two differ."))])
    submit = SubmitField(N_("Change password"))
