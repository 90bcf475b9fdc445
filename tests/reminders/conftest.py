"""A real SMTP server on loopback, and words of our own to send through it."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from jinja2 import ChoiceLoader, DictLoader

from examprep.plumbing.jobs import JobTurn
from examprep.reminders.jobs import send


@dataclass
class Mailbox:
    """Keeps what arrives; ``answers`` are given to RCPT by address, ``data_answers`` to the mails in turn."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    data_answers: list[str] = field(default_factory=list)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 -- aiosmtpd's name
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's name
        if self.data_answers:
            return self.data_answers.pop(0)
        self.recipients.extend(envelope.rcpt_tos)
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox(free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def mailing(runtime, mailbox):
    """The runtime with the mailbox as its relay."""
    settings = runtime.settings.with_(smtp_host="127.0.0.1", smtp_port=mailbox.port, mail_from="社工 <sw@example.org>")
    return type(runtime)(settings, runtime.database, runtime.clock, runtime.vault)


@pytest.fixture
def app(mailing):
    from examprep.app.factory import create_app

    app = create_app(mailing)
    app.testing = True
    words = {"reminders/short.txt": "继续教育还差 {{ minutes | hours }} 学时\n{{ person_name }}，您好。\n"}
    app.jinja_loader = ChoiceLoader([app.jinja_loader, DictLoader(words)])
    return app


@pytest.fixture
def turn(app, mailing):
    """Runs one turn of the sending job, as a worker would; returns how many mails left."""

    def go(runtime=mailing, stopping=lambda: False) -> int:
        now = runtime.clock.now()
        with app.app_context():
            return send(JobTurn(runtime, now, now, stopping))

    return go
