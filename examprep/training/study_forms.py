"""Forms of what is learnt beside the sessions. What is allowed is a rule; here only what parses and is complete."""

from flask_wtf.file import FileField
from wtforms import BooleanField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, Optional

from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.office_files import ENDINGS, accept_office, is_office
from examprep.plumbing.uploads import Accepted, accept
from examprep.training.forms import web_address
from examprep.training.materials import MaterialEntry

SENT_AS = "application/pdf,image/jpeg,image/png,image/webp"


def sent_file(field: FileField) -> Accepted | None:
    """The file that came along, as it may be kept; raises what `plumbing.uploads.accept` does."""
    upload = field.data
    name = getattr(upload, "filename", "") or ""
    return accept(name, upload.read()) if name else None


def handed_out(field: FileField) -> Accepted | None:
    """The same, where office files are let in too."""
    upload = field.data
    name = getattr(upload, "filename", "") or ""
    if not name:
        return None
    content = upload.read()
    return accept_office(name, content) if is_office(content) else accept(name, content)


class MaterialForm(BaseForm):
    """A file or a link for the learners of a class."""

    title = StringField(N_("Title"), [InputRequired(), Length(max=120)])
    file = FileField(
        N_("File"),
        description=N_(
            "PDF, Word, PowerPoint or Excel without macros, or a picture, at most 10 MB. "
            "Of a film or a recording: a link."
        ),
        render_kw={"accept": ",".join((SENT_AS, *(f".{ending}" for ending in ENDINGS)))},
    )
    link = StringField(N_("Or a link"), [Optional(), Length(max=500), web_address])
    shared = BooleanField(N_("For all classes of this course"))
    submit = SubmitField(N_("Add the material"))

    def material(self) -> MaterialEntry:
        """Raises RuleViolation: the file may not be kept."""
        link = (self.link.data or "").strip() or None
        return MaterialEntry(self.title.data.strip(), bool(self.shared.data), link, handed_out(self.file))
