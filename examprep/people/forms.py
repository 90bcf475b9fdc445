"""Forms of accounts and persons."""

from wtforms import BooleanField, DateField, PasswordField, SelectField, StringField, SubmitField
from wtforms.validators import Email, EqualTo, InputRequired, Length, Optional

from examprep.kernel.sentence import N_
from examprep.people.access import Role
from examprep.plumbing.forms import BaseForm

ROLE_LABELS = {
    # The role with the least power comes first: it is what a hurried hand gives.
    Role.CANDIDATE: N_("Candidate or holder"),
    Role.TRAINER: N_("Trainer"),
    Role.OFFICER: N_("Bureau officer"),
    Role.ADMINISTRATOR: N_("Administrator"),
}
ROLES = {str(role): label for role, label in ROLE_LABELS.items()}
KIND_LABELS = {
    "bureau": N_("Bureau"),
    "street": N_("Street or township"),
    "community": N_("Community or village"),
    "agency": N_("Social work agency"),
    "station": N_("Social work station"),
    "school": N_("School"),
    "hospital": N_("Hospital"),
    "justice": N_("Justice body"),
    "other": N_("Other"),
}
EDUCATION = {
    "": N_("Not known"),
    "secondary": N_("Senior or vocational secondary school"),
    "college": N_("Three-year college"),
    "bachelor": N_("Bachelor"),
    "master": N_("Master"),
    "doctor": N_("Doctor"),
}


class SignInForm(BaseForm):
    """Name and password."""

    sign_in_name = StringField(
        N_("Sign-in name"), [InputRequired(), Length(max=100)], render_kw={"autocomplete": "username"}
    )
    password = PasswordField(
        N_("Password"), [InputRequired(), Length(max=200)], render_kw={"autocomplete": "current-password"}
    )
    submit = SubmitField(N_("Sign in"))


class PasswordForm(BaseForm):
    """The present password, and the new one twice."""

    old = PasswordField(
        N_("Present password"), [InputRequired(), Length(max=200)], render_kw={"autocomplete": "current-password"}
    )
    new = PasswordField(
        N_("New password"), [InputRequired(), Length(max=200)], render_kw={"autocomplete": "new-password"}
    )
    again = PasswordField(
        N_("New password again"),
        [InputRequired(), EqualTo("new", N_("The two differ."))],
        render_kw={"autocomplete": "new-password"},
    )
    submit = SubmitField(N_("Change password"))


class PersonForm(BaseForm):
    """One person. Whether the ID number is right, and whose it is, is not asked here."""

    name = StringField(N_("Name"), [InputRequired(), Length(max=60)])
    organisation_id = SelectField(N_("Organisation"), coerce=int)
    id_number = StringField(N_("ID number"), [Length(max=24)], description=N_("Kept encrypted and shown masked."))
    phone = StringField(N_("Phone"), [Length(max=30)])
    email = StringField(N_("E-mail"), [Length(max=120), Optional(), Email(N_("This is not an e-mail address."))])
    education = SelectField(N_("Education"), choices=EDUCATION)
    in_post = BooleanField(N_("Works in social work now (in post)"), default=True)
    submit = SubmitField(N_("Save"))


class RoleForm(BaseForm):
    """A role and where it reaches."""

    role = SelectField(N_("Role"), choices=ROLES)
    organisation_id = SelectField(N_("In and below"), coerce=int)
    submit = SubmitField(N_("Give the role"))


class AccountForm(BaseForm):
    """A sign-in name; the password is made by us and shown once."""

    sign_in_name = StringField(N_("Sign-in name"), [InputRequired(), Length(min=2, max=100)])
    submit = SubmitField(N_("Open an account"))


class DoubleForm(BaseForm):
    """What is known of somebody's second row. It is posted, so that no ID number stands in an address."""

    name = StringField(N_("Name"), [Length(max=60)])
    id_number = StringField(
        N_("ID number"), [Length(max=24)], description=N_("Whole; or masked by asterisks, with a name or a birth date.")
    )
    born_on = DateField(N_("Born"), [Optional()])
    submit = SubmitField(N_("Search"))


class MergeForm(BaseForm):
    """Why two rows are one person; the tick is asked only where both have an ID number."""

    reason = StringField(
        N_("How do you know that both are one person?"),
        [InputRequired(), Length(max=200)],
        description=N_("Kept with the merge, and in the audit trail."),
    )
    one_number_wrong = BooleanField(N_("It is one person: one of the two ID numbers is wrong"))
    submit = SubmitField(N_("Merge the two records"))


class TakeBackForm(BaseForm):
    """Why two rows are two persons after all."""

    reason = StringField(N_("Why are they two persons after all?"), [InputRequired(), Length(max=200)])
    submit = SubmitField(N_("Take the merge back"))


class CorrectOrganisationForm(BaseForm):
    """What an organisation is; where it stands in the tree is not asked, since rights and figures hang on that."""

    name = StringField(N_("Organisation name"), [InputRequired(), Length(max=100)])
    kind = SelectField(N_("Kind"), choices=KIND_LABELS)
    region_code = SelectField(N_("Region"))
    submit = SubmitField(N_("Save"))


class OrganisationForm(CorrectOrganisationForm):
    """One organisation below another."""

    parent_id = SelectField(N_("Below"), coerce=int)
    submit = SubmitField(N_("Add"))
