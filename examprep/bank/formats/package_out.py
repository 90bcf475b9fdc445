"""QTI content packages, written: a manifest, the questions, and their pictures beside them. Pure."""

from collections.abc import Callable, Sequence

from examprep.bank.formats import qti2_out, qti12_out
from examprep.bank.formats.archive import pack
from examprep.bank.formats.fragments import named_pictures
from examprep.bank.formats.labels import labels
from examprep.bank.formats.package import MANIFEST
from examprep.bank.formats.qti2_out import QTI21, QTI22, QTI30, Dialect
from examprep.bank.formats.writing import Exported, Written
from examprep.bank.formats.xml import escaped

_CP = "http://www.imsglobal.org/xsd"
_LOM = "http://www.imsglobal.org/xsd/imsmd_v1p2"


def write_qti12(questions: Sequence[Exported]) -> Written:
    """A package of QTI 1.2, all questions in one file; nothing is lost."""
    items = "".join(qti12_out.write_item(one, _source(one)) for one in questions)
    resource = _resource("imsqti_xmlv1p2", "questions.xml", list(_pictures(questions)))
    files = {
        MANIFEST: _manifest(f"{_CP}/imscp_v1p1", "1.1.3", resource),
        "questions.xml": qti12_out.write_assessment(items).encode(),
    }
    return Written(pack(files | _pictures(questions)))


def write_qti21(questions: Sequence[Exported]) -> Written:
    """A package of QTI 2.1, one file a question; nothing is lost."""
    return _write(questions, QTI21, f"{_CP}/imscp_v1p1")


def write_qti22(questions: Sequence[Exported]) -> Written:
    """A package of QTI 2.2, one file a question; nothing is lost."""
    return _write(questions, QTI22, f"{_CP}/imscp_v1p1")


def write_qti30(questions: Sequence[Exported]) -> Written:
    """A package of QTI 3.0, one file a question; nothing is lost."""
    return _write(questions, QTI30, f"{_CP}/qti/qtiv3p0/imscp_v1p1")


def _write(questions: Sequence[Exported], dialect: Dialect, namespace: str) -> Written:
    names = [f"question-{number:05d}.xml" for number in range(1, len(questions) + 1)]
    resources = "".join(
        _resource(dialect.resource, name, list(named_pictures(one, "images/").values()), one)
        for name, one in zip(names, questions, strict=True)
    )
    files = {MANIFEST: _manifest(namespace, dialect.version, resources)}
    for name, one in zip(names, questions, strict=True):
        files[name] = qti2_out.write_item(one, dialect, _source(one)).encode()
    return Written(pack(files | _pictures(questions)))


def _source(exported: Exported) -> Callable[[str], str]:
    """The address of a picture by its SHA-256."""
    names = named_pictures(exported, "images/")
    return lambda sha256: names.get(sha256, sha256)


def _pictures(questions: Sequence[Exported]) -> dict[str, bytes]:
    return {
        name: one.pictures[sha256].content
        for one in questions
        for sha256, name in named_pictures(one, "images/").items()
    }


def _resource(kind: str, name: str, pictures: Sequence[str], exported: Exported | None = None) -> str:
    files = "".join(f'<file href="{href}"/>' for href in (name, *pictures))
    identifier = name.removesuffix(".xml")
    return (
        f'<resource identifier="resource-{identifier}" type="{kind}" href="{name}">'
        f"{_metadata(exported) if exported else ''}{files}</resource>\n"
    )


def _metadata(exported: Exported) -> str:
    keywords = "".join(
        f'<keyword><langstring xml:lang="zh">{escaped(f"{key}={value}")}</langstring></keyword>'
        for key, value in labels(exported)
    )
    return f'<metadata><lom xmlns="{_LOM}"><general>{keywords}</general></lom></metadata>'


def _manifest(namespace: str, version: str, resources: str) -> bytes:
    schema = "QTI Package" if version == "3.0" else "IMS Content" if version == "1.1.3" else f"QTIv{version} Package"
    number = "3.0.0" if version == "3.0" else "1.1.3" if version == "1.1.3" else "1.0.0"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest xmlns="{namespace}" identifier="questions">\n'
        f"<metadata><schema>{schema}</schema><schemaversion>{number}</schemaversion></metadata>\n"
        f"<organizations/>\n<resources>\n{resources}</resources>\n</manifest>\n"
    ).encode()
