"""The form of each type: what it asks, what it keeps while it grows, and what it saves."""

import io
import re
from dataclasses import replace

import pytest
from PIL import Image

from examprep.bank import actions, media
from examprep.bank.markup import HTML
from examprep.bank.types.registry import QUESTION_TYPES
from tests.conftest import NOW

SUBJECT = "sw-law-policy"
TICKED = {"option_A": "甲", "option_B": "乙", "option_C": "丙"}


@pytest.fixture
def base(tree):
    return {"stem": "题干文字", "chapters": [str(tree["03"])], "tags": "重点，易错", "publish": "y"}


@pytest.fixture
def client(sign_in, tree):
    return sign_in("ann_trainer")


def path(kind):
    return f"/bank/new/{SUBJECT}?type={kind}"


def made(database):
    with database.read() as session:
        (listed,) = actions.catalogue(session, SUBJECT, "2025")
        return actions.question(session, listed.version_id)


def picture():
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "PNG")
    return buffer.getvalue()


CONTENT = {
    "single-choice": {**TICKED, "answer": ["B"]},
    "multiple-choice": {**TICKED, "answer": ["A", "B"]},
    "true-false": {"option_A": "正确", "option_B": "错误", "answer": ["B"]},
    "short-answer": {"parts-0-points-0-text": "要点", "parts-0-points-0-points": "1.5", "accepted": "甲\n乙"},
    "case-analysis": {
        "parts-0-prompt": "第一问",
        "parts-0-points-0-text": "要点一",
        "parts-0-points-0-points": "2",
        "parts-0-points-1-text": "要点二",
        "parts-0-points-1-points": "0.5",
        "parts-0-answer": "参考答案",
        "parts-1-prompt": "第二问",
        "parts-1-points-0-text": "要点三",
        "parts-1-points-0-points": "3",
    },
    "programme-design": {"parts-0-points-0-text": "目标", "parts-0-points-0-points": "5"},
    "essay": {"parts-0-points-0-text": "观点", "parts-0-points-0-points": "10"},
}


@pytest.mark.parametrize("kind", QUESTION_TYPES.names)
def test_every_type_is_written_shown_again_and_saved_unchanged(client, base, database, kind):
    assert client.get(path(kind)).status_code == 200
    assert client.post(path(kind), data={**base, **CONTENT[kind]}).status_code == 303
    question = made(database)
    assert question.type == kind
    edit = f"/bank/questions/{question.question_id}/edit"
    page = client.get(edit).text
    for words in ("题干文字", "易错", *question.content.texts()):
        assert words in page
    assert client.post(edit, data={**base, **CONTENT[kind], "explanation": "补解析"}).status_code == 303
    again = made(database)
    assert (again.content, again.number) == (question.content, 2)


def test_a_case_keeps_parts_points_and_marks(client, base, database):
    client.post(path("case-analysis"), data={**base, **CONTENT["case-analysis"]})
    question = made(database)
    assert [(p.prompt, [(o.text, o.half_points) for o in p.points], p.answer) for p in question.content.parts] == [
        ("第一问", [("要点一", 4), ("要点二", 1)], "参考答案"),
        ("第二问", [("要点三", 6)], ""),
    ]


@pytest.mark.parametrize("points", ["0.3", "many", ""])
def test_marks_that_are_none_are_refused_and_stay(client, base, points):
    sent = {**base, **CONTENT["case-analysis"], "parts-0-points-0-points": points}
    answer = client.post(path("case-analysis"), data=sent)
    assert answer.status_code == 422
    assert "要点二" in answer.text


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        ("single-choice", "option", 'name="option_F"'),
        ("case-analysis", "part", 'name="parts-2-prompt"'),
        ("case-analysis", "point-1", 'name="parts-1-points-1-text"'),
    ],
)
def test_a_button_adds_a_field_and_keeps_what_was_typed(client, base, kind, more, field):
    answer = client.post(path(kind), data={**base, **CONTENT[kind], "add": more})
    assert answer.status_code == 200
    assert field in answer.text
    assert "题干文字" in answer.text
    assert "易错" in answer.text


def test_options_grow_to_h_and_no_further(client, base):
    sent = {**base, **CONTENT["single-choice"], "add": "option", "shown": "8"}
    page = client.post(path("single-choice"), data=sent).text
    assert 'name="option_H"' in page
    assert 'value="option"' not in page


def test_a_picture_is_added_shown_and_saved(client, base, database):
    sent = {**base, **CONTENT["single-choice"], "stem": "看图 a < b", "add": "picture", "picture_alt": '红"块"'}
    page = client.post(path("single-choice"), data={**sent, "picture": (io.BytesIO(picture()), "a.png")}).text
    sha256 = re.search(r"media:([0-9a-f]{64})", page)[1]
    assert f"/bank/pictures/{sha256}" in page  # the preview
    stem = f'看图 a &lt; b\n<p><img src="media:{sha256}" alt="红块"></p>'
    kept = client.post(path("single-choice"), data={**base, **CONTENT["single-choice"], "markup": HTML, "stem": stem})
    assert kept.status_code == 303
    question = made(database)
    assert (question.markup, sha256 in question.stem) == (HTML, True)
    with database.read() as session:
        assert media.find(session, sha256) is not None


def test_an_unknown_picture_is_refused_and_a_script_is_dropped(client, base, database):
    content = {**base, **CONTENT["single-choice"], "markup": HTML}
    unknown = client.post(path("single-choice"), data={**content, "stem": '<img src="media:x.png" alt="">题'})
    assert unknown.status_code == 422
    done = client.post(
        path("single-choice"),
        data={**content, "stem": "<p>表<script>alert(1)</script><table><tr><td>格</td></tr></table>"},
    )
    assert done.status_code == 303
    assert "script" not in made(database).stem
    assert "<td>格</td>" in made(database).stem


def test_no_picture_and_no_such_type_are_refused(client, base):
    assert client.post(path("single-choice"), data={**base, "add": "picture"}).status_code == 422
    assert client.get(path("poem")).status_code == 404


def test_letters_a_paper_skips_stay(client, base, database, world, draft):
    made_draft = draft(kind="multiple-choice")
    content = QUESTION_TYPES["multiple-choice"].read({"options": list("甲乙丙"), "correct": [0, 2], "letters": "ABD"})
    with database.write() as session:
        ann = world.actor(session, "ann_trainer")
        question_id = actions.write(session, ann, SUBJECT, replace(made_draft, content=content), publish=True, now=NOW)
    edit = f"/bank/questions/{question_id}/edit"
    sent = {**base, **TICKED, "answer": ["A", "C"], "letters": "ABD", "explanation": "解"}
    assert client.post(edit, data=sent).status_code == 303
    assert made(database).letters == "ABD"
