"""Office files that trainers hand out: DOCX, PPTX and XLSX as they came, if opening them runs and fetches nothing.

What a file is stands in its list of parts, never in its name. Nothing is unpacked but that list and the relations
between parts, each up to a limit.
"""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from examprep.kernel.errors import RuleViolation
from examprep.plumbing.uploads import LARGEST_BYTES, Accepted, shown

_FORMAT = "application/vnd.openxmlformats-officedocument."
_MAIN = {
    f"{_FORMAT}wordprocessingml.document.main+xml": "docx",
    f"{_FORMAT}presentationml.presentation.main+xml": "pptx",
    f"{_FORMAT}spreadsheetml.sheet.main+xml": "xlsx",
}
ENDINGS = ("docx", "pptx", "xlsx")
ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the old formats, and whatever has a password
_MOST_PARTS, _LARGEST_PART = 5_000, 4 * 1024 * 1024
_TYPES = "[Content_Types].xml"
# What acts when a file is opened, by a piece of a part's name or of its type.
_ACTS = ("vbaproject", "vbadata", "macroenabled", "macrosheet", "activex", "oleobject", "ddelink")
# What may be fetched from elsewhere only when somebody clicks.
_CLICKED = ("hyperlink", "externallinkpath")


def is_office(content: bytes) -> bool:
    return content.startswith((ZIP, OLD))


def accept_office(name: str, content: bytes) -> Accepted:
    """The file as it may be kept: as it came.

    Raises:
        RuleViolation: ``upload.size``; ``upload.office`` -- none of the three, damaged, or with a password;
            ``upload.macros`` -- it would run something, carries other files, or fetches something by itself.
    """
    if len(content) > LARGEST_BYTES:
        raise RuleViolation(
            "upload.size", "“%(name)s” is larger than %(limit)s MB.", name=shown(name), limit=LARGEST_BYTES >> 20
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            kind = _kind(name, archive)
    except (
        zipfile.BadZipFile, ParseError, DefusedXmlException, KeyError, ValueError, RuntimeError, NotImplementedError,
        OSError, EOFError, zlib.error,
    ) as error:  # fmt: skip
        raise _unusable(name) from error
    return Accepted(shown(name), kind, content, hashlib.sha256(content).hexdigest())


def _kind(name: str, archive: zipfile.ZipFile) -> str:
    parts = [part.filename for part in archive.infolist()]
    if len(parts) > _MOST_PARTS or len(set(parts)) != len(parts):
        raise _unusable(name)
    types = [each.get("ContentType", "") for each in _read(archive, _TYPES)]
    kinds = {_MAIN[each] for each in types if each in _MAIN}
    if any(word in text.lower() for text in (*parts, *types) for word in _ACTS) or _fetches(archive, parts):
        raise RuleViolation(
            "upload.macros",
            "“%(name)s” has macros, carries other files, or fetches something when it is opened. Save it without them, "
            "or as PDF.",
            name=shown(name),
        )
    if len(kinds) != 1:
        raise _unusable(name)
    return kinds.pop()


def _fetches(archive: zipfile.ZipFile, parts: list[str]) -> bool:
    """Whether a part is fetched from elsewhere: a template, a picture, another file."""
    for part in parts:
        if part.lower().endswith(".rels"):
            for each in _read(archive, part):
                kind = each.get("Type", "").rpartition("/")[2].lower()
                if each.get("TargetMode", "").lower() == "external" and kind not in _CLICKED:
                    return True
    return False


def _read(archive: zipfile.ZipFile, part: str) -> Iterator[Element]:
    if archive.getinfo(part).file_size > _LARGEST_PART:
        raise ValueError("too large")
    with archive.open(part) as opened:
        text = opened.read(_LARGEST_PART + 1)
    if len(text) > _LARGEST_PART:
        raise ValueError("too large")
    return iter(fromstring(text))


def _unusable(name: str) -> RuleViolation:
    return RuleViolation(
        "upload.office",
        "“%(name)s” cannot be kept: it is no Word, PowerPoint or Excel file of today, is damaged, or has a password. "
        "Save it as DOCX, PPTX, XLSX or PDF, without a password.",
        name=shown(name),
    )
