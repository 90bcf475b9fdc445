"""What the checks find, as trainers read it on the page and as the command prints it."""

import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo

from examprep.app.cli import cli
from examprep.bank import actions, checking
from examprep.bank.types.choices import Choices
from examprep.bank.values import Draft
from examprep.syllabus import actions as syllabus
from tests.conftest import NOW

SUBJECT = "sw-law-policy"
OPTIONS = ("了解他的需要", "联系他的家人", "评估他的风险", "制订服务计划")


@pytest.fixture
def write(database, world, tree):
    def go(
        stem="居民老李因病致贫，社会工作者首先应当做的是", *, by="ann_trainer", explanation="先了解。", publish=True
    ):
        content = Choices(OPTIONS, frozenset({0}))
        chapters = frozenset({tree["03"]})
        kept = Draft("single-choice", stem, content, explanation, source=stem + by, chapter_ids=chapters)
        with database.write() as session:
            return actions.write(session, world.actor(session, by), SUBJECT, kept, publish=publish, now=NOW)

    return go


@pytest.fixture
def run(app):
    def go(*options):
        result = CliRunner().invoke(cli, ["bank", "check", *options], obj=ScriptInfo(create_app=lambda: app))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return go


def test_findings_are_listed_filtered_and_lead_to_the_question(sign_in, write):
    bare = write(explanation="")
    asks_no = write("下列各项中，不属于社会救助的是")
    client = sign_in("ann_trainer")
    page = client.get("/bank/checks").text
    assert f"/bank/questions/{bare}" in page
    assert f"/bank/questions/{asks_no}" in page
    page = client.get("/bank/checks?rule=no-explanation").text
    assert f"/bank/questions/{bare}" in page
    assert f"/bank/questions/{asks_no}" not in page
    assert f"/bank/questions/{bare}" not in client.get("/bank/checks?subject=sw-practice").text
    exported = client.get("/bank/checks?rule=no-explanation&export=csv").text
    assert "没有解析" in exported
    assert "否定词" not in exported


def test_near_duplicates_are_looked_for_when_asked(sign_in, write):
    write()
    late = write("居民老张因病致贫，社会工作者首先应当做的是")
    client, link = sign_in("ann_trainer"), f"/bank/questions/{late}"
    assert link not in client.get("/bank/checks").text
    assert link in client.get("/bank/checks?rule=near-duplicate").text
    assert link in client.get("/bank/checks").text  # from then on it is known


def test_a_change_of_the_bank_is_seen(sign_in, write):
    client = sign_in("ann_trainer")
    assert "没有发现问题" in client.get("/bank/checks").text
    number = write(explanation="")
    assert f"/bank/questions/{number}" in client.get("/bank/checks").text


def test_the_questions_of_others_are_theirs_to_mend(sign_in, write):
    number = write(explanation="")
    assert f"/bank/questions/{number}" not in sign_in("bob_trainer").get("/bank/checks").text
    assert sign_in("ann_candidate").get("/bank/checks").status_code == 403


def test_a_draft_of_others_is_not_given_away_as_a_duplicate(sign_in, write):
    write(publish=False)
    write("居民老张因病致贫，社会工作者首先应当做的是", by="bob_trainer")
    assert "几乎相同" not in sign_in("bob_trainer").get("/bank/checks?rule=near-duplicate").text


def test_the_command_prints_findings_and_fails(run, write):
    assert run().exit_code == 0
    first, second = write(explanation=""), write("下列各项中，不属于社会救助的是")
    result = run()
    assert result.exit_code == 1
    assert [line.split("\t")[0] for line in result.stdout.splitlines()] == [str(first), str(second)]
    assert len(run("--limit", "1").stdout.splitlines()) == 1
    assert run("--subject", "sw-practice").exit_code == 0


def test_retired_questions_are_left_alone(database, world, run, write):
    number = write(explanation="")
    with database.write() as session:
        actions.retire(session, world.actor(session, "ann_trainer"), number, now=NOW)
    assert run().exit_code == 0


def test_a_question_of_an_older_syllabus_alone_is_superseded(database, world, tree, run, write):
    with database.read() as session:
        older = syllabus.chapters(session, SUBJECT, "2018")[0].id
        assert tree["03"] in checking.newest_chapters(session)[SUBJECT]
    kept = Draft("single-choice", "题干", Choices(OPTIONS, frozenset({0})), "解析", chapter_ids=frozenset({older}))
    with database.write() as session:
        actions.write(session, world.actor(session, "ann_trainer"), SUBJECT, kept, publish=True, now=NOW)
    assert "最新大纲" in run().stdout
