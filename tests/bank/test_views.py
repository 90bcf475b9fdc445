"""The trainers' pages: as owner, as colleague in another county, in the wrong role, signed out."""

import io
import json

import pytest

from examprep.bank import actions
from tests.conftest import NOW

SUBJECT = "sw-law-policy"


@pytest.fixture
def write(database, world, draft):
    def go(*, by="ann_trainer", publish=True, **more):
        with database.write() as session:
            return actions.write(session, world.actor(session, by), SUBJECT, draft(**more), publish=publish, now=NOW)

    return go


@pytest.fixture
def typed(tree):
    return {
        "stem": "手写的题干",
        "option_A": "甲",
        "option_B": "乙",
        "option_C": "丙",
        "note_A": "对",
        "note_B": "对",
        "note_C": "错",
        "answer": ["A", "B"],
        "explanation": "第一行\n第二行",
        "chapters": [str(tree["03"]), str(tree["05"])],
        "difficulty": "0.6",
        "source": "原创",
        "author": "王老师",
        "law_as_of": "2025-12-31",
        "cites": "《某法》第一条\n\n《某法》第二条",
        "publish": "y",
    }


def test_the_list_is_searched_and_filtered(sign_in, write, tree):
    write(stem="社会救助的题")
    write(stem="另一章的题", chapters=["05"], kind="single-choice", correct=[0])
    write(stem="未发布的题", publish=False)
    client = sign_in("ann_trainer")

    def shown(query):
        page = client.get(f"/bank/?{query}").text
        return [stem for stem in ("社会救助的题", "另一章的题", "未发布的题") if stem in page]

    assert shown("") == ["社会救助的题", "另一章的题", "未发布的题"]
    assert shown("q=另一") == ["另一章的题"]
    assert shown("type=single-choice") == ["另一章的题"]
    assert shown("state=draft") == ["未发布的题"]
    assert shown(f"subject={SUBJECT}&chapter={tree['05']}") == ["另一章的题"]
    assert shown("subject=sw-comprehensive") == []


def test_the_export_keeps_the_filter_and_whole_stems(sign_in, write):
    write(stem="长" * 200)
    write(stem="短")
    answer = sign_in("ann_trainer").get("/bank/?export=csv&q=长")
    assert "长" * 200 in answer.text
    assert "短" not in answer.text


def test_a_question_is_shown_with_key_remarks_and_provenance(sign_in, write):
    question_id = write(explanation="因为第九条", author="王老师", source="原创", cites=("《某法》第九条",))
    page = sign_in("ann_trainer").get(f"/bank/questions/{question_id}").text
    for words in ("哪些属于社会救助", "因为第九条", "王老师", "原创", "《某法》第九条", "社会救助"):
        assert words in page


def test_published_questions_are_seen_everywhere_but_changed_only_at_home(sign_in, write, database):
    question_id, hidden = write(), write(stem="草稿", publish=False)
    other = sign_in("bob_trainer")
    assert other.get(f"/bank/questions/{question_id}").status_code == 200
    assert other.get(f"/bank/questions/{hidden}").status_code == 404
    assert "草稿" not in other.get("/bank/").text.split("<table")[1]
    assert other.get(f"/bank/questions/{question_id}/edit").status_code == 404
    for act in ("retire", "restore", "publish"):
        assert other.post(f"/bank/questions/{question_id}/{act}").status_code == 404
    with database.read() as session:
        assert len(actions.catalogue(session, SUBJECT, "2025")) == 1


@pytest.mark.parametrize("who", ["ann_candidate", "ann_officer"])
def test_other_roles_may_not(sign_in, write, who):
    question_id, client = write(), sign_in(who)
    assert client.get("/bank/").status_code == 403
    assert client.get(f"/bank/questions/{question_id}").status_code == 403
    assert client.post(f"/bank/questions/{question_id}/retire").status_code == 403


def test_signed_out_gets_nothing(client, write):
    assert client.get(f"/bank/questions/{write()}").status_code == 303


