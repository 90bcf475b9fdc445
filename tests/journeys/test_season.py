"""A season planned in one form; forty learners check in by the code on the screen; hours and the report follow."""

import re
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from examprep.kernel.clock import office_day
from examprep.people import actions as people
from examprep.people import passwords
from examprep.people.access import Role
from examprep.people.models import AccountRow
from examprep.people.store import load_actor
from examprep.register.actions import add_certificate
from examprep.training import actions, enrolling
from examprep.training.actions import CourseEntry
from examprep.training.models import ClassRow, SessionRow
from examprep.training.presence_models import PresenceRow
from examprep.training.rules.checking import IN, code_of, window_of
from tests.bench.installation import token
from tests.bench.wire import Wire
from tests.journeys.conftest import zh

FORTY, PASSWORD = 40, "a long enough password"
CLASS, PLACE = "四十人晚间班", "县委党校三楼"
ON_PHONES = 2  # the others are as light as can be: what they send is the same


@pytest.fixture
def learners(served):
    """Forty people of the county with accounts, the first of them a holder of a certificate: sign-in name by id."""
    runtime, names = served.runtime, {}
    now, today = runtime.clock.now(), runtime.clock.today()
    hashed = passwords.hash_password(PASSWORD)
    agency = served.world.organisations["ann_agency"]
    with runtime.database.write() as session:
        for number in range(FORTY):
            person = people.add_person(
                session, runtime.vault, name=f"学员{number:02d}", organisation_id=agency, now=now
            )
            people.grant_role(
                session, person_id=person.id, organisation_id=agency, role=Role.CANDIDATE, since=date(2020, 1, 1)
            )
            people.open_account(
                session,
                person_id=person.id,
                sign_in_name=f"forty{number}",
                password=PASSWORD,
                password_hash=hashed,
                now=now,
            )
            names[person.id] = f"forty{number}"
        add_certificate(
            session, None, person_id=min(names), level="ASW", number="2020-forty", qualified_year=2020,
            issued_on=date(2020, 9, 1), now=now,
        )  # fmt: skip
        trainer = served.world.actor(session, "ann_trainer", today)
        actions.add_course(session, trainer, CourseEntry("四十人研修", "continuing", "professional"), now=now)
    return names


def first_session(served, class_name: str) -> tuple[int, int]:
    """The ids of a class and of its first session."""
    with served.runtime.database.write() as session:
        class_id = session.scalars(select(ClassRow.id).where(ClassRow.name == class_name)).one()
        first = select(SessionRow.id).where(SessionRow.class_id == class_id).order_by(SessionRow.starts_at).limit(1)
        return class_id, session.scalars(first).one()


def hold(served, session_id: int, begins: datetime, ends: datetime) -> None:
    """Let a session lie at other hours, as if the days until then had gone by."""
    values = {"starts_at": begins, "ends_at": ends, "occurs_on": office_day(begins)}
    with served.runtime.database.write() as session:
        session.execute(update(SessionRow).where(SessionRow.id == session_id).values(values))


def let_pass(served, session_id: int, time: timedelta) -> None:
    """Let a session and what happened in it be longer ago."""
    with served.runtime.database.write() as session:
        row = session.get_one(SessionRow, session_id)
        row.starts_at, row.ends_at = row.starts_at - time, row.ends_at - time
        row.occurs_on = office_day(row.starts_at)
        for line in session.scalars(select(PresenceRow).where(PresenceRow.session_id == session_id)):
            line.at, line.noted_at = line.at - time, line.noted_at - time


def enrol(served, class_id: int, people_ids) -> None:
    clock = served.runtime.clock
    with served.runtime.database.write() as session:
        for person_id in people_ids:
            account = session.scalar(select(AccountRow.id).where(AccountRow.person_id == person_id))
            actor = load_actor(session, account, 0, clock.today())
            enrolling.enrol(session, actor, class_id, now=clock.now())


@pytest.fixture
def light(served):
    """``light("forty7")`` is somebody signed in, without a browser."""
    opened = []

    def go(name: str) -> Wire:
        wire = Wire(urlsplit(served.address).port)
        opened.append(wire)
        _, page = wire.get("/sign-in")
        sent = {"csrf_token": token(page), "sign_in_name": name, "password": PASSWORD}
        assert wire.post("/sign-in", sent)[0] == 303
        return wire

    yield go
    for wire in opened:
        wire.close()


