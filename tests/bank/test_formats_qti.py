"""QTI 1.2, 2.1, 2.2 and 3.0, in and out."""

import io
import xml.etree.ElementTree as ET
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examprep.bank.formats.archive import pack
from examprep.bank.formats.package_out import write_qti12, write_qti21, write_qti22, write_qti30
from examprep.bank.importer import read_file
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.imports.importer import Upload
from tests.bank.sent_out import any_exported, drafts, exported, kept, of_each_type, png

WRITERS = [write_qti12, write_qti21, write_qti22, write_qti30]


def read(content, filename="package.zip"):
    return read_file(Upload(filename, content if isinstance(content, bytes) else content.encode()))


@pytest.mark.parametrize("write", WRITERS)
def test_each_type_comes_back_the_same(write):
    questions = of_each_type()
    file = read(write(questions).content)
    assert file.skipped == []
    assert file.notes == []
    assert [kept(draft) for draft in drafts(file)] == [kept(one) for one in questions]


@settings(max_examples=40, deadline=None)
@given(any_exported(), st.sampled_from(WRITERS))
def test_any_question_comes_back_the_same(one, write):
    (draft,) = drafts(read(write([one]).content))
    assert kept(draft) == kept(one)


CHAPTER_12 = "<qtimetadatafield><fieldlabel>chapter</fieldlabel><fieldentry>03</fieldentry></qtimetadatafield>"


def item12(inside, processing="", metadata=CHAPTER_12):
    return (
        '<?xml version="1.0"?><questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">'
        '<assessment ident="a">'
        f'<section ident="s"><item ident="one"><itemmetadata><qtimetadata>{metadata}</qtimetadata></itemmetadata>'
        f"<presentation>{inside}</presentation><resprocessing>{processing}</resprocessing></item></section></assessment>"
        "</questestinterop>"
    )


def lid(cardinality, *options):
    labels = "".join(
        f'<response_label ident="{ident}"><material><mattext>{text}</mattext></material></response_label>'
        for ident, text in options
    )
    return (
        '<material><mattext texttype="text/html">&lt;p&gt;题干 &lt;b&gt;甲&lt;/b&gt;&lt;/p&gt;</mattext></material>'
        f'<response_lid ident="r" rcardinality="{cardinality}"><render_choice>{labels}</render_choice></response_lid>'
    )


THREE = (("i1", "甲"), ("i2", "乙"), ("i3", "丙 &lt;"))


def test_qti12_single():
    processing = (
        '<respcondition><conditionvar><varequal respident="r">i2</varequal></conditionvar>'
        '<setvar varname="SCORE" action="Set">100</setvar></respcondition>'
    )
    (draft,) = drafts(read(item12(lid("Single", *THREE), processing), "a.xml"))
    assert (draft.type, draft.content.correct) == ("single-choice", {1})
    assert draft.content.options == ("甲", "乙", "丙 &lt;")
    assert draft.stem == "<p>题干 <strong>甲</strong></p>"


def test_qti12_several_right_with_those_excluded():
    processing = (
        '<respcondition><conditionvar><and><varequal respident="r">i1</varequal><not><varequal respident="r">i2'
        '</varequal></not><varequal respident="r">i3</varequal></and></conditionvar>'
        '<setvar varname="SCORE">100</setvar>'
        "</respcondition>"
    )
    (draft,) = drafts(read(item12(lid("Multiple", *THREE), processing), "a.xml"))
    assert (draft.type, draft.content.correct) == ("multiple-choice", {0, 2})


@pytest.mark.parametrize(
    ("inside", "metadata", "reason"),
    [
        (
            "<response_grp/>",
            "<qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>matching_question</fieldentry>"
            "</qtimetadatafield>",
            "the type “matching_question”",
        ),
        ("<response_xy ident='a'><render_hotspot/></response_xy>", "", "the type “responsexy”"),
        (lid("Single", *THREE) * 2, "", "asks 2 things at once"),
        ("<response_str ident='a'><render_fib/></response_str>", "", "neither accepted answers nor marking points"),
    ],
)
def test_qti12_names_what_is_left_out(inside, metadata, reason):
    file = read(item12(inside, metadata=metadata), "x.xml")
    ((number, sentence),) = file.skipped
    assert number == 1
    assert "x.xml: one" in str(sentence)
    assert reason in str(sentence)


