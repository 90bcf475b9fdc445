"""The parts of every page: the style guide shows them, the menu fits a phone, colours stand in one place."""

import re
from pathlib import Path

import pytest
from flask import render_template_string
from flask_babel import force_locale

from examprep.app.factory import create_app
from examprep.app.wiring import FEATURES
from examprep.plumbing.i18n import say
from examprep.plumbing.runtime import Runtime

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "examprep" / "plumbing" / "static"
NAV = [item for feature in FEATURES for item in feature.nav]
BOTTOM_BAR_CHARACTERS = 4


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_style_guide_shows_every_macro(app, client, language):
    page = client.get("/styleguide", headers={"Accept-Language": language})
    assert page.status_code == 200
    source = (ROOT / "templates" / "app" / "styleguide.html").read_text(encoding="utf-8")
    for name in ("ui", "chart"):
        text = (ROOT / "templates" / "_macros" / f"{name}.html").read_text(encoding="utf-8")
        inside = {"field", "act_form", "cell", "sums", "dot"}  # parts of form, act, table and funnel
        macros = set(re.findall(r"{% macro (\w+)\(", text)) - inside
        assert [macro for macro in sorted(macros) if f"{name}.{macro}(" not in source] == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_style_guide_exports_what_is_filtered(client):
    answer = client.get("/styleguide?state=draft&export=csv")
    assert answer.mimetype == "text/csv"
    assert len(answer.text.strip().splitlines()) == 1 + 6


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_installation_in_service_has_no_style_guide(runtime):
    served = Runtime(runtime.settings.with_(development=False), runtime.database, runtime.clock, runtime.vault)
    assert create_app(served).test_client().get("/styleguide").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_each_place_of_the_menu_has_a_picture_and_words_that_fit(app):
    with app.test_request_context(), force_locale("zh"):
        icons = app.jinja_env.get_template("_macros/icons.html").module.paths
        assert [item.endpoint for item in NAV if item.icon not in icons or item.icon == "more"] == []
        shown = [say(item.short or item.label) for item in NAV]
        assert [words for words in shown if len(words) > BOTTOM_BAR_CHARACTERS] == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_timeline_marks_the_present(app):
    steps = [("a", "1", "", False), ("b", "2", "t", True)]
    text = '{% import "_macros/ui.html" as ui with context %}{{ ui.timeline(steps) }}'
    with app.test_request_context():
        assert render_template_string(text, steps=steps).count('aria-current="step"') == 1


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_colours_are_variables_of_the_theme(path):
    rules = path.read_text(encoding="utf-8")
    if path.name == "theme.css":
        rules = re.sub(r":root \{[^}]*\}", "", rules)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*})|\brgba?\(|\bhsla?\(", rules) == []
