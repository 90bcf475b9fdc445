"""Claims handed in, for tests: forms as a phone sends them, and claims made without pages."""

import io
from datetime import date

from examprep.ce import claiming
from examprep.ce.claiming import Filled
from examprep.ce.rules.claim_checks import Slot
from examprep.plumbing.uploads import accept
from tests.plumbing.test_uploads import picture

FORM = {
    "kind": "hours",
    "title": "个案管理进阶培训",
    "organiser": "毕节市社会工作协会",
    "category": "professional",
    "first_on": "2026-03-05",
    "last_on": "",
    "from_time": "09:00",
    "to_time": "12:00",
    "amount": "4",
    "unit": "hours",
    "note": "",
    "day_reason": "",
    "number": "123456",
}


def photo(colour=(10, 90, 30), name="证书.jpg"):
    return io.BytesIO(picture(colour=colour)), name


def sent(*files, hand_in=True, **changes):
    """What a browser sends."""
    button = {"hand_in" if hand_in else "save": "1"}
    return {**FORM, **button, **changes, "files": list(files or [photo()])}


class Claims:
    """Claims of persons of the world, made by the product's own verbs."""

    def __init__(self, runtime, world):
        self.runtime, self.world, self.made = runtime, world, 0

    def hand_in(self, who="ann_candidate", *, day=date(2026, 3, 5), at=(540, 720), minutes=135, proof=None, **changes):
        """One claim; by default on 5 March from 9 to 12, three credit hours, with a photo of its own."""
        self.made += 1
        now = self.runtime.clock.now()
        slot = None if at is None else Slot(day, changes.pop("until", day), *at)
        until = slot.last_on if slot else day
        basic = {
            "kind": "hours",
            "title": f"培训 {self.made}",
            "organiser": "",
            "category": "professional",
            "units": 1,
        }
        filled = Filled(
            **{**basic, "on": day, "until": until, "slot": slot, "minutes": minutes, "note": "", "day_reason": ""}
            | changes
        )
        shade = (self.made * 29 % 256, self.made * 83 % 256, self.made * 151 % 256)  # apart enough for JPEG
        file = accept("x.jpg", picture(colour=shade) if proof is None else proof)
        with self.runtime.database.write() as session:
            actor = self.world.actor(session, who)
            claim_id = claiming.keep_draft(session, actor, None, self.made, {}, now=now)
            claiming.add_files(session, self.runtime.vault, actor, claim_id, [file], now=now)
            claiming.hand_in(session, actor, claim_id, filled, now=now, today=self.runtime.clock.today())
        return claim_id

    def do(self, verb, who, *args, **options):
        """An action in a transaction of its own."""
        with self.runtime.database.write() as session:
            return verb(session, self.world.actor(session, who), *args, now=self.runtime.clock.now(), **options)
