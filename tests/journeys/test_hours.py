"""A holder who is short is told by mail, and no more once the hours are there."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, time, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import expect

from examprep.app.factory import create_app
from examprep.app.serving import all_jobs
from examprep.kernel.clock import FixedClock, office_time
from examprep.people.access import Role
from examprep.plumbing.jobs import JobTurn
from examprep.plumbing.runtime import Runtime
from examprep.register.actions import add_certificate
from tests.app.test_serving import free_port
from tests.factories import enlist
from tests.journeys.conftest import zh


class Mailbox:
    """Keeps every mail that arrives, by recipient."""

    def __init__(self):
        self.mails = defaultdict(list)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's name
        for recipient in envelope.rcpt_tos:
            self.mails[recipient].append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def mailbox():
    box = Mailbox()
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def work(served, mailbox):
    """``work(day)`` does what a worker has to do on that day at half past nine in the office."""
    settings = served.runtime.settings.with_(
        smtp_host="127.0.0.1", smtp_port=mailbox.port, base_url=served.address, mail_from="ce@example.org"
    )
    runtime = replace(served.runtime, settings=settings)

    def go(day: date) -> None:
        clock = FixedClock(office_time(day, time(9, 30)))
        on_that_day: Runtime = replace(runtime, clock=clock)
        with create_app(on_that_day).app_context():
            for _ in range(2):  # what one job queues, another sends a minute later
                for job in all_jobs():
                    job.run(JobTurn(on_that_day, clock.now(), clock.now()))
                clock.advance(timedelta(minutes=1))

    return go


@pytest.fixture
def holder(served, size, county):
    """A holder who has no hours this year."""
    key, now = f"{county}_holder", served.runtime.clock.now()
    with served.runtime.database.write() as session:
        enlist(
            session, served.runtime, served.world, key, f"{county}_agency", Role.CANDIDATE, date(2020, 1, 1),
            400 + (size == "phone"), now,
        )  # fmt: skip
        add_certificate(
            session,
            None,
            person_id=served.world.people[key],
            level="SW",
            number=f"2020-hours-{county}",
            qualified_year=2020,
            issued_on=date(2020, 9, 1),
            now=now,
        )
    return key


def test_a_holder_who_is_short_gets_a_mail_until_the_hours_are_there(
    device, served, mailbox, work, size, county, holder
):
    today = served.runtime.clock.today()
    sixty, thirty = date(today.year, 11, 1), date(today.year, 12, 1)

    def received():
        """The mails about hours; the register writes about registration as well."""
        return [mail for mail in mailbox.mails[f"{holder}@example.org"] if "继续教育" in mail["Subject"]]

    own = device(size)
    page = own.sign_in(holder, served.world.password)
    own.open("/ce/")
    national = page.locator(".ce-year").first
    expect(national.locator(".ce-missing + ul li")).to_have_text(["专业科目 60学时", "30学时（类别不限）"])
    own.check_width()

    work(sixty)
    work(sixty)
    assert [mail["Subject"] for mail in received()] == [f"{today.year}年继续教育尚缺90学时"]
    (mail,) = received()
    text = mail.get_content()
    assert mail.get_content_type() == "text/plain"
    assert mail["To"].addresses[0].addr_spec == f"{holder}@example.org"
    assert f"{holder}，您好：" in text
    assert f"您{today.year}年的继续教育尚缺90学时" in text
    assert f"{today.year}年12月31日（含当日）" in text

    # The way the mail names leads the holder to the reasons.
    link = next(word for word in text.split() if word.startswith(served.address))
    page.goto(link)
    expect(page.locator(".ce-year").first.locator(".ce-missing + ul li")).to_have_count(2)

    officer = device(size)
    page = officer.sign_in(f"{county}_officer", served.world.password)
    officer.open("/ce/standing")
    page.get_by_role("link", name=holder).click()
    form = page.locator("#record")
    form.locator("[name=earned_on]").fill(date(today.year, 1, 1).isoformat())
    form.locator("[name=amount]").fill("90")
    form.locator("[name=unit]").select_option("hours")
    form.locator("[name=category]").select_option("professional")
    form.locator("[name=activity]").fill("督导能力工作坊")
    form.locator("[name=reason]").fill("结业证书")
    form.get_by_role("button", name=zh("Record the hours")).click()
    expect(page.get_by_role("region", name=zh("Hours of %(year)s", year=today.year)).locator("tbody tr")).to_have_count(
        1
    )
    officer.check_width()

    work(thirty)
    assert len(received()) == 1
    page = own.open("/ce/")
    expect(page.locator(".ce-missing")).to_have_count(0)
    expect(page.get_by_text(zh("Requirement met")).first).to_be_visible()
    own.check_width()
