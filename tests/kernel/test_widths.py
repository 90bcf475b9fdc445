"""The fast NFKC is NFKC."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from examprep.kernel.widths import narrow

# Signs, letters that are wide, narrow, composed or to be composed, and marks that join what stands before them.
ODD = st.sampled_from("，？；：（）！％．／，?;甲、。…①㈠ＡａＺ１éﬁ가　 \u0301\u0338\u3099ｶﾞ\ud55c<＜=")


@given(st.one_of(st.text(), st.text(ODD, max_size=12)))
def test_it_is_what_unicode_says(text):
    assert narrow(text) == unicodedata.normalize("NFKC", text)
