"""The sessions of `tests.bench.offline` that a real browser takes: the same network, the same killer."""

import time
from random import Random

from playwright.sync_api import BrowserContext, Error, Page, sync_playwright
from sqlalchemy import select

from examprep.practice.models import AnswerRow
from tests.bench.offline import SUBJECTS, TRIES, Simulation, found_browser
from tests.journeys.test_offline import QUEUE


def browse(simulation: Simulation, sessions: int) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found_browser(), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        for number in range(sessions):
            luck = Random(f"browser-{simulation.asked.seed}-{number}")
            context = browser.new_context(viewport={"width": 360, "height": 780}, locale="zh-CN")
            context.set_default_timeout(20_000)
            _session(simulation, context, luck)
            context.close()
        browser.close()


def _session(simulation: Simulation, context: BrowserContext, luck: Random) -> None:
    """A person answers in one or two windows with the network cut, and waits until all has arrived."""
    name, subject = luck.choice(simulation.names), luck.choice(SUBJECTS)
    address = f"http://127.0.0.1:{simulation.chaos.port}"
    page = context.new_page()
    _patiently(lambda: _take_along(page, address, subject, name, simulation.site.world.password))
    context.set_offline(True)
    pages = [page] + [context.new_page() for _ in range(luck.choice([0, 0, 1]))]
    for window in pages:
        window.goto(f"{address}/practice/{subject}/all")
        window.locator("form.ask").wait_for()
    for _ in range(luck.randint(1, 6)):
        _answer(luck.choice(pages), luck)
    kept = page.evaluate(QUEUE)
    simulation.ledger.give(simulation.site.world.people[name], kept)
    context.set_offline(False)
    _until_sent(simulation, page, {answer["id"] for answer in kept})
    simulation.ledger.count("sessions in the browser")


def _take_along(page: Page, address: str, subject: str, name: str, password: str) -> None:
    page.goto(f"{address}/sign-in")
    if page.locator("[name=sign_in_name]").count():
        page.fill("[name=sign_in_name]", name)
        page.fill("[name=password]", password)
        page.click("[name=submit]")
        page.wait_for_url(lambda found: "sign-in" not in found)
    page.goto(f"{address}/practice/?subject={subject}")
    page.locator("[data-kept]").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    assert page.evaluate("caches.match('/practice/offline').then(Boolean)")


def _patiently(step) -> None:
    """A page may be asked for while the server is dead; a person tries again."""
    for attempt in range(TRIES):
        try:
            return step()
        except (Error, AssertionError):
            if attempt > 20:
                raise
            time.sleep(0.5)
    return None


def _answer(page: Page, luck: Random) -> None:
    page.keyboard.press(luck.choice("ABCD"))
    page.keyboard.press("Enter")
    page.locator("[data-verdict]").wait_for()
    if luck.random() < 0.2:
        page.reload()
    else:
        page.keyboard.press("n")
    page.locator("form.ask").wait_for()


def _until_sent(simulation: Simulation, page: Page, names: set[str]) -> None:
    """What has left the queue has been settled; whether it is in the log is asked in the end."""
    for _ in range(TRIES):
        left = {answer["id"] for answer in page.evaluate(QUEUE)}
        if not left:
            break
        # The page tries again by itself every half a minute; here it is told that the network is back once more.
        page.evaluate("dispatchEvent(new Event('online'))")
        time.sleep(0.5)
    with simulation.site.runtime.database.read() as session:
        logged = set(session.scalars(select(AnswerRow.client_id).where(AnswerRow.client_id.in_(names))))
    refused = names - left - logged  # the check in the end asks whether the question was withdrawn
    simulation.ledger.hear([{"id": name, "state": "accepted"} for name in names - left - refused])
    simulation.ledger.hear([{"id": name, "state": "refused"} for name in refused])
