"""The search box finds what the actor may see, and nothing of a neighbour's."""

import pytest

from tests.training.conftest import Season

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_persons_are_found_within_bounds(sign_in):
    page = sign_in("ann_officer").get("/search?q=candidate").text
    assert "ann_candidate" in page
    assert "bob_candidate" not in page
    above = sign_in("province_officer").get("/search?q=candidate").text
    assert "ann_candidate" in above
    assert "bob_candidate" in above


@SQLITE
def test_candidates_find_no_persons(sign_in):
    page = sign_in("ann_candidate").get("/search?q=ann_officer").text
    assert "/people/" not in page


def test_classes_are_found_by_who_may_open_them(runtime, world, sign_in):
    class_id = Season(runtime, world).class_(name="春季考前班")
    assert f'href="/training/all/{class_id}"' in sign_in("ann_trainer").get("/search?q=春季").text
    assert f'href="/training/classes/{class_id}"' in sign_in("ann_candidate").get("/search?q=春季").text
    for stranger in ("bob_trainer", "bob_candidate"):
        assert "春季考前班" not in sign_in(stranger).get("/search?q=春季").text


@SQLITE
@pytest.mark.parametrize(
    ("words", "address"), [("通过率", "/exams/"), ("Pass rates", "/exams/"), ("备份", "/help/backup")]
)
def test_pages_and_help_are_found_by_name(sign_in, words, address):
    page = sign_in("ann_officer").get("/search", query_string={"q": words}).text
    assert f'href="{address}"' in page


@SQLITE
def test_a_page_the_role_lacks_is_not_offered(sign_in):
    hits = sign_in("ann_candidate").get("/search?q=通过率").text
    assert 'href="/exams/"' not in hits


@SQLITE
def test_nothing_found_says_what_to_do(sign_in):
    page = sign_in("ann_officer").get("/search?q=zzzzzz")
    assert page.status_code == 200
    assert "请少输几个字再试" in page.text


@SQLITE
def test_wildcards_are_plain_characters(sign_in):
    assert "ann_candidate" not in sign_in("ann_officer").get("/search", query_string={"q": "%"}).text


@SQLITE
def test_more_than_is_shown_leads_to_the_whole_list(sign_in):
    page = sign_in("province_officer").get("/search?q=_").text
    assert 'href="/people?q=_"' in page


@SQLITE
def test_the_box_is_on_every_page_of_whoever_is_signed_in(sign_in, client):
    assert 'action="/search"' in sign_in("ann_trainer").get("/training/").text
    assert 'action="/search"' not in client.get("/sign-in").text
