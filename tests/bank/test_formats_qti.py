"""QTI 1.2, 2.1, 2.2 and 3.0, in and out."""


import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examprep.bank.formats.package_out import write_qti12, write_qti21, write_qti22, write_qti30
from examprep.bank.importer import read_file
from examprep.imports.importer import Upload
from tests.bank.exported import any_exported, drafts, kept, of_each_type

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
