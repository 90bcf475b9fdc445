"""A mock exam on a phone: what is ticked and typed is on the server, whatever becomes of the connection."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from examprep.mocks import sitting
from examprep.mocks.models import AnswerRow, AttemptRow

SUBJECT, WRITTEN = "sw-comprehensive", "sw-practice"


@pytest.fixture
def begin(served, device):
    """A mock of a subject begun by Ann's candidate on a phone; the device, and the attempt's id."""
    begun = []

    def go(subject):
        runtime, world = served.runtime, served.world
        with runtime.database.write() as session:
            now, today = runtime.clock.now(), runtime.clock.today()
            actor = world.actor(session, "ann_candidate", today)
            begun.append(sitting.start_own(session, actor, subject, shorter=True, seed=3, today=today, now=now))
        phone = device("phone")
        phone.sign_in("ann_candidate", world.password)
        phone.open(f"/mocks/{begun[-1]}/1")
        return phone, begun[-1]

    yield go
    with served.runtime.database.write() as session:
        for attempt_id in begun:
            session.get_one(AttemptRow, attempt_id).discarded_at = served.runtime.clock.now()


def kept(served, attempt_id):
    with served.runtime.database.read() as session:
        rows = session.scalars(select(AnswerRow).where(AnswerRow.attempt_id == attempt_id)).all()
        return {row.position: (row.ticked, row.written) for row in rows}


def says(page: Page, name: str) -> None:
    form = page.locator("[data-mock-form]")
    expect(page.locator("[data-mock-kept]")).to_have_text(form.get_attribute(f"data-{name}"))


def test_what_is_ticked_without_a_connection_is_sent_when_it_returns(served, begin):
    phone, attempt = begin(SUBJECT)
    page = phone.page
    page.locator("label.option").nth(1).tap()
    says(page, "kept")
    assert kept(served, attempt) == {1: ([1], None)}
    phone.context.set_offline(True)
    page.locator("label.option").nth(2).tap()
    says(page, "failed")
    page.get_by_role("button", name="保存，下一题").tap()
    page.wait_for_timeout(300)
    assert page.url.endswith(f"/mocks/{attempt}/1"), "the page with the answer is not left"
    phone.context.set_offline(False)
    says(page, "kept")
    assert kept(served, attempt) == {1: ([2], None)}
    page.get_by_role("button", name="保存，下一题").tap()
    page.wait_for_url(f"**/mocks/{attempt}/2")
    assert all("ERR_INTERNET_DISCONNECTED" in what for what in phone.wrong), phone.wrong
    phone.wrong.clear()


def test_what_is_typed_without_a_pause_is_kept_and_what_is_left_in_haste_too(served, begin):
    phone, attempt = begin(WRITTEN)
    page = phone.page
    words = page.locator("[name=written]").first
    for _ in range(20):
        words.press_sequentially("字", delay=0)
        page.wait_for_timeout(250)
    assert kept(served, attempt)[1][1][0].startswith("字字字"), "nobody need stop typing to be kept"
    words.press_sequentially("完", delay=0)
    page.goto(f"{phone.address}/mocks/{attempt}")
    for _ in range(20):
        if kept(served, attempt)[1][1][0].endswith("完"):
            break
        page.wait_for_timeout(250)
    assert kept(served, attempt)[1][1][0] == "字" * 20 + "完"


def test_what_is_ticked_after_the_session_has_ended_is_sent_once_one_signs_in(served, begin):
    phone, attempt = begin(SUBJECT)
    page, beside = phone.page, phone.context.new_page()
    phone.context.clear_cookies()
    page.locator("label.option").nth(1).tap()
    says(page, "signed-out")
    assert kept(served, attempt) == {}
    phone.page = beside
    phone.sign_in("ann_candidate", served.world.password)
    page.bring_to_front()
    expect(page.locator("[data-mock-kept]")).to_have_text("已保存。", timeout=12_000)
    assert kept(served, attempt) == {1: ([1], None)}
    assert all(what.startswith(("400: POST", "console: Failed to load resource")) for what in phone.wrong), phone.wrong
    phone.wrong.clear()


def test_the_clock_goes_by_the_wall_while_a_device_sleeps(served, begin):
    phone, _attempt = begin(SUBJECT)
    page = phone.page
    before = page.locator("[data-mock-shown]").inner_text()
    page.evaluate("() => { const real = Date.now.bind(Date); Date.now = () => real() + 3600 * 1000; }")
    page.wait_for_timeout(1500)
    after = page.locator("[data-mock-shown]").inner_text()
    minutes = [60 * int(text.split(":")[0]) + int(text.split(":")[1]) for text in (before, after)]
    assert 59 <= minutes[0] - minutes[1] <= 61
