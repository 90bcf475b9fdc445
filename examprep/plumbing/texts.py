"""Words of mails: text templates whose first line is the subject, in the recipient's language."""

from typing import Any

from flask import current_app
from flask_babel import force_locale


def render_text(template: str, language: str, **context: Any) -> tuple[str, str]:
    """Subject and body of ``templates/reminders/<template>.txt``; needs an application context, which jobs have."""
    with force_locale(language):
        # Not flask.render_template: that adds what a page's frame needs, and a mail has no request.
        text = current_app.jinja_env.get_template(f"reminders/{template}.txt").render(**context)
    subject, _, body = text.partition("\n")
    return subject.strip(), body.strip() + "\n"
