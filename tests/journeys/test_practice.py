"""A candidate practises on one device and goes on at the same question on another."""

from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from examprep.bank import actions as bank
from examprep.kernel.marks import format_marks
from examprep.people.access import Role
from tests.factories import enlist
from tests.journeys.conftest import zh

OTHER = {"phone": "desktop", "desktop": "phone"}
SUBJECT = "asw-practice"


@dataclass
class Candidate:
    """What the person at the device does: keys on the desktop, taps on the phone, clicks without scripts."""

    page: Page
    runtime: object
    by: str

    @property
    def question(self) -> bank.Question:
        """The question that is being asked, as the bank knows it."""
        version = self.page.locator("form[data-ask]").get_attribute("data-version")
        with self.runtime.database.read() as session:
            return bank.question(session, int(version))

    def answer(self, ticks) -> None:
        if self.by == "keys":
            for tick in sorted(ticks):
                self.page.keyboard.press("ABCDEF"[tick])
            self.page.keyboard.press("Enter")
        else:
            for tick in sorted(ticks):
                self._press(self.page.locator("label.option").nth(tick))
            self._press(self.page.locator("[data-submit]"))
        expect(self.page.locator("[data-verdict]")).to_be_visible()

    def go_on(self) -> None:
        if self.by == "keys":
            self.page.keyboard.press("n")
        else:
            self._press(self.page.locator("[data-next]"))
        expect(self.page.locator("form[data-ask]")).to_be_visible()

    def _press(self, what) -> None:
        if self.by == "taps":
            what.tap()
        else:
            what.click()

    def sees(self, question: bank.Question, ticks, word: str) -> None:
        """The verdict with its half-points, the explanation and who wrote it."""
        got = format_marks(bank.grade(question, frozenset(ticks)))
        full = format_marks(question.half_points)
        told = self.page.locator("[data-told]")
        expect(told.locator(".verdict-word")).to_contain_text(word)
        expect(told.locator("[data-verdict]")).to_contain_text(zh("%(got)s of %(full)s points", got=got, full=full))
        for right in question.answer:
            expect(told.locator("li.option").nth(right)).to_contain_text("✓")
        expect(told).to_contain_text(question.explanation.strip().split("\n")[0])
        expect(told.locator(".origin")).to_contain_text(question.author)


def wrong_ticks(question: bank.Question) -> set[int]:
    return {next(n for n in range(len(question.options)) if n not in question.answer)}


def begin(page: Page) -> str:
    """Choose a subject, then the chapter that holds most; returns its name."""
    page.locator(f".subject-tabs a[href$='subject={SUBJECT}']").click()
    expect(page.locator(f".subject-tabs a[href$='subject={SUBJECT}'][aria-current]")).to_be_visible()
    chapters = page.locator(".chapters tbody tr").all()[1:]  # the first row is all of them
    chapter = max(chapters, key=lambda row: int(row.locator("td").first.inner_text().split("/")[1]))
    name = chapter.locator("a").inner_text()
    chapter.locator("a").click()
    return name


@pytest.fixture
def newcomer(served, size):
    """A candidate who has never practised."""

    def go(key: str, order: int) -> str:
        with served.runtime.database.write() as session:
            now = served.runtime.clock.now()
            enlist(
                session, served.runtime, served.world, key, "ann_agency", Role.CANDIDATE, date(2020, 1, 1), order, now
            )
        return key

    return go


@pytest.mark.parametrize("scripts", [pytest.param(True, id="scripts"), pytest.param(False, id="plain")])
def test_practice_goes_on_where_it_stopped_on_another_device(device, served, newcomer, size, scripts):
    name = newcomer(f"reader_{size}_{scripts}", 300 + 2 * scripts + (size == "phone"))
    ways = {"phone": "taps", "desktop": "keys"} if scripts else {"phone": "taps", "desktop": "clicks"}
    here = device(size, scripts=scripts)
    page = here.sign_in(name, served.world.password)
    here.open("/practice/")
    chapter = begin(page)
    candidate = Candidate(page, served.runtime, ways[size])

    first = candidate.question
    candidate.answer(first.answer)
    candidate.sees(first, first.answer, zh("Right"))
    here.check_width()
    candidate.go_on()

    second = candidate.question
    assert second.question_id != first.question_id
    ticks = wrong_ticks(second)
    candidate.answer(ticks)
    candidate.sees(second, ticks, zh("Wrong"))
    candidate.go_on()
    third = candidate.question
    here.sign_out()

    there = device(OTHER[size], scripts=scripts)
    page = there.sign_in(name, served.world.password)
    there.open("/practice/")
    page.get_by_role("link", name=zh("Go on practising")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(chapter)
    candidate = Candidate(page, served.runtime, ways[OTHER[size]])
    assert candidate.question.version_id == third.version_id
    candidate.answer(third.answer)
    candidate.sees(third, third.answer, zh("Right"))
    there.check_width()

    there.open("/practice/notebook")
    listed = page.locator("tbody tr")
    expect(listed).to_have_count(1)
    expect(listed).to_contain_text(second.stem[:20])
    there.check_width()
