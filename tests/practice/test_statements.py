"""How many statements a request takes, on both databases: the hot pages are counted to the last one."""

from uuid import uuid4

import pytest

from tests.practice.conftest import SUBJECT, SYLLABUS

ADDRESS = f"/practice/{SUBJECT}/all"


@pytest.fixture
def answer():
    def go(client, question):
        fields = {"answer": str(uuid4()), "version": question.version_id, "syllabus": SYLLABUS, "tick": "1"}
        assert client.post(ADDRESS, data=fields, headers={"X-Fragment": "yes"}).status_code == 200

    return go


@pytest.fixture
def candidate(sign_in, questions, answer):
    """Ann, who has answered and seen the pages; so this process knows what is the same for everybody."""
    client = sign_in("ann_candidate")
    answer(client, questions[0])
    for address in ("/practice/", ADDRESS):
        assert client.get(address).status_code == 200
    return client


@pytest.mark.kept_pages
def test_home(heard, candidate, answer, questions):
    # The actor; what is known of them, their marks, whether what they have seen is as it was; and a few for the cards
    # of all subjects: what is set to them, their step of the campaign (three), a seat, a certificate, their claims, a
    # mock exam.
    with heard() as words:
        candidate.get("/practice/")
    assert words == ["SELECT"] * (4 + 8)
    answer(candidate, questions[1])
    with heard() as words:
        candidate.get("/practice/")
    # The same, of which none is asked twice, and what they have seen.
    assert words == ["SELECT"] * (4 + 8 + 1)


def test_question_page(heard, candidate):
    # The actor; the place, and whether its question is marked.
    with heard() as words:
        candidate.get(ADDRESS)
    assert words == ["SELECT"] * 2


def test_answer(heard, candidate, answer, questions):
    answer(candidate, questions[1])  # from a version's first answer on, its row says so
    with heard() as words:
        answer(candidate, questions[1])
    # The actor; the log, what stood until now; memory, day, place.
    assert words == ["SELECT", "INSERT", "SELECT", "INSERT", "INSERT", "INSERT"]
