"""Files in XML by what they hold, whatever their names say: Moodle's, or QTI's alone or in a package. Pure."""

from examprep.bank.formats.archive import Archive
from examprep.bank.formats.moodle import read_quiz
from examprep.bank.formats.package import read_archive, read_single
from examprep.bank.formats.raw import RawFile
from examprep.bank.formats.xml import parse
from examprep.plumbing.unreadable import UnreadableFile


def read_xml(content: bytes, filename: str) -> RawFile:
    """The questions of one XML file: Moodle XML, QTI 1.2, or an item of QTI 2.1, 2.2 or 3.0.

    Raises:
        UnreadableFile: not safe to read, or neither of these.
    """
    if not content.strip(b"\x00 \r\n\t"):
        raise UnreadableFile("file.empty-xml", "The file is empty. Export it anew.")
    root = parse(content, filename)
    return read_quiz(root) if root.tag == "quiz" else read_single(root, filename)


def read_package(content: bytes, filename: str) -> RawFile:
    """The questions of a QTI content package in a zip, in the order of its manifest.

    Raises:
        UnreadableFile: no zip that is safe to read, or without any question.
    """
    return read_archive(Archive(content))
