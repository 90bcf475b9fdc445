"""Files made to do harm, and files that are merely broken: refused with a sentence, within bounds."""

import io
import time
import zipfile
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examprep.bank.formats import archive, package, xml
from examprep.bank.formats.archive import pack
from examprep.bank.formats.moodle_out import write_moodle
from examprep.bank.formats.package_out import write_qti12, write_qti21, write_qti30
from examprep.bank.formats.xml_files import read_package, read_xml
from examprep.plumbing.unreadable import UnreadableFile
from tests.bank.sent_out import exported, of_each_type

CHOICE = {"options": ["甲", "乙"], "correct": [0]}
ONE = exported("single-choice", CHOICE)
ITEM = zipfile.ZipFile(io.BytesIO(write_qti21([ONE]).content)).read("question-00001.xml")


def refused(read, content, filename="a"):
    with pytest.raises(UnreadableFile) as refusal:
        read(content, filename)
    assert str(refusal.value)
    return refusal.value.code


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(10))
    + b"]><quiz>&k;</quiz>"
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(LAUGHS, "file.xml-entities", id="billion-laughs"),
        pytest.param(
            b'<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
            "file.xml-entities",
            id="external-entity",
        ),
        pytest.param(
            b'<!DOCTYPE quiz [<!ENTITY % x SYSTEM "http://example.org/x.dtd"> %x;]><quiz/>',
            "file.xml-entities",
            id="parameter-entity",
        ),
        pytest.param(b"<quiz>" + b"<a>" * 200_000, "file.xml-deep", id="deep"),
        pytest.param(b"<quiz>" + b"<question/>" * 1_000_000 + b"</quiz>", "file.xml-large", id="million-elements"),
        pytest.param(b"<quiz>&unknown;</quiz>", "file.xml", id="unknown-entity"),
        pytest.param(b"\x00" * 20, "file.empty-xml", id="zeros"),
        pytest.param(b"<?xml version='1.0' encoding='utf-32'?><quiz/>" * 2, "file.xml", id="two-roots"),
    ],
)
def test_hostile_xml(content, code):
    assert refused(read_xml, content) == code


def test_a_million_items_are_refused_in_bounded_time(monkeypatch):
    item = '<item ident="a"><presentation><material><mattext>x</mattext></material></presentation></item>'
    content = ("<questestinterop>" + item * 1_000_000 + "</questestinterop>").encode()
    started = time.perf_counter()
    assert refused(read_xml, content) == "file.xml-large"
    assert time.perf_counter() - started < 60
    monkeypatch.setattr(xml, "QUESTION_LIMIT", 3)
    assert refused(read_xml, ("<questestinterop>" + item * 4 + "</questestinterop>").encode()) == "file.questions"


def test_a_document_type_without_entities_is_read():
    """As old exports have it; the DTD itself is never looked up."""
    content = (
        b'<!DOCTYPE questestinterop SYSTEM "ims_qtiasiv1p2.dtd"><questestinterop><item ident="x"/></questestinterop>'
    )
    assert [number for number, _ in read_xml(content, "a.xml").skipped] == [1]


@pytest.mark.parametrize("name", ["../evil.xml", "a/../../evil.xml", "/etc/evil.xml", "C:\\evil.xml", "..\\evil.xml"])
def test_names_that_lead_out_of_a_package(name):
    assert refused(read_package, pack({"question.xml": ITEM, name: ITEM})) == "file.zip-name"


def test_a_reference_out_of_a_package_finds_nothing():
    assert archive.Archive(pack({"a/b.xml": b""})).find("a", "../../../etc/passwd") is None
    item = ITEM.replace("题干1".encode(), b'<img src="../../../etc/passwd" alt=""/>')
    file = read_package(pack({"a/b.xml": item}), "a.zip")
    assert file.media == {}


def test_a_flat_bomb_by_what_it_says(monkeypatch):
    bomb = pack({f"{number}.xml": b" " * 1_000_000 for number in range(30)})
    monkeypatch.setattr(archive, "UNPACKED_LIMIT_BYTES", 20_000_000)
    assert len(bomb) < 100_000
    assert refused(read_package, bomb) == "file.bomb-zip"


def test_a_bomb_that_lies_about_its_size():
    bomb = bytearray(pack({"a.xml": b" " * 50_000_000}))
    size = (50_000_000).to_bytes(4, "little")
    while (place := bomb.find(size)) >= 0:
        bomb[place : place + 4] = (10).to_bytes(4, "little")
    assert refused(read_package, bytes(bomb)) == "file.zip"