def item2(inside, *, declaration="", attributes="", before="", after=""):
    return (
        '<?xml version="1.0"?><assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="it" '
        f'title="t" {attributes} timeDependent="false">{declaration}{before}<itemBody>{inside}</itemBody>{after}'
        "</assessmentItem>"
    )


SINGLE = (
    '<responseDeclaration identifier="R" cardinality="single" baseType="identifier"><correctResponse><value>b</value>'
    "</correctResponse></responseDeclaration>"
)
CHOICES = (
    '<p>题干</p><choiceInteraction responseIdentifier="R" maxChoices="1"><prompt>哪个？</prompt><simpleChoice '
    'identifier="a">甲</simpleChoice><simpleChoice identifier="b"><p>乙</p><feedbackInline outcomeIdentifier="F" '
    'identifier="b">对</feedbackInline></simpleChoice></choiceInteraction>'
)


def with_manifest(items, **more):
    """A package of items under chapter 03."""
    label = "<metadata><lom><general><keyword><langstring>chapter=03</langstring></keyword></general></lom></metadata>"
    resources = "".join(f'<resource type="imsqti_item_xmlv2p1" href="{name}">{label}</resource>' for name in items)
    manifest = (
        f'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>{resources}</resources></manifest>'
    )
    return pack({"imsmanifest.xml": manifest.encode(), **{n: t.encode() for n, t in items.items()}, **more})


def test_an_item_with_a_prompt_and_feedback():
    (draft,) = drafts(read(with_manifest({"items/a.xml": item2(CHOICES, declaration=SINGLE)})))
    assert draft.stem == "题干\n哪个?".replace("?", "？")
    assert (draft.content.options, draft.content.correct, draft.content.notes) == (("甲", "乙"), {1}, ("", "对"))


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (item2(CHOICES, declaration=SINGLE, attributes='adaptive="true"'), "it is adaptive"),
        (item2(CHOICES, declaration=SINGLE, before="<templateDeclaration identifier='x'/>"), "from a template"),
        (item2(CHOICES, declaration=SINGLE, before="<templateProcessing/>"), "from a template"),
        (item2("<matchInteraction responseIdentifier='R'/>"), "the type “matchinteraction”"),
        (item2(CHOICES * 2, declaration=SINGLE), "asks 2 things at once"),
        (item2(CHOICES), "its right answer is not declared"),
        (item2("<p>只有文字</p>"), "a text without a question"),
        (
            item2("<extendedTextInteraction responseIdentifier='R'/>", declaration=SINGLE),
            "neither accepted answers nor marking points",
        ),
    ],
)
def test_items_that_are_left_out_are_named(item, reason):
    file = read(with_manifest({"x/odd.xml": item, "b.xml": item2(CHOICES, declaration=SINGLE)}))
    ((number, sentence),) = file.skipped
    assert (number, [question.number for question in file.questions]) == (1, [2])
    assert "x/odd.xml: it" in str(sentence)
    assert reason in str(sentence)


def test_inline_choice_and_text_entry():
    inline = (
        '<p>甲<inlineChoiceInteraction responseIdentifier="R"><inlineChoice identifier="a">子</inlineChoice>'
        '<inlineChoice identifier="b">丑</inlineChoice></inlineChoiceInteraction>乙</p>'
    )
    declaration = (
        '<responseDeclaration identifier="R" cardinality="single" baseType="string"><mapping><mapEntry mapKey="丙" '
        'mappedValue="2"/><mapEntry mapKey="丁" mappedValue="1"/></mapping></responseDeclaration>'
    )
    entry = '<p>填<textEntryInteraction responseIdentifier="R"/>。</p>'
    file = read(
        with_manifest({"a.xml": item2(inline, declaration=SINGLE), "b.xml": item2(entry, declaration=declaration)})
    )
    chosen, filled = drafts(file)
    assert (chosen.stem, chosen.content.options, chosen.content.correct) == ("甲____乙", ("子", "丑"), {1})
    assert (filled.stem, filled.content.accepted) == ("填____。", ("丙",))
    assert ["only a part of the marks" in str(note) for note in file.notes] == [True]


