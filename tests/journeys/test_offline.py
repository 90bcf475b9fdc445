"""A candidate goes on practising without a connection; what was answered arrives, once, whatever happens on the way."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from examprep.app.factory import create_app
from examprep.app.operations import differences
from examprep.bank import actions as bank
from examprep.people import merging
from examprep.people.access import Role
from examprep.practice.models import AnswerRow
from tests.app.merged import PARTS
from tests.factories import enlist
from tests.journeys.conftest import PATIENCE_MS, zh
from tests.journeys.installed import Installed

pytestmark = pytest.mark.journey

SUBJECT = "asw-practice"
QUEUE = """() => new Promise(found => { const ask = indexedDB.open("examprep"); ask.onsuccess = () => {
  const all = ask.result.transaction("queue").objectStore("queue").getAll();
  all.onsuccess = () => { ask.result.close(); found(all.result); }; }; })"""

SHELL_LANGUAGE = """async () => {
  const kept = await caches.match("/practice/offline", { ignoreVary: true });
  return kept?.headers.get("Content-Language");
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Installed]:
    installed = Installed(tmp_path_factory.mktemp("offline"))
    with installed.runtime.database.write() as session:
        world, now = installed.world, installed.runtime.clock.now()
        for serial, name in enumerate(("english_reader", "merged_away", "merged_kept"), 200):
            enlist(session, installed.runtime, world, name, "ann_agency", Role.CANDIDATE, date(2020, 1, 1), serial, now)
    installed.start()
    yield installed
    installed.close()
    assert "Traceback" not in installed.log.read_text(), installed.log.read_text()


@pytest.fixture(autouse=True)
def _sound(site) -> Iterator[None]:
    """After every story the log explains what is kept, and holds no name twice."""
    yield
    assert differences(site.runtime.database) == []


@dataclass
class Phone:
    """One device of a person."""

    site: Installed
    context: BrowserContext
    page: Page
    name: str

    def open(self, path: str) -> None:
        self.page.goto(self.site.address + path)

    def sign_in(self, name: str = "") -> None:
        self.open("/sign-in")
        self.page.get_by_label(zh("Sign-in name")).fill(name or self.name)
        self.page.get_by_label(zh("Password")).fill(self.site.world.password)
        self.page.get_by_role("button", name=zh("Sign in"), exact=True).click()
        self.page.wait_for_url(lambda address: "sign-in" not in address)

    def take_along(self) -> None:
        """Open the practice page until the device keeps questions and the page to ask them on."""
        self.open(f"/practice/?subject={SUBJECT}")
        expect(self.page.locator("[data-kept]")).to_be_visible()
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")

    def away(self, path: str = f"/practice/{SUBJECT}/all") -> None:
        """The network is cut; the page of a question is opened all the same."""
        self.context.set_offline(True)
        self.open(path)
        expect(self.page.locator("#offline form")).to_be_visible()

    def back(self) -> None:
        self.context.set_offline(False)
        expect(self.line).to_contain_text(zh("All answers are with the server."))

    @property
    def line(self):
        return self.page.locator(".keeping")

    @property
    def question(self) -> bank.Question:
        version = self.page.locator("form.ask").get_attribute("data-version")
        with self.site.runtime.database.read() as session:
            return bank.question(session, int(version))

    def answer(self, *, rightly: bool = True) -> int:
        """Answer the question that is asked by its keys; returns its version."""
        question = self.question
        wrong = next(n for n in range(len(question.options)) if n not in question.answer)
        for tick in sorted(question.answer) if rightly else [wrong]:
            self.page.keyboard.press("ABCDEF"[tick])
        self.page.keyboard.press("Enter")
        told = self.page.locator("[data-verdict]")
        expect(told).to_contain_text(zh("Right") if rightly else zh("Wrong"))
        return question.version_id

    def go_on(self) -> None:
        self.page.keyboard.press("n")
        expect(self.page.locator("form.ask")).to_be_visible()

    def answer_some(self, count: int) -> list[int]:
        answered = []
        for number in range(count):
            answered.append(self.answer(rightly=number % 3 != 2))
            self.go_on()
        return answered

    @property
    def queue(self) -> list[str]:
        return [answer["id"] for answer in self.page.evaluate(QUEUE)]


