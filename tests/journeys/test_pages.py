"""Every page of the generated county in a real browser: accessible, as wide as the screen, by keyboard, light.

One example of each page is opened as each role that reaches it, in each language, and judged on light and on dark
paper, on a phone and on a desktop. ``test_walk`` judges what needs no browser.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from tests.journeys.county import LANGUAGES, ROLES, Site, Visited

pytest_plugins = ["tests.journeys.pages_conftest"]
pytestmark = pytest.mark.journey

BLOCKED = "Service Worker registration blocked by Playwright"
PHONE, DESKTOP = (360, 780), (1366, 768)
# Besides a phone and a desktop: the narrowest screen of WCAG 2.1, and a desktop at 200 %.
NARROW = ((320, 640), (683, 384))
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
    "preload": False,  # no rule that is on reads the sheets
}
# All but the colours, which take half of axe's time: every element's are judged once, in Chinese on a phone; on each
# other screen and paper and in English those of a new look (``LOOKS``).
WITHOUT_COLOURS = {**AXE, "rules": {**AXE["rules"], "color-contrast": {"enabled": False}}}
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations", "passes"],
    "elementRef": True,
    "preload": False,
}
RUN = """async ([within, options]) => (await axe.run(within, options)).violations
  .flatMap(v => v.nodes.map(node => `${v.id}: ${node.html.slice(0, 160)}`))"""
# Axe on the colours of whatever looks as nothing did before, on any page that this person opened on any screen and
# paper. A look is all that the two rules of colours reckon with: the colour of the words, their size and weight, what
# is painted behind them, and of a link its line and the colour of the words around it. It is known once axe has
# passed something that has it.
LOOKS = """async options => {
  const WORDLESS = ["hidden", "checkbox", "radio", "range", "color"];
  const known = new Set(JSON.parse(localStorage.getItem("looks known") || "[]"));
  const grounds = new Map([[null, ""]]);
  const ground = e => {
    if (!grounds.has(e)) {
      const s = getComputedStyle(e);
      const own = [s.backgroundColor, s.backgroundImage, s.opacity, s.filter, s.mixBlendMode].join();
      const under = ground(e.parentElement);
      grounds.set(e, own === "rgba(0, 0, 0, 0),none,1,none,normal" ? under : `${under}|${own}`);
    }
    return grounds.get(e);
  };
  const look = e => {
    const s = getComputedStyle(e), link = e.closest("a");
    const around = link && getComputedStyle(link.parentElement).color;
    const line = link && getComputedStyle(link).textDecorationLine;
    return [s.color, s.fontSize, s.fontWeight, s.textShadow, around, line, ground(e)].join(";");
  };
  const all = new Set(document.querySelectorAll("body input, body select, body textarea"));
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) if (words.currentNode.data.trim()) all.add(words.currentNode.parentElement);
  const fresh = new Map();
  for (const e of all) {
    if (WORDLESS.includes(e.type) || !e.checkVisibility({visibilityProperty: true})) continue;
    const found = look(e);
    if (!known.has(found)) fresh.set(e, found);
  }
  if (!fresh.size) return [];
  const {violations, passes} = await axe.run({include: [...fresh.keys()]}, options);
  for (const {id, nodes} of passes)
    if (id === "color-contrast")
      for (const {element} of nodes) known.add(fresh.get(element));
  localStorage.setItem("looks known", JSON.stringify([...known]));
  return violations.flatMap(v => v.nodes.map(node => `${v.id}: ${node.html.slice(0, 160)}`));
}"""
UNFOLD = "document.querySelectorAll('main details').forEach(folded => { folded.open = true; })"
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 3).map(e => `wider than ${innerWidth}: ${e.outerHTML.slice(0, 120)}`)"""

