"""The pages of imports: what is missing is said in the page's language, and every state names the next step."""

import io

import pytest

from examprep.exams.actions import load_data

HEAD = "姓名,身份证号,综合能力,实务\n"


def send(client, text, **fields):
    return client.post(
        "/imports/exam-results",
        data={"file": (io.BytesIO(text.encode("utf-8-sig")), "成绩.csv"), **fields},
        content_type="multipart/form-data",
    )


def test_a_missing_choice_is_told_in_the_pages_language(sign_in):
    answer = send(sign_in("ann_officer"), HEAD)
    assert answer.status_code == 422
    assert "此项必填" in answer.text
    assert "This field is required" not in answer.text


@pytest.mark.parametrize("row", ["张三,1.52E+17,61,70\n", ",990000,abc,55\n"])
def test_a_file_with_problems_says_how_to_go_on(sign_in, runtime, row):
    with runtime.database.write() as session:
        load_data(session, runtime.clock.today())
    officer = sign_in("ann_officer")
    answer = send(officer, HEAD + row, **{"options-year": "2024"})
    assert answer.status_code == 303
    page = officer.get(answer.headers["Location"]).text
    assert "提交改正后的文件" in page
    assert "failed.xlsx" in page


def test_the_rows_of_a_file_are_listed_with_what_is_wrong_first(sign_in, runtime):
    with runtime.database.write() as session:
        load_data(session, runtime.clock.today())
    officer = sign_in("ann_officer")
    answer = send(officer, HEAD + "张三,1.52E+17,61,70\n", **{"options-year": "2024"})
    page = officer.get(answer.headers["Location"]).text
    assert "身份证号：Excel 已把身份证号变成数值" in page
    exported = officer.get(answer.headers["Location"] + "?export=csv&state=refused").text
    assert "身份证号：Excel 已把身份证号变成数值" in exported
