"""Shapes that no form can mean are said beside the field, whatever validators the form has."""

from decimal import Decimal

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import DateField, DecimalField, FieldList, FormField, IntegerField
from wtforms.validators import NumberRange, Optional

from examprep.plumbing.forms import BaseForm, PartForm


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