def send(wire: Wire, session_id: int, code: str) -> tuple[int, str]:
    """What scanning a code does: the page is opened and sends it."""
    address = f"/training/check/{session_id}"
    assert wire.get(f"{address}/{code}")[0] == 303
    _, page = wire.get(address)
    status, _ = wire.post(address, {"csrf_token": token(page), "code": code})
    return status, wire.get(address)[1].decode()


def test_a_season_of_forty(device, served, light, learners):
    clock, password = served.runtime.clock, served.world.password
    trainer = device("desktop")
    page = trainer.sign_in("ann_trainer", password)
    trainer.open("/training/all/new")
    page.locator("[name=course_id]").select_option(label="四十人研修")
    page.locator("[name=name]").fill(CLASS)
    page.locator("[name=capacity]").fill(str(FORTY))
    page.locator("[name=usual_place]").fill(PLACE)
    for weekday in (1, 3):
        page.locator(f"[name=weekly-weekdays][value='{weekday}']").check()
    page.locator("[name=weekly-first]").fill((clock.today() + timedelta(days=20)).isoformat())
    page.locator("[name=weekly-start]").fill("19:00")
    page.locator("[name=weekly-end]").fill("21:15")
    page.locator("[name=weekly-times]").fill("10")
    page.get_by_role("button", name=zh("Look at the timetable first")).click()
    planned = page.get_by_role("region", name=zh("The timetable as it would be")).locator("tbody tr")
    expect(planned).to_have_count(10)
    page.get_by_role("button", name=zh("Make the class")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(CLASS)
    trainer.check_width()

    class_id, session_id = first_session(served, CLASS)
    enrol(served, class_id, learners)
    now = clock.now()
    hold(served, session_id, now - timedelta(minutes=100), now + timedelta(minutes=35))
    names = list(learners.values())
    phones = [device("phone") for _ in range(ON_PHONES)]
    for phone, name in zip(phones, names, strict=False):
        phone.sign_in(name, PASSWORD)
    wires = [light(name) for name in names[ON_PHONES:]]

    trainer.open(f"/training/sessions/{session_id}/projector")
    code = page.locator(".screen-letters").inner_text().strip()
    for phone in phones:
        phone.open(f"/training/check/{session_id}/{code}")
        expect(phone.page.get_by_text(re.compile(zh("Checked in at %(time)s", time="")))).to_be_visible()
        phone.check_width()
    *prompt, absent = wires
    for wire in prompt:
        status, told = send(wire, session_id, code)
        assert status == 303
        assert zh("Checked in at %(time)s", time="") in told
    # The last of them is somewhere else, and sends what was on the screen two minutes ago and was passed on.
    old = code_of(served.runtime.vault.fingerprint, session_id, IN, window_of(clock.now()) - 6)
    status, told = send(absent, session_id, old)
    assert status == 422
    assert zh("Checked in at %(time)s", time="") not in told

    trainer.open(f"/training/sessions/{session_id}/board")
    refused = page.locator("ul.plain-list li", has_text=f"学员{FORTY - 1:02d}")
    expect(refused).to_be_visible()
    expect(page.get_by_text(zh("Codes refused"))).to_be_visible()
    trainer.check_width()

    let_pass(served, session_id, timedelta(minutes=40))
    trainer.open(f"/training/sessions/{session_id}")
    page.locator("summary", has_text=zh("Close and post the hours")).click()
    page.locator(".confirm-box button").click()
    expect(page.get_by_text(zh("Closed. Hours are in the ledger."))).to_be_visible()

    holder = phones[0]
    year = office_day(now - timedelta(minutes=140)).year
    holder.open(f"/ce/?year={year}")
    lines = holder.page.get_by_role("region", name=zh("Hours of %(year)s", year=year)).locator("tbody tr")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text(CLASS)
    expect(lines.locator(f"td[data-label={zh('Credit hours')}]")).to_have_text("3")

    trainer.open(f"/training/all/{class_id}/report")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(prefer_css_page_size=True))) == 1
