"""Words of mails: text templates whose first line is the subject, in the recipient's language."""

from typing import Any

from flask import render_template
from flask_babel import force_locale


def render_text(template: str, language: str, **context: Any) -> tuple[str, str]:
    """Subject and body of ``templates/reminders/<template>.txt``; needs an application context, which jobs have."""
    with force_locale(language):
        subject, _, body = render_template(f"reminders/{template}.txt", **context).partition("\n")
    return subject.strip(), body.strip() + "\n"
