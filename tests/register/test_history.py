"""A certificate's row worked on from where it stands equals the row made of all its events."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from examprep.register.rules.history import CHANGED, STANDS_ALONE, fold, go_on
from examprep.register.rules.process import Status

DAYS = st.dates(date(2020, 1, 1), date(2029, 12, 31))
STATES = st.sampled_from(list(Status)).map(str)
KINDS = st.sampled_from(
    ["applied", "retracted", "returned", "first-passed", "final-failed", "accepted", "amended", "completed", "issued",
     "moved", *sorted(STANDS_ALONE)]
)  # fmt: skip


@st.composite
def event(draw, kind):
    name = kind if isinstance(kind, str) else draw(kind)
    begins = draw(st.none() | DAYS)
    return {
        "kind": name,
        "person_id": draw(st.integers(1, 3)),
        "level": "ASW",
        "number": "A1",
        "subject_years": None,
        "qualified_year": draw(st.none() | st.integers(2018, 2028)),
        "issued_on": draw(st.none() | DAYS),
        "validity": draw(st.sampled_from([None, "national", "local"])),
        "region_code": draw(st.sampled_from([None, "520000", "640000"])),
        "registered_on": begins,
        "registered_until": begins and begins.replace(year=begins.year + 3, day=1),
        "status": draw(STATES if name == "platform" else st.none() | STATES),
        "place_code": draw(st.sampled_from([None, "520526", "640300"])),
        "applied_on": draw(st.none() | DAYS),
        "reason": draw(st.sampled_from([None, "缺少材料"])),
        "undoes_id": None,
    }


@given(event("certified"), st.lists(event(KINDS), max_size=6), event(st.sampled_from(sorted(STANDS_ALONE))))
def test_going_on_equals_reading_all(begun, more, last):
    events = [{**each, "id": number} for number, each in enumerate([begun, *more, last], 1)]
    whole, before = fold(events), fold(events[:-1])
    kept = {"id": 1, **{name: before[name] for name in CHANGED}}  # what the statement reads of the row
    go_on(kept, events[-1])
    assert {**before, **kept} == whole
