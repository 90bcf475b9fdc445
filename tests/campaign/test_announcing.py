"""Announcements: whom they reach, from when to when, who has seen them, withdrawn, and by mail."""

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from examprep.campaign import announcing, notice_mails, notices
from examprep.campaign.announcing import Entry
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.models import AccountRow
from examprep.plumbing.jobs import JobTurn
from examprep.plumbing.listing import Ask
from examprep.reminders.models import OutboxRow

TODAY = date(2026, 4, 1)
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(runtime, world):
    class Desk:
        def entry(self, where="ann_county", **changes):
            values = {
                "organisation_id": world.organisations[where],
                "titles": {"zh": "报名通知"},
                "bodies": {"zh": "三月九日起报名。"},
                "since": TODAY,
                "until": TODAY + timedelta(days=10),
            }
            return Entry(**(values | changes))

        def write(self, where="ann_county", who="ann_officer", **changes):
            with runtime.database.write() as session:
                actor = world.actor(session, who)
                return announcing.write(session, actor, self.entry(where, **changes), now=runtime.clock.now())

        def unread(self, who="ann_candidate", today=TODAY):
            with runtime.database.read() as session:
                return [notice.id for notice in notices.unread(session, world.actor(session, who), today)]

        def open(self, number, who="ann_candidate"):
            with runtime.database.write() as session:
                notices.mark_read(session, world.actor(session, who), number, now=runtime.clock.now())

        def withdraw(self, number, who="ann_officer", reason="写错了"):
            with runtime.database.write() as session:
                announcing.withdraw(session, world.actor(session, who), number, reason, now=runtime.clock.now())

        def mail(self):
            now = runtime.clock.now()
            return notice_mails.mail_due(JobTurn(runtime, now, now))

        def readers(self, number, who="ann_officer", **filters):
            with runtime.database.read() as session:
                page = notices.readers(session, world.actor(session, who), number, Ask(filters=filters))
            return {row["name"] for row in page.rows}

        def counted(self, number, who="ann_officer"):
            with runtime.database.read() as session:
                page = notices.managed(session, world.actor(session, who), Ask(), TODAY)
            return next((row["readers"], row["persons"]) for row in page.rows if row["id"] == number)

        def due(self, person, number, today=TODAY):
            with runtime.database.read() as session:
                return notice_mails.still_unread(session, world.people[person], {"announcement": number}, today)

        def recipients(self):
            with runtime.database.read() as session:
                found = set(session.scalars(select(OutboxRow.person_id)))
            return {name for name, number in world.people.items() if number in found}

    return Desk()


def test_it_reaches_the_organisation_and_all_below(desk):
    number = desk.write("ann_county")
    assert desk.unread("ann_candidate") == desk.unread("ann_trainer") == [number]
    assert desk.unread("bob_candidate") == desk.unread("province_officer") == []


def test_it_is_shown_from_its_first_day_to_its_last(desk):
    number = desk.write(since=TODAY + timedelta(days=1), until=TODAY + timedelta(days=3))
    shown = [desk.unread(today=TODAY + timedelta(days=ahead)) for ahead in range(5)]
    assert shown == [[], [number], [number], [], []]


def test_pinned_ones_come_first_and_what_was_opened_goes(desk):
    first = desk.write(pinned=True)
    second = desk.write()
    assert desk.unread() == [first, second]
    desk.open(first)
    desk.open(first)
    assert desk.unread() == [second]
    assert desk.unread("ann_trainer") == [first, second]


def test_who_has_seen_it(desk):
    number = desk.write()
    desk.open(number)
    desk.open(number, "bob_candidate")  # not addressed: no mark
    assert desk.readers(number, read="yes") == {"ann_candidate"}
    assert desk.readers(number, read="no") == {"ann_trainer", "ann_officer", "ann_administrator"}


def test_the_list_counts_whom_the_readers_page_names(desk, runtime, world):
    number = desk.write()
    desk.open(number)
    desk.open(number, "ann_trainer")
    assert desk.counted(number) == (2, 4)
    with runtime.database.write() as session:
        session.execute(
            update(AccountRow)
            .where(AccountRow.person_id == world.people["ann_trainer"])
            .values(closed_at=runtime.clock.now())
        )
    assert desk.readers(number, read="yes") == {"ann_candidate"}
    assert desk.counted(number) == (1, 3)


