"""What a device keeps of the application is anybody's, and changes its address when it changes."""

import json
import re

import pytest


def named(worker: str, name: str):
    return json.loads(re.search(rf"const {name} = (.*);", worker)[1])


def fetch(client, address, **headers):
    """Status, headers and text; a file that is sent must be closed."""
    with client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()}) as answer:
        return answer.status_code, answer.headers, answer.text


@pytest.fixture
def worker(app, world):
    return app.test_client().get("/sw.js").text


def test_the_worker_keeps_what_is_there_for_anybody(app, worker):
    stranger = app.test_client()
    for address in named(worker, "FILES"):
        assert fetch(stranger, address)[0] == 200, address


def test_the_worker_is_the_same_for_everybody_in_one_language(app, worker, sign_in):
    assert sign_in("ann_candidate").get("/sw.js").text == worker
    english = app.test_client().get("/sw.js", headers={"Accept-Language": "en"}).text
    assert named(english, "VERSION") != named(worker, "VERSION")
    assert app.test_client().get("/sw.js").headers["Cache-Control"] == "no-cache"


def test_modules_that_others_import_are_asked_for_again(app, worker):
    client = app.test_client()
    styles, module = (next(f for f in named(worker, "FILES") if end in f) for end in ("theme.css", "store.js"))
    assert "max-age=31536000" in fetch(client, styles)[1]["Cache-Control"]
    _, headers, _ = fetch(client, module)
    assert headers["Cache-Control"] == "no-cache"
    assert fetch(client, module, If_None_Match=headers["ETag"])[0] == 304


def test_the_page_keeps_all_that_it_is_drawn_with(app, worker):
    page = app.test_client().get("/practice/offline").text
    needed = re.findall(r'<link rel="stylesheet" href="([^"]+)"|<script type="module" src="([^"]+)"', page)
    imported = re.findall(r'from "\./([a-z]+\.js)"', fetch(app.test_client(), "/static/offline/page.js")[2])
    files = named(worker, "FILES")
    assert {address for pair in needed for address in pair if address} <= set(files)
    assert {f"/static/offline/{name}" for name in imported} <= set(files)