def test_qti3_with_a_shared_stimulus_and_a_picture():
    item = (
        '<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="q" title="t" '
        'adaptive="false" time-dependent="false"><qti-response-declaration identifier="R" cardinality="multiple" '
        'base-type="identifier"><qti-correct-response><qti-value>a</qti-value><qti-value>c</qti-value>'
        "</qti-correct-response></qti-response-declaration>"
        '<qti-assessment-stimulus-ref identifier="s" href="../stimuli/s.xml"/>'
        '<qti-item-body><p>题干<img src="../pics/a%20b.png" alt="图"/></p>'
        '<qti-choice-interaction response-identifier="R" '
        'max-choices="0"><qti-simple-choice identifier="a">甲</qti-simple-choice><qti-simple-choice identifier="b">乙'
        '</qti-simple-choice><qti-simple-choice identifier="c">丙</qti-simple-choice></qti-choice-interaction>'
        "</qti-item-body><qti-modal-feedback outcome-identifier='F' identifier='x' show-hide='show'><qti-content-body>"
        "<p>因为</p></qti-content-body></qti-modal-feedback></qti-assessment-item>"
    )
    stimulus = (
        '<qti-assessment-stimulus identifier="s"><qti-stimulus-body><p>材料</p></qti-stimulus-body>'
        "</qti-assessment-stimulus>"
    )
    package = with_manifest(
        {"items/q.xml": item}, **{"stimuli/s.xml": stimulus.encode(), "pics/a b.png": png().content}
    )
    (draft,) = drafts(read(package))
    assert (draft.type, draft.content.correct) == ("multiple-choice", {0, 2})
    assert (draft.passage, draft.explanation) == ("<p>材料</p>", "<p>因为</p>")
    assert draft.pictures[0].sha256 == png().sha256


@pytest.mark.parametrize("write", WRITERS)
def test_every_file_of_a_package_stands_in_its_manifest(write):
    archive = zipfile.ZipFile(io.BytesIO(write(of_each_type()).content))
    manifest = archive.read("imsmanifest.xml").decode()
    for name in archive.namelist():
        if name != "imsmanifest.xml":
            assert f'<file href="{name}"/>' in manifest


@pytest.mark.parametrize("ticks", ["A", "AB", "ABD", "AC", "C", "ABCD"])
def test_qti2_says_the_official_marks(ticks):
    """By hand after the specification: whole 2; else the mapping, never below its lower bound."""
    one = exported("multiple-choice", {"options": ["甲", "乙", "丙", "丁"], "correct": [0, 1, 3]})
    text = zipfile.ZipFile(io.BytesIO(write_qti21([one]).content)).read("question-00001.xml")
    root = ET.fromstring(text)
    spaces = {"q": "http://www.imsglobal.org/xsd/imsqti_v2p1"}
    mapping = root.find(".//q:mapping", spaces)
    values = {entry.get("mapKey"): float(entry.get("mappedValue")) for entry in mapping}
    whole = float(root.findtext(".//q:responseIf/q:setOutcomeValue/q:baseValue", "", spaces))
    right = {value.text for value in root.iterfind(".//q:correctResponse/q:value", spaces)}
    mapped = max(float(mapping.get("lowerBound")), sum(values[tick] for tick in ticks))
    marks = whole if set(ticks) == right else mapped
    content = one.question.content
    places = frozenset("ABCD".index(tick) for tick in ticks)
    assert marks * 2 == QUESTION_TYPES["multiple-choice"].grade(content, places)


def test_a_rubric_of_qti21_names_no_use():
    """``use`` came with QTI 2.2."""
    essay = exported("short-answer", {"parts": [{"points": [{"text": "甲", "half_points": 3}]}]})
    for write, uses in ((write_qti21, False), (write_qti22, True), (write_qti30, True)):
        text = zipfile.ZipFile(io.BytesIO(write([essay]).content)).read("question-00001.xml").decode()
        assert ('use="scoring"' in text) is uses
