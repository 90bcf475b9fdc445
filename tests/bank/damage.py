"""Damages files at random, as long use and bad programs do: characters, bytes, parts of archives, elements of XML."""

import io
import random
import zipfile
from xml.etree import ElementTree

PIECES = [
    *"{}~=#:：\\\n\n.．、（）()【】ABCDE12345%$/<>&\"'\t\x00\ue200\ue201",
    "答案：",
    "参考答案\n",
    "解析：",
    "问题1：",
    "（2分）",
    "<![x[",
    "<!--",
    "<p a='",
]
# What the readers of XML look for, so that an element or a value turns up where it does not belong.
NAMES = [
    "quiz",
    "question",
    "answer",
    "text",
    "tags",
    "tag",
    "file",
    "questestinterop",
    "item",
    "presentation",
    "response_lid",
    "response_label",
    "resprocessing",
    "respcondition",
    "conditionvar",
    "varequal",
    "setvar",
    "assessmentItem",
    "itemBody",
    "choiceInteraction",
    "simpleChoice",
    "mapping",
    "mapEntry",
    "responseDeclaration",
    "correctResponse",
    "value",
    "qti-item-body",
    "textEntryInteraction",
    "extendedTextInteraction",
    "img",
    "p",
    "rubricBlock",
    "modalFeedback",
    "assessmentStimulusRef",
    "resource",
    "manifest",
]
VALUES = ["", "0", "-100", "1e9", "nan", "true", "multiple", "RESPONSE", "A", "../a.xml", "data:image/png;base64,AA=="]


def damaged(content: bytes, draw: random.Random) -> bytes:
    """The file with something cut, doubled, changed, moved, or put in: in its parts, where it has any."""
    if content.startswith(b"PK") and draw.random() < 0.9:
        return _damaged_archive(content, draw)
    if not content.startswith(b"PK") and draw.random() < 0.9:
        return _damaged_text(content.decode(), draw).encode("utf-8", "replace")
    return bytes(_damaged(list(content), draw))


def _damaged_archive(content: bytes, draw: random.Random) -> bytes:
    """One part of the archive damaged, most often one that holds questions; the others as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(buffer, "w") as out:
        names = [name for name in whole.namelist() if name.endswith((".xml", ".rels"))]
        telling = [name for name in names if any(word in name for word in ("document", "question", "sheet"))] or names
        hit = draw.choice(telling if draw.random() < 0.6 else whole.namelist())
        for name in whole.namelist():
            part = whole.read(name)
            if name == hit:
                text = name.endswith((".xml", ".rels"))
                part = _damaged_text(part.decode(), draw).encode() if text else bytes(_damaged(list(part), draw))
            out.writestr(name, part)
    return buffer.getvalue()


def _damaged_text(text: str, draw: random.Random) -> str:
    if text.lstrip().startswith("<") and draw.random() < 0.7:
        return _damaged_tree(text, draw)
    return "".join(_damaged(list(text), draw))


def _damaged_tree(text: str, draw: random.Random) -> str:
    """Well-formed XML in which elements are gone, doubled, moved, renamed, or say something else."""
    root = ElementTree.fromstring(text)
    for _ in range(draw.randint(1, 5)):
        below = [(parent, child) for parent in root.iter() for child in parent]
        if not below:
            break
        parent, child = draw.choice(below)
        match draw.randint(0, 6):
            case 0:
                parent.remove(child)
            case 1:
                parent.insert(draw.randint(0, len(parent)), child)
            case 2:
                other = draw.choice(list(root.iter()))
                if child not in other.iter() and other not in child.iter():
                    parent.remove(child)
                    other.append(child)
            case 3:
                child.tag = draw.choice(NAMES)
            case 4:
                name = draw.choice([*child.attrib, "type", "identifier", "class"])
                child.set(name, draw.choice(VALUES))
            case 5:
                for name in list(child.attrib):
                    del child.attrib[name]
            case _:
                child.text = "".join(draw.choices([*filter(str.isprintable, PIECES), "<p>", *VALUES], k=3))
    return ElementTree.tostring(root, encoding="unicode")


def _damaged(out: list, draw: random.Random) -> list:
    """A list of characters, or of bytes, damaged in a few places."""
    text = not out or isinstance(out[0], str)
    for _ in range(draw.randint(1, 8)):
        at = draw.randint(0, len(out))
        upto = min(len(out), at + draw.randint(0, 20))
        match draw.randint(0, 4):
            case 0:
                del out[at:upto]
            case 1:
                out[at:at] = out[at:upto] * draw.randint(1, 5)
            case 2:
                changed = draw.randbytes(upto - at)
                out[at:upto] = list(changed.decode("latin-1")) if text else list(changed)
            case _:
                put = "".join(draw.choices(PIECES, k=draw.randint(1, 6)))
                out[at:at] = list(put) if text else list(put.encode())
    return out