def test_withdrawn_it_is_shown_to_nobody_and_stays_on_file(desk, runtime, world):
    number = desk.write()
    desk.withdraw(number)
    assert desk.unread() == []
    with runtime.database.read() as session:
        with pytest.raises(NotFound):
            notices.read(session, world.actor(session, "ann_candidate"), number, TODAY)
        assert notices.read(session, world.actor(session, "ann_officer"), number, TODAY).reason == "写错了"
    with pytest.raises(Conflict):
        desk.withdraw(number)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"titles": {}}, id="no-title"),
        pytest.param({"titles": {"zh": "甲"}, "bodies": {"en": "B"}}, id="title-and-text-in-different-languages"),
        pytest.param({"until": TODAY}, id="no-day"),
        pytest.param({"link": "javascript:alert(1)"}, id="link"),
        pytest.param({"file_name": "a.exe", "file_content": b"MZ"}, id="kind-of-file"),
        pytest.param({"file_name": "a.html", "file_content": b"<script>"}, id="page"),
        pytest.param({"file_name": "a.pdf", "file_content": b""}, id="empty-file"),
        pytest.param({"file_name": "a.pdf", "file_content": b"1" * (announcing.LARGEST_FILE + 1)}, id="too-large"),
    ],
)
def test_what_cannot_be_published(desk, wrong):
    with pytest.raises(RuleViolation):
        desk.write(**wrong)
    assert desk.unread() == []


def test_nobody_announces_beyond_their_organisations(desk):
    for where in ("bob_county", "prefecture"):
        with pytest.raises(NotFound):
            desk.write(where)
    number = desk.write("bob_county", "bob_officer")
    for act in (desk.withdraw, desk.readers):
        with pytest.raises(NotFound):
            act(number, "ann_officer")


def test_mails_go_once_to_who_has_not_read_it(desk, runtime):
    number = desk.write(by_mail=True)
    desk.open(number)
    assert desk.mail() == 3
    assert desk.mail() == 0
    assert desk.recipients() == {"ann_trainer", "ann_officer", "ann_administrator"}
    assert desk.due("ann_trainer", number)
    desk.open(number, "ann_trainer")
    assert not desk.due("ann_trainer", number)
    assert not desk.due("ann_officer", number, TODAY + timedelta(days=10))
    desk.withdraw(number)
    assert not desk.due("ann_officer", number)


def test_mails_wait_for_the_first_day(desk, runtime):
    desk.write(by_mail=True, since=TODAY + timedelta(days=1))
    assert desk.mail() == 0
    runtime.clock.advance(24 * HOUR)
    assert desk.mail() == 4


FORM = {
    "title_zh": "关于报名的通知",
    "body_zh": "第一行\n第二行",
    "since": "2026-04-01",
    "last_on": "2026-04-30",
    "link": "https://www.cpta.com.cn/",
}


def test_pages(sign_in, world):
    officer, candidate = sign_in("ann_officer"), sign_in("ann_candidate")
    file = (io.BytesIO(b"%PDF-1.4 x"), "通知.pdf")
    sent = {**FORM, "organisation_id": world.organisations["ann_county"], "file": file}
    answer = officer.post("/campaign/notices/new", data=sent)
    assert answer.status_code == 303
    path = answer.headers["Location"]
    desk = path.replace("announcements", "notices")
    assert "关于报名的通知" in candidate.get("/campaign/announcements").text
    page = candidate.get(path).text
    assert "第二行" in page
    assert "withdraw" not in page
    got = candidate.get(f"{path}/file")
    assert (got.data, got.mimetype) == (b"%PDF-1.4 x", "application/octet-stream")
    assert "attachment" in got.headers["Content-Disposition"]
    assert "ann_candidate" in officer.get(f"{desk}/readers?read=yes").text
    assert "关于报名的通知" in officer.get("/campaign/notices").text
    changed = {**FORM, "title_zh": "更正", "organisation_id": world.organisations["ann_county"]}
    assert officer.post(f"{desk}/edit", data=changed).status_code == 303
    assert "更正" in candidate.get(path).text
    assert candidate.get(f"{path}/file").status_code == 200  # without a new file the old one stays
    assert officer.post(f"{desk}/withdraw", data={"reason": ""}).status_code == 422
    assert officer.post(f"{desk}/withdraw", data={"reason": "重复"}).status_code == 303
    assert candidate.get(path).status_code == candidate.get(f"{path}/file").status_code == 404
    assert "重复" in officer.get(path).text


def test_who_may_not(sign_in, client, world, desk):
    number = desk.write()
    path, desk = f"/campaign/announcements/{number}", f"/campaign/notices/{number}"
    other = sign_in("bob_officer")
    for address in (path, f"{path}/file", f"{desk}/edit", f"{desk}/readers"):
        assert other.get(address).status_code == 404, address
    assert other.post(f"{desk}/withdraw", data={"reason": "x"}).status_code == 404
    candidate = sign_in("ann_candidate")
    for address in (
        f"{desk}/edit",
        f"{desk}/readers",
        "/campaign/notices",
        "/campaign/notices/new",
    ):
        assert candidate.get(address).status_code == 403, address
    assert client.get(path).status_code == 303  # to the sign-in page


def test_a_forged_request_is_refused(app, sign_in, desk):
    number = desk.write()
    officer = sign_in("ann_officer")
    app.config["WTF_CSRF_ENABLED"] = True
    answer = officer.post(f"/campaign/notices/{number}/withdraw", data={"reason": "x"})
    app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400
    assert desk.unread() == [number]
