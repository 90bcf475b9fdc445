"""QTI content packages."""

from xml.etree.ElementTree import Element

from examprep.bank.formats.archive import Archive
from examprep.bank.formats.raw import RawFile
from examprep.plumbing.sheets import UnreadableFile


def read_single(root: Element, filename: str) -> RawFile:
    raise UnreadableFile("file.qti", "x")


def read_archive(archive: Archive) -> RawFile:
    raise UnreadableFile("file.qti", "x")
