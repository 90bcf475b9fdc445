"""How far a long import has come is told while it runs, to whoever asked, and to nobody else."""

import io
import threading
from datetime import date

import pytest

from examprep.imports import cli, progress
from examprep.imports.progress import counted, say_step, seldom, shown, told_to
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.syllabus.loading import load_data

TOKEN = "0123456789abcdef" * 2


def test_rows_are_counted_for_a_listener_and_pass_unchanged():
    said = []
    assert list(counted(range(450))) == list(range(450))
    with told_to(lambda sentence: said.append(str(sentence))):
        assert list(counted(range(450))) == list(range(450))
    assert said == [f"Checked {done} of 450 rows." for done in (0, 200, 400)]
    say_step(Sentence("nobody listens any more"))
    assert len(said) == 3


def test_short_work_says_nothing_and_long_work_now_and_then(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    said = []
    hear = seldom(lambda sentence: said.append((now[0], str(sentence))), after_seconds=2, every_seconds=1)
    for now[0] in (100.5, 101.9, 102.0, 102.5, 103.1):
        hear(Sentence("x"))
    assert [at for at, _ in said] == [102.0, 103.1]


def test_what_is_told_can_be_asked_for_until_the_work_is_done(tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0)
    assert progress.asked(tmp_path, 1, TOKEN) is None
    with shown(tmp_path, 1, TOKEN):
        say_step(Sentence("Checked %(done)s of %(total)s rows.", done=200, total=450))
        assert str(progress.asked(tmp_path, 1, TOKEN)) == "Checked 200 of 450 rows."
        assert progress.asked(tmp_path, 2, TOKEN) is None  # another person's
    assert progress.asked(tmp_path, 1, TOKEN) is None
    assert list(tmp_path.rglob("*.json")) == []


@pytest.mark.parametrize("token", ["", "../../x", "0" * 31, "0" * 33, "G" * 32])
def test_what_is_no_token_reaches_no_file(tmp_path, token):
    with shown(tmp_path, 1, token):
        say_step(Sentence("x"))
    assert progress.asked(tmp_path, 1, token) is None
    assert list(tmp_path.iterdir()) == []


def test_the_page_is_told_while_its_file_is_checked(sign_in, runtime, monkeypatch):
    """Another request of the same person, in another thread, sees what the first is doing."""
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0)
    uploading, asking, stranger = sign_in("ann_trainer"), sign_in("ann_trainer"), sign_in("bob_trainer")
    with runtime.database.write() as session:
        load_data(session, date(2026, 4, 1))
    said = []

    def plan(session, actor, file, *, now):
        for row in counted(range(201)):
            if row == 200:
                for client in (asking, stranger):
                    asked = threading.Thread(target=lambda c=client: said.append(c.get(f"/imports/progress/{TOKEN}")))
                    asked.start()
                    asked.join()
        raise RuleViolation("test", "Enough.")

    monkeypatch.setattr("examprep.bank.importer.QuestionImporter.plan", lambda self, *args, **more: plan(*args, **more))
    fields = {"options-subject": "sw-law-policy", "options-version": "2025", "options-state": "draft"}
    answer = uploading.post(
        "/imports/bank-questions",
        data={"file": (io.BytesIO(b"x"), "a.txt"), "progress": TOKEN, **fields},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    mine, theirs = said
    assert (mine.status_code, mine.text) == (200, "已检查 200 / 201 行。")
    assert theirs.status_code == 204
    assert asking.get(f"/imports/progress/{TOKEN}").status_code == 204


def test_the_command_tells_of_long_work_on_standard_error(capsys, app):
    with app.app_context():
        cli._tell(Sentence("Writing %(count)s rows.", count=7))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.strip() in {"Writing 7 rows.", "正在写入 7 行。"}