# What can be worked, a group of radio buttons once; where the focus comes by Tab, and whether it can be seen there.
FOLLOW = """() => {
  const looks = e => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth, s.boxShadow].join(); };
  const group = e => e.type === "radio" ? `${[...document.forms].indexOf(e.form)} ${e.name}` : e;
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter(e => e.type !== "hidden" && !e.disabled && e.checkVisibility({visibilityProperty: true}));
  window.wanted = new Map(all.map(e => [group(e), e]));
  window.before = new Map(all.map(e => [e, looks(e)]));
  window.stops = [];
  addEventListener("focusin", ({target}) => stops.push([group(target), target, looks(target)]));
}"""
ROUND = "() => stops.length > 1 && stops.slice(1).some(([stop]) => stop === stops[0][0])"
FOLLOWED = """() => {
  const told = e => e.outerHTML.slice(0, 120);
  const way = stops.slice(0, stops.findIndex(([stop], i) => i > 0 && stop === stops[0][0]));
  const came = way.filter(([stop]) => wanted.has(stop)), at = new Map(came.map(([stop, e]) => [stop, e]));
  const later = ([, e], i) => i > 0 && came[i - 1][1].compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING;
  return [
    ...(way[0][1].className === "skip-link" ? [] : [`first is ${told(way[0][1])}`]),
    ...[...wanted.keys()].filter(stop => !at.has(stop)).map(stop => `out of reach: ${told(wanted.get(stop))}`),
    ...came.filter(later).map(([, e]) => `out of order: ${told(e)}`),
    ...came.filter(([, e, look]) => before.get(e) === look).map(([, e]) => `no sign of focus: ${told(e)}`),
  ];
}"""
MOST_STOPS = 1000


@contextmanager
def window(browser: Browser, site: Site, role: str, language: str, size: tuple[int, int] = PHONE) -> Iterator[Page]:
    """A browser of one person, signed in; nobody for ``""``."""
    width, height = size
    context = browser.new_context(
        base_url=site.base,
        viewport={"width": width, "height": height},
        locale={"zh": "zh-CN", "en": "en-GB"}[language],
        reduced_motion="reduce",  # else a colour is judged while it still changes
        service_workers="block",  # what one has fetched, no route of the test sees
    )
    context.add_init_script(Axe().axe_script)
    page = context.new_page()
    if role:
        page.goto("/sign-in")
        page.fill("[name=sign_in_name]", role)
        page.fill("[name=password]", site.password)
        page.click("[name=submit]")
        page.wait_for_url(lambda address: "sign-in" not in address)
        if (other := page.locator(f".language button[value={language}]")).count():
            with page.expect_navigation():
                other.click()  # the choice is the account's and outlives the window
        assert page.evaluate("document.documentElement.lang") == LANGUAGES[language]
    yield page
    context.close()


def opened(page: Page, pages: list[Visited], role: str, language: str) -> Iterator[Visited]:
    """One example of each page of the role in the language, each open in the window, on a phone, while it is given.

    In Chinese each role opens all its pages. English has the same pages with other words, so there a page that an
    earlier role opens is left to it; but for the role's first, which has its menu.
    """
    spoken = [v for v in pages if v.language == language and "?" not in v.address]
    mine = [v for v in spoken if v.role == role]
    examples = {v.endpoint: v for v in reversed(mine)}
    if language == "en":
        others = {v.endpoint for v in spoken if ROLES.index(v.role) < ROLES.index(role)} - {mine[0].endpoint}
        examples = {endpoint: v for endpoint, v in examples.items() if endpoint not in others}
    for visited in sorted(examples.values(), key=lambda each: each.told):  # a route makes each page after it slow
        if visited.told:
            page.route("**/told/**", partial(_tell, visited.html))
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        answer = page.goto(visited.address)
        assert visited.told or answer.status == 200, visited.name
        page.evaluate(UNFOLD)
        yield visited


def _tell(html: str, route: Route) -> None:
    """An answer that stands at no address, as if it did."""
    route.fulfill(body=html, content_type="text/html; charset=utf-8")


