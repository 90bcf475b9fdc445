"""QTI 1.2, written: the items of one file. Marks: 1 for a single choice; a multiple choice earns 0.5 for each right
option while none is wrong, and 2 when it is whole."""

from collections.abc import Callable

from examprep.bank.formats.fragments import body, marked, rubric
from examprep.bank.formats.labels import labels
from examprep.bank.formats.moodle_out import is_default
from examprep.bank.formats.writing import Exported
from examprep.bank.formats.xml import escaped
from examprep.bank.types.choices import Choices
from examprep.bank.types.written import Written as WrittenContent

_NAMESPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"


def write_assessment(items: str) -> str:
    """The file around the items."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<questestinterop xmlns="{_NAMESPACE}">\n'
        f'<assessment ident="assessment" title="Questions">\n<section ident="questions">\n{items}'
        "</section>\n</assessment>\n</questestinterop>\n"
    )


def write_item(exported: Exported, source: Callable[[str], str]) -> str:
    """One question; ``source`` gives a picture's address by its SHA-256."""
    question, content = exported.question, exported.question.content

    def own(text: str) -> str:
        return marked(exported, text, source)

    prompts = [] if isinstance(content, Choices) else [own(part.prompt) for part in content.parts]
    stem = _mattext(body(own(question.passage), own(question.stem), prompts))
    points = "" if isinstance(content, Choices) or is_default(content) else rubric(content, own)
    metadata = "".join(
        f"<qtimetadatafield><fieldlabel>{key}</fieldlabel><fieldentry>{escaped(value)}</fieldentry></qtimetadatafield>"
        for key, value in [*labels(exported), ("question_type", _canvas(exported))]
    )
    response, conditions = _ticked(exported, content, own) if isinstance(content, Choices) else _worded(content)
    notes = content.notes if isinstance(content, Choices) else ()
    feedback = "".join(
        _feedback(f"note_{ident}", own(note))
        for ident, note in zip(_idents(exported), notes, strict=False)
        if note.strip()
    )
    explanation = _feedback("explanation", own(question.explanation)) if question.explanation else ""
    shown = (
        '<respcondition title="explanation" continue="Yes"><conditionvar><other/></conditionvar>'
        '<displayfeedback feedbacktype="Response" linkrefid="explanation"/></respcondition>'
        if explanation
        else ""
    )
    title = " ".join(exported.words(question.stem).split())[:80]
    full = question.half_points / 2
    return (
        f'<item ident="question-{question.question_id}" title="{escaped(title)}">\n'
        f"<itemmetadata><qtimetadata>{metadata}</qtimetadata></itemmetadata>\n"
        + (f'<itemrubric view="Scorer"><material>{_mattext(points)}</material></itemrubric>\n' if points else "")
        + f"<presentation><material>{stem}</material>{response}</presentation>\n"
        f'<resprocessing><outcomes><decvar varname="SCORE" vartype="Decimal" minvalue="0" maxvalue="{full:g}" '
        f'defaultval="0"/></outcomes>{conditions}{shown}</resprocessing>\n{feedback}{explanation}</item>\n'
    )


def _idents(exported: Exported) -> list[str]:
    if exported.question.type == "true-false":
        return ["true", "false"]
    return list(exported.question.letters)


def _canvas(exported: Exported) -> str:
    """The name that Canvas has for the type."""
    names = {
        "single-choice": "multiple_choice_question",
        "multiple-choice": "multiple_answers_question",
        "true-false": "true_false_question",
    }
    content = exported.question.content
    worded = "short_answer_question" if isinstance(content, WrittenContent) and content.accepted else "essay_question"
    return names.get(exported.question.type, worded)


def _ticked(exported: Exported, content: Choices, own: Callable[[str], str]) -> tuple[str, str]:
    idents = _idents(exported)
    single = exported.question.one_tick
    choices = "".join(
        f'<response_label ident="{ident}"><material>{_mattext(own(option))}</material></response_label>'
        for ident, option in zip(idents, content.options, strict=True)
    )
    response = (
        f'<response_lid ident="RESPONSE" rcardinality="{"Single" if single else "Multiple"}">'
        f'<render_choice shuffle="No">{choices}</render_choice></response_lid>'
    )
    right = [idents[place] for place in sorted(content.correct)]
    wrong = [ident for ident in idents if ident not in right]
    if single:
        conditions = _condition(_equal(right[0]), "1", "Set")
    else:
        nothing_wrong = f"<not><or>{''.join(map(_equal, wrong))}</or></not>"
        conditions = "".join(
            _condition(f"<and>{_equal(ident)}{nothing_wrong}</and>", "0.5", "Add") for ident in right
        ) + _condition(f"<and>{''.join(map(_equal, right))}{nothing_wrong}</and>", "2", "Set")
    for ident, note in zip(idents, content.notes, strict=False):
        if note.strip():
            conditions += (
                f'<respcondition continue="Yes"><conditionvar>{_equal(ident)}</conditionvar>'
                f'<displayfeedback feedbacktype="Response" linkrefid="note_{ident}"/></respcondition>'
            )
    return response, conditions


def _worded(content: WrittenContent) -> tuple[str, str]:
    rows = "1" if content.accepted else "15"
    response = (
        f'<response_str ident="RESPONSE" rcardinality="Single"><render_fib fibtype="String" rows="{rows}">'
        '<response_label ident="answer"/></render_fib></response_str>'
    )
    full = sum(point.half_points for point in content.points) / 2
    equals = "".join(
        f'<varequal respident="RESPONSE" case="No">{escaped(text)}</varequal>' for text in content.accepted
    )
    # The specification asks for one condition at least; what a person must mark matches anything and scores nothing.
    return response, _condition(f"<or>{equals}</or>", f"{full:g}", "Set") if equals else _condition(
        "<other/>", "0", "Set"
    )


def _equal(ident: str) -> str:
    return f'<varequal respident="RESPONSE">{escaped(ident)}</varequal>'


def _condition(test: str, score: str, action: str) -> str:
    return (
        f'<respcondition continue="Yes"><conditionvar>{test}</conditionvar>'
        f'<setvar varname="SCORE" action="{action}">{score}</setvar></respcondition>'
    )


def _mattext(text: str) -> str:
    return f'<mattext texttype="text/html">{escaped(text)}</mattext>'


def _feedback(ident: str, text: str) -> str:
    return f'<itemfeedback ident="{ident}"><material>{_mattext(text)}</material></itemfeedback>\n'
