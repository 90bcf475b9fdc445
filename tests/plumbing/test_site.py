"""What pages take from what was made before: the same as if it were made anew."""

import pytest
from flask import render_template_string, url_for
from flask_babel import force_locale
from markupsafe import Markup

from examprep.plumbing.i18n import number
from examprep.plumbing.site import drawn, undrawn


def test_an_address_made_once_is_given_again_only_for_the_same_values(app):
    with app.test_request_context():
        pages = [url_for("people.sign_in", next=value) for value in (1, True, "1", "二", None, 1)]
        assert pages == [
            "/sign-in?next=1",
            "/sign-in?next=True",
            "/sign-in?next=1",
            "/sign-in?next=%E4%BA%8C",
            "/sign-in",
            "/sign-in?next=1",
        ]
        assert url_for("people.sign_in", _external=True) == "http://localhost/sign-in"
        assert url_for("people.sign_in", _anchor="top") == "/sign-in#top"
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/below"}):
        assert url_for("people.sign_in", next=1) == "/below/sign-in?next=1"


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_templates_speak_the_language_of_the_page(app, spoken):
    with app.test_request_context(), force_locale(spoken):
        page = app.jinja_env.get_template("base.html").render(
            actor=None, language=spoken, languages={}, navigation=(), this_page="/"
        )
    assert ("Skip to the content" in page) == (spoken == "en")


def test_a_macro_is_drawn_in_each_language_and_escapes_what_it_is_given(app):
    for spoken, word in (("zh", "下一题"), ("en", "Next question"), ("zh", "下一题")):
        with app.test_request_context(), force_locale(spoken):
            assert drawn("practice/_parts.html", "next_words", True) == word
    with app.test_request_context(), force_locale("en"):
        made = undrawn("_macros/ui.html", "badge")("<b>", "right")
        assert "&lt;b&gt;" in made
        assert render_template_string("{{ drawn('_macros/ui.html', 'badge', '<b>', 'right') }}") == made


def test_an_address_that_somebody_typed_at_length_is_not_kept(app):
    before = len(app._addresses)
    with app.test_request_context():
        assert url_for("people.sign_in", next="/" + "a" * 1000) == "/sign-in?next=/" + "a" * 1000
        assert len(app._addresses) == before
        url_for("people.sign_in", next="/kept")
    assert len(app._addresses) == before + 1


def test_words_that_equal_safe_ones_are_escaped_all_the_same(app):
    with app.test_request_context():
        safe, typed = (drawn("_macros/ui.html", "badge", words, "right") for words in (Markup("<i>"), "<i>"))
    assert "<i>" in safe
    assert "&lt;i&gt;" in typed


def test_a_number_below_nothing_leaves_no_sign_on_nothing(app):
    with app.test_request_context():
        assert [number(value, 1) for value in (-0.0, 0.0)] == ["0.0", "0.0"]


def test_what_differs_is_put_in_safely_whatever_stands_beside_it(app):
    with app.test_request_context():
        for token in ('"><b>', "\x00this_page\x00"):
            differs = {"token": token, "this_page": "/next"}
            found = drawn("_macros/frame.html", "top", (), "甲\x00乙\x00token", (), None, "zh", differs=differs)
            made = undrawn("_macros/frame.html", "top")((), "甲\x00乙\x00token", (), None, "zh", token, "/next")
            assert found == made
