"""QTI from files: one XML, or a content package whose manifest says which files hold questions. Pure."""

import posixpath
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

from examprep.bank.formats import qti2, qti12
from examprep.bank.formats.archive import Archive
from examprep.bank.formats.fragments import inner
from examprep.bank.formats.labels import read_labels
from examprep.bank.formats.raw import RawFile
from examprep.bank.formats.shaping import Gathered, LeftOutError
from examprep.bank.formats.xml import each, parse, words
from examprep.plumbing.unreadable import UnreadableFile

MANIFEST = "imsmanifest.xml"
XML_LIMIT_BYTES = 50 * 1024 * 1024
_ROOTS = ("assessmentitem", "questestinterop")


def read_single(root: Element, filename: str) -> RawFile:
    """The questions of a QTI file that stands alone: a picture beside it cannot be found.

    Raises:
        UnreadableFile: not QTI, or without any question.
    """
    if root.tag not in _ROOTS:
        raise UnreadableFile(
            "file.qti",
            "“%(name)s” is neither Moodle XML nor QTI: its first element is <%(tag)s>.",
            name=filename,
            tag=str(root.tag)[:40],
        )
    package = _Package(None)
    package.read(filename, root, {})
    return package.gathered.file()


def read_archive(archive: Archive) -> RawFile:
    """The questions of a package in the order of its manifest, or of its files where it has none.

    Raises:
        UnreadableFile: damaged, beyond the bounds, or without any question.
    """
    package = _Package(archive)
    for name, labels in package.resources():
        root = package.parsed(name)
        if root is not None and root.tag in _ROOTS:
            package.read(name, root, labels)
    return package.gathered.file()


class _Package:
    """The files of a package, or none beside the one file; and what was read from them."""

    def __init__(self, archive: Archive | None) -> None:
        self.gathered = Gathered()
        self._archive = archive
        self._left = XML_LIMIT_BYTES
        self._pictures: dict[str, str] = {}

    def parsed(self, name: str) -> Element | None:
        """A file's tree; one that cannot be read becomes a question with a fault.

        Raises:
            UnreadableFile: the package holds too much XML.
        """
        content = self._archive.read(name) if self._archive else b""
        self._left -= len(content)
        if self._left < 0:
            raise UnreadableFile("file.package-xml", "The package holds too much XML. Send it in parts.")
        try:
            return parse(content, name)
        except UnreadableFile as error:
            self.gathered.add(name, {"faults": (("", error.sentence),)})
            return None

    def resources(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The names of XML files that may hold questions, each once, with the labels the manifest gives them."""
        archive = self._archive
        if archive is None:
            return
        manifests = sorted(
            (name for name in archive.names if posixpath.basename(name) == MANIFEST), key=lambda name: name.count("/")
        )
        if not manifests:
            yield from ((name, {}) for name in archive.names if name.lower().endswith(".xml"))
            return
        root = self.parsed(manifests[0])
        seen = set(manifests)
        for resource in [] if root is None else each(root, "resource"):
            labels = read_labels(filter(None, map(words, each(resource, "keyword"))))
            hrefs = [resource.get("href", ""), *(file.get("href", "") for file in resource.iterfind("file"))]
            for href in hrefs:
                name = archive.find(posixpath.dirname(manifests[0]), href)
                if name and name not in seen and name.lower().endswith(".xml"):
                    seen.add(name)
                    yield name, labels

    def read(self, name: str, root: Element, labels: Mapping[str, Any]) -> None:
        """Gather the questions of one file."""
        folder = posixpath.dirname(name)

        def source(address: str) -> str:
            return self._picture(folder, address)

        if root.tag == "questestinterop":
            qti12.read_items(root, name, self.gathered, source)
            return
        where = f"{name}: {root.get('identifier', '')}"
        try:
            fields = qti2.read_item(root, dict(labels), self._passage(folder, root), self.gathered, source)
        except LeftOutError as reason:
            self.gathered.skip(where, reason.sentence)
        else:
            self.gathered.add(where, fields)

    def _picture(self, folder: str, address: str) -> str:
        """The address of a picture as the texts keep it; one elsewhere in the world stays as it is."""
        if address.startswith(("http:", "https:", "//")):
            return address
        if address.startswith("data:"):
            return self.gathered.media.inlined(f'src="{address}"')[5:-1]
        path = self._archive.find(folder, address) if self._archive else None
        if self._archive is None or path is None:
            return f"media:{address.removeprefix('$IMS-CC-FILEBASE$/')}"
        if path not in self._pictures:
            self._pictures[path] = self.gathered.media.add(path, self._archive.read(path))
        return f"media:{self._pictures[path]}"

    def _passage(self, folder: str, item: Element) -> str:
        """The shared stimuli that an item refers to."""
        out = []
        for reference in item.iterfind("assessmentstimulusref"):
            name = self._archive.find(folder, reference.get("href", "")) if self._archive else None
            root = self.parsed(name) if name else None
            body = None if root is None else root.find("stimulusbody")
            if name and body is not None:
                out.append(inner(body, partial(self._picture, posixpath.dirname(name))))
        return "".join(out)
