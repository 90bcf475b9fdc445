"""The form of an announcement. What is allowed is a rule; here only what parses and is complete."""

from datetime import timedelta
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from examprep.campaign.announcing import FILE_KINDS, Entry
from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm


class AnnouncementForm(BaseForm):
    """A notice in Chinese, in English or in both."""

    organisation_id = SelectField(N_("Addressed to"), coerce=int)
    title_zh = StringField(N_("Title in Chinese"), [Length(max=80)])
    body_zh = TextAreaField(N_("Text in Chinese"), [Length(max=5000)], render_kw={"rows": 6})
    title_en = StringField(N_("Title in English"), [Length(max=120)])
    body_en = TextAreaField(N_("Text in English"), [Length(max=5000)], render_kw={"rows": 4})
    link = StringField(N_("Link"), [Length(max=300)])
    file = FileField(
        N_("File"),
        [Optional()],
        description=N_("PDF, Word, Excel, picture, text or ZIP, at most 10 MB."),
        render_kw={"accept": ",".join(f".{kind}" for kind in FILE_KINDS)},
    )
    since = DateField(N_("Shown from"), [InputRequired()])
    last_on = DateField(N_("Shown up to and including"), [InputRequired()])
    pinned = BooleanField(N_("Keep on top"))
    by_mail = BooleanField(N_("Send by mail as well"))
    submit = SubmitField(N_("Publish"))

    def announcement(self) -> Entry:
        texts = {name: (self[name].data or "").strip() for name in ("title_zh", "title_en", "body_zh", "body_en")}
        upload = self.file.data
        named = getattr(upload, "filename", "") or ""
        return Entry(
            organisation_id=self.organisation_id.data,
            titles=_present(zh=texts["title_zh"], en=texts["title_en"]),
            bodies=_present(zh=texts["body_zh"], en=texts["body_en"]),
            since=self.since.data,
            until=self.last_on.data + timedelta(days=1),
            link=(self.link.data or "").strip() or None,
            pinned=bool(self.pinned.data),
            by_mail=bool(self.by_mail.data),
            file_name=named,
            file_content=upload.read() if named else b"",
        )


def _present(**texts: str) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


def filled(values: Any) -> dict[str, Any]:
    """What the form shows of an announcement that is mended."""
    return {
        "organisation_id": values.organisation_id,
        "title_zh": values.titles.get("zh", ""),
        "title_en": values.titles.get("en", ""),
        "body_zh": values.bodies.get("zh", ""),
        "body_en": values.bodies.get("en", ""),
        "link": values.link,
        "since": values.since,
        "last_on": values.until - timedelta(days=1),
        "pinned": values.pinned,
        "by_mail": values.by_mail,
    }
