"""What the checks say on the page of a question while it is typed."""

import pytest

from examprep.bank import actions
from tests.bank.test_forms import CONTENT, SUBJECT, TICKED, base, path  # noqa: F401 -- a fixture
from tests.conftest import NOW

CHECK = f"/bank/new/{SUBJECT}/check"


@pytest.fixture
def client(sign_in, tree):
    return sign_in("ann_trainer")


@pytest.fixture
def found(client, base):  # noqa: F811
    def go(kind="single-choice", query="", **typed):
        answer = client.post(
            f"{CHECK}?type={kind}{query}", data={**base, **CONTENT[kind], "explanation": "因为", **typed}
        )
        assert answer.status_code == 200
        return answer.text

    return go


def test_a_sound_question_passes(found):
    page = found()
    assert "没有发现问题" in page
    assert "<html" not in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param({"explanation": ""}, "答错的人只能从解析中学到东西", id="no-explanation"),
        pytest.param({"stem": "下列各项中，不属于社会救助的是"}, "否定词", id="negative"),
        pytest.param({"option_C": "以上都对"}, "以上", id="catch-all"),
        pytest.param({"chapters": []}, "最新大纲", id="superseded"),
    ],
)
def test_a_finding_names_what_it_is_and_why_it_matters(found, typed, said):
    assert said in found(**typed)


def test_what_is_not_whole_is_said_and_the_rest_is_checked(found):
    page = found(answer=[], explanation="", option_C="以上都对")
    assert "还不完整" in page
    assert "以上" in page
    assert "没有解析" not in page


@pytest.mark.parametrize("kind", ["true-false", "short-answer", "case-analysis", "programme-design", "essay"])
def test_every_type_can_be_checked_empty(client, kind):
    page = client.post(f"{CHECK}?type={kind}").text
    assert "题干" in page


def test_a_question_that_says_almost_the_same_is_named(client, database, world, draft, found):
    with database.write() as session:
        kept = draft("居民老李因病致贫，社会工作者首先应当做的是什么", kind="single-choice", correct=(0,))
        number = actions.write(session, world.actor(session, "ann_trainer"), SUBJECT, kept, publish=True, now=NOW)
    typed = {"stem": "居民老李因病致贫，社会工作者首先应当做的是", "option_D": "丁", "option_E": "戊"}
    assert f"/bank/questions/{number}" in found(**typed)
    assert f"/bank/questions/{number}" not in found(query=f"&number={number}", **typed)
    assert f"/bank/questions/{number}" not in found(**{**typed, "stem": "社区矫正由哪个机关负责"})


def test_without_scripts_the_button_shows_the_same_and_nothing_is_kept(client, base, database):  # noqa: F811
    answer = client.post(path("single-choice"), data={**base, **TICKED, "answer": ["B"], "add": "check"})
    assert answer.status_code == 200
    assert "没有解析" in answer.text
    assert "题干文字" in answer.text
    with database.read() as session:
        assert actions.catalogue(session, SUBJECT, "2025") == ()


def test_findings_keep_nobody_from_saving(client, base):  # noqa: F811
    sent = {**base, **TICKED, "option_C": "以上都对", "answer": ["B"]}
    assert client.post(path("single-choice"), data=sent).status_code == 303


def test_the_page_of_a_kept_question_shows_what_is_found_in_it(client, base):  # noqa: F811
    place = client.post(path("single-choice"), data={**base, **TICKED, "answer": ["B"]}).location
    page = client.get(f"{place}/edit").text
    assert "没有解析" in page
    assert 'aria-live="polite"' in page


@pytest.mark.parametrize(("name", "status"), [("ann_candidate", 403), ("ann_trainer", 200)])
def test_whoever_may_not_write_may_not_ask(sign_in, tree, name, status):
    assert sign_in(name).post(f"{CHECK}?type=single-choice").status_code == status


@pytest.mark.parametrize(
    "odd",
    [
        {"answer": ["Z", "", "AB"]},
        {"chapters": ["x", "-1", "99999999999999999999"]},
        {"shown": "99999999", "letters": "ABCDEFGHIJ"},
        {"law_as_of": "gestern", "difficulty": "9"},
        {"markup": "rtf"},
        {"stem": "<![x[" * 50, "markup": "html"},
        {"type": "nothing"},
    ],
)
def test_odd_values_break_nothing(client, base, odd):  # noqa: F811
    assert client.post(CHECK, data={**base, **TICKED, "answer": ["B"], **odd}).status_code == 200


def test_other_subjects_and_types_are_not_there(client):
    assert client.post("/bank/new/nothing/check").status_code == 404
    assert client.post(f"{CHECK}?type=nothing").status_code == 404
