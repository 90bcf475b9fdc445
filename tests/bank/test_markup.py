"""What marked-up texts keep and lose, and pictures drawn anew."""

import io

import pytest
from PIL import Image
from sqlalchemy import func, select

from examprep.bank import media
from examprep.bank.formats.texts import Texts
from examprep.bank.markup import HTML, PLAIN, is_rich, pictures, plain, sanitise, with_pictures
from examprep.bank.models import MediaRow
from examprep.kernel.errors import RuleViolation
from tests.conftest import NOW


def drawn(kind="PNG", size=(20, 10)):
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("written", "kept", "dropped"),
    [
        ("<p>a <b>不</b> b</p>", "<p>a <strong>不</strong> b</p>", ()),
        ('<p onclick="x()" style="color:red">a</p>', "<p>a</p>", ()),
        ("<script>alert(1)</script>a", "a", ("script",)),
        ("a<iframe src='x'>b</iframe>", "a", ("iframe",)),
        ("<a href='javascript:x'>a</a>", "a", ()),
        ("<img src='http://example.org/x.png'>a", "a", ("img",)),
        ('<img src="media:x.png" alt="图一" onerror="x()">', '<img src="media:x.png" alt="图一">', ()),
        (
            "<table><tr><td colspan=2>1</td></tr></table>",
            '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>',
            (),
        ),
        ("<video>a</video>", "a", ("video",)),
        ("1 &lt; 2 & 3", "1 &lt; 2 &amp; 3", ()),
        ("<svg><style>x</style></svg>a", "a", ("svg", "style")),
        ("<![if !supportLists]>a<![endif]>", "a", ()),
        ("a<![nothing[b]]>c", "ac", ()),
        ("a<!<![x>[y[b", "a&lt;![y[b", ()),
    ],
)
def test_what_is_kept_is_safe_and_what_is_lost_is_named(written, kept, dropped):
    assert sanitise(written) == (kept, dropped)


def test_sanitising_twice_changes_nothing():
    once, _ = sanitise("<div>a<h2>b</h2><i>c</i><ul><li>d</ul></div>")
    assert sanitise(once) == (once, ())


def test_words_without_markup():
    text = '<p>甲<br>乙</p><table><tr><td>1</td><td>2</td></tr></table><img src="media:x" alt="图一">'
    assert plain(text, HTML) == "甲\n乙\n1 2\n[图一]"
    assert plain("a <b>", PLAIN) == "a <b>"


def test_only_what_lines_cannot_say_is_rich():
    assert not is_rich("<p>a<br>b</p>")
    assert is_rich("<p>a <em>b</em></p>")


def test_pictures_are_found_and_renamed():
    text = '<img src="media:a&amp;b.png" alt="">'
    assert pictures([text, text]) == ("a&b.png",)
    assert with_pictures(text, lambda name: f"/p/{len(name)}") == '<img src="/p/7" alt="">'


def test_texts_that_need_no_markup_end_plain():
    texts = Texts(HTML, {})
    stem = texts.clean("<p>甲 &lt; 乙</p>")
    assert texts.pictures([]) == ()
    assert (texts.markup, texts.finish(stem)) == (PLAIN, "甲 < 乙")


def test_a_picture_is_kept_under_the_hash_of_what_it_shows():
    texts, faults = Texts(HTML, {"x.png": drawn()}), []
    stem = texts.clean('<p>看图<img src="media:x.png" alt="红"></p>')
    (picture,) = texts.pictures(faults)
    assert faults == []
    assert texts.finish(stem) == f'<p>看图<img src="media:{picture.sha256}" alt="红"></p>'


def test_a_missing_or_damaged_picture_is_a_fault():
    texts, faults = Texts(HTML, {"y.png": b"\x89PNG nothing"}), []
    texts.clean('<img src="media:x.png"><img src="media:y.png">')
    texts.pictures(faults)
    assert ["is not in the file" in str(faults[0][1]), "no picture that can be kept" in str(faults[1][1])] == [True] * 2


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
def test_pictures_are_drawn_anew(kind):
    picture = media.redraw(drawn(kind, (3200, 100)) + b"<script>alert(1)</script>")
    assert (picture.width, picture.height) == (1600, 50)
    assert b"<script>" not in picture.content
    assert picture.mimetype == ("image/jpeg" if kind == "JPEG" else "image/png")


def test_a_picture_far_too_large_is_refused():
    buffer = io.BytesIO()
    Image.new("1", (8000, 8000)).save(buffer, "PNG")
    with pytest.raises(RuleViolation, match=r"bank\.picture"):
        media.redraw(buffer.getvalue())


def test_a_picture_is_kept_once_and_served_to_whoever_is_signed_in(database, sign_in, client):
    picture = media.redraw(drawn())
    for _ in range(2):
        with database.write() as session:
            media.keep(session, [picture, picture], now=NOW)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(MediaRow)) == 1
    address = f"/bank/pictures/{picture.sha256}"
    answer = sign_in("ann_candidate").get(address)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", picture.content)
    assert sign_in("ann_candidate").get("/bank/pictures/nothing").status_code == 404
    assert client.get(address).status_code == 303