def test_a_question_is_written_by_hand(sign_in, typed, database):
    client = sign_in("ann_trainer")
    assert client.get(f"/bank/new/{SUBJECT}").status_code == 200
    answer = client.post(f"/bank/new/{SUBJECT}?type=multiple-choice", data=typed)
    assert answer.status_code == 303
    with database.read() as session:
        (listed,) = actions.catalogue(session, SUBJECT, "2025")
        found = actions.question(session, listed.version_id)
    assert (found.stem, found.options, found.answer) == ("手写的题干", ("甲", "乙", "丙"), {0, 1})
    assert (found.option_notes, found.explanation) == (("对", "对", "错"), "第一行\n第二行")
    assert (found.cites, found.difficulty) == (("《某法》第一条", "《某法》第二条"), 0.6)
    assert len(listed.chapter_ids) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"answer": ["A"]}, id="one-right"),
        pytest.param({"answer": "nan"}, id="not-an-answer"),
        pytest.param({"option_B": ""}, id="gap"),
        pytest.param({"chapters": []}, id="no-chapter"),
        pytest.param({"law_as_of": "2026-04-02"}, id="tomorrow"),
        pytest.param({"difficulty": "7"}, id="difficulty"),
    ],
)
def test_what_is_no_question_is_refused_and_what_was_typed_stays(sign_in, typed, database, wrong):
    answer = sign_in("ann_trainer").post(f"/bank/new/{SUBJECT}?type=multiple-choice", data={**typed, **wrong})
    assert answer.status_code == 422
    assert "手写的题干" in answer.text
    with database.read() as session:
        assert actions.catalogue(session, SUBJECT, "2025") == ()


def test_editing_a_published_question_makes_a_version(sign_in, write, typed):
    client, question_id = sign_in("ann_trainer"), write(explanation="原来的解析")
    path = f"/bank/questions/{question_id}"
    assert "原来的解析" in client.get(f"{path}/edit").text
    assert client.post(f"{path}/edit", data=typed).status_code == 303
    page = client.get(path).text
    assert "手写的题干" in page
    assert "原来的解析" in page
    assert page.count('class="edition"') == 2


def test_drafts_are_published_retired_and_restored(sign_in, write, database):
    client, question_id = sign_in("ann_trainer"), write(publish=False)

    def count():
        with database.read() as session:
            return len(actions.catalogue(session, SUBJECT, "2025"))

    seen = [count()]
    for act in ("publish", "retire", "restore"):
        assert client.post(f"/bank/questions/{question_id}/{act}").status_code == 303
        seen.append(count())
    assert seen == [0, 1, 0, 1]
    assert client.post(f"/bank/questions/{question_id}/restore").status_code == 409


@pytest.mark.parametrize("path", ["/bank/questions/999999", "/bank/questions/999999/edit", "/bank/new/nothing"])
def test_what_is_not_there_is_not_found(sign_in, tree, path):
    assert sign_in("ann_trainer").get(path).status_code == 404


def test_the_shipped_questions_are_loaded_by_a_button(sign_in, tree, database):
    client = sign_in("ann_trainer")
    assert "/bank/starter" in client.get("/bank/").text
    assert client.post("/bank/starter").status_code == 303
    with database.read() as session:
        assert len(actions.catalogue(session, SUBJECT, "2018")) == 80


def test_a_file_goes_through_the_pages(sign_in, tree):
    client = sign_in("ann_trainer")
    entry = {"stem": "题", "options": ["甲", "乙"], "answer": "A"}
    form = {
        "file": (io.BytesIO(json.dumps(entry).encode()), "a.jsonl"),
        "options-subject": SUBJECT,
        "options-version": "2025",
        "options-chapter": "3",
        "options-state": "published",
    }
    sent = client.post("/imports/bank-questions", data=form)
    assert sent.status_code == 303, sent.text
    batch = sent.headers["Location"]
    assert client.get(batch).status_code == 200
    assert client.post(f"{batch}/apply").status_code == 303
    assert client.post(f"{batch}/undo").status_code == 303
    assert client.get("/imports/bank-questions/template.xlsx").data.startswith(b"PK")
