"""A trainer writes a question and is told of its faults while typing."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import zh


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_faults_are_named_while_typing_and_go_when_mended(device, served, county, size):
    window = device(size)
    window.sign_in(f"{county}_trainer", served.world.password)
    page = window.open("/bank/new/sw-law-policy")
    findings = page.get_by_role("region", name=zh("What the checks find"))
    page.get_by_label(zh("Stem"), exact=True).fill("下列各项中，不属于社会救助的是（ ）。")
    expect(findings).to_contain_text(zh("Negative not emphasised"))
    for letter, text in (("A", "最低生活保障"), ("B", "医疗救助"), ("C", "企业年金"), ("D", "以上都不是")):
        page.get_by_label(zh("Option %(letter)s", letter=letter), exact=True).fill(text)
    expect(findings).to_contain_text(zh("“All of the above”"))
    window.check_width()
    page.get_by_label(zh("Stem"), exact=True).fill("下列各项中，【不】属于社会救助的是（ ）。")
    page.get_by_label(zh("Option %(letter)s", letter="D"), exact=True).fill("临时救助")
    expect(findings).not_to_contain_text(zh("Negative not emphasised"))
    expect(findings).not_to_contain_text(zh("“All of the above”"))
    expect(findings).to_contain_text(zh("Not whole yet: %(reason)s", reason=""))
