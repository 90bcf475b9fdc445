"""Administrative divisions of GB/T 2260, current ones, from the table that python-stdnum keeps."""

import re
from collections.abc import Iterator
from importlib.resources import files

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from examprep.people.models import RegionRow

_PROVINCE = re.compile(r'^(\d\d) province="([^"]+)"')
_PLACE = re.compile(r'^\s+(\d{4}) county="([^"]+)"')
# A code may have had several names: "[1982-2001]older name,[2002-]present name"; an open end is the present.
_SPELL = re.compile(r"^(?:\[(\d*)-(\d*)\])?(.+)$")
_COLLECTIVE = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}


def current_regions() -> Iterator[tuple[str, str, str | None, int]]:
    """(code, name, parent's code, level) in an order in which parents come first."""
    places: dict[str, str] = {}
    province = ""
    for line in files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8").splitlines():
        if found := _PROVINCE.match(line):
            province = found[1]
            places[province + "0000"] = found[2]
        elif found := _PLACE.match(line):
            name = _present_name(found[2])
            if name and name not in _COLLECTIVE and found[1] != "0000":
                places[province + found[1]] = name
    for code in sorted(places):
        level = 1 if code.endswith("0000") else 2 if code.endswith("00") else 3
        parent = None
        if level > 1:
            prefecture = code[:4] + "00"
            # Municipalities and counties run by their province have no prefecture between.
            parent = prefecture if level == 3 and prefecture in places else code[:2] + "0000"
        yield code, places[code], parent, level


def _present_name(spells: str) -> str | None:
    for spell in spells.split(","):
        found = _SPELL.match(spell)
        if found and (found[1] is None or not found[2]):
            return found[3]
    return None


def load_regions(session: Session) -> None:
    """Add and rename divisions; those that ceased stay, since persons may still be filed there."""
    known = dict(session.execute(select(RegionRow.code, RegionRow.name)).all())
    fresh = []
    for code, name, parent, level in current_regions():
        if code not in known:
            fresh.append({"code": code, "name": name, "parent_code": parent, "level": level})
        elif known[code] != name:
            session.execute(update(RegionRow).where(RegionRow.code == code).values(name=name))
    if fresh:
        session.execute(insert(RegionRow), fresh)