@pytest.fixture
def phone(browser: Browser, site: Installed) -> Iterator[Callable[[str], Phone]]:
    opened: list[BrowserContext] = []

    def go(name: str) -> Phone:
        context = browser.new_context(
            viewport={"width": 360, "height": 780}, is_mobile=True, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        found = Phone(site, context, context.new_page(), name)
        found.sign_in()
        return found

    yield go
    for context in opened:
        context.close()


def logged(site: Installed, name: str) -> Counter[str]:
    """How often each answer of a person stands in the log, by the name that its device gave it."""
    with site.runtime.database.read() as session:
        mine = AnswerRow.person_id == site.world.people[name]
        return Counter(session.scalars(select(AnswerRow.client_id).where(mine)))


def versions(site: Installed, name: str) -> list[int]:
    with site.runtime.database.read() as session:
        mine = AnswerRow.person_id == site.world.people[name]
        return list(session.scalars(select(AnswerRow.version_id).where(mine).order_by(AnswerRow.id)))


def test_answers_wait_for_the_connection_and_arrive_once(phone, site):
    here = phone("ann_candidate")
    here.take_along()
    here.away()
    expect(here.line).to_have_text(zh("No connection. Answers are kept on this device and sent when it returns."))
    answered = here.answer_some(3)
    waiting = zh("%(count)s answers are kept on this device; they are sent when the connection returns.", count=3)
    expect(here.line).to_have_text(waiting)
    here.page.reload()
    expect(here.line).to_have_text(waiting)
    names, before = set(here.queue), logged(site, "ann_candidate")
    assert len(names) == 3
    with here.page.expect_request(lambda request: request.method == "POST") as sent:
        here.back()
    assert logged(site, "ann_candidate") - before == Counter(names)
    assert versions(site, "ann_candidate")[-3:] == answered
    assert here.queue == []

    # The same batch once more, as after a reply that was lost.
    token = here.page.evaluate("fetch('/practice/sync').then(answer => answer.json())")["token"]
    again = here.page.request.post(
        sent.value.url, data=sent.value.post_data, headers={"X-CSRFToken": token, "Content-Type": "application/json"}
    )
    assert {answer["state"] for answer in again.json()["answers"]} == {"repeated"}
    assert logged(site, "ann_candidate") - before == Counter(names)

    # With the connection, the place is behind what was answered without it.
    here.open(f"/practice/{SUBJECT}/all")
    assert here.question.version_id not in answered


def test_a_server_killed_in_the_middle_of_a_request_loses_nothing(phone, site):
    here = phone("bob_candidate")
    here.take_along()
    here.open(f"/practice/{SUBJECT}/all")
    first = here.question
    site.stop_dead()
    for tick in sorted(first.answer):
        here.page.keyboard.press("ABCDEF"[tick])
    with here.page.expect_request(lambda request: request.method == "POST"):
        here.page.keyboard.press("Enter")
    site.kill()
    # The page for being off-line takes over, and tells at once what the answer earned.
    expect(here.page.locator("#offline [data-verdict]")).to_contain_text(zh("Right"))
    here.go_on()
    second = here.answer()
    names = set(here.queue)
    assert len(names) == 2
    assert logged(site, "bob_candidate") == Counter()
    site.start()
    here.page.reload()
    expect(here.line).to_contain_text(zh("All answers are with the server."))
    assert logged(site, "bob_candidate") == Counter(names)
    assert versions(site, "bob_candidate") == [first.version_id, second]


def test_the_page_asks_no_more_what_was_answered_without_a_connection(phone, site):
    here = phone("bob_candidate")
    here.take_along()
    here.open(f"/practice/{SUBJECT}/all")
    first = here.question
    here.context.set_offline(True)
    here.page.keyboard.press("A")
    here.page.keyboard.press("Enter")
    expect(here.page.locator("#offline [data-verdict]")).to_be_visible()
    here.page.goto("about:blank")
    here.context.set_offline(False)
    here.open(f"/practice/{SUBJECT}/all")
    expect(here.page.locator("form.ask")).not_to_have_attribute("data-version", str(first.version_id))
    assert versions(site, "bob_candidate")[-1] == first.version_id


def test_the_kept_page_follows_the_language(phone):
    here = phone("english_reader")
    here.take_along()
    with here.page.expect_navigation():
        here.page.locator(".language button[value=en]").click()
    expect(here.page.locator("[data-kept]")).to_contain_text("Practise off-line")
    for _ in range(100):
        if here.page.evaluate(SHELL_LANGUAGE) == "en":
            break
        here.page.wait_for_timeout(100)
    here.away()
    expect(here.page.get_by_role("heading", level=1)).to_have_text("Practise off-line")
    expect(here.page.locator(".kind")).to_contain_text("Points")


def test_two_devices_merge(phone, site):
    here, there = phone("ann_candidate"), phone("ann_candidate")
    before = logged(site, "ann_candidate")
    for device in (here, there):
        device.take_along()
        device.away()
    one, two = here.answer_some(2), there.answer_some(4)
    assert set(one) < set(two)
    names = {*here.queue, *there.queue}
    there.back()
    here.back()
    assert logged(site, "ann_candidate") - before == Counter(names)
    assert len(names) == 6


def test_signing_out_keeps_answers_for_their_person_alone(phone, site):
    here = phone("bob_candidate")
    here.take_along()
    here.away()
    here.answer()
    (name,) = here.queue
    # The connection is back, but the session has ended meanwhile.
    here.context.clear_cookies()
    here.context.set_offline(False)
    expect(here.line).to_contain_text(zh("One answer is kept on this device until its person signs in."))
    assert name not in logged(site, "bob_candidate")

    here.sign_in("ann_candidate")
    here.take_along()
    expect(here.line).to_be_hidden()
    here.page.locator(".self-menu > summary").click()
    here.page.get_by_role("button", name=zh("Sign out")).click()
    here.page.wait_for_url("**/sign-in")
    here.open("/practice/offline")
    expect(here.page.locator("[data-stage]")).to_contain_text(zh("No questions are kept on this device"))
    assert here.queue == [name]
    assert name not in logged(site, "ann_candidate")

    here.sign_in("bob_candidate")  # which leads to the practice page
    expect(here.line).to_contain_text(zh("All answers are with the server."))
    assert logged(site, "bob_candidate")[name] == 1


def test_an_answer_after_the_session_has_ended_waits_for_its_person(phone, site):
    here = phone("bob_candidate")
    here.take_along()
    here.open(f"/practice/{SUBJECT}/all")
    asked = here.question
    here.context.clear_cookies()
    here.page.keyboard.press("A")
    here.page.keyboard.press("Enter")
    expect(here.line).to_contain_text(zh("One answer is kept on this device until its person signs in."))
    (name,) = here.queue
    here.sign_in("bob_candidate")
    expect(here.line).to_contain_text(zh("All answers are with the server."))
    assert (logged(site, "bob_candidate")[name], versions(site, "bob_candidate")[-1]) == (1, asked.version_id)


def test_what_was_kept_for_a_record_that_was_merged_arrives_for_the_one_that_stands_for_it(phone, site):
    here = phone("merged_away")
    here.take_along()
    here.away()
    here.answer_some(2)
    names = set(here.queue)
    gone, kept = (site.world.people[name] for name in ("merged_away", "merged_kept"))
    with create_app(site.runtime).test_request_context(), site.runtime.database.write() as session:
        officer, about = site.world.actor(session, "ann_officer"), {"reason": "x", "one_number_wrong": True}
        now = site.runtime.clock.now()
        merging.merge(session, officer, PARTS, gone_id=gone, kept_id=kept, now=now, **about)
    here.context.set_offline(False)
    expect(here.line).to_contain_text(
        zh("%(count)s answers are kept on this device until their person signs in.", count=2)
    )
    here.sign_in("merged_kept")
    expect(here.line).to_contain_text(zh("All answers are with the server."))
    assert (logged(site, "merged_kept"), logged(site, "merged_away")) == (Counter(names), Counter())
    assert here.queue == []


def test_in_place_of_a_mock_it_is_said_where_its_answers_are(phone):
    here = phone("ann_candidate")
    here.take_along()
    here.context.set_offline(True)
    for path in ("/mocks/", "/mocks/1/1"):
        here.open(path)
        expect(here.page.locator("main")).to_contain_text(zh("A mock exam needs a connection"))
        expect(here.page).to_have_title(f"{zh('Mock exam')} · examprep")
        expect(here.page.locator("#offline form")).to_have_count(0)
        assert Axe().run(here.page).response["violations"] == []
    here.page.get_by_role("link", name=zh("Practise off-line")).click()
    expect(here.page.locator("#offline form")).to_be_visible()
    here.open("/mocks/")
    here.context.set_offline(False)
    here.page.get_by_role("link", name=zh("Load this page again")).click()
    expect(here.page.locator("#offline")).to_have_count(0)
    expect(here.page.locator("h1")).to_have_text(zh("Mock exam"))


def test_the_kept_page_is_open_to_everybody(phone):
    here = phone("ann_candidate")
    here.take_along()
    here.away()
    for step in ("asked", "told"):
        if step == "told":
            here.answer(rightly=False)
        for width, scheme in ((320, "light"), (360, "dark"), (1366, "light")):
            here.page.set_viewport_size({"width": width, "height": 2000})
            here.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = Axe().run(here.page, options={"resultTypes": ["violations"]}).response["violations"]
            assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
            assert here.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    here.back()


def test_it_can_be_installed(phone, site):
    here = phone("ann_candidate")
    here.take_along()
    wire = here.context.new_cdp_session(here.page)
    assert wire.send("Page.getInstallabilityErrors")["installabilityErrors"] in (
        [],
        [{"errorId": "in-incognito", "errorArguments": []}],
    )
    manifest = wire.send("Page.getAppManifest")
    assert manifest["errors"] == []
    for address in re.findall(r'"src":\s*"([^"]+)"', manifest["data"]):
        assert here.page.request.get(site.address + address).headers["content-type"] == "image/png"
    kept = here.page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(cache => cache.keys()))))"
        ".then(all => all.flat().map(request => new URL(request.url).pathname))"
    )
    assert [path for path in kept if not path.startswith(("/static/", "/bootstrap/"))] == [
        "/practice/offline",
        "/training/scanner",
    ]
