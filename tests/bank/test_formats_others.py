"""Our exports, read by programs of others.

qti-convert (CitoLab) rewrites QTI packages from one version to the next and back: what it makes of ours must be the
same questions. moodle-xml-parser reads Moodle's questions with several options.
"""

from io import BytesIO
from zipfile import ZipFile

import pytest
from defusedxml.ElementTree import fromstring
from moodle_xml_parser.parser import parse_bytes
from qti_convert import downgrade_package, upgrade_package

from examprep.bank.formats.archive import pack
from examprep.bank.formats.moodle_out import write_moodle
from examprep.bank.formats.package_out import write_qti12, write_qti21, write_qti22, write_qti30
from examprep.bank.formats.xml_files import read_package
from examprep.bank.markup import PLAIN
from tests.bank.sent_out import drafts, kept, of_each_type

CHOICES = {"single-choice", "multiple-choice"}
# What QTI 2.1 has no word for; whom a rubric is for is said by its other attribute.
NOT_IN_21 = {'Attribute "use" on qti-rubric-block is not supported in QTI 2.1.'}


def read(files):
    parts = {name: text if isinstance(text, bytes) else text.encode() for name, text in files.items()}
    return read_package(pack(parts), "a.zip")


def test_qti_12_judges_every_item_as_its_schema_asks():
    """By ims_qtiasiv1p2p1.dtd: (qticomment?, outcomes, (respcondition | itemproc_extension)+)."""
    with ZipFile(BytesIO(write_qti12(of_each_type()).content)) as package:
        judged = fromstring(package.read("questions.xml")).findall(".//{*}resprocessing")
    parts = [[part.tag.rpartition("}")[2] for part in each] for each in judged]
    assert len(parts) == len(of_each_type())
    assert all(names[0] == "outcomes" and set(names[1:]) == {"respcondition"} for names in parts), parts


@pytest.mark.parametrize("write", [write_qti21, write_qti22])
def test_qti_2_that_others_make_qti_3_of_is_the_same(write):
    questions = of_each_type()
    files = upgrade_package(write(questions).content).files
    assert any("qti-assessment-item" in str(text) for text in files.values())
    assert [kept(draft) for draft in drafts(read(files))] == [kept(one) for one in questions]


def test_qti_3_that_others_make_qti_2_of_is_the_same():
    questions = of_each_type()
    done = downgrade_package(write_qti30(questions).content)
    assert {warning.message for warning in done.warnings} <= NOT_IN_21
    assert not any("qti-assessment-item" in str(text) for text in done.files.values())
    assert [kept(draft) for draft in drafts(read(done.files))] == [kept(one) for one in questions]


def test_moodle_xml_is_what_others_take_it_for(capsys):
    ours = {one.question.stem: one.question for one in of_each_type() if one.question.type in CHOICES}
    found = {each.text_pre_parse: each for each in parse_bytes(write_moodle(of_each_type()).content)["multichoice"]}
    assert capsys.readouterr().out == ""  # where it prints what it could not read
    plain = {stem: question for stem, question in ours.items() if question.markup == PLAIN}
    assert len(plain) == 2
    for stem, question in plain.items():
        theirs = found[stem]
        assert theirs.single == (question.type == "single-choice")
        assert [option.answer for option in theirs.options] == list(question.options)
        earning = {n: option.score_fraction for n, option in enumerate(theirs.options) if option.score_fraction > 0}
        assert earning.keys() == question.content.correct
        assert sum(earning.values()) == pytest.approx(100, abs=0.01)
