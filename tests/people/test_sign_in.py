"""Signing in, out, throttled, elsewhere ended."""

import pytest
from sqlalchemy.event import listen

from tests.factories import PASSWORD


def attempt(client, name="ann_candidate", password=PASSWORD, query=""):
    return client.post(f"/sign-in{query}", data={"sign_in_name": name, "password": password})


def test_right_password_opens_the_home_page(client, world):
    assert attempt(client).status_code == 303
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("name", "password"),
    [pytest.param("ann_candidate", "wrong", id="wrong-password"), pytest.param("nobody", PASSWORD, id="unknown-name")],
)
def test_wrong_says_so_without_telling_which(client, world, name, password):
    answer = attempt(client, name, password)
    assert answer.status_code == 422
    assert "名称或密码不正确" in answer.text
    assert client.get("/account").status_code == 303


def test_eight_failures_lock_the_name_for_ten_minutes(client, world, clock):
    from datetime import timedelta

    for _ in range(8):
        assert attempt(client, password="wrong").status_code == 422
    assert attempt(client).status_code == 429
    clock.advance(timedelta(minutes=11))
    assert attempt(client).status_code == 303


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_never_leads_away(client, world, target):
    assert attempt(client, query=f"?next={target}").headers["Location"] == "/"


def test_changing_the_password_ends_other_sessions(sign_in):
    phone, laptop = sign_in("ann_candidate"), sign_in("ann_candidate")
    new = {"old": PASSWORD, "new": "another long one", "again": "another long one"}
    assert laptop.post("/account", data=new).status_code == 303
    assert laptop.get("/account").status_code == 200
    assert phone.get("/account").status_code == 303


def test_language_is_kept_in_the_account(sign_in):
    client = sign_in("ann_candidate")
    assert "我的账户" in client.get("/account").text
    client.post("/language", data={"language": "en", "next": "/account"})
    assert "My account" in sign_in("ann_candidate").get("/account").text


def test_a_forged_form_is_refused(app, world):
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    assert attempt(client).status_code == 400


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        pytest.param("get", "/training/timetable", 200, id="one-statement"),
        pytest.param("get", "/training/classes", 200, id="many-statements"),
        pytest.param("post", "/language", 303, id="written"),
        pytest.param("get", "/people", 403, id="refused"),
        pytest.param("get", "/nowhere", 404, id="no-page"),
    ],
)
def test_a_request_has_one_connection_at_a_time_and_gives_it_back(app, sign_in, method, address, status):
    database, candidate, held = app.extensions["examprep"].database, sign_in("ann_candidate"), []
    database.close()  # with it the pool that other tests have filled
    pool = database.engine.pool
    own = database.glance()  # its thread's
    database.lay_down(own)
    listen(pool, "checkout", lambda *_: held.append(pool.checkedout()))
    sent = candidate.open(address, method=method.upper(), data={"language": "en", "next": "/account"})
    assert sent.status_code == status
    assert max(held, default=1) <= 2  # the thread's own rests while another one reads or writes
    assert (pool.checkedout(), database.glance() is own) == (1, True)
    database.lay_down(own)


def test_a_page_varies_with_its_cookie_which_is_sent_only_when_it_changes(sign_in):
    candidate = sign_in("ann_candidate")
    candidate.get("/account")  # makes the token of its forms
    page = candidate.get("/account")
    assert "Cookie" in page.vary
    assert "Set-Cookie" not in page.headers
    assert "Set-Cookie" in candidate.post("/sign-out").headers
