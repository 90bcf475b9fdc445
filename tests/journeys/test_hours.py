"""A holder who is short is told by mail, and no more once the hours are there."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, time, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import expect
from sqlalchemy import select

from examprep.app.factory import create_app
from examprep.app.serving import all_jobs
from examprep.ce.actions import NEWS_DAYS
from examprep.kernel.clock import FixedClock, office_time
from examprep.people.access import Role
from examprep.plumbing.jobs import JobTurn
from examprep.plumbing.runtime import Runtime
from examprep.register.actions import add_certificate
from examprep.training import actions as training
from examprep.training import enrolling
from examprep.training.models import SessionRow
from examprep.training.rules.schedule import slot
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


@pytest.fixture
def session_id(served, size, county, holder):
    """A session of three hours of yesterday, in whose class the holder has a seat."""
    runtime, world = served.runtime, served.world
    yesterday = runtime.clock.today() - timedelta(days=1)
    before = office_time(yesterday - timedelta(days=9), time(9))
    with runtime.database.write() as session:
        trainer = world.actor(session, f"{county}_trainer")
        name = f"督导小组（{size}）"
        course = training.add_course(
            session, trainer, training.CourseEntry(name, "supervision", "professional"), now=before
        )
        opens = yesterday - timedelta(days=10)
        entry = training.ClassEntry(course, name, trainer.person_id, 20, "on-site", opens, yesterday)
        meeting = slot(yesterday, time(14), time(17), f"三楼（{size}）")
        class_id = training.plan_class(session, trainer, entry, [meeting], now=before)
        enrolling.enrol(session, world.actor(session, holder), class_id, now=before)
        return session.scalar(select(SessionRow.id).where(SessionRow.class_id == class_id))


def test_a_holder_who_is_short_gets_a_mail_until_the_hours_are_there(
    device, served, mailbox, work, size, county, holder, session_id
):
    today = served.runtime.clock.today()
    sixty, thirty = date(today.year, 11, 1), date(today.year, 12, 1)

    def received():
        """The mails about missing hours; others tell of the registration and of hours recorded."""
        return [mail for mail in mailbox.mails[f"{holder}@example.org"] if "还缺" in mail["Subject"]]

    own = device(size)
    page = own.sign_in(holder, served.world.password)
    own.open("/ce/")
    national = page.locator(".ce-year").first
    expect(national.locator(".ce-missing + ul li")).to_have_text(["专业科目 60学时", "30学时（类别不限）"])
    own.check_width()

    work(sixty)
    work(sixty)
    assert [mail["Subject"] for mail in received()] == [f"继续教育还缺90学时，截止{today.year}年12月31日"]
    (mail,) = received()
    text = mail.get_content()
    assert mail.get_content_type() == "text/plain"
    assert mail["To"].addresses[0].addr_spec == f"{holder}@example.org"
    assert f"{holder}，您好：" in text
    assert "还缺90学时" in text
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
    form.locator("[name=amount]").fill("86")
    form.locator("[name=unit]").select_option("hours")
    form.locator("[name=category]").select_option("professional")
    form.locator("[name=activity]").fill("督导能力工作坊")
    form.locator("[name=reason]").fill("结业证书")
    form.get_by_role("button", name=zh("Record the hours")).click()
    expect(page.get_by_role("region", name=zh("Hours of %(year)s", year=today.year)).locator("tbody tr")).to_have_count(
        1
    )
    officer.check_width()

    # The last four come from a class: who is checked in when it is closed has them at once.
    trainer = device(size)
    page = trainer.sign_in(f"{county}_trainer", served.world.password)
    trainer.open(f"/training/sessions/{session_id}")
    page.locator("label.attendance-row", has_text=holder).click()
    page.get_by_role("button", name=zh("Save"), exact=True).click()
    page.locator("summary", has_text=zh("Close and post the hours")).click()
    page.locator(".confirm-box button").click()
    expect(page.get_by_text(zh("Closed. Hours are in the ledger."))).to_be_visible()

    work(thirty)
    assert len(received()) == 1
    told = [mail["Subject"] for mail in mailbox.mails[f"{holder}@example.org"] if "已记入" in mail["Subject"]]
    assert len(told) == 2 or (thirty - today).days >= NEWS_DAYS
    page = own.open("/ce/")
    expect(page.locator(".ce-missing")).to_have_count(0)
    expect(page.get_by_text(zh("Requirement met")).first).to_be_visible()
    own.check_width()