def faults(page: Page, language: str) -> Iterator[str]:
    """What is wrong on each screen and paper, without a key pressed; the page is open on a phone.

    Axe judges on a screen so high that no bar at its foot covers what is to be judged.
    """
    for size, papers in ((PHONE, ("light", "dark")), (DESKTOP, ("dark", "light"))):
        yield from wider(page, size)
        height = page.evaluate("Math.max(innerHeight, document.documentElement.scrollHeight)")
        page.set_viewport_size({"width": size[0], "height": height})
        for paper in papers:
            page.emulate_media(color_scheme=paper)
            found = page.evaluate(LOOKS, COLOURS)
            if paper == papers[0]:
                found += page.evaluate(RUN, ["html", AXE if (size, language) == (PHONE, "zh") else WITHOUT_COLOURS])
            yield from (f"{size[0]} {paper} {fault}" for fault in found)
    for size in NARROW:
        yield from wider(page, size)


def wider(page: Page, size: tuple[int, int]) -> list[str]:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    return page.evaluate(WIDER)


def tabbed(page: Page) -> list[str]:
    """What is wrong with the way that Tab takes through the page, once round."""
    page.evaluate(FOLLOW)
    for pressed in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if pressed % 20 == 19 and page.evaluate(ROUND):
            return page.evaluate(FOLLOWED)
    return [f"no way on from {page.evaluate('document.activeElement.outerHTML.slice(0, 120)')}"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROLES)
def test_each_page(browser, site, pages, role, language):
    """Each is opened once, on a phone; last, in Chinese, Tab goes round it on a desktop."""
    said, found = [], []
    with window(browser, site, role, language) as page:
        page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        for visited in opened(page, pages, role, language):
            found += [f"{visited.name}: {fault}" for fault in faults(page, language)]
            if language == "zh":
                page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
                found += [f"{visited.name}: {fault}" for fault in tabbed(page)]
    assert found == []
    assert [words for words in said if words != BLOCKED] == []


@pytest.mark.parametrize("role", [role for role in ROLES if role])
def test_the_unfolded_menu_of_a_phone(browser, site, role):
    with window(browser, site, role, "zh") as page:
        page.goto("/")
        if (more := page.locator(".place-more summary")).count():
            more.click()
            for paper in ("light", "dark"):
                page.emulate_media(color_scheme=paper)
                assert page.evaluate(RUN, [".places", AXE]) == []


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("e.tabIndex = -1", "out of reach: <input"),
        ("e.tabIndex = 1", "first is <input"),
        ("e.form.elements.sign_in_name.tabIndex = 2; e.tabIndex = 3", "out of order"),
        ("e.style.outline = e.style.boxShadow = 'none'", "no sign of focus: <input"),
        ("e.addEventListener('keydown', event => event.preventDefault())", "no way on from <input"),
    ],
)
def test_each_fault_of_the_keyboard_is_found(browser, site, wrong, fault):
    with window(browser, site, "", "zh", DESKTOP) as page:
        page.goto("/sign-in")
        assert list(tabbed(page)) == []
        page.reload()
        page.evaluate(f"(() => {{ const e = document.querySelector('[name=password]'); {wrong}; }})()")
        assert fault in " ".join(tabbed(page))


def test_the_skip_link_leads_to_the_content(browser, site):
    with window(browser, site, "county", "zh", DESKTOP) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_first_visit_of_a_phone_to_the_question_is_light(browser, site, record_property):
    with window(browser, site, "candidate", "zh") as page:
        state = page.context.storage_state()
    context = browser.new_context(
        base_url=site.base, viewport={"width": 360, "height": 780}, is_mobile=True, locale="zh-CN", storage_state=state
    )
    page, sizes = context.new_page(), []
    wire = context.new_cdp_session(page)
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    wire.send("Network.enable")
    page.goto("/practice/asw-comprehensive/all", wait_until="networkidle")
    context.close()
    record_property("bytes", sum(sizes))
    record_property("requests", len(sizes))
    print(f"{sum(sizes):.0f} bytes, {len(sizes)} requests")
    assert 1 < len(sizes) <= 12
    assert sum(sizes) <= 150_000
