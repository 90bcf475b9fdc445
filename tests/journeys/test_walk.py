"""The generated county walked by its links as each role: every page is found, sound, named and under the policy.

HTML is judged by html5lib's strict parser, which refuses what the standard calls a parse error, and by
``markup.problems`` for what a parser does not look for (ids, labels, nesting, headings, inline scripts and styles).
The Nu validator would need Java, html-validate Node; this needs neither.
"""

from collections import defaultdict

import pytest

from tests.journeys import markup

pytest_plugins = ["tests.journeys.pages_conftest"]
pytestmark = pytest.mark.xdist_group("browser")

# Pages that the generated county has no occasion for, or that are no pages.
NOT_WALKED = {
    "app.alive",  # for machines
    "app.home",  # leads to the role's own home
    "app.ready",  # for machines
    "bank.report",  # nobody has reported an error
    "bootstrap.static",
    "design.styleguide",  # for developers; no page leads to it
    "ce.reverse",  # no line recorded by hand
    "imports.failed",  # a file
    "imports.template",  # a file
    "static",
    "training.reopen_session",  # its session is older than the days in which it may be opened again
}
SOUND = (
    '<!doctype html><html lang="en"><head><title>A</title></head>'
    '<body><h1>A</h1><p id="b"><a href="#b">B</a></p></body></html>'
)


def test_links_lead_to_every_page(site, walked):
    pages = {rule.endpoint for rule in site.app.url_map.iter_rules() if "GET" in rule.methods}
    assert pages - {visited.endpoint for visited in walked} == NOT_WALKED


def test_every_page_answers(walked):
    assert [(v.role, v.address, v.status) for v in walked if v.status != 200] == []


def test_every_page_is_sound(walked):
    found = {(v.address, problem) for v in walked for problem in markup.problems(v.html)}
    assert sorted(found) == []


def test_every_page_is_sound_in_english_and_says_its_language(site, walked):
    for visited in {v.endpoint: v for v in walked}.values():
        assert 'lang="zh-CN"' in visited.html[:200], visited.address
        english = site.client(visited.role, "en").get(visited.address).text
        assert 'lang="en"' in english[:200], visited.address
        assert markup.problems(english) == [], visited.address


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


def test_refusals_are_sound_pages(site):
    for role in ("", "candidate"):
        client = site.client(role)
        for address in ("/nowhere", "/people/999999", "/sign-out"):
            page = client.get(address, follow_redirects=True)
            assert markup.problems(page.text) == [], (role, address)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (SOUND.replace("</a>", "</a><div>C</div>"), "Unexpected end tag"),
        (SOUND.replace("<h1>", '<h1 id="b">'), "'b' stands 2 times"),
        (SOUND.replace('"#b"', '"#c"'), "points nowhere"),
        (SOUND.replace("<a ", "<button>C</button><button><a ").replace("</a>", "</a></button>"), "a within button"),
        (SOUND.replace("</p>", '<input name="c"></p>'), "'c' has no label"),
        (SOUND.replace("</p>", '</p><label for="d">D</label>'), "for='d' points nowhere"),
        (SOUND.replace("</p>", "</p><h1>B</h1>"), "2 h1"),
        (SOUND.replace("</p>", "</p><h3>B</h3>"), "h3 follows h1"),
        (SOUND.replace("<a ", '<a style="color: red" '), "a has style="),
        (SOUND.replace("<a ", '<a onclick="b()" '), "a has onclick="),
        (SOUND.replace("</p>", "</p><script>b()</script>"), "inline script"),
        (SOUND.replace("</p>", "</p><ul><p>B</p></ul>"), "p within ul"),
    ],
)
def test_each_fault_is_found(wrong, problem):
    assert markup.problems(SOUND) == []
    assert problem in " ".join(markup.problems(wrong))
