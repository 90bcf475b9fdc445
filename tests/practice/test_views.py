"""The candidate's pages: by the plain form, by the script's fragment, and by those who may not."""

import re
from uuid import uuid4

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select

from examprep.practice.models import AnswerRow, MarkRow
from tests.practice.conftest import SUBJECT, SYLLABUS, contents

ALL = f"/practice/{SUBJECT}/all"


@pytest.fixture
def ann(sign_in, questions):
    return sign_in("ann_candidate")


def sent(question, *ticks, **more):
    return {
        "answer": str(uuid4()),
        "version": question.version_id,
        "syllabus": SYLLABUS,
        "tick": [str(tick) for tick in ticks],
        "took_ms": "",
        **more,
    }


def answers(database):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(AnswerRow))


def test_the_question_is_asked_with_nothing_given_away(ann, questions):
    page = ann.get(ALL).text
    assert "第 1 道自编题" in page
    assert "解析" not in page
    assert "王老师" not in page
    assert page.count('name="tick"') == 4


def test_the_plain_form_works_without_scripts(ann, questions, database):
    form = dict(re.findall(r'name="(answer|version|syllabus|took_ms)" value="([^"]*)"', ann.get(ALL).text))
    page = ann.post(ALL, data={**form, "tick": "1"})
    assert page.status_code == 200
    assert all(word in page.text for word in ("解析 1", "王老师", "原创", "理由甲", "2025"))
    assert answers(database) == 1
    assert "第 2 道自编题" in ann.get(ALL).text


def test_the_script_gets_the_part_that_changes_with_the_next_question_in_it(ann, questions):
    page = ann.post(ALL, data=sent(questions[0], 1), headers={"X-Fragment": "yes"}).text
    assert "<html" not in page
    assert "verdict-right" in page
    assert "第 2 道自编题" in page.partition("<template")[2]


@pytest.mark.parametrize(
    ("place", "ticks", "mark"), [(0, [1], "verdict-right"), (0, [0], "verdict-wrong"), (6, [0], "verdict-partly")]
)
def test_right_and_wrong_are_told_by_word_and_shape(ann, questions, place, ticks, mark):
    assert mark in ann.post(ALL, data=sent(questions[place], *ticks)).text


def test_a_reloaded_answer_counts_once(ann, questions, database):
    data = sent(questions[0], 1)
    assert ann.post(ALL, data=data).status_code == 200
    assert ann.post(ALL, data=data).status_code == 200
    assert answers(database) == 1


def test_a_second_device_goes_on_where_the_first_left(ann, sign_in, questions):
    ann.post(ALL, data=sent(questions[0], 1))
    assert "第 2 道自编题" in sign_in("ann_candidate").get(ALL).text


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"answer": "not-a-uuid"}, id="no-uuid"),
        pytest.param({"answer": ""}, id="no-id"),
        pytest.param({"version": "1e3"}, id="version-not-a-number"),
        pytest.param({"version": "9" * 30}, id="version-too-long"),
        pytest.param({"tick": ["-1"]}, id="negative-tick"),
        pytest.param({"tick": ["x"]}, id="tick-not-a-number"),
        pytest.param({"tick": ["9"]}, id="tick-out-of-range"),
        pytest.param({"tick": []}, id="nothing-ticked"),
        pytest.param({"tick": [str(n) for n in range(40)]}, id="forty-ticks"),
        pytest.param({"sure": "certainly"}, id="unknown-sureness"),
        pytest.param({"took_ms": "-5"}, id="negative-time"),
    ],
)
def test_what_the_page_would_not_send_is_refused_and_nothing_changes(ann, questions, database, change):
    data = {**sent(questions[0], 1), **change}
    page = ann.post(ALL, data=data)
    assert page.status_code == 422
    assert "第 1 道自编题" in page.text, "the question is still there to be answered"
    answer = ann.post(ALL, data=data, headers={"X-Fragment": "yes", "Accept": "application/json, text/html;q=0.9"})
    assert answer.status_code == 422
    assert answer.json["message"]
    assert answers(database) == 0


def test_an_hour_is_the_longest_thought(ann, questions, database):
    ann.post(ALL, data=sent(questions[0], 1, took_ms="999999999"))
    with database.read() as session:
        assert session.scalar(select(AnswerRow.took_ms)) == 3_600_000


@pytest.mark.parametrize(
    "address",
    [
        f"/practice/{SUBJECT}/everything",
        f"/practice/{SUBJECT}/chapter-999999",
        "/practice/no-such-subject/all",
        "/practice/question/999999",
        "/practice/?subject=no-such-subject",
    ],
)
def test_unknown_addresses_are_404(ann, address):
    assert ann.get(address).status_code == 404


def test_home_says_what_to_do_now(ann, questions):
    page = ann.get("/practice/").text
    assert "0/10" not in page, "before the first answer another subject comes first"
    ann.post(ALL, data=sent(questions[0], 0))
    page = ann.get("/practice/").text
    assert "1/10" in page
    assert f'href="{ALL}"' in page
    assert f'href="/practice/{SUBJECT}/notebook"' in page
    assert "52" in page, "days from 1 April to 23 May 2026"


def test_the_notebook_lists_filters_and_exports(ann, questions, chapters):
    ann.post(ALL, data=sent(questions[0], 0))
    ann.post(ALL, data=sent(questions[6], 4))
    page = ann.get("/practice/notebook").text
    assert "第 1 道自编题" in page
    assert "第 7 道自编题" in page
    page = ann.get(f"/practice/notebook?subject={SUBJECT}&chapter={chapters[1]}").text
    assert "第 1 道自编题" not in page
    assert "第 7 道自编题" in page
    assert "第 7 道自编题" in ann.get(f"/practice/notebook?chapter={chapters[1]}&export=csv").text
    assert "第 7 道自编题" not in ann.get("/practice/notebook?subject=asw-comprehensive").text


