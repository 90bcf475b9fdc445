"""Files that prove something, from anybody: what they are is read from their bytes, never from a name.

A picture is drawn anew, so that nothing but its pixels is kept: no place where it was taken, and nothing hidden behind
its end. A PDF is kept as it came, if it is nothing else besides, and is only ever handed out as a download.
"""

import hashlib
import io
import re
import unicodedata
import warnings
from dataclasses import dataclass

from flask import Response

from examprep.kernel.errors import RuleViolation
from examprep.plumbing.listing import file_response

LARGEST_BYTES = 10 * 1024 * 1024
WIDEST_PIXELS = 2400  # a page of A4 stays readable
# What phones of today take; a JPEG is unpacked smaller at once, the others whole.
PIXELS_LIMIT = {"JPEG": 120_000_000, "PNG": 20_000_000, "WEBP": 20_000_000}
_OFFICE = "application/vnd.openxmlformats-officedocument."
MIMETYPES = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
}
# What makes a PDF act when it is opened, or carry other files. Scanners and office programs write none of these.
_ACTS = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)\b")
_AFTER_THE_END = 1024  # some writers leave a few bytes there; another file needs more
# A file from here that is opened all the same can do nothing: no script, no form, no other address.
_SANDBOX = "sandbox; default-src 'none'"


@dataclass(frozen=True)
class Accepted:
    """A file that may be kept. ``fingerprint`` is the same whenever the same picture or PDF is sent."""

    name: str
    kind: str
    content: bytes
    fingerprint: str


def accept(name: str, content: bytes) -> Accepted:
    """The file as it may be kept.

    Raises:
        RuleViolation: ``upload.empty``, ``upload.size``, ``upload.kind``, ``upload.picture``, ``upload.pdf``.
    """
    if not content:
        raise RuleViolation("upload.empty", "The file “%(name)s” is empty.", name=shown(name))
    if len(content) > LARGEST_BYTES:
        raise RuleViolation(
            "upload.size", "“%(name)s” is larger than %(limit)s MB.", name=shown(name), limit=LARGEST_BYTES >> 20
        )
    if content.startswith(b"%PDF-"):
        _check_pdf(name, content)
        return Accepted(shown(name), "pdf", content, hashlib.sha256(content).hexdigest())
    return _redrawn(name, content)


def shown(name: str) -> str:
    """The last part of a sent name, without what could mislead an eye or a system; at most 80 characters."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    return re.sub(r"[<>:\"|?*]", "_", plain).strip(". ")[-80:] or "—"


def download(name: str, kind: str, content: bytes) -> Response:
    """The file for whoever may have it: saved, never opened on our pages, its ending what its bytes are."""
    stem = shown(name).rpartition(".")[0] or shown(name)
    response = file_response(content, f"{stem}.{'jpg' if kind == 'jpeg' else kind}", MIMETYPES[kind])
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _check_pdf(name: str, content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    if end < 0 or len(content) - end > _AFTER_THE_END or _ACTS.search(content):
        raise RuleViolation(
            "upload.pdf",
            "“%(name)s” is damaged, holds other files, or would run something. Scan or print it to a plain PDF.",
            name=shown(name),
        )


def _redrawn(name: str, content: bytes) -> Accepted:
    from PIL import Image, ImageOps  # only here: else every process would hold it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=tuple(PIXELS_LIMIT)) as image:
                if image.width * image.height > PIXELS_LIMIT[str(image.format)]:
                    raise _unusable(name)
                photo = image.format == "JPEG" or image.mode in {"RGB", "L", "CMYK", "YCbCr"}
                image.draft("RGB", (WIDEST_PIXELS, WIDEST_PIXELS))  # a large photo is not unpacked whole
                drawn = ImageOps.exif_transpose(image).convert("RGB" if photo else "RGBA")
    except RuleViolation:
        raise
    except Exception as error:  # no picture, or a damaged one: the library raises many kinds
        raise _unusable(name) from error
    drawn.thumbnail((WIDEST_PIXELS, WIDEST_PIXELS))
    pixels = hashlib.sha256(f"{drawn.mode} {drawn.width} {drawn.height} ".encode() + drawn.tobytes()).hexdigest()
    buffer = io.BytesIO()
    if photo:
        drawn.save(buffer, "JPEG", quality=85)
    else:
        drawn.save(buffer, "PNG", optimize=True)
    return Accepted(shown(name), "jpeg" if photo else "png", buffer.getvalue(), pixels)


def _unusable(name: str) -> RuleViolation:
    return RuleViolation(
        "upload.kind",
        "“%(name)s” is no photo or PDF that can be kept. Send a JPEG, PNG or WebP picture, or a PDF.",
        name=shown(name),
    )
