"""Parts of training's forms: groups of fields, days, choices."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import DateField, Form
from wtforms.validators import ValidationError

from examprep.kernel.sentence import N_
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say

NEEDED = N_("This is missing for the session.")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


def sensible_day(_form: Form, field: DateField) -> None:
    """A mistyped year is caught here; no rule about dates is meant."""
    if field.data is not None and not FIRST_DAY <= field.data <= LAST_DAY:
        raise ValidationError(say(N_("Give a day between 2000 and 2100.")))


def choices(names: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(code, say(name)) for code, name in names.items()]


class Part(Form):
    """Fields inside a form that belong together: all the needed ones, or nothing. Speaks the page's language too."""

    needed: Sequence[str] = ()

    class Meta:
        get_translations = BaseForm.Meta.get_translations

    @property
    def blank(self) -> bool:
        return not any(field.raw_data and field.raw_data[0].strip() for field in self)

    def validate(self, extra_validators: Any = None) -> bool:
        """A group that is begun is finished."""
        right = super().validate(extra_validators)
        missing = [] if self.blank else [self[name] for name in self.needed if self[name].data is None]
        for field in missing:
            if not field.errors:
                field.errors = [say(NEEDED)]
        return bool(right) and not missing
