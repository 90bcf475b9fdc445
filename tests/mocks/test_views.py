"""The candidate's pages: nothing leaks before the end, forged and late requests change nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from examprep.mocks import results
from examprep.mocks.models import AnswerRow, AttemptRow
from examprep.mocks.views import picture
from tests.mocks.conftest import SUBJECT, WRITTEN
from tests.mocks.test_sitting import rows


def post(client, attempt, position, **fields):
    return client.post(f"/mocks/{attempt}/{position}", data=fields)


def test_the_whole_way_without_scripts(fill, sign_in):
    fill(8, 3)
    client = sign_in("ann_candidate")
    page = client.get(f"/mocks/new/{SUBJECT}").text
    assert 'name="shorter" value="yes"' in page
    began = client.post(f"/mocks/new/{SUBJECT}", data={"shorter": "yes"})
    assert began.status_code == 303
    first = began.headers["Location"]
    attempt = int(first.split("/")[2])
    assert "1 / 11" in client.get(first).text
    assert client.post(first, data={"tick": "1", "to": "next"}).headers["Location"] == f"/mocks/{attempt}/2"
    assert post(client, attempt, 2, tick="0", flagged="yes", to="all").headers["Location"] == f"/mocks/{attempt}"
    assert post(client, attempt, 11, to="next").headers["Location"] == f"/mocks/{attempt}"
    overview = client.get(f"/mocks/{attempt}").text
    assert overview.count("mock-answered") == 2
    asked = client.get(f"/mocks/{attempt}/hand-in").text
    assert "9" in asked
    assert f"/mocks/{attempt}" in client.get("/practice/").text, "resumed in one tap from the practice page"
    assert client.post(f"/mocks/{attempt}/hand-in").status_code == 303
    report = client.get(f"/mocks/{attempt}").text
    assert "机密解析" in report
    assert client.get(f"/mocks/{attempt}/1").headers["Location"] == f"/mocks/{attempt}"
    listed = client.get("/mocks/").text
    assert f'href="/mocks/{attempt}"' in listed
    assert "chart" in listed
    for export in ("csv", "xlsx"):
        assert client.get(f"/mocks/?export={export}&state=mock-finished").status_code == 200


def test_no_key_leaks_before_the_end(small, cases, sign_in):
    client = sign_in("ann_candidate")
    pages = [client.get(f"/mocks/{small}/{n}").text for n in range(1, 12)]
    answers = [post(client, small, n, tick="1").text for n in range(1, 4)]
    kept = client.post(f"/mocks/{small}/1", data={"tick": "1"}, headers={"X-Fragment": "keep"})
    assert (kept.status_code, kept.text) == (204, "")
    pages += [
        client.get(address).text for address in (f"/mocks/{small}", f"/mocks/{small}/hand-in", "/mocks/", "/practice/")
    ]
    for page in [*pages, *answers]:
        assert "机密" not in page
        assert "option-key" not in page
    assert client.get(f"/mocks/{small}/marking").status_code == 404


def test_points_of_a_case_are_not_shown_before_the_end(cases, start, sign_in):
    attempt, client = start(subject=WRITTEN), sign_in("ann_candidate")
    for place in range(1, 6):
        page = client.get(f"/mocks/{attempt}/{place}").text
        assert "案例" in page
        assert "要点" not in page
    post(client, attempt, 1, written=["答", ""])
    client.post(f"/mocks/{attempt}/hand-in")
    assert "要点一" in client.get(f"/mocks/{attempt}/marking").text
    client.post(f"/mocks/{attempt}/marking", data={"point-1": ["0"], "done": "yes"})
    assert (
        "10/100" in client.get(f"/mocks/{attempt}").text.replace(" ", "")
        or "10" in client.get(f"/mocks/{attempt}").text
    )


@pytest.mark.parametrize("path", ["", "/1", "/hand-in", "/marking"])
def test_another_persons_mock_is_404(small, sign_in, path):
    assert sign_in("bob_candidate").get(f"/mocks/{small}{path}").status_code == 404


@pytest.mark.parametrize("path", ["/1", "/hand-in", "/discard", "/marking"])
def test_another_person_changes_nothing(database, small, sign_in, path):
    bob = sign_in("bob_candidate")
    assert bob.post(f"/mocks/{small}{path}", data={"tick": "1", "done": "yes"}).status_code == 404
    (attempt,) = rows(database, AttemptRow)
    assert (attempt.ended_at, attempt.discarded_at, rows(database, AnswerRow)) == (None, None, [])


def test_roles_and_strangers(client, sign_in):
    assert client.get("/mocks/").status_code in {302, 303, 401}
    assert sign_in("ann_officer").get("/mocks/").status_code == 403


def test_a_forged_request_keeps_nothing(app, database, small, sign_in):
    client = sign_in("ann_candidate")
    app.config["WTF_CSRF_ENABLED"] = True
    for path in ("/1", "/hand-in", "/discard"):
        assert client.post(f"/mocks/{small}{path}", data={"tick": "1"}).status_code == 400
    assert rows(database, AnswerRow) == []


@pytest.mark.parametrize(
    "fields",
    [{"tick": "x"}, {"tick": "-1"}, {"tick": "99"}, {"tick": ["0", "1"]}, {"tick": "١"}, {"written": "字" * 20_001}],
    ids=str,
)
def test_what_cannot_be_read_is_422(database, small, sign_in, fields):
    assert post(sign_in("ann_candidate"), small, 1, **fields).status_code == 422
    assert rows(database, AnswerRow) == []


def test_after_the_end_the_answer_is_409_and_the_report_stands(clock, small, sign_in):
    client = sign_in("ann_candidate")
    clock.advance(timedelta(minutes=18))
    late = client.post(f"/mocks/{small}/1", data={"tick": "1"}, headers={"X-Fragment": "keep"})
    assert late.status_code == 409
    assert post(client, small, 1, tick="1").status_code == 409
    page = client.get(f"/mocks/{small}")
    assert (page.status_code, "机密解析" in page.text) == (200, True)


def test_keeping_an_answer_takes_three_statements(heard, small, sign_in):
    client = sign_in("ann_candidate")
    post(client, small, 1, tick="1")
    with heard() as words:
        assert post(client, small, 1, tick="2").status_code == 303
    # The actor, the place, the answer.
    assert words == ["SELECT", "SELECT", "INSERT"]


def test_it_prints_and_every_link_in_the_report_leads_somewhere(small, keep, hand_in, sign_in):
    keep(small, 1, {0})
    hand_in(small)
    client = sign_in("ann_candidate")
    page = client.get(f"/mocks/{small}").text
    link = page.split('href="/practice/question/')[1].split('"')[0]
    assert client.get(f"/practice/question/{link}").status_code == 200


def test_the_paper_goes_on_paper_only_when_its_keys_may_be_seen(clock, fill, small, hand_in, assign, begin, sign_in):
    ann = sign_in("ann_candidate")
    assert ann.get(f"/mocks/{small}/sheet").status_code == 404, "under way"
    hand_in(small)
    with_answers, without = ann.get(f"/mocks/{small}/sheet").text, ann.get(f"/mocks/{small}/sheet?answers=no").text
    assert (with_answers.count("机密解析"), without.count("机密解析")) == (11, 0)
    assert '<ol class="sheet-list" start="9">' in without, "the numbers go on from part to part"
    assert sign_in("bob_candidate").get(f"/mocks/{small}/sheet").status_code == 404
    held_back = begin(paper := assign())
    hand_in(held_back)
    assert ann.get(f"/mocks/{held_back}/sheet").status_code == 404
    assert ann.get(f"/mocks/papers/{paper}/sheet").status_code == 403
    assert sign_in("bob_trainer").get(f"/mocks/papers/{paper}/sheet").status_code == 404
    assert sign_in("ann_trainer").get(f"/mocks/papers/{paper}/sheet").status_code == 200


def test_the_trend_names_office_days():
    """Handed in after midnight here, it is yesterday at Greenwich."""
    points = [results.Point(datetime(2026, 3, 31, 17, tzinfo=UTC), 100, 200)]
    assert "4/1" in str(picture(points))
