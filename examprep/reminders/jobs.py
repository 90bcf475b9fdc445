"""Sending what waits in the outbox, every minute."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from flask import current_app

from examprep.plumbing.jobs import Job, JobTurn, StillDue, worker_name
from examprep.reminders import sending
from examprep.reminders.channels.channel import Channel, ChannelDownError, DeliveryError, Message
from examprep.reminders.channels.opened import open_channels
from examprep.reminders.sending import Claimed
from examprep.reminders.words import words

log = logging.getLogger(__name__)

BATCH = 50
# Far below the lease of 15 minutes: a batch on a slow relay gives back what it did not come to.
BATCH_TIME = timedelta(minutes=5)


def send(turn: JobTurn) -> int:
    """Send what is due; returns how many mails left. Without a relay everything stays queued."""
    runtime = turn.runtime
    channels = open_channels(runtime.settings, runtime.vault)
    if not len(channels):
        return 0
    with runtime.database.write() as session:
        sending.requeue_abandoned(session, now=runtime.clock.now())
    return sum(_send_all(turn, channel) for channel in channels)


def _send_all(turn: JobTurn, channel: Channel) -> int:
    """Batch after batch until nothing waits, the channel is down or the worker stops."""
    sent = 0
    with channel.open() as hand_over:
        while not turn.stopping():
            # A name of its own for each batch: what is given back or settled is exactly this batch's.
            by = f"{worker_name()}/{token_hex(3)}"
            now = turn.runtime.clock.now()
            with turn.runtime.database.write() as session:
                batch = sending.claim(session, channel.name, by=by, limit=BATCH, now=now)
            if not batch:
                break
            delivery = _Delivery(turn, hand_over, current_app.extensions["examprep.still_due"])
            reason = delivery.run(batch, started_at=now)
            sent += delivery.sent
            if reason is not None:
                log.warning("%s: %s", channel.name, reason)
                with turn.runtime.database.write() as session:
                    sending.give_back(session, by, reason=reason)
                break
    return sent


@dataclass
class _Delivery:
    """One batch: each reminder is asked about, rendered, sent and settled by itself."""

    turn: JobTurn
    hand_over: Callable[[Message], None]
    conditions: Mapping[str, StillDue]
    sent: int = 0

    def run(self, batch: Sequence[Claimed], *, started_at: datetime) -> str | None:
        """Why the rest of the batch was left; ``None`` when all of it is settled."""
        for claimed in batch:
            if self.turn.stopping():
                return "the worker was stopped"
            if self.turn.runtime.clock.now() - started_at > BATCH_TIME:
                return "the channel is slow"
            try:
                self._one(claimed)
            except ChannelDownError as error:
                return str(error)
        return None

    def _one(self, claimed: Claimed) -> None:
        runtime = self.turn.runtime
        try:
            with runtime.database.read() as session:
                due = sending.still_due(session, claimed, self.conditions, today=runtime.clock.today())
            if not due:
                with runtime.database.write() as session:
                    sending.settle_dropped(session, claimed, now=runtime.clock.now())
                return
            subject = self._send(claimed)
        except ChannelDownError:
            raise
        except DeliveryError as error:
            self._failed(claimed, str(error), permanent=error.permanent)
        except Exception as error:  # a fault in one feature's words or condition must not hold up the others
            log.exception("reminder %s cannot be made", claimed.key)
            self._failed(claimed, f"{type(error).__name__}: {error}", permanent=False)
        else:
            with runtime.database.write() as session:
                sending.settle_sent(session, claimed, subject=subject, now=runtime.clock.now())
            self.sent += 1

    def _send(self, claimed: Claimed) -> str:
        if not claimed.address:
            raise DeliveryError(sending.NO_ADDRESS, permanent=True)
        runtime = self.turn.runtime
        subject, body = words(
            runtime.settings, claimed.template, claimed.language, claimed.person_name, claimed.context
        )
        at = runtime.clock.now()
        self.hand_over(Message(claimed.key, claimed.address, claimed.language, subject, body, at))
        return subject

    def _failed(self, claimed: Claimed, reason: str, *, permanent: bool) -> None:
        with self.turn.runtime.database.write() as session:
            sending.settle_failed(session, claimed, reason, permanent=permanent, now=self.turn.runtime.clock.now())


JOBS = (Job("reminders.send", cron="* * * * *", run=send),)
