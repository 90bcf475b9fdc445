"""The generated county walked by its links as each role: every page is found, sound, named and under the policy.

HTML and CSS are judged by the Nu checker, and by ``markup.problems`` for what it does not look for.
"""

import shutil
from collections import defaultdict
from pathlib import Path

import pytest

import examprep
from tests.journeys import markup, nu
from tests.journeys.county import LANGUAGES

pytest_plugins = ["tests.journeys.pages_conftest"]

# What is no page.
NOT_WALKED = {
    "app.alive",  # for machines
    "app.home",  # leads to the role's own home
    "app.ready",  # for machines
    "bank.picture",  # a picture
    "bootstrap.static",
    "bureau.brief_word",  # a file
    "ce.api_description",  # for machines
    "ce.api_record_of",  # for machines
    "ce.check_key",  # for machines
    "ce.evidence",  # a file
    "ce.transcript_file",  # a file
    "campaign.announcement_file",  # a file
    "ce.document",  # a file
    "ce.withdraw_exemption",  # of an exemption, and nobody in the county is exempt
    "device.manifest",  # for machines
    "device.worker",  # a script
    "fail",  # of the tests
    "imports.failed",  # a file
    "imports.progress_of",  # for the script that says how far an import is
    "imports.template",  # a file
    "practice.notebook_file",  # a file
    "practice.pack",  # for the script that keeps questions
    "practice.who",  # for the script that sends answers
    "register.check",  # by a code that its holder hands out
    "register.code_picture",  # a picture
    "register.platform_file",  # a file
    "register.scan",  # a file
    "training.board_now",  # for the script that keeps the board true
    "training.evidence_file",  # a file
    "training.feed",  # for calendars
    "training.material",  # a file
    "training.open_code",  # by the code on a screen
    "training.open_material",  # a file or another's page
    "training.own_evidence",  # a file
    "training.projector_code",  # for the script that changes the code
    "training.scanner_pack",  # for the script of the scanner
    "training.unit_file",  # a file
    "training.unit_test",  # begun by a button
    "published.content",  # a file
    "static",
}
# Of a session that is on, which the county has at some hours of the day.
AT_SOME_HOURS = {"training.check", "training.projector"}
STATIC = Path(examprep.__file__).parent / "plumbing" / "static"
# What Nu does not know of CSS: the width of a phone's frame, nowhere but on the phone; boxes as tall as their text.
UNKNOWN = {"env(safe-area-inset-bottom)": "1px", "field-sizing: content;": ""}
SOUND = (
    '<!doctype html><html lang="en"><head><title>A</title></head>'
    '<body><h1>A</h1><p id="b"><a href="#b">B</a></p></body></html>'
)
FAULTY = "faulty.html", SOUND.replace("</a>", "</a><div>C</div>"), "No “p” element in scope but a “p” end tag seen."


def test_links_lead_to_every_page(site, walked):
    pages = {rule.endpoint for rule in site.app.url_map.iter_rules() if "GET" in rule.methods}
    assert pages - AT_SOME_HOURS - {visited.endpoint for visited in walked} == NOT_WALKED


def test_every_page_answers(walked):
    assert [(v.role, v.address, v.status) for v in walked if v.status != 200] == []


def test_nu_finds_no_fault(pages, tmp_path):
    """All in one run, with one page that is faulty: else the checker's silence would say nothing."""
    for number, visited in enumerate(pages):
        name = visited.name.replace("/", "|")[:60]  # an address may be longer than a file's name
        (tmp_path / f"{number:03} {name}.html").write_text(visited.html, encoding="utf-8")
    for sheet in STATIC.glob("*.css"):
        styles = sheet.read_text(encoding="utf-8")
        for words, known in UNKNOWN.items():
            styles = styles.replace(words, known)
        (tmp_path / sheet.name).write_text(styles, encoding="utf-8")
    for picture in STATIC.glob("*.svg"):
        shutil.copy(picture, tmp_path)
    faulty, html, fault = FAULTY
    (tmp_path / faulty).write_text(html, encoding="utf-8")
    found = nu.faults(tmp_path)
    assert [line for line in found if not line.startswith(faulty)] == []
    assert any(fault in line for line in found)


def test_every_page_is_sound(pages):
    found = {(v.name, problem) for v in pages for problem in markup.problems(v.html)}
    assert sorted(found) == []


def test_every_page_says_its_language(pages):
    assert [v.name for v in pages if f'lang="{LANGUAGES[v.language]}"' not in v.html[:200]] == []


def test_no_two_pages_share_a_title(walked):
    named = defaultdict(set)
    for visited in walked:
        title = next(markup.elements(markup.tree(visited.html), "title"))
        named[visited.role, markup.words(title)].add(visited.address.partition("?")[0])
    assert {key: paths for key, paths in named.items() if len(paths) > 1} == {}


def test_the_policy_is_strict_and_sent_with_every_answer(site, walked):
    client = site.client("county")
    policies = {v.policy for v in walked}
    for address in ("/nowhere", "/healthz", "/people/999999", "/static/theme.css"):
        with client.get(address) as answer:
            policies.add(answer.headers.get("Content-Security-Policy"))
    assert len(policies) == 1
    policy = dict(part.strip().partition(" ")[::2] for part in policies.pop().split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert not any("unsafe" in value or "*" in value for value in policy.values())


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (SOUND.replace('"#b"', '"#c"'), "points nowhere"),
        (SOUND.replace("</p>", "</p><h1>B</h1>"), "2 h1"),
        (SOUND.replace("</p>", "</p><h3>B</h3>"), "h3 follows h1"),
        (SOUND.replace("<a ", '<a style="color: red" '), "a has style="),
        (SOUND.replace("<a ", '<a onclick="b()" '), "a has onclick="),
        (SOUND.replace("</p>", "</p><script>b()</script>"), "inline script"),
    ],
)
def test_each_fault_is_found(wrong, problem):
    assert markup.problems(SOUND) == []
    assert problem in " ".join(markup.problems(wrong))
