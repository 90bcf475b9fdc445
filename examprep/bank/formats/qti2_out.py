"""Items of QTI 2.1, 2.2 and 3.0, written. Marks are the official ones, which response processing can say in full:
1 for a single choice; a multiple choice earns 2 when it is whole, else 0.5 for each right option while none is wrong.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from examprep.bank.formats.fragments import marked, rubric, xhtml
from examprep.bank.formats.moodle_out import is_default
from examprep.bank.formats.writing import Exported
from examprep.bank.formats.xml import escaped
from examprep.bank.types.choices import Choices
from examprep.bank.types.written import Written as WrittenContent

_BLOCK = re.compile(r"<(p|ul|ol|table|blockquote|pre|div)\b")


@dataclass(frozen=True)
class Dialect:
    """One version of QTI: its namespace, its schema, and how it writes names."""

    version: str
    namespace: str
    schema: str
    resource: str

    @property
    def kebab(self) -> bool:
        """Whether names are written qti-item-body, not itemBody."""
        return self.version == "3.0"

    def tag(self, name: str, inside: str = "", **attributes: str) -> str:
        """An element of QTI's own."""
        name = f"qti-{_kebab(name)}" if self.kebab else name
        written = "".join(
            f' {_kebab(key) if self.kebab else key}="{_attribute(value)}"' for key, value in attributes.items()
        )
        return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"

    def content(self, inside: str) -> str:
        """The words of a feedback or a rubric."""
        return self.tag("contentBody", inside) if self.kebab else inside


def _attribute(value: str) -> str:
    """A value within quotes; a bare line break there would be read as a blank."""
    return escaped(value).replace("\n", "&#10;").replace("\t", "&#9;")


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda found: f"-{found[1].lower()}", name)


_XSD = "http://www.imsglobal.org/xsd"
QTI21 = Dialect("2.1", f"{_XSD}/imsqti_v2p1", f"{_XSD}/qti/qtiv2p1/imsqti_v2p1.xsd", "imsqti_item_xmlv2p1")
QTI22 = Dialect("2.2", f"{_XSD}/imsqti_v2p2", f"{_XSD}/qti/qtiv2p2/imsqti_v2p2.xsd", "imsqti_item_xmlv2p2")
QTI30 = Dialect(
    "3.0",
    f"{_XSD}/imsqtiasi_v3p0",
    "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd",
    "imsqti_item_xmlv3p0",
)


def write_item(exported: Exported, dialect: Dialect, source: Callable[[str], str]) -> str:
    """One question as a file; ``source`` gives a picture's address by its SHA-256."""
    question, content, tag = exported.question, exported.question.content, dialect.tag

    def own(text: str) -> str:
        return xhtml(marked(exported, text, source), underline=False)

    prompts = [] if isinstance(content, Choices) else [part.prompt for part in content.parts if part.prompt]
    divs = [("passage", question.passage)] if question.passage else []
    divs += [("stem", question.stem), *(("part", prompt) for prompt in prompts)]
    asked = "".join(f'<div class="examprep-{kind}">{own(text)}</div>' for kind, text in divs)
    if isinstance(content, Choices):
        declaration, answer = _ticked(exported, content, dialect, own)
        points = ""
    else:
        declaration, answer = _worded(content, dialect)
        points = "" if is_default(content) else xhtml(rubric(content, own))
    if points:
        use = {} if dialect is QTI21 else {"use": "scoring"}
        answer += tag("rubricBlock", dialect.content(points), **use, view="scorer")
    explanation = own(question.explanation) if question.explanation else ""
    modal = tag(
        "modalFeedback",
        dialect.content(explanation),
        outcomeIdentifier="FEEDBACK",
        identifier="explanation",
        showHide="show",
    )
    title = " ".join(exported.words(question.stem).split())[:80]
    opened, closed = _around(dialect, f"question-{question.question_id}", title)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{opened}\n{declaration}\n'
        + tag(
            "outcomeDeclaration",
            tag("defaultValue", tag("value", "0")),
            identifier="SCORE",
            cardinality="single",
            baseType="float",
            normalMaximum=f"{question.half_points / 2:g}",
        )
        + tag("outcomeDeclaration", identifier="FEEDBACK", cardinality="multiple", baseType="identifier")
        + f"\n{tag('itemBody', asked + answer)}\n{_processing(exported, dialect)}\n"
        + (modal if explanation else "")
        + f"{closed}\n"
    )


