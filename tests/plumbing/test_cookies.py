"""Remembered signatures forgive nothing: forged, aged and borrowed cookies and tokens are refused as before."""

import re
from datetime import timedelta

import pytest

from tests.factories import PASSWORD


@pytest.fixture
def browser(app, world):
    """A client with CSRF on: ``browser()`` signs in and gives the client and its form token."""

    def go(name: str):
        client = app.test_client()
        token = token_of(client.get("/sign-in").text)
        typed = {"sign_in_name": name, "password": PASSWORD, "csrf_token": token}
        assert client.post("/sign-in", data=typed).status_code == 303
        return client, token_of(client.get("/account").text)

    return go


def token_of(page: str) -> str:
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def change_language(client, token: str) -> int:
    return client.post("/language", data={"language": "en", "csrf_token": token, "next": "/account"}).status_code


def test_a_token_holds_for_its_own_session_again_and_again(browser):
    client, token = browser("ann_candidate")
    assert [change_language(client, token) for _ in range(3)] == [303, 303, 303]


def test_another_sessions_token_is_refused_even_when_it_is_remembered(browser):
    ann, anns_token = browser("ann_candidate")
    bob, _ = browser("bob_candidate")
    assert change_language(ann, anns_token) == 303
    assert change_language(bob, anns_token) == 400
    assert change_language(bob, "") == 400


def test_a_forged_cookie_is_nobodys(app, browser):
    client, _ = browser("ann_candidate")
    assert client.get("/account").status_code == 200
    cookie = client.get_cookie("session").value
    stranger = app.test_client()
    stranger.set_cookie("session", cookie[:-2] + ("AA" if cookie[-2:] != "AA" else "BB"))
    assert stranger.get("/account").status_code == 303


def test_a_remembered_cookie_still_ages(app, browser):
    client, _ = browser("ann_candidate")
    assert client.get("/account").status_code == 200
    app.permanent_session_lifetime = timedelta(seconds=-1)
    assert client.get("/account").status_code == 303
