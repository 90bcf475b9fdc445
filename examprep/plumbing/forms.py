"""Forms check shape only: present, parses, in range. Whether a thing is allowed is a rule's business."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import get_translations
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import (
    DateField,
    DecimalField,
    Field,
    FieldList,
    Form,
    FormField,
    IntegerField,
    PasswordField,
    StringField,
)
from wtforms.widgets import Select, html_params

from examprep.kernel.errors import Refusal
from examprep.plumbing.i18n import say


class _Catalogue:
    """WTForms' own messages come from our catalogue, so that one language has one place."""

    def gettext(self, text: str) -> str:
        return str(get_translations().ugettext(text))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return str(get_translations().ungettext(singular, plural, n))


class TranslatedSelect(Select):
    """A select whose option labels are message ids; names of rows pass through unchanged."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        # HTML wants of a required select that its first option is an empty one; else something is always chosen.
        first = next(iter(field.iter_choices()), None)
        if first and first.value and not self.multiple:
            attributes["required"] = False
        return Markup(super().__call__(field, **attributes))  # noqa: S704 -- escaped there

    @classmethod
    def render_option(cls, choice: Any, **attributes: Any) -> Markup:
        given = {"value": choice.value, **(choice.render_kw or {}), **attributes}
        if choice.selected:
            given["selected"] = True
        label = say(str(choice.label or choice.value))
        return Markup("<option {}>{}</option>").format(Markup(html_params(**given)), label)  # noqa: S704 -- escaped there


class _Speaking:
    """Says what is wrong in the page's language."""

    def get_translations(self, form: object) -> _Catalogue:
        return _Catalogue()


class PartForm(Form):
    """A few fields inside another form; it carries no token of its own."""

    class Meta(_Speaking, Form.Meta):
        pass


def _translate_selects(fields: Iterable[Field]) -> None:
    for field in fields:
        if isinstance(field, FormField | FieldList):
            _translate_selects(field)
        elif isinstance(field.widget, Select):
            field.widget = TranslatedSelect(multiple=field.widget.multiple)


# Days and numbers beyond these are slips of the finger, and the arithmetic of days ends not far beyond.
FIRST_DAY, LAST_DAY, LARGEST = date(1900, 1, 1), date(2199, 12, 31), 10**15
_WILD = {
    DateField: (lambda day: not FIRST_DAY <= day <= LAST_DAY, "Not a valid date value."),
    IntegerField: (lambda number: abs(number) > LARGEST, "Not a valid integer value."),
    DecimalField: (
        lambda number: not Decimal(number).is_finite() or abs(number) > LARGEST,
        "Not a valid decimal value.",
    ),
}


def _refuse_wild(fields: Iterable[Field]) -> None:
    """Treat as unreadable what no form can mean: validators and rules meet no number without end, and no year 9999."""
    for field in fields:
        if isinstance(field, FormField | FieldList):
            _refuse_wild(field)
            continue
        for kind, (wild, words) in _WILD.items():
            if isinstance(field, kind) and field.data is not None and wild(field.data):
                field.data = None
                field.process_errors.append(field.gettext(words))


def _signs(*ranges: tuple[int, int]) -> str:
    return "".join(chr(code) for first, last in ranges for code in range(first, last + 1))


# What takes place in a text and none on a page: joiners, marks of direction, soft hyphens, fillers.
INVISIBLE = _signs(
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
)
# They say how the sign before them is drawn, so an end may need them, a beginning never does.
_SELECTORS = _signs((0xFE00, 0xFE0F), (0xE0000, 0xE01EF))


def visible(text: str) -> str:
    """The text without invisible signs at its ends; one of nothing but them and blanks is empty."""
    text = text.lstrip(INVISIBLE + _SELECTORS).rstrip(INVISIBLE)
    return text if any(sign not in INVISIBLE and sign not in _SELECTORS and not sign.isspace() for sign in text) else ""


def _keep_visible(fields: Iterable[Field]) -> None:
    """What shows nothing was not filled in: validators meet an empty text. A password is what was typed."""
    for field in fields:
        if isinstance(field, FormField | FieldList):
            _keep_visible(field)
        elif isinstance(field, StringField) and not isinstance(field, PasswordField) and field.data:
            seen = visible(field.data)
            if seen != field.data:
                field.data, field.raw_data = seen, [seen]


class BaseForm(FlaskForm):
    """A form that keeps what was typed, shows a refusal above its fields, and speaks the page's language."""

    class Meta(_Speaking, FlaskForm.Meta):
        pass

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        _translate_selects(self)
        if request.method == "POST":
            _refuse_wild(self)
            _keep_visible(self)

    def reject(self, refusal: Refusal) -> None:
        """Show a refusal of the subject above the fields."""
        self.form_errors.append(say(refusal.sentence))

    def sent(self) -> bool:
        """Whether the form was sent and its shape is right; CSRF is checked before any view runs."""
        return request.method == "POST" and bool(self.validate())

    @property
    def status(self) -> int:
        """422 when something is wrong with what was typed."""
        return 422 if self.errors else 200

    def entry(self, **more: Any) -> dict[str, Any]:
        """The typed values by field name, without the token and the button."""
        typed = {k: v for k, v in self.data.items() if k not in {"csrf_token", "submit"}}
        return {**typed, **more}
