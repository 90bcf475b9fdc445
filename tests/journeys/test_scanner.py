"""Staff scan a learner in where there is no network; the device keeps it, opens again, and sends it later."""

import io
import re
import shutil
from datetime import time, timedelta

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from examprep.kernel.clock import office_day, office_time
from examprep.training import actions, enrolling
from examprep.training.learner_views import own_picture
from examprep.training.models import SessionRow
from examprep.training.rules.checking import own_code
from examprep.training.rules.schedule import slot
from tests.journeys.conftest import BROWSERS, FLAGS, PATIENCE_MS, SIZES, zh


@pytest.fixture(scope="module")
def session_id(served):
    """A session that is going on, in whose class the county's candidate has a seat."""
    runtime, world = served.runtime, served.world
    today = runtime.clock.today()
    before = office_time(today - timedelta(days=9), time(9))
    with runtime.database.write() as session:
        trainer = world.actor(session, "ann_trainer")
        named = actions.CourseEntry("入户走访", "continuing", "professional")
        course = actions.add_course(session, trainer, named, now=before)
        entry = actions.ClassEntry(
            course, "山村流动班", trainer.person_id, 20, "on-site", today - timedelta(days=10), today
        )
        meeting = slot(today, time(9), time(11), "村委会")
        class_id = actions.plan_class(session, trainer, entry, [meeting], now=before)
        enrolling.enrol(session, world.actor(session, "ann_candidate"), class_id, now=before)
        row = session.scalars(select(SessionRow).where(SessionRow.class_id == class_id)).one()
        # It is going on, whatever the hour at which this runs.
        row.starts_at, row.ends_at = runtime.clock.now() - timedelta(hours=1), runtime.clock.now() + timedelta(hours=1)
        row.occurs_on = office_day(row.starts_at)
        return row.id


def signed_in(context, served):
    page = context.new_page()
    page.goto(f"{served.address}/sign-in")
    page.locator("#sign_in_name").fill("ann_trainer")
    page.locator("#password").fill(served.world.password)
    page.locator("#password").press("Enter")
    page.wait_for_url(lambda address: "sign-in" not in address)
    return page


@pytest.fixture
def camera(browser, served, session_id, tmp_path):
    """A browser without a decoder of its own, before whose camera the candidate's own code is held."""
    code = own_code(served.runtime.vault.fingerprint, session_id, served.world.people["ann_candidate"])
    picture = Image.new("RGB", (640, 480), "#b9b0a2")
    drawn = io.BytesIO()
    own_picture(code).save(drawn, kind="png", scale=7, border=4)
    shown = Image.open(drawn).convert("RGB").rotate(9, expand=True, fillcolor="#b9b0a2")
    picture.paste(shown, (210, 110))
    frame = io.BytesIO()
    picture.save(frame, "JPEG", quality=80)
    film = tmp_path / "camera.mjpeg"
    film.write_bytes(frame.getvalue() * 5)
    flags = [
        *FLAGS,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    path = next(found for name in BROWSERS if (found := shutil.which(name)))
    with browser.browser_type.launch(executable_path=path, args=flags) as filming:
        yield filming


def test_a_browser_without_a_decoder_scans_by_ours_also_without_a_network(camera, served, session_id):
    width, height = SIZES["phone"]
    with camera.new_context(viewport={"width": width, "height": height}, locale="zh-CN") as context:
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script("delete window.BarcodeDetector")
        page, problems = signed_in(context, served), []
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.goto(f"{served.address}/training/scanner?session={session_id}")
        expect(page.get_by_text(zh("Nothing waits on this device."))).to_be_visible()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_function("caches.match('/static/qr-0.7.0/index.js').then(Boolean)")
        assert problems == []  # the policy for contents forbade nothing

        context.set_offline(True)
        page.reload()
        page.get_by_text(zh("Check out"), exact=True).click()
        page.get_by_role("button", name=zh("Scan with the camera")).click()
        expect(page.get_by_text(zh("One scan waits on this device."))).to_be_visible()

        context.set_offline(False)
        expect(page.locator("[data-results] li")).to_contain_text(["ann_candidate"])


def test_a_scan_waits_for_the_network(browser, served, session_id):
    width, height = SIZES["phone"]
    code = own_code(served.runtime.vault.fingerprint, session_id, served.world.people["ann_candidate"])
    with browser.new_context(viewport={"width": width, "height": height}, locale="en-US") as context:
        context.set_default_timeout(PATIENCE_MS)
        page = signed_in(context, served)
        page.goto(f"{served.address}/training/sessions/{session_id}/board")
        page.get_by_role("link", name=zh("Scanner")).click()
        expect(page.get_by_text(zh("Nothing waits on this device."))).to_be_visible()
        # In the page's language, whatever the browser's is.
        expect(page.locator("[data-title]")).to_have_text(re.compile(r"^\d{4}年\d{1,2}月\d{1,2}日 \d\d:\d\d · "))
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")

        context.set_offline(True)
        page.reload()
        page.get_by_label(zh("Own code of the learner")).fill(code)
        page.get_by_role("button", name=zh("Keep"), exact=True).click()
        expect(page.get_by_text(zh("One scan waits on this device."))).to_be_visible()
        page.reload()
        expect(page.locator("[data-list] li")).to_contain_text([code])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert "ann_candidate" not in page.content()

        context.set_offline(False)
        told = page.locator("[data-results] li")
        expect(told).to_contain_text(["ann_candidate"])
        expect(told).to_contain_text([zh("taken")])
        expect(page.locator("[data-waiting]")).to_be_hidden()
        page.get_by_role("link", name=zh("Live board")).click()
        expect(page.locator(".board li", has_text="ann_candidate")).to_contain_text(zh("Scanned by staff"))
