"""What every channel can do, and how it says that it could not."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Message:
    """One reminder, rendered. ``key`` is the same at every try, so that a channel can tell a repeat."""

    key: str
    address: str
    language: str
    subject: str
    body: str
    at: datetime


class DeliveryError(Exception):
    """This message was not taken; ``permanent`` when trying again cannot help."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class ChannelDownError(Exception):
    """The channel as a whole cannot be used now; no message is to blame."""


class Channel(Protocol):
    """``open`` gives a function that sends one message, and lets go of its connection at the end.

    Sending raises DeliveryError or ChannelDownError.
    """

    @property
    def name(self) -> str: ...

    def open(self) -> AbstractContextManager[Callable[[Message], None]]: ...
