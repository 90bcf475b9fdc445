"""Files from anybody: told by their bytes, drawn anew, handed out as downloads that can do nothing."""

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from examprep.kernel.errors import RuleViolation
from examprep.plumbing.uploads import LARGEST_BYTES, accept, download, shown

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def picture(kind="JPEG", size=(64, 48), colour=(200, 40, 40), **options):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind, **options)
    return buffer.getvalue()


def archive(name="a.html", content=HTML):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(name, content)
    return buffer.getvalue()


def huge_png(width=60_000, height=60_000):
    """A few bytes that say they are 3.6 thousand million pixels."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(SVG, id="svg"),
        pytest.param(HTML, id="html-named-jpg"),
        pytest.param(b"GIF89a" + HTML, id="gif-that-is-html"),
        pytest.param(archive(), id="zip"),
        pytest.param(archive("word/document.xml"), id="docx"),
        pytest.param(b"MZ" + b"\0" * 200, id="program"),
        pytest.param(b"\xff\xd8\xff" + HTML, id="jpeg-sign-only"),
        pytest.param(picture()[:200], id="cut-off"),
        pytest.param(huge_png(), id="bomb"),
        pytest.param(b"\0" * (LARGEST_BYTES + 1), id="too-large"),
        pytest.param(HTML + PDF, id="html-before-pdf"),
        pytest.param(PDF + b"\n" * 2000 + archive(), id="pdf-that-is-a-zip"),
        pytest.param(PDF[:40], id="pdf-without-end"),
        pytest.param(PDF.replace(b"/Type/Catalog", b"/OpenAction<</S/JavaScript/JS(x)>>"), id="pdf-script"),
        pytest.param(PDF.replace(b"/Type/Catalog", b"/Launch<<>>"), id="pdf-launch"),
        pytest.param(PDF.replace(b"/Type/Catalog", b"/EmbeddedFiles<<>>"), id="pdf-with-files"),
    ],
)
def test_what_is_no_photo_or_plain_pdf_is_refused(content):
    with pytest.raises(RuleViolation):
        accept("证明.jpg", content)


def test_a_picture_keeps_its_pixels_alone():
    exif = Image.Exif()
    exif[0x010F] = "phone"
    exif.get_ifd(0x8825)[1] = "N"  # where it was taken
    exif.get_ifd(0x8825)[2] = (26.0, 51.0, 3.0)
    sent = picture(exif=exif)
    with Image.open(io.BytesIO(sent)) as image:
        assert image.getexif().get_ifd(0x8825)
    kept = accept("x.jpg", sent + HTML)
    with Image.open(io.BytesIO(kept.content)) as image:
        assert (image.size, image.format, dict(image.getexif())) == ((64, 48), "JPEG", {})
    assert b"script" not in kept.content
    assert kept.fingerprint == accept("other.jpg", sent).fingerprint, "the same picture, whatever hangs on it"
    assert kept.fingerprint != accept("x.jpg", picture(colour=(0, 0, 0))).fingerprint


def test_a_turned_photo_is_set_upright_and_a_large_one_made_smaller():
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = accept("x.jpg", picture(size=(4000, 3000), exif=exif))
    with Image.open(io.BytesIO(kept.content)) as image:
        assert image.size == (1800, 2400)


@pytest.mark.parametrize(("kind", "kept"), [("PNG", "jpeg"), ("WEBP", "jpeg"), ("JPEG", "jpeg")])
def test_kinds_of_pictures(kind, kept):
    assert accept("x", picture(kind)).kind == kept


def test_a_plain_pdf_is_kept_as_it_came():
    assert accept("结业证书.pdf", PDF).content == PDF


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\证书.pdf", "证书.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("x\r\nSet-Cookie: a=b.jpg", "xSet-Cookie_ a=b.jpg"),
        ("", "—"),
        ("...", "—"),
        ('"><script>.png', "___script_.png"),
    ],
)
def test_names_are_not_trusted(sent, name):
    assert shown(sent) == name


def test_a_download_can_do_nothing(app):
    with app.test_request_context():
        answer = download("evil.html", "jpeg", b"x")
    assert answer.headers["Content-Disposition"] == "attachment; filename=evil.jpg"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.mimetype == "image/jpeg"