def test_one_looks_again_only_at_what_one_answered(ann, sign_in, questions):
    address = f"/practice/question/{questions[0].question_id}"
    assert ann.get(address).status_code == 404
    ann.post(ALL, data=sent(questions[0], 0))
    assert "解析 1" in ann.get(address).text
    assert sign_in("bob_candidate").get(address).status_code == 404


def test_nothing_of_another_persons_is_seen(ann, sign_in, questions):
    ann.post(ALL, data=sent(questions[0], 0))
    bob = sign_in("bob_candidate")
    assert "第 1 道自编题" not in bob.get("/practice/notebook").text
    assert "第 1 道自编题" in bob.get(ALL).text


def test_skipping_goes_on_and_counts_nothing(ann, questions, database):
    answer = ann.post(f"{ALL}/skip", data=sent(questions[0]))
    assert (answer.status_code, answers(database)) == (303, 0)
    assert "第 2 道自编题" in ann.get(ALL).text
    ann.post(f"{ALL}/skip", data=sent(questions[0]))
    assert "第 2 道自编题" in ann.get(ALL).text, "skipping what is behind moves nothing"


MARKED = 'data-mark aria-pressed="true"'


def test_marking_and_unmarking(ann, questions, database):
    def marks():
        with database.read() as session:
            return session.scalar(select(func.count()).select_from(MarkRow))

    address = f"{ALL}/mark"
    assert ann.post(address, data=sent(questions[0])).status_code == 303
    assert marks() == 1
    assert MARKED in ann.get(ALL).text
    assert ann.post(address, data=sent(questions[0]), headers={"X-Fragment": "yes"}).text == "unmarked"
    assert marks() == 0
    assert ann.post(address, data=sent(questions[0], version="999999")).status_code == 404


def test_a_mark_is_ones_own_and_shows_wherever_one_stands(sign_in, questions):
    ann, bob = sign_in("ann_candidate"), sign_in("bob_candidate")
    for client in (ann, bob):
        assert client.post(ALL, data=sent(questions[0], 1)).status_code == 200
    ann.post(f"{ALL}/mark", data=sent(questions[1]))
    assert (MARKED in ann.get(ALL).text, MARKED in bob.get(ALL).text) == (True, False)
    sign_in("ann_trainer").post(f"/bank/questions/{questions[1].question_id}/retire")
    assert MARKED not in ann.get(ALL).text  # they stand on the one after it now
    ann.post(f"{ALL}/mark", data=sent(questions[2]))
    assert MARKED in ann.get(ALL).text


def test_what_stands_above_a_question_is_of_whoever_asks(app, sign_in, questions, world):
    for name, size in {"ann_candidate": "large", "bob_candidate": ""}.items():
        client = sign_in(name)
        client.post("/practice/type-size", data={"size": size})
        page = client.get(ALL).text
        head = page[page.index("practice-head") : page.index('id="practice"')]
        assert f'data-person="{world.people[name]}"' in head
        assert f'name="next" value="{ALL}"' in head
        assert re.findall(r'value="(\w*)" aria-pressed="true"', head) == [size]
        assert f'href="/practice/{SUBJECT}/recite-all"' in head
        with client.session_transaction() as session:
            token = re.search(r'name="csrf_token" value="([^"]+)"', head)[1]
            assert URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").loads(token) == session["csrf_token"]
    reciting = client.get(f"/practice/{SUBJECT}/recite-all").text
    assert f'href="{ALL}"' in reciting[reciting.index("practice-title") :]


def test_a_home_says_that_the_question_of_the_day_is_answered(ann, questions):
    assert "每日一题 ✓" not in ann.get(f"/practice/?subject={SUBJECT}").text
    page = ann.get(f"/practice/{SUBJECT}/daily", follow_redirects=True)
    version = re.search(r'data-version="(\d+)"', page.text)[1]
    fields = sent(questions[0], 0, version=version)
    assert ann.post(page.request.path, data=fields).status_code == 200
    assert "每日一题 ✓" in ann.get(f"/practice/?subject={SUBJECT}").text


def test_the_end_and_the_beginning_again(ann, questions, chapters):
    address = f"/practice/{SUBJECT}/chapter-{chapters[1]}"
    for question in questions[6:]:
        page = ann.post(address, data=sent(question, 0)).text
    assert "<template" not in page
    assert 'name="tick"' not in ann.get(address).text
    assert ann.post(f"{address}/restart").status_code == 303
    assert "第 7 道自编题" in ann.get(address).text


@pytest.mark.parametrize("role", ["trainer", "officer", "administrator"])
def test_other_roles_do_not_practise(sign_in, questions, database, role):
    client, before = sign_in(f"ann_{role}"), contents(database)
    for address in ("/practice/", ALL, "/practice/notebook"):
        assert client.get(address).status_code == 403
    assert client.post(ALL, data=sent(questions[0], 1)).status_code == 403
    assert contents(database) == before


def test_signed_out_is_sent_to_sign_in(client, questions, database):
    for address in ("/practice/", ALL, "/practice/notebook"):
        assert client.get(address).status_code == 303
    assert client.post(ALL, data=sent(questions[0], 1)).status_code == 303
    assert answers(database) == 0


def test_a_forged_answer_is_refused(app, ann, questions, database):
    app.config["WTF_CSRF_ENABLED"] = True
    assert ann.post(ALL, data=sent(questions[0], 1)).status_code == 400
    assert answers(database) == 0


def test_no_question_yet_says_so(sign_in, tree):
    page = sign_in("ann_candidate").get(ALL)
    assert page.status_code == 200
    assert 'name="tick"' not in page.text
