"""Shapes that no form can mean are said beside the field, whatever validators the form has."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import (
    DateField,
    DecimalField,
    FieldList,
    FormField,
    IntegerField,
    PasswordField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from examprep.plumbing.forms import INVISIBLE, BaseForm, PartForm, visible


class Part(PartForm):
    day = DateField(validators=[Optional()])


class Typed(BaseForm):
    day = DateField(validators=[Optional()])
    count = IntegerField(validators=[Optional(), NumberRange(0, 10)])
    free = IntegerField(validators=[Optional()])
    amount = DecimalField(validators=[Optional(), NumberRange(0, 10)])
    parts = FieldList(FormField(Part), min_entries=1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("day", "9999-12-31", id="a-day-that-no-months-follow"),
        pytest.param("day", "0001-01-01", id="a-day-that-no-months-precede"),
        pytest.param("count", "9" * 400, id="more-than-a-float"),
        pytest.param("free", "-" + "9" * 40, id="less-than-any-column"),
        pytest.param("amount", "sNaN", id="not-a-number-aloud"),
        pytest.param("amount", "NaN", id="not-a-number"),
        pytest.param("amount", "Infinity", id="without-end"),
        pytest.param("parts-0-day", "9999-12-31", id="in-a-part"),
    ],
)
def test_what_no_form_can_mean_is_refused(app, name, value):
    with app.test_request_context(method="POST"):
        form = Typed(MultiDict({name: value}), meta={"csrf": False})
        assert not form.validate()
        assert name.partition("-")[0] in form.errors


def test_what_a_form_can_mean_is_taken(app):
    typed = {"day": "2199-12-31", "count": "10", "free": "-1000000000000000", "amount": "9.5"}
    with app.test_request_context(method="POST"):
        form = Typed(MultiDict(typed), meta={"csrf": False})
        assert form.validate(), form.errors
        assert form.amount.data == Decimal("9.5")


class Titled(PartForm):
    title = StringField(validators=[InputRequired()])


class Written(BaseForm):
    title = StringField(validators=[InputRequired()])
    words = TextAreaField(validators=[DataRequired()])
    note = StringField()
    password = PasswordField(validators=[InputRequired()])
    part = FormField(Titled)


NOTHING = st.text(st.sampled_from(INVISIBLE + " \t\n\u3000\ufe0f\U000e0100"), min_size=1)


@given(NOTHING)
def test_a_text_of_nothing_but_invisible_signs_is_empty(text):
    assert visible(text) == ""


@given(
    st.text(st.sampled_from(INVISIBLE)),
    st.text(st.sampled_from("社 工x\u200b\ufe0f")),
    st.text(st.sampled_from(INVISIBLE)),
)
def test_invisible_signs_go_at_both_ends_and_nothing_else_does(before, middle, after):
    shown = f"甲{middle}乙"
    assert visible(f"{before}{shown}{after}") == shown
    assert visible(f"{shown}\ufe0f{after}") == f"{shown}\ufe0f", "it says how the sign before it is drawn"


def test_what_shows_nothing_was_not_filled_in_and_is_refused_in_the_pages_language(app):
    sent = {"title": "\u3164", "words": "\u200b \u200f", "note": "\xad注", "password": "\u200b", "part-title": "\u2060"}
    with app.test_request_context(method="POST", data=sent, headers={"Accept-Language": "zh"}):
        form = Written(meta={"csrf": False})
        assert not form.sent()
        assert set(form.errors) == {"title", "words", "part"}
        assert form.errors["title"] == form.errors["words"] == ["此项必填。"]
        assert (form.note.data, form.password.data) == ("注", "\u200b")
    with app.test_request_context(
        method="POST", data={**sent, "title": "\u200b第一班\u200b", "words": "甲", "part-title": "乙"}
    ):
        form = Written(meta={"csrf": False})
        assert form.sent()
        assert form.title.data == "第一班"
