"""What a reminder says: its template with its context, in the recipient's language."""

from collections.abc import Mapping
from typing import Any

from examprep.config.settings import Settings
from examprep.plumbing.texts import render_text
from examprep.reminders.rules.context import unpacked

MAILS = "examprep.mails"  # where the application keeps what each template is about
OPTIONAL = "examprep.optional_mails"  # and which of them a person may switch off


def words(
    settings: Settings, template: str, language: str, person_name: str, context: Mapping[str, Any]
) -> tuple[str, str]:
    """Subject and body; needs an application context, which pages and jobs have."""
    return render_text(
        template,
        language,
        **unpacked(context),
        person_name=person_name,
        authority=settings.authority_zh if language == "zh" else settings.authority_en,
        base_url=settings.base_url,
    )
