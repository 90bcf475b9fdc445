"""E-mail through any SMTP relay: one connection for many mails, opened at the first."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from examprep.reminders.channels.channel import ChannelDownError, DeliveryError, Message

TIMEOUT_SECONDS = 30
LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True)
class Email:
    """``connect`` opens the relay; ``fingerprint`` makes this installation's message ids out of keys."""

    host: str
    port: int
    sender: str
    fingerprint: Callable[[str], str]
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: bool = False
    connect: Callable[..., smtplib.SMTP] = smtplib.SMTP
    name: str = "email"

    @contextmanager
    def open(self) -> Iterator[Callable[[Message], None]]:
        """A function that sends one mail; the connection is made when first needed, and anew when it was lost."""
        relay: list[smtplib.SMTP] = []

        def send(message: Message) -> None:
            mail = self.compose(message)
            if relay and relay[0].sock is None:  # the relay said goodbye with its last answer
                relay.clear()
            if not relay:
                relay.append(self._relay())
            try:
                _hand_over(relay[0], mail)
            except DeliveryError:
                raise
            except (smtplib.SMTPServerDisconnected, OSError) as error:
                relay.pop().close()
                raise DeliveryError(f"the connection was lost: {error}", permanent=False) from error

        try:
            yield send
        finally:
            for connection in relay:
                with suppress(smtplib.SMTPException, OSError):
                    connection.quit()

    def compose(self, message: Message) -> EmailMessage:
        """The mail as it goes out.

        Raises:
            DeliveryError: permanent, the address cannot stand in a mail.
        """
        if "@" not in message.address:
            raise DeliveryError("the address cannot be used: it has no @", permanent=True)
        mail = EmailMessage(policy=SMTP)
        try:
            mail["To"] = Address(addr_spec=message.address)
            mail["From"] = self.sender
            mail["Subject"] = message.subject
        except (ValueError, IndexError, MessageError) as error:
            raise DeliveryError(f"the address cannot be used: {error}", permanent=True) from error
        mail["Date"] = format_datetime(message.at)
        # The same key gives the same id, so that a relay or a mailbox can drop a repeat.
        domain = parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"
        mail["Message-ID"] = f"<{self.fingerprint(f'mail:{message.key}')[:40]}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # keeps absence replies from answering
        mail["Content-Language"] = LANGUAGE_TAGS.get(message.language, message.language)
        mail.set_content(message.body, charset="utf-8")
        return mail

    def _relay(self) -> smtplib.SMTP:
        """Raises ChannelDownError: not reached, or it does not let us in."""
        relay = None
        try:
            relay = self.connect(self.host, self.port, timeout=TIMEOUT_SECONDS)
            if self.starttls:
                relay.starttls(context=ssl.create_default_context())
            if self.username is not None:
                relay.login(self.username, self.password or "")
        except (smtplib.SMTPException, OSError) as error:
            if relay is not None:
                relay.close()
            raise ChannelDownError(f"{self.host}:{self.port}: {error}") from error
        return relay


def _hand_over(relay: smtplib.SMTP, mail: EmailMessage) -> None:
    """Raises DeliveryError: the relay's answer, 5xx about the recipient or the mail being permanent."""
    try:
        relay.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        raise DeliveryError(f"{code} {_text(reason)}", permanent=code >= 500) from error
    except smtplib.SMTPSenderRefused as error:
        # Our own address is a setting; once it is mended the same mail goes through.
        raise DeliveryError(f"{error.smtp_code} {_text(error.smtp_error)}", permanent=False) from error
    except smtplib.SMTPResponseException as error:
        raise DeliveryError(f"{error.smtp_code} {_text(error.smtp_error)}", permanent=error.smtp_code >= 500) from error
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryError(str(error), permanent=True) from error


def _text(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
