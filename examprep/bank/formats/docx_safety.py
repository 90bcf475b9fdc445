"""Whether a Word document may be opened, found out without unpacking more than the limits. Pure."""

import io
import zipfile

from examprep.plumbing.unreadable import UnreadableFile

UNPACKED_LIMIT_BYTES = 60 * 1024 * 1024
XML_LIMIT_BYTES = 25 * 1024 * 1024
PARTS_LIMIT = 3000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def damaged() -> UnreadableFile:
    return UnreadableFile("file.docx-broken", "The document is damaged. Open it in Word and save it anew as .docx.")


def check_document(content: bytes) -> None:
    """Refuse what must not be opened, without unpacking more than the limits."""
    if content.startswith(_OLE):
        raise UnreadableFile(
            "file.docx-protected",
            "The document is protected by a password, or is an old .doc file. Save it as .docx without a password.",
        )
    if not content.startswith(b"PK"):
        raise UnreadableFile(
            "file.not-docx", "This is not a Word document (.docx). Open it in Word and save it as one."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS_LIMIT or sum(part.file_size for part in parts) > UNPACKED_LIMIT_BYTES:
                raise too_large()
            for part in parts:
                if part.filename.lower().endswith("vbaproject.bin"):
                    raise _macros()
                if not part.filename.lower().endswith((".xml", ".rels")):
                    continue
                if part.file_size > XML_LIMIT_BYTES:
                    raise too_large()
                with archive.open(part) as opened:
                    unpacked = opened.read(XML_LIMIT_BYTES + 1)
                if b"<!DOCTYPE" in unpacked or b"<!ENTITY" in unpacked or unpacked[:2] in {b"\xff\xfe", b"\xfe\xff"}:
                    raise damaged()
                if part.filename == "[Content_Types].xml" and b"macroEnabled" in unpacked:
                    raise _macros()
    except UnreadableFile:
        raise
    except Exception as error:  # zipfile raises many kinds for damaged archives
        raise damaged() from error


def too_large() -> UnreadableFile:
    return UnreadableFile("file.docx-bomb", "The document is far larger inside than it looks. Send it in parts.")


def _macros() -> UnreadableFile:
    return UnreadableFile("file.docx-macros", "The document holds macros. Save it as .docx, without macros.")