def test_a_nested_bomb_is_never_unpacked():
    inner = pack({"a.xml": b" " * 10_000_000})
    assert refused(read_package, pack({f"{number}.zip": inner for number in range(100)})) == "bank.no-questions"


def test_too_much_xml_in_one_package(monkeypatch):
    monkeypatch.setattr(package, "XML_LIMIT_BYTES", 5_000)
    assert refused(read_package, pack({f"{n}.xml": ITEM for n in range(10)})) == "file.package-xml"


def test_too_many_files():
    many = pack({f"{number}.txt": b"" for number in range(archive.ENTRY_LIMIT + 1)})
    assert refused(read_package, many) == "file.zip-entries"


def test_a_password():
    content = bytearray(pack({"a.xml": ITEM}))
    content[6] |= 1
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    assert refused(read_package, bytes(content)) == "file.zip-password"


def test_a_broken_file_in_a_package_is_named():
    file = read_package(pack({"good.xml": ITEM, "bad.xml": b"<assessmentItem>"}), "a.zip")
    good, bad = file.questions
    assert not good.faults
    assert bad.names[""] == "bad.xml"
    assert "“bad.xml” is not well-formed XML: line 1" in str(bad.faults[0][1])


@pytest.mark.parametrize(
    "text",
    [
        '<div class="examprep-stem">' * 20_000,
        '<span class="examprep-marks">' * 20_000,
        "![" * 50_000,
        "**a" * 50_000,
        "<p " * 50_000,
        " " * 100_000 + "2 分",
        '<img src="@@PLUGINFILE@@' * 20_000,
        "<img " * 50_000,
        'src="data:image/png;base64,' * 20_000,
    ],
)
@pytest.mark.parametrize("form", ["html", "markdown"])
def test_no_text_takes_long(text, form):
    inside = f"<text><![CDATA[{text}]]></text>"
    content = (
        f'<quiz><question type="essay"><questiontext format="{form}">{inside}</questiontext>'
        f'<graderinfo format="{form}">{inside}</graderinfo></question></quiz>'
    )
    started = time.perf_counter()
    read_xml(content.encode(), "a.xml")
    assert time.perf_counter() - started < 10


SEEDS = [
    (read_xml, write_moodle(of_each_type()).content),
    (read_xml, ITEM),
    (read_package, write_qti12(of_each_type()).content),
    (read_package, write_qti30(of_each_type()).content),
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300), st.sampled_from([read_xml, read_package]))
def test_any_bytes_are_read_or_refused(content, read):
    with suppress(UnreadableFile):
        read(content, "a")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SEEDS), st.data())
def test_a_changed_file_is_read_or_refused(seed, data):
    read, content = seed
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(changed) - 1))
        length = data.draw(st.integers(0, 40))
        changed[place : place + length] = data.draw(st.binary(max_size=8))
        if not changed:
            break
    with suppress(UnreadableFile):
        read(bytes(changed), "a")


NAMES = """
quiz question answer text tags tag file questestinterop item presentation response_lid response_label resprocessing
respcondition conditionvar varequal setvar assessmentItem itemBody choiceInteraction simpleChoice mapping mapEntry
responseDeclaration correctResponse value qti-item-body textEntryInteraction img p rubricBlock
"""
TAG = st.sampled_from(NAMES.split())
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["type", "ident", "identifier", "responseIdentifier", "fraction", "mappedValue", "format", "src"]),
    st.sampled_from(["multichoice", "shortanswer", "essay", "truefalse", "RESPONSE", "A", "100", "-1e9", "nan", ""]),
    max_size=3,
)
TREES = st.recursive(
    st.tuples(TAG, ATTRIBUTES, st.just([])),
    lambda below: st.tuples(TAG, ATTRIBUTES, st.lists(below, max_size=4)),
    max_leaves=25,
)


def written(tree):
    tag, attributes, below = tree
    said = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{said}>x{''.join(map(written, below))}</{tag}>"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["quiz", "questestinterop", "assessmentItem"]), st.lists(TREES, max_size=4))
def test_any_tree_is_read_or_refused(root, below):
    with suppress(UnreadableFile):
        read_xml(written((root, {}, below)).encode(), "a.xml")
