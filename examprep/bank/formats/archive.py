"""Packages in a zip: their files by name, read in memory only, within bounds. Pure."""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from urllib.parse import unquote

from examprep.plumbing.unreadable import UnreadableFile

ENTRY_LIMIT = 20_000
UNPACKED_LIMIT_BYTES = 200 * 1024 * 1024
_CHUNK = 64 * 1024
_STAMP = (1980, 1, 1, 0, 0, 0)


class Archive:
    """A zip's files. What is read counts against one bound, whatever the zip says about its sizes.

    Raises:
        UnreadableFile: no zip, too many or too large files, names that leave the folder, a password.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, IndexError) as error:
            raise _broken() from error
        if len(entries) > ENTRY_LIMIT:
            raise UnreadableFile(
                "file.zip-entries", "The package holds more than %(limit)s files. Send it in parts.", limit=ENTRY_LIMIT
            )
        if sum(entry.file_size for entry in entries) > UNPACKED_LIMIT_BYTES:
            raise _bomb()
        for entry in entries:
            if entry.flag_bits & 0x1:
                raise UnreadableFile(
                    "file.zip-password", "The package is protected by a password. Pack it without one."
                )
            if _leaves(entry.filename):
                raise UnreadableFile(
                    "file.zip-name",
                    "The package holds a file whose name leads out of it: “%(name)s”.",
                    name=entry.filename[:80],
                )
        self._entries = {posixpath.normpath(entry.filename): entry for entry in entries}
        self._left = UNPACKED_LIMIT_BYTES

    @property
    def names(self) -> list[str]:
        """The files' names in the order of the zip."""
        return list(self._entries)

    def read(self, name: str) -> bytes:
        """A file's content.

        Raises:
            UnreadableFile: damaged, or the package unpacks to more than its bound.
        """
        parts = []
        try:
            with self._zip.open(self._entries[name]) as file:
                while part := file.read(_CHUNK):
                    self._left -= len(part)
                    if self._left < 0:
                        raise _bomb()
                    parts.append(part)
        except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, EOFError) as error:
            raise _broken() from error
        except RuntimeError as error:  # a password, or a method of packing that is not built in
            raise _broken() from error
        return b"".join(parts)

    def find(self, folder: str, reference: str) -> str | None:
        """The file that a reference in a file of ``folder`` means; ``None`` where there is none."""
        for name in (reference, unquote(reference)):
            path = posixpath.normpath(posixpath.join(folder, name.split("?")[0].split("#")[0]))
            if path in self._entries:
                return path
        return None


def _leaves(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or re.match(r"^[A-Za-z]:", plain) is not None or ".." in plain.split("/")


def _broken() -> UnreadableFile:
    return UnreadableFile("file.zip", "The package is damaged, or no zip file. Export it anew.")


def _bomb() -> UnreadableFile:
    return UnreadableFile("file.bomb-zip", "The package is far larger inside than it looks. Send it in parts.")


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip of the files; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