def _around(dialect: Dialect, identifier: str, title: str) -> tuple[str, str]:
    name, dependent = (
        ("qti-assessment-item", "time-dependent") if dialect.kebab else ("assessmentItem", "timeDependent")
    )
    return (
        f'<{name} xmlns="{dialect.namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{dialect.namespace} {dialect.schema}" identifier="{identifier}" '
        f'title="{escaped(title)}" adaptive="false" {dependent}="false">'
    ), f"</{name}>"


def idents(exported: Exported) -> list[str]:
    """The identifiers of the options."""
    return ["true", "false"] if exported.question.type == "true-false" else list(exported.question.letters)


def _ticked(exported: Exported, content: Choices, dialect: Dialect, own: Callable[[str], str]) -> tuple[str, str]:
    tag, single, names = dialect.tag, exported.question.one_tick, idents(exported)
    right = "".join(tag("value", names[place]) for place in sorted(content.correct))
    inside = tag("correctResponse", right)
    if not single:
        entries = "".join(
            tag("mapEntry", mapKey=name, mappedValue="0.5" if place in content.correct else "-100")
            for place, name in enumerate(names)
        )
        inside += tag("mapping", entries, lowerBound="0", defaultValue="0")
    declaration = tag(
        "responseDeclaration",
        inside,
        identifier="RESPONSE",
        cardinality="single" if single else "multiple",
        baseType="identifier",
    )
    choices = "".join(
        tag("simpleChoice", own(option) + _note(content, place, names[place], dialect, own), identifier=names[place])
        for place, option in enumerate(content.options)
    )
    most = "1" if single else "0"
    return declaration, tag(
        "choiceInteraction", choices, responseIdentifier="RESPONSE", shuffle="false", maxChoices=most
    )


def _note(content: Choices, place: int, name: str, dialect: Dialect, own: Callable[[str], str]) -> str:
    note = own(content.notes[place]) if content.notes and content.notes[place] else ""
    if not note:
        return ""
    shown = {"outcomeIdentifier": "FEEDBACK", "identifier": name, "showHide": "show"}
    if _BLOCK.search(note):
        return dialect.tag("feedbackBlock", dialect.content(note), **shown)
    return dialect.tag("feedbackInline", note, **shown)


def _worded(content: WrittenContent, dialect: Dialect) -> tuple[str, str]:
    tag = dialect.tag
    declared = {"identifier": "RESPONSE", "cardinality": "single", "baseType": "string"}
    if not content.accepted:
        return tag("responseDeclaration", **declared), tag(
            "extendedTextInteraction", responseIdentifier="RESPONSE", expectedLines="15"
        )
    full = f"{sum(point.half_points for point in content.points) / 2:g}"
    entries = "".join(
        tag("mapEntry", mapKey=text, mappedValue=full, caseSensitive="false") for text in content.accepted
    )
    right = tag("correctResponse", tag("value", escaped(content.accepted[0])))
    declaration = tag("responseDeclaration", right + tag("mapping", entries, defaultValue="0"), **declared)
    return declaration, f"<p>{tag('textEntryInteraction', responseIdentifier='RESPONSE')}</p>"


def _processing(exported: Exported, dialect: Dialect) -> str:
    """What an answer earns, and which feedback it shows. An essay is marked by hand."""
    tag, content = dialect.tag, exported.question.content
    response, explained = tag("variable", identifier="RESPONSE"), tag("baseValue", "explanation", baseType="identifier")
    if isinstance(content, Choices):
        right = tag("match", response + tag("correct", identifier="RESPONSE"))
        whole = _score(dialect, tag("baseValue", f"{exported.question.half_points / 2:g}", baseType="float"))
        few = "" if exported.question.one_tick else tag("responseElse", _score(dialect, _map(dialect)))
        marks = tag("responseCondition", tag("responseIf", right + whole) + few)
        shown = tag("multiple", response + explained)
    else:
        marks = _score(dialect, _map(dialect)) if content.accepted else ""
        shown = tag("multiple", explained)
    return tag("responseProcessing", marks + tag("setOutcomeValue", shown, identifier="FEEDBACK"))


def _score(dialect: Dialect, value: str) -> str:
    return dialect.tag("setOutcomeValue", value, identifier="SCORE")


def _map(dialect: Dialect) -> str:
    return dialect.tag("mapResponse", identifier="RESPONSE")
