"""Materials: who sees which, what opening leaves behind, order, taking away and putting back."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from examprep.training import enrolling, materials
from examprep.training.models import ClassRow
from examprep.training.study_models import MaterialRow, OpeningRow
from tests.plumbing.test_office_files import book, slides, with_part, word

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def class_id(season):
    return season.class_(name="周五晚班")


def add(sign_in, class_id, name="ann_trainer", **typed):
    data = {"title": "伦理守则", "submit": "1", **typed}
    return sign_in(name).post(f"/training/all/{class_id}/materials", data=data, content_type="multipart/form-data")


def ids(season):
    return season.ask(lambda s: list(s.scalars(select(MaterialRow.id).order_by(MaterialRow.id))))


def test_a_file_is_kept_sealed_and_given_as_an_attachment(season, sign_in, class_id):
    assert add(sign_in, class_id, file=(io.BytesIO(PDF), "守则520526199003070017.pdf")).status_code == 303
    (material_id,) = ids(season)
    kept = season.ask(lambda s: (s.get(MaterialRow, material_id).content, s.get(MaterialRow, material_id).file_name))
    assert PDF not in kept[0]
    assert "199003070017" not in kept[1]
    season.do(enrolling.enrol, season.actor("ann_candidate"), class_id)
    got = sign_in("ann_candidate").get(f"/training/classes/{class_id}/materials/{material_id}")
    assert got.data == PDF
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"


def test_slides_and_sheets_are_handed_out_as_what_they_are(season, sign_in, class_id):
    for made in (word, book, slides):
        assert add(sign_in, class_id, file=(io.BytesIO(made()), "讲义.pdf")).status_code == 303
    season.do(enrolling.enrol, season.actor("ann_candidate"), class_id)
    learner, names = sign_in("ann_candidate"), []
    for material_id in ids(season):
        got = learner.get(f"/training/classes/{class_id}/materials/{material_id}")
        names.append(got.headers["Content-Disposition"].rpartition(".")[2].strip('"'))
        assert got.headers["Content-Disposition"].startswith("attachment")
        assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert names == ["docx", "xlsx", "pptx"]
    refused = add(sign_in, class_id, file=(io.BytesIO(with_part(word(), "word/vbaProject.bin")), "a.docx"))
    assert refused.status_code == 422
    assert "宏" in refused.text
    assert "PowerPoint" in sign_in("ann_trainer").get(f"/training/all/{class_id}/materials").text
    assert len(season.ask(lambda s: list(s.scalars(select(OpeningRow))))) == 3


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_no_material_is_refused(season, sign_in, class_id):
    web = "https://example.org/a"
    for typed in (
        {},  # neither file nor link
        {"link": web, "file": (io.BytesIO(PDF), "a.pdf")},
        {"link": "javascript:alert(1)"},
        {"file": (io.BytesIO(b"<html><script>1</script>"), "a.pdf")},
        {"title": "", "link": web},
    ):
        assert add(sign_in, class_id, **typed).status_code == 422, typed
    assert ids(season) == []


def test_only_whoever_has_a_seat_sees_and_opens(season, sign_in, client, class_id, world):
    add(sign_in, class_id, link="https://example.org/a")
    (material_id,) = ids(season)
    page, address = f"/training/classes/{class_id}", f"/training/classes/{class_id}/materials/{material_id}"
    learner = sign_in("ann_candidate")
    assert "伦理守则" not in learner.get(page).text
    assert learner.get(address).status_code == 404
    season.do(enrolling.enrol, season.actor("ann_candidate"), class_id)
    assert "伦理守则" in learner.get(page).text
    first = season.clock.now()
    opened = learner.get(address)
    assert (opened.status_code, opened.location) == (303, "https://example.org/a")
    season.go_to(first, timedelta(hours=2))
    learner.get(address)
    mark = season.ask(lambda s: s.get(OpeningRow, (material_id, world.people["ann_candidate"])))
    assert (mark.first_at, mark.last_at, mark.times) == (first, first + timedelta(hours=2), 2)
    season.do(enrolling.leave, season.actor("ann_candidate"), class_id)
    assert "伦理守则" not in learner.get(page).text
    assert learner.get(address).status_code == 404
    assert sign_in("bob_candidate").get(address).status_code == 404
    assert sign_in("ann_trainer").get(address).status_code == 403
    assert client.get(address).status_code == 303
    # What was opened before leaving stays on the trainer's list.
    assert (
        "ann_candidate" in sign_in("ann_trainer").get(f"/training/all/{class_id}/materials/{material_id}/openings").text
    )


def test_who_has_opened_it_filters_and_exports(season, sign_in, class_id):
    add(sign_in, class_id, link="https://example.org/a")
    (material_id,) = ids(season)
    readers = season.learners(2)
    for reader in readers:
        season.do(enrolling.enrol, reader, class_id)
    with season.database.write() as session:
        materials.open_(session, season.runtime.vault, readers[0], class_id, material_id, now=season.clock.now())
    trainer, address = sign_in("ann_trainer"), f"/training/all/{class_id}/materials/{material_id}/openings"
    assert "学员00" in trainer.get(f"{address}?opened=yes").text
    assert "学员00" not in trainer.get(f"{address}?opened=no").text
    assert "学员01" in trainer.get(f"{address}?export=csv&sort=-first_at").text
    assert re.search("1.{1,9}2", trainer.get(f"/training/all/{class_id}/materials").text)


def test_another_county_and_learners_keep_out(season, sign_in, class_id):
    add(sign_in, class_id, link="https://example.org/a")
    address = f"/training/all/{class_id}/materials/{ids(season)[0]}"
    bob, learner = sign_in("bob_trainer"), sign_in("ann_candidate")
    for act in ("", "/openings"):
        assert (bob.get(address + act).status_code, learner.get(address + act).status_code) == (404, 403)
    for act in ("/move", "/remove", "/restore"):
        found = [who.post(address + act, data={"reason": "x"}).status_code for who in (bob, learner)]
        assert found == [404, 403]
    assert season.ask(lambda s: s.scalar(select(MaterialRow.voided_at))) is None
    assert add(sign_in, class_id, "bob_trainer", link="https://example.org/b").status_code == 404


def test_taking_away_needs_a_reason_and_is_undone(season, sign_in, class_id):
    add(sign_in, class_id, link="https://example.org/a")
    trainer, address = sign_in("ann_trainer"), f"/training/all/{class_id}/materials/{ids(season)[0]}"
    season.do(enrolling.enrol, season.actor("ann_candidate"), class_id)
    learner = sign_in("ann_candidate")
    assert trainer.post(f"{address}/remove", data={"reason": " "}).status_code == 422
    assert trainer.post(f"{address}/remove", data={"reason": "版本过旧"}).status_code == 303
    assert "伦理守则" not in learner.get(f"/training/classes/{class_id}").text
    assert learner.get(address.replace("all", "classes")).status_code == 404
    assert "版本过旧" in trainer.get(f"/training/all/{class_id}/materials").text
    assert trainer.post(f"{address}/restore").status_code == 303
    assert "伦理守则" in learner.get(f"/training/classes/{class_id}").text


def test_order_and_what_all_classes_of_the_course_share(season, sign_in, class_id):
    for title, shared in (("甲", ""), ("乙", ""), ("丙", "1")):
        add(sign_in, class_id, title=title, link="https://example.org/a", **({"shared": shared} if shared else {}))
    first = ids(season)[0]
    trainer = season.actor("ann_trainer")
    titles = lambda: [each.title for each in season.ask(lambda s: materials.of_class(s, trainer, class_id))]  # noqa: E731
    assert titles() == ["丙", "甲", "乙"]
    for _ in range(2):
        season.do(materials.move, trainer, class_id, first, up=False)
    assert titles() == ["丙", "乙", "甲"]
    other = season.class_(name="周六班", slots=())
    with season.database.write() as session:
        rows = {row.id: row for row in session.scalars(select(MaterialRow))}
        session.get_one(ClassRow, other).course_id = rows[first].course_id
    titles_there = [each.title for each in season.ask(lambda s: materials.of_class(s, trainer, other))]
    assert titles_there == ["丙"]
