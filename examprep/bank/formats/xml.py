"""XML that others send, parsed without trust; and text made fit to stand in XML. Pure.

No entity is ever expanded, nothing outside the file is looked up, and size and depth are bounded. Names lose their
namespace, their capitals, their hyphens and QTI 3's ``qti-``, so that a reader knows each thing by one name.
"""

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from examprep.kernel.sentence import Sentence
from examprep.plumbing.text_files import decode
from examprep.plumbing.unreadable import UnreadableFile

SIZE_LIMIT_BYTES = 100 * 1024 * 1024
ELEMENT_LIMIT = 400_000
DEPTH_LIMIT = 100
QUESTION_LIMIT = 20_000
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_ENCODINGS = {"gb2312", "gbk", "gb18030", "big5", "iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii"}
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CHUNK = 64 * 1024


class _Bounded(TreeBuilder):
    """Builds the tree, and stops where it grows beyond what a file of questions can need."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def start(self, tag: Any, attrs: dict[Any, Any]) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > DEPTH_LIMIT:
            raise UnreadableFile(
                "file.xml-deep", "The XML is nested more than %(limit)s levels deep.", limit=DEPTH_LIMIT
            )
        if self._count > ELEMENT_LIMIT:
            raise UnreadableFile(
                "file.xml-large", "The XML has more than %(limit)s elements. Send it in parts.", limit=ELEMENT_LIMIT
            )
        return super().start(_name(tag), {_name(key): value for key, value in attrs.items()})

    def end(self, tag: Any) -> Element:
        self._depth -= 1
        return super().end(_name(tag))


@lru_cache(maxsize=2048)
def _name(tag: str) -> str:
    return tag.rpartition("}")[2].lower().removeprefix("qti-").replace("-", "").replace("_", "")


def parse(content: bytes, filename: str = "") -> Element:
    """The tree of a file; names as the head of this module says.

    Raises:
        UnreadableFile: no XML, in an encoding nobody knows, with entities of its own, too large or too deep.
    """
    if len(content) > SIZE_LIMIT_BYTES:
        raise UnreadableFile("file.xml-large", "The file “%(name)s” is too large.", name=filename)
    text = _text(content)
    builder = _Bounded()
    parser = DefusedXMLParser(target=builder, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    try:
        for start in range(0, len(text), _CHUNK):
            parser.feed(text[start : start + _CHUNK])
        root = parser.close()
    except DefusedXmlException as error:
        raise UnreadableFile(
            "file.xml-entities", "The XML declares entities of its own, which are never read. Save it without them."
        ) from error
    except ParseError as error:
        raise UnreadableFile(
            "file.xml",
            "“%(name)s” is not well-formed XML: line %(line)s, character %(place)s.",
            name=filename,
            line=error.position[0],
            place=error.position[1] + 1,
        ) from error
    except (ValueError, AssertionError, LookupError) as error:
        raise UnreadableFile("file.xml-broken", "“%(name)s” is not XML that can be read.", name=filename) from error
    if not isinstance(root, Element):
        raise UnreadableFile("file.xml-broken", "“%(name)s” is not XML that can be read.", name=filename)
    return root


def _text(content: bytes) -> str:
    """The file as text; its own word on its encoding counts where Python knows it, and is then taken out."""
    declared = _DECLARED.match(content)
    text: str | None = None
    if declared and declared[1].decode("ascii").lower() in _ENCODINGS:
        try:
            text = content.decode(declared[1].decode("ascii"))
        except ValueError:
            text = None
    text = decode(content) if text is None else text
    return re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text.lstrip("\ufeff"), count=1).lstrip()


def words(element: Element | None) -> str:
    """All the text in an element, blank ends cut."""
    return "".join(element.itertext()).strip() if element is not None else ""


def number(text: str | None) -> float | None:
    """What a weight or a mark says; ``None`` where it says nothing that counts."""
    if text is None or not re.fullmatch(r"\s*[-+]?\d{1,9}(\.\d{0,12})?\s*%?\s*", text):
        return None
    return float(text.strip().rstrip("%"))


def each(element: Element, *names: str) -> Iterator[Element]:
    """Every element below that has one of the names, in order; not below one that is found."""
    for child in element:
        if child.tag in names:
            yield child
        else:
            yield from each(child, *names)


def check_count(count: int) -> None:
    """Raises UnreadableFile: more questions than one file may hold."""
    if count > QUESTION_LIMIT:
        raise UnreadableFile(
            "file.questions", "The file has more than %(limit)s questions. Send it in parts.", limit=QUESTION_LIMIT
        )


def fit(text: str) -> str:
    """The text without characters that XML does not have."""
    return _NO_XML.sub("", text)


def escaped(text: str) -> str:
    """The text as it stands between tags or within quotes."""
    return html.escape(fit(text), quote=True)


def unsupported(kind: str) -> Sentence:
    """Why a question is left out: the bank has no such type."""
    return Sentence("the bank has no questions of the type “%(kind)s”", kind=kind[:40])
