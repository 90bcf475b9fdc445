"""With scripts off the work can still be done: each journey in a browser that runs none."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import markup

pytest_plugins = ["tests.journeys.pages_conftest"]
pytestmark = pytest.mark.journey


@pytest.fixture
def plain(browser, site):
    """``plain("candidate")``: a phone without scripts, signed in by the form."""
    opened = []

    def go(role: str) -> Page:
        site.client(role, "zh")  # the choice is kept with the account
        context = browser.new_context(
            base_url=site.base, viewport={"width": 360, "height": 780}, locale="zh-CN", java_script_enabled=False
        )
        opened.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_label("登录名").fill(role)
        page.get_by_label("密码").fill(site.password)
        page.get_by_role("button", name="登录").click()
        expect(page.locator(".self-menu")).to_be_visible()
        return page

    yield go
    for context in opened:
        context.close()


def test_signing_in_and_out(plain, site):
    page = plain("candidate")
    page.locator(".self-menu > summary").click()
    page.get_by_role("button", name="退出").click()
    page.get_by_label("登录名").fill("candidate")
    page.get_by_label("密码").fill(f"{site.password}?")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("密码").fill(site.password)
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".self-menu")).to_be_visible()


def test_practising(plain):
    page = plain("candidate")
    page.goto("/practice/asw-comprehensive/all")
    question = page.locator("div.stem").inner_text()
    page.locator("label.option").first.click()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-verdict]")).to_be_visible()
    assert markup.problems(page.content()) == []
    page.get_by_role("link", name="下一题").click()
    expect(page.locator("div.stem")).not_to_have_text(question)


def test_enrolling_in_a_class_and_leaving_it(plain):
    page = plain("candidate")
    page.goto("/training/classes")
    page.get_by_role("table").get_by_role("link", name="2027年考前周末班").click()
    page.get_by_role("button", name="报名").click()
    expect(page.get_by_text("您已报名成功")).to_be_visible()
    page.get_by_text("退出培训班").first.click()
    page.get_by_role("button", name="退出培训班").click()
    expect(page).to_have_url(re.compile("/training/classes$"))
    expect(page.get_by_role("heading", name="2027年考前周末班")).to_have_count(0)


@pytest.mark.parametrize("sound", [True, False], ids=["sound", "faulty"])
def test_checking_a_file_and_importing_it(plain, sound):
    page = plain("trainer")
    page.goto("/imports/bank-questions")
    stem = f"没有脚本时导入的题目{'' if sound else '，缺答案'}"
    answer = "A" if sound else "Z"
    rows = f"题干,选项A,选项B,选项C,选项D,答案,章\n{stem},甲,乙,丙,丁,{answer},01\n"
    page.locator("[type=file]").set_input_files({"name": "q.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.get_by_role("button", name="检查文件").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("q.csv")
    assert markup.problems(page.content()) == []
    if not sound:
        expect(page.get_by_role("table")).to_contain_text("Z")
        expect(page.get_by_role("button", name="导入")).to_have_count(0)
        return
    page.get_by_role("button", name="导入").click()
    expect(page.get_by_text("已导入").first).to_be_visible()
    page.goto("/bank/?q=没有脚本时导入")
    expect(page.get_by_role("table")).to_contain_text(stem)


def test_filtering_a_list_to_review(plain):
    page = plain("county")
    page.goto("/ce/standing")
    page.locator("[name=state]").select_option(label="学时不足")
    page.get_by_role("button", name="查询").click()
    shown = page.get_by_role("region").last.locator("tbody tr")  # the list stands below the figures by unit
    assert 0 < shown.count() == shown.filter(has_text="学时不足").count()
    shown.first.get_by_role("link").click()
    expect(page.locator("main").get_by_text("学时不足").first).to_be_visible()
    assert markup.problems(page.content()) == []


def test_reporting_an_error_and_answering_it(plain):
    candidate, trainer = plain("candidate"), plain("trainer")
    candidate.goto("/practice/asw-practice/all")
    candidate.locator("a[data-aside]").click()
    candidate.locator(".aside-tell summary").click()
    candidate.locator("[name=kind]").select_option(label="答案有误")
    candidate.locator("#report-words").fill("没有脚本时报的错")
    candidate.get_by_role("button", name="提交报错").click()
    expect(candidate.get_by_text("没有脚本时报的错")).to_be_visible()
    trainer.goto("/bank/reports")
    trainer.get_by_role("row").filter(has_text="没有脚本时报的错").get_by_role("link").first.click()
    trainer.locator("[name=state]").last.check()
    trainer.locator("[name=reply]").fill("答案无误，见解析。")
    trainer.locator("main [name=submit]").click()
    expect(trainer).to_have_url(re.compile("/bank/reports$"))
    expect(trainer.get_by_text("没有脚本时报的错")).to_have_count(0)
    candidate.reload()
    expect(candidate.get_by_text("答案无误，见解析。")).to_be_visible()


def test_writing_a_draft_and_approving_it(plain):
    page = plain("trainer")
    page.goto("/bank/new/asw-practice")
    for name, words in {"stem": "没有脚本时写的题", "option_A": "甲", "option_B": "乙"}.items():
        page.locator(f"[name={name}]").fill(words)
    page.locator("[name=answer][value=B]").check()
    page.locator("[name=chapters]").first.check()
    page.locator("[name=publish]").uncheck()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("草稿").first).to_be_visible()
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("已发布").first).to_be_visible()
