"""A class from its making to the hours on the holder's page."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from examprep.register.actions import add_certificate
from tests.journeys.conftest import zh

PLACE = "县委党校二楼教室"


@pytest.fixture
def holder(served, county):
    """The county's candidate, who holds a certificate since 2020."""
    name = f"{county}_candidate"
    with served.runtime.database.write() as session:
        add_certificate(
            session,
            None,
            person_id=served.world.people[name],
            level="ASW",
            number=f"2020-training-{county}",
            qualified_year=2020,
            issued_on=date(2020, 9, 1),
            now=served.runtime.clock.now(),
        )
    return name


def fill_session(page, row: int, day: date, start: str, end: str) -> None:
    page.locator(f"[name=sessions-{row}-day]").fill(day.isoformat())
    page.locator(f"[name=sessions-{row}-start]").fill(start)
    page.locator(f"[name=sessions-{row}-end]").fill(end)


def test_a_class_from_its_making_to_the_hours_it_gives(device, served, size, county, holder):
    today = served.runtime.clock.today()
    password = served.world.password
    course, class_name = f"个案工作研修（{county}）", f"周末班（{county}）"

    trainer = device(size)
    page = trainer.sign_in(f"{county}_trainer", password)
    trainer.open("/training/all/courses/new")
    page.locator("[name=name]").fill(course)
    page.locator("[name=kind]").select_option("continuing")
    page.locator("[name=category]").select_option("professional")
    trainer.check_width()
    page.get_by_role("button", name=zh("Save the course")).click()
    page.wait_for_url("**/training/all/new?course=*")
    page.locator("[name=name]").fill(class_name)
    page.locator("[name=capacity]").fill("20")
    page.locator("[name=usual_place]").fill(PLACE)
    for row in range(2):
        fill_session(page, row, today + timedelta(days=7 * (row + 1)), "09:00", "11:15")
    trainer.check_width()
    page.get_by_role("button", name=zh("Make the class")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(class_name)
    sessions = page.get_by_role("region", name=zh("Sessions")).locator("tbody tr")
    expect(sessions).to_have_count(2)
    expect(sessions.first).to_contain_text(PLACE)
    trainer.check_width()
    class_page = page.url

    learner = device(size)
    own = learner.sign_in(holder, password)
    learner.open("/training/classes")
    own.get_by_role("link", name=class_name).click()
    own.get_by_role("button", name=zh("Enrol")).click()
    expect(own.get_by_text(zh("You have a seat."))).to_be_visible()
    learner.check_width()

    # A session of yesterday is over, whatever the hour at which this runs.
    yesterday = today - timedelta(days=1)
    page.goto(f"{class_page}/sessions/new")
    fill_session(page, 0, yesterday, "09:00", "11:15")
    page.get_by_role("button", name=zh("Add the sessions")).click()
    expect(sessions).to_have_count(3)
    sessions.first.get_by_role("link").click()
    page.locator("label.attendance-row", has_text=holder).click()
    page.get_by_role("button", name=zh("Save"), exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("1")
    trainer.check_width()

    # The same page stands open twice; what is pressed on the second comes after the session was closed.
    late = trainer.context.new_page()
    late.goto(page.url)
    for window in (page, late):
        window.locator("summary", has_text=zh("Close and post the hours")).click()
        window.locator(".confirm-box button").click()
        expect(window.get_by_text(zh("Closed. Hours are in the ledger."))).to_be_visible()
    late.close()

    learner.open(f"/ce/?year={yesterday.year}")
    lines = own.get_by_role("region", name=zh("Hours of %(year)s", year=yesterday.year)).locator("tbody tr")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text(class_name)
    expect(lines.locator(f"td[data-label={zh('Credit hours')}]")).to_have_text("3")
    learner.check_width()
