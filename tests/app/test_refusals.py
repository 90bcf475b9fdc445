"""Errors have manners: each status is reached, in both languages, and says what happened and what to do."""

import pytest

from examprep.app.factory import create_app
from examprep.plumbing.db import Database
from examprep.plumbing.refusals import PAGES
from examprep.plumbing.runtime import Runtime
from tests.failing import add_failures

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

UPLOAD = 200 * 1024 * 1024


@pytest.fixture
def broken(runtime):
    """An application with a page for each way to fail."""
    app = create_app(runtime)
    app.config["WTF_CSRF_ENABLED"] = False
    add_failures(app)
    return app.test_client()


@pytest.mark.parametrize("status", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_refusal_says_what_to_do(broken, status, language):
    answer = broken.get(f"/fail/{status}", headers={"Accept-Language": language})
    assert answer.status_code == status
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in answer.text
    assert "inner words" not in answer.text
    happened, advice = PAGES[status]
    for sentence in (happened, advice):
        assert (sentence.replace("'", "&#39;") in answer.text) == (language == "en")
    assert 'class="btn btn-primary" href="/"' in answer.text


@pytest.mark.parametrize("status", PAGES)
def test_scripts_get_json(broken, status):
    answer = broken.get(f"/fail/{status}", headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.json["message"]


def test_an_error_of_ours_has_a_number_to_give(broken):
    assert broken.get("/fail/500", headers={"Accept-Language": "en"}).text.count("Number: ") == 1


def test_an_upload_of_200_mb_is_refused_unread(client):
    answer = client.post(
        "/sign-in",
        data={"sign_in_name": "ann"},
        environ_overrides={"CONTENT_LENGTH": str(UPLOAD)},
        headers={"Accept-Language": "en"},
    )
    assert answer.status_code == 413
    assert PAGES[413][1] in answer.text


def test_an_unreachable_database_is_said_so(runtime):
    away = Database("postgresql+psycopg://nobody@127.0.0.1:9/none?connect_timeout=2")
    app = create_app(Runtime(runtime.settings, away, runtime.clock, runtime.vault))
    answer = app.test_client().get("/readyz", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert PAGES[503][0] in answer.text
    assert app.test_client().get("/healthz").status_code == 200
    away.close()
