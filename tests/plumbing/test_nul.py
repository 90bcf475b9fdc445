"""What no text of PostgreSQL holds is left out where it is typed, and refused where it comes otherwise."""

from sqlalchemy import select

from examprep.training import enrolling
from examprep.training.question_models import QuestionRow
from tests.training.conftest import season  # noqa: F401 -- fixture


def test_typed_words_and_addresses_lose_the_sign(season, sign_in):  # noqa: F811
    class_id = season.class_()
    season.do(enrolling.enrol, season.actor("ann_candidate"), class_id)
    learner, at = sign_in("ann_candidate"), f"/training/classes/{class_id}/questions"
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        assert learner.post(at, data={"words": "多少\x00学时"}, content_type=kind).status_code == 303
    assert season.ask(lambda s: set(s.scalars(select(QuestionRow.words)))) == {"多少学时"}
    assert learner.get(f"{at}?q=%00学时&state=%00&sort=%00").status_code == 200
    trainer = sign_in("ann_trainer")
    assert (
        trainer.post(f"/training/all/{class_id}/cancel", data={"reason": "停\x00电", "submit": "1"}).status_code == 303
    )


def test_numbers_beyond_every_column_find_nothing(sign_in):
    trainer = sign_in("ann_trainer")
    for number in (2**31, 2**63, 10**30):
        assert trainer.get(f"/training/all/{number}").status_code in {400, 404}
        assert trainer.get(f"/training/all/questions?class={number}").status_code == 200
