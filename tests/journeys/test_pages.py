"""Every page of the generated county in a real browser: accessible, as wide as the screen, by keyboard, light.

Each page is opened twice: on a phone, in Chinese, on light paper, as the first role that has it; and on a desktop, in
English, on dark paper, as the last one. ``test_walk`` judges what needs no browser.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.journeys.county import ROLES, Site, Visited

pytest_plugins = ["tests.journeys.pages_conftest"]
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("browser")]

PHONE, DESKTOP, ZOOMED = (360, 780), (1366, 768), (683, 384)
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# What can be reached must be reached by Tab, in the order of the page.
OUT_OF_REACH = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
  .filter(e => e.type !== "hidden" && e.checkVisibility({visibilityProperty: true}) && !e.disabled)
  .filter(e => e.tabIndex > 0 || (e.tabIndex < 0 && e.matches("a, button, input, select, textarea, summary")))
  .map(e => e.outerHTML.slice(0, 120))"""
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? null :
  [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 3).map(e => e.outerHTML.slice(0, 120))"""
FOCUSED = """() => { const e = document.activeElement, s = getComputedStyle(e);
  return [e.outerHTML.slice(0, 120), s.outlineStyle !== "none" || s.boxShadow !== "none"]; }"""


@contextmanager
def window(
    browser: Browser, site: Site, role: str, size: tuple[int, int], language: str, scheme: str, **more: object
) -> Iterator[Page]:
    """A browser of one person, signed in; nobody for ``""``."""
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    width, height = size
    context = browser.new_context(
        base_url=site.base, viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale, **more
    )
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
        assert page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]
    yield page
    context.close()


def one_of_each(walked: list[Visited], role: str, *, last: bool) -> list[Visited]:
    """The pages that fall to this role when each is opened once."""
    owners = {v.endpoint: v for v in (walked if last else reversed(walked)) if "?" not in v.address}
    return [visited for visited in owners.values() if visited.role == role]


def faults(page: Page, address: str) -> list[str]:
    found = [f"out of reach: {element}" for element in page.evaluate(OUT_OF_REACH)]
    for violation in Axe().run(page, options=AXE).response["violations"]:
        found += [f"{violation['id']}: {node['html'][:160]}" for node in violation["nodes"]]
    return [f"{address} {fault}" for fault in found]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("size", "language", "scheme"), [(PHONE, "zh", "light"), (DESKTOP, "en", "dark")], ids=["phone", "desktop"]
)
def test_each_page(browser, site, walked, role, size, language, scheme):
    said, found = [], []
    with window(browser, site, role, size, language, scheme) as page:
        page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        for visited in one_of_each(walked, role, last=size is DESKTOP):
            page.goto(visited.address)
            found += faults(page, visited.address)
            if size is DESKTOP:
                page.set_viewport_size({"width": ZOOMED[0], "height": ZOOMED[1]})
            if wider := page.evaluate(WIDER):
                found.append(f"{visited.address} wider than the screen: {wider}")
            page.set_viewport_size({"width": size[0], "height": size[1]})
    assert found == []
    assert said == []


@pytest.mark.parametrize(
    ("role", "path"),
    [("", "/sign-in"), ("candidate", "/practice/asw-comprehensive/all"), ("trainer", "/bank/"), ("county", "/")],
)
def test_a_keyboard_is_enough(browser, site, role, path):
    with window(browser, site, role, DESKTOP, "zh", "light") as page:
        page.goto(path)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip-link"
        reachable = page.locator("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")
        groups = "new Set(es.filter(e => e.checkVisibility()).map(e => e.type === 'radio' ? e.name : e)).size"
        for _ in range(reachable.evaluate_all(f"es => {groups}") - 1):
            page.keyboard.press("Tab")
            element, shown = page.evaluate(FOCUSED)
            assert shown, f"no sign of focus on {element}"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "BODY", "some can not be reached, or take two steps"


def test_the_skip_link_leads_to_the_content(browser, site):
    with window(browser, site, "county", DESKTOP, "zh", "light") as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_first_visit_of_a_phone_to_the_question_is_light(browser, site, record_property):
    with window(browser, site, "candidate", PHONE, "zh", "light") as page:
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
