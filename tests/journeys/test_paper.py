"""What is printed: the brief and a class's report are one page of A4 each, whichever unit, class and language."""

import re

import pytest

from tests.journeys.county import LANGUAGES

pytest_plugins = ["tests.journeys.pages_conftest"]
PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")


def opened(context, site, role, language):
    page = context.new_page()
    page.goto(f"{site.base}/sign-in")
    page.locator("#sign_in_name").fill(role)
    page.locator("#password").fill(site.password)
    page.locator("#password").press("Enter")
    page.wait_for_url(lambda address: "sign-in" not in address)
    if page.locator("html").get_attribute("lang") != LANGUAGES[language]:
        page.locator(f"button[name=language][value={language}]").click()
        page.wait_for_load_state()
    return page


def sheets(page):
    return len(PAGE.findall(page.pdf(format="A4", prefer_css_page_size=True)))


@pytest.mark.journey
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_brief_is_one_page_of_a4(site, browser, language):
    for role, year in (("county", 2023), ("officer-otog", 2024), ("province", 2023)):
        with browser.new_context() as context:
            page = opened(context, site, role, language)
            page.goto(f"{site.base}/bureau/brief?year={year}")
            assert page.locator("html").get_attribute("lang") == LANGUAGES[language]
            assert sheets(page) == 1, role


@pytest.mark.journey
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_of_a_class_is_one_page_of_a4(site, browser, language):
    with browser.new_context() as context:
        page = opened(context, site, "trainer", language)
        page.goto(f"{site.base}/training/all")
        listed = page.locator("tbody a").evaluate_all("links => links.map(each => [each.textContent, each.pathname])")
        classes = {name.strip(): path for name, path in listed if path.startswith("/training/all/")}
        for name, path in classes.items():
            page.goto(f"{site.base}{path}/report")
            assert sheets(page) == 1, name
        assert len(classes) > 6
