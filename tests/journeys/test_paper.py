"""What is printed: the brief is one page of A4, whichever unit and language."""

import re

import pytest

from tests.journeys.county import LANGUAGES

pytest_plugins = ["tests.journeys.pages_conftest"]
PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")


@pytest.mark.journey
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_brief_is_one_page_of_a4(site, browser, language):
    for role, year in (("county", 2023), ("officer-otog", 2024), ("province", 2023)):
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(f"{site.base}/sign-in")
            page.locator("#sign_in_name").fill(role)
            page.locator("#password").fill(site.password)
            page.locator("#password").press("Enter")
            page.wait_for_url(lambda address: "sign-in" not in address)
            if page.locator("html").get_attribute("lang") != LANGUAGES[language]:
                page.locator(f"button[name=language][value={language}]").click()
                page.wait_for_load_state()
            page.goto(f"{site.base}/bureau/brief?year={year}")
            assert page.locator("html").get_attribute("lang") == LANGUAGES[language]
            assert len(PAGE.findall(page.pdf(prefer_css_page_size=True))) == 1, role
