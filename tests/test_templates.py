"""Templates keep their promises: context named, nothing inline, nothing unescaped, everything translated."""

import re
from pathlib import Path

import pytest
from jinja2 import meta

from examprep.app.helping import TOPICS
from examprep.plumbing.i18n import LANGUAGES
from tests import catalogue

ROOT = Path(__file__).parents[1] / "templates"
PAGES = sorted(ROOT.rglob("*.html"))
WORDS = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]+")
# What stands between tags and is the same in every language.
SAME = {"examprep", "XLSX", "CSV", "JSON", "PDF", "Enter"}


def ids(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_the_first_line_says_what_it_gets(path):
    assert path.read_text(encoding="utf-8").startswith("{#")


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_nothing_inline_and_nothing_unescaped(path):
    text = path.read_text(encoding="utf-8")
    assert "|safe" not in text.replace(" ", "")
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style", text)


IMPORT = re.compile(r"""\{%-? (?:import|from) "([^"]+)"(?![^%]* with context)""")
IMPORTED = sorted({name for path in PAGES for name in IMPORT.findall(path.read_text(encoding="utf-8"))})


def test_what_is_imported_gets_all_it_says_from_its_arguments(app):
    # Such a file is read once for all pages; a word of the page's own would be missing, or another page's.
    env = app.jinja_env
    asked = {name: meta.find_undeclared_variables(env.parse((ROOT / name).read_text("utf-8"))) for name in IMPORTED}
    assert {name: words - env.globals.keys() for name, words in asked.items() if words - env.globals.keys()} == {}


# A page of help is written whole in each language, not sentence by sentence: there is a file for each.
HELP = ROOT / "help"
TRANSLATED = [path for path in PAGES if not (path.parent == HELP and len(path.suffixes) == 2)]


@pytest.mark.parametrize("path", TRANSLATED, ids=ids)
def test_no_bare_words_between_tags(path):
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.S)
    text = re.sub(r"&[a-z]+;", " ", text)
    text = re.sub(r"<!--.*?-->|<[^>]*>", "\n", text, flags=re.S)
    # A macro may hand out attributes alone; their values are looked at where they are words of a message.
    text = re.sub(r'[\w-]+="\s*"', " ", text)
    bare = [word for word in WORDS.findall(text) if word not in SAME]
    assert bare == []


def test_every_page_of_help_is_there_in_each_language():
    names = {language: {path.name.split(".")[0] for path in HELP.glob(f"*.{language}.html")} for language in LANGUAGES}
    assert names["zh"] == names["en"] == set(TOPICS.names)


def test_every_message_has_its_chinese_sentence():
    assert catalogue.missing() == []


def test_translations_keep_their_places():
    for message in catalogue.read():
        if message.id and message.string and isinstance(message.id, str):
            places = set(re.findall(r"%\((\w+)\)s", message.id))
            assert set(re.findall(r"%\((\w+)\)s", str(message.string))) == places, message.id
