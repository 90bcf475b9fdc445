"""Every page of the generated county in a real browser: accessible, as wide as the screen, by keyboard, light.

One example of each page is opened as each role that reaches it, in each language, and judged on light and on dark
paper, on a phone and on a desktop. ``test_walk`` judges what needs no browser.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from tests.journeys.county import LANGUAGES, ROLES, Site, Visited

pytest_plugins = ["tests.journeys.pages_conftest"]
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("browser")]

BLOCKED = "Service Worker registration blocked by Playwright"
PHONE, DESKTOP = (360, 780), (1366, 768)
# The narrowest screen of WCAG 2.1, a desktop at 200 %, a desktop; last a phone, on which the next page opens.
WIDTHS = ((320, 640), (683, 384), DESKTOP, PHONE)
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
    "preload": False,  # no rule that is on reads the sheets
}
# The rules that judge colours; all else is the same on light and on dark paper.
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
    "preload": False,  # no rule that is on reads the sheets
}
RUN = """async ([within, options]) => (await axe.run(within, options)).violations
  .flatMap(v => v.nodes.map(node => `${v.id}: ${node.html.slice(0, 160)}`))"""
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
    """One example of each page of the role in the language, each open in the window while it is given."""
    mine = [v for v in pages if (v.role, v.language) == (role, language) and "?" not in v.address]
    told = {visited.address: visited.html for visited in mine if visited.told}
    page.route("**/told/**", lambda route: _tell(route, told))
    for visited in {v.endpoint: v for v in reversed(mine)}.values():
        page.goto(visited.address)
        page.evaluate(UNFOLD)
        yield visited


def _tell(route: Route, told: dict[str, str]) -> None:
    """An answer that stands at no address, as if it did."""
    (html,) = (html for address, html in told.items() if route.request.url.endswith(address))
    route.fulfill(body=html, content_type="text/html; charset=utf-8")


def faults(page: Page) -> Iterator[str]:
    """What axe finds, on a screen so high that no bar at its foot covers what is to be judged."""
    height = page.evaluate("Math.max(innerHeight, document.documentElement.scrollHeight)")
    for (width, _), papers in ((PHONE, ("light", "dark")), (DESKTOP, ("dark", "light"))):
        page.set_viewport_size({"width": width, "height": height})
        for paper, rules in zip(papers, (AXE, COLOURS), strict=True):
            page.emulate_media(color_scheme=paper)
            yield from (f"{width} {paper} {fault}" for fault in page.evaluate(RUN, ["html", rules]))


def widths(page: Page) -> Iterator[str]:
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        yield from page.evaluate(WIDER)


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
    said, found = [], []
    with window(browser, site, role, language) as page:
        page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        for visited in opened(page, pages, role, language):
            found += [f"{visited.name}: {fault}" for fault in (*faults(page), *widths(page))]
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


@pytest.mark.parametrize("role", ROLES)
def test_a_keyboard_is_enough(browser, site, pages, role):
    found = []
    with window(browser, site, role, "zh", DESKTOP) as page:
        for visited in opened(page, pages, role, "zh"):
            found += [f"{visited.name}: {fault}" for fault in tabbed(page)]
    assert found == []


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
