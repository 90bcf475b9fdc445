"""Who a row of a file speaks of: by the keyed hash of the ID number, else by name, birth date and organisation.

Only what agrees in every way is matched. What does not waits for an officer (`imports/review.py`): a number that
belongs to another name, a namesake born the same day under another number, a number that Excel may have spoilt.
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from examprep.imports.progress import say_step
from examprep.imports.reading import Reader, Source
from examprep.imports.rules.cells import read_day, same_name
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.people.bounds import within
from examprep.people.bulk import (
    KnownPerson,
    Namesake,
    chunks,
    find_by_birth,
    find_by_fingerprint,
    find_by_id,
    find_by_name,
)
from examprep.people.models import OrganisationRow, PersonRow
from examprep.people.rules.resident_id import ResidentId, compact, may_be_spoilt, read_resident_id
from examprep.plumbing.bulk import collect_latest
from examprep.plumbing.sheets import Row

SUSPECTED_SHARE = 0.1


class Matched(NamedTuple):
    """Who a row speaks of. ``known`` is ``None`` for somebody who is not on file yet; then the number is there."""

    name: str
    key: int  # tells persons of one file apart: the id of who is known, a number below 0 of who is not
    known: KnownPerson | None
    stranger: "Stranger | None" = None


class Stranger(NamedTuple):
    """A number that nobody on file has, and its keyed hash."""

    id_number: ResidentId
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Nameless:
    """A row without a whole number: what of it is readable, and its birth date if the file has one."""

    mask: str
    born_on: date | None


_Read = KnownPerson | Stranger | _Nameless | Sentence


# What to do about somebody unknown, in files of exams.
REGISTER_FIRST = Sentence("Nobody on file has this ID number. Import the registrations of the year first.")


class Matcher:
    """Persons of a file, looked up in a few statements for every some thousand rows, and held as long as those.

    ``unknown`` is said of a number that nobody has, where nobody may be new.
    """

    def __init__(self, source: Source, reader: Reader, *, may_be_new: bool, unknown: Sentence = REGISTER_FIRST) -> None:
        session = source.session
        self._source, self._reader, self._vault, self._may_be_new = source, reader, source.vault, may_be_new
        self._settled, self._unknown = source.settled, unknown
        self._chosen = find_by_id(session, {id_ for id_ in self._settled.values() if id_ is not None})
        self._suspected = may_be_new and self._many_end_in_zeros()
        self._reached: dict[int, bool] = {}  # organisations of persons, and whether the actor's right reaches there
        self._read: dict[int, _Read] = {}
        self._by_birth: dict[tuple[str, date], list[Namesake]] = {}
        self._by_name: dict[str, list[Namesake]] = {}
        self._given: dict[bytes, int] = {}  # the keys of numbers that are new, by their hash
        self._first_rows = array("l")  # and the row in which each stood first

    def _many_end_in_zeros(self) -> bool:
        """One number in a thousand ends so; in a file that Excel damaged nearly all do, and some fit by chance."""
        rows, at = self._source.table.rows, self._reader.columns.get("id_number")
        if at is None:
            return False
        ending = sum(may_be_spoilt(compact(text)) for text in rows.column(at))
        return ending > len(rows) * SUSPECTED_SHARE

    def parts(self) -> Iterator[list[Row]]:
        """The rows in parts; `match` and `known` are of the part that was given last."""
        done, total = 0, len(self._source.table.rows)
        for rows in chunks(self._source.table.rows):
            say_step(Sentence("Checked %(done)s of %(total)s rows.", done=done, total=total))
            self._read = {}
            self._look_up(rows)
            self._look_for_strangers(rows)
            self._reach()
            yield rows
            done += len(rows)
            collect_latest()

    def _look_for_strangers(self, rows: Sequence[Row]) -> None:
        session = self._source.session
        inside = within(PersonRow.organisation_id, self._source.actor, self._source.permission)
        strangers = [(row, found) for row in rows if isinstance(found := self._read[row.number], Stranger | _Nameless)]
        self._by_birth = find_by_birth(session, filter(None, (self._birth(*each) for each in strangers)), inside)
        unborn = [
            row for row, found in strangers if isinstance(found, _Nameless) and found.born_on is None and found.mask
        ]
        self._by_name = find_by_name(session, {self._reader.text(row, "name") for row in unborn}, inside)

    def _look_up(self, rows: Sequence[Row]) -> None:
        session, at = self._source.session, self._reader.columns.get("id_number")
        texts = {row.number: "" if at is None else compact(row.cells[at]) for row in rows}
        prints = {n: self._vault.fingerprint(text) for n, text in texts.items() if text and "*" not in text}
        known = find_by_fingerprint(session, prints.values())
        later: dict[int, Stranger] = {}
        for row in rows:
            number = row.number
            if number not in prints:
                self._read[number] = self._nameless(row, texts[number])
            elif found := known.get(prints[number]):
                self._read[number] = found
            else:
                try:
                    id_number = read_resident_id(texts[number], today=self._source.today)
                except RuleViolation as refusal:
                    self._read[number] = refusal.sentence
                    continue
                if id_number.number == texts[number]:
                    self._read[number] = Stranger(id_number, prints[number])
                    continue
                # An old number reads as the new one, so its print is another than that of what is written.
                stranger = Stranger(id_number, self._vault.fingerprint(id_number.number))
                self._read[number] = later[number] = stranger
        if later:
            known = find_by_fingerprint(session, {each.fingerprint for each in later.values()})
            self._read.update((n, known[s.fingerprint]) for n, s in later.items() if s.fingerprint in known)

    def _nameless(self, row: Row, text: str) -> _Read:
        written = self._reader.text(row, "born_on")
        if not text and not written:
            return Sentence("The ID number is missing.")
        try:
            return _Nameless(text, read_day(written, today=self._source.today) if written else None)
        except RuleViolation as refusal:
            return refusal.sentence

    def _birth(self, row: Row, found: Stranger | _Nameless) -> tuple[str, date] | None:
        born_on = found.id_number.born_on if isinstance(found, Stranger) else found.born_on
        return (self._reader.text(row, "name"), born_on) if born_on else None

    def _reach(self) -> None:
        everybody = [*self._read.values(), *self._chosen.values()]
        places = {found.organisation_id for found in everybody if isinstance(found, KnownPerson)}
        for chunk in chunks(sorted(places - self._reached.keys())):
            inside = within(OrganisationRow.id, self._source.actor, self._source.permission)
            asked = select(OrganisationRow.id).where(OrganisationRow.id.in_(chunk), inside)
            self._reached.update(dict.fromkeys(chunk, False))
            self._reached.update(dict.fromkeys(self._source.session.scalars(asked), True))

    @property
    def known(self) -> set[int]:
        """The ids of all persons on file whom rows of the part speak of, or may."""
        found = {each.person_id for each in self._read.values() if isinstance(each, KnownPerson)}
        found |= {each.person_id for each in self._chosen.values()}
        return found | {each.person_id for many in self._by_birth.values() for each in many}

    def match(self, row: Row) -> Matched | None:
        """Who the row speaks of; ``None`` when that is a problem or a doubt, which is then noted."""
        name = self._reader.text(row, "name")
        if not name:
            self._reader.problem(row, "name", Sentence("The name is missing."))
        read = self._read[row.number]
        if row.number in self._settled:
            return self._as_decided(row, name, read)
        if isinstance(read, Sentence):
            self._reader.problem(row, "id_number", read)
        elif isinstance(read, KnownPerson):
            return self._agreed(row, name, read)
        elif isinstance(read, Stranger):
            return self._stranger(row, name, read)
        elif name:
            return self._by_name_and_birth(row, name, read)
        return None

    def _as_decided(self, row: Row, name: str, read: _Read) -> Matched | None:
        chosen = self._settled[row.number]
        if chosen is not None:
            person = self._chosen.get(chosen)
            if person is None or not self._reached[person.organisation_id]:
                self._reader.problem(row, "id_number", Sentence("There is no such person in your organisations."))
                return None
            return Matched(person.name, person.person_id, person)
        if isinstance(read, Stranger) and self._may_be_new and name:
            return Matched(name, self._new(row, read), None, read)
        sentence = (
            Sentence("Somebody on file has this ID number already.")
            if isinstance(read, KnownPerson)
            else Sentence("A new person needs a whole ID number.")
        )
        self._reader.problem(row, "id_number", sentence)
        return None

    def _agreed(self, row: Row, name: str, known: KnownPerson) -> Matched | None:
        if not self._reached[known.organisation_id]:
            self._reader.problem(
                row,
                "id_number",
                Sentence(
                    "This person is filed with another bureau. That bureau, or the one above both, imports the row."
                ),
            )
            return None
        if name and name != known.name and not same_name(known.name, name):
            self._reader.doubt(
                row,
                Sentence(
                    "The ID number is that of %(known)s, but the row says %(written)s.", known=known.name, written=name
                ),
                [known.person_id],
            )
            return None
        return Matched(name, known.person_id, known) if name else None

    def _stranger(self, row: Row, name: str, read: Stranger) -> Matched | None:
        namesakes = self._by_birth.get((name, read.id_number.born_on), [])
        if namesakes:
            self._reader.doubt(row, _other_number(namesakes[0]), [each.person_id for each in namesakes])
        elif not self._may_be_new:
            self._reader.problem(row, "id_number", self._unknown)
        elif self._suspected and may_be_spoilt(read.id_number.number):
            self._reader.doubt(
                row, Sentence("The ID number ends in 000, as Excel writes numbers that lost their last digits.")
            )
        elif name:
            key = self._new(row, read)
            first = self._first_rows[-key - 1]
            if first == row.number or same_name(stood := self._name_in(first), name):
                return Matched(name, key, None, read)
            self._reader.doubt(row, Sentence("Row %(row)s gives this ID number to %(name)s.", row=first, name=stood))
        return None

    def _new(self, row: Row, read: Stranger) -> int:
        """The key of a number that is new, given out where it stands first."""
        key = self._given.setdefault(bytes.fromhex(read.fingerprint), -len(self._given) - 1)
        if -key > len(self._first_rows):
            self._first_rows.append(row.number)
        return key

    def _name_in(self, number: int) -> str:
        """The name in a row, found by its number."""
        return self._reader.text(self._source.table.rows.numbered(number), "name")

    def _by_name_and_birth(self, row: Row, name: str, read: _Nameless) -> Matched | None:
        """By name, birth date and organisation where all three agree with one person alone; else somebody decides."""
        found = self._by_birth.get((name, read.born_on), []) if read.born_on else self._by_name.get(name, [])
        if read.mask:
            found = [each for each in found if each.sealed and _fits(read.mask, self._vault.open(each.sealed))]
        unit = self._reader.text(row, "unit")
        same = [each for each in found if unit and same_name(each.organisation, unit)]
        if read.born_on and len(same) == 1:
            person = same[0]
            return Matched(name, person.person_id, KnownPerson(person.person_id, person.name, person.organisation_id))
        if not found:
            self._reader.problem(
                row,
                "id_number",
                Sentence(
                    "The row has no whole ID number, and nobody on file agrees with the rest of it. Add the number."
                ),
            )
            return None
        self._reader.doubt(
            row,
            Sentence(
                "The row has no whole ID number; %(count)s persons on file agree with the rest of it.", count=len(found)
            ),
            [each.person_id for each in found],
        )
        return None


def _other_number(namesake: Namesake) -> Sentence:
    values = {"name": namesake.name, "day": namesake.born_on, "unit": namesake.organisation}
    if namesake.sealed is None:
        return Sentence("%(name)s, born on %(day)s, is on file at %(unit)s without an ID number.", **values)
    return Sentence("%(name)s, born on %(day)s, is on file at %(unit)s with another ID number.", **values)


def _fits(mask: str, number: str) -> bool:
    """Whether a number agrees with one of which some digits are hidden, by one asterisk each or by fewer."""
    return re.fullmatch(".+".join(re.escape(part) for part in re.split(r"\*+", mask)), number) is not None
