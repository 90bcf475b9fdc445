"""Pictures within JSON Lines: written with their question, read with their bounds."""

import base64
import io
import json

import pytest
from PIL import Image

from examprep.bank.formats import jsonlines
from examprep.bank.formats.jsonlines import read_json_lines
from examprep.bank.formats.jsonlines_out import write_json_lines
from examprep.bank.markup import HTML
from examprep.bank.media import redraw
from tests.bank.sent_out import drafts, exported, kept, of_each_type, png

DATA = base64.b64encode(png().content).decode()
ENTRY = {
    "type": "true-false",
    "markup": "html",
    "stem": '看<img src="media:a.png" alt="图">',
    "answer": "对",
    "chapters": {"2025": ["03"]},
    "pictures": {"a.png": {"type": "image/png", "data": DATA}},
}


def read(*entries):
    return read_json_lines("\n".join(map(json.dumps, entries)).encode())


def fault(*entries):
    (found,) = read(*entries).questions[-1].faults
    return found[0], str(found[1])


def test_each_type_comes_back_the_same_with_its_pictures():
    questions = of_each_type()
    written = write_json_lines(questions)
    assert written.left_out == []
    read = drafts(read_json_lines(written.content))
    assert [kept(draft) for draft in read] == [kept(one) for one in questions]
    assert [{p.sha256 for p in draft.pictures} for draft in read] == [set(one.pictures) for one in questions]


def test_a_photograph_is_carried_too_although_it_is_drawn_anew():
    buffer = io.BytesIO()
    Image.effect_noise((40, 30), 60).convert("RGB").save(buffer, "JPEG", quality=60)
    photo = redraw(buffer.getvalue())
    assert redraw(photo.content).sha256 != photo.sha256
    one = exported(
        "single-choice",
        {"options": [f'<img src="media:{photo.sha256}" alt="">', "乙", "丙"], "correct": [0]},
        markup=HTML,
        pictures={photo.sha256: photo},
    )
    written = write_json_lines([one])
    assert written.left_out == []
    (draft,) = drafts(read_json_lines(written.content))
    assert (len(draft.pictures), draft.pictures[0].mimetype) == (1, "image/jpeg")
    assert draft.pictures[0].sha256 in draft.content.options[0]


def test_a_picture_is_read_by_its_name():
    (draft,) = drafts(read(ENTRY))
    assert draft.stem == f'看<img src="media:{png().sha256}" alt="图">'


@pytest.mark.parametrize(
    ("pictures", "said"),
    [
        pytest.param([DATA], "“pictures” must be pictures by their names.", id="a-list"),
        pytest.param({"a.png": DATA}, "“pictures” must be pictures by their names.", id="bare"),
        pytest.param(
            {"a.png": {"type": "image/svg+xml", "data": DATA}},
            "The picture “a.png” is of the type “image/svg+xml”. Possible are: "
            "image/png、image/jpeg、image/gif、image/webp、image/bmp.",
            id="svg",
        ),
        pytest.param(
            {"a.png": {"type": "image/png", "data": "?"}},
            "The picture “a.png” is not written in base64.",
            id="no-base64",
        ),
        pytest.param(
            {"a.png": {"type": "image/png", "data": 7}}, "The picture “a.png” is not written in base64.", id="7"
        ),
        pytest.param(
            {"a.png": {"type": "image/png", "data": "A" * 2000}}, "The picture “a.png” has more than 0 MB.", id="large"
        ),
    ],
)
def test_what_is_no_picture_is_named(monkeypatch, pictures, said):
    monkeypatch.setattr(jsonlines, "PICTURE_LIMIT_BYTES", 1200)
    assert fault({**ENTRY, "pictures": pictures}) == ("pictures", said)


def test_two_pictures_of_one_name_are_told_apart():
    other = {"a.png": {"type": "image/png", "data": base64.b64encode(png(9).content).decode()}}
    field, said = fault(ENTRY, {**ENTRY, "stem": "又" + ENTRY["stem"], "pictures": other})
    assert (field, said) == ("pictures", "Another question has another picture of the name “a.png”. Rename one.")
