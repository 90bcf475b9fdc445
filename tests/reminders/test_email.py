"""What the relay's answers mean: whom they blame, and whether trying again can help."""

import smtplib
from datetime import UTC, datetime

import pytest

from examprep.reminders.channels.channel import ChannelDownError, DeliveryError, Message
from examprep.reminders.channels.email import Email

MAIL = Message("k", "ren@example.org", "zh", "继续教育提醒", "您好。\n", datetime(2026, 3, 31, 17, 30, tzinfo=UTC))


class Relay:
    """Stands for smtplib's connection; ``fault`` is what sending raises."""

    sock = object()

    def __init__(self, fault=None, login=None):
        self.fault, self.refusal, self.calls = fault, login, []

    def __call__(self, host, port, timeout):
        self.calls.append((host, port))
        return self

    def starttls(self, context):
        self.calls.append(("starttls", context.verify_mode.name))

    def login(self, name, password):
        self.calls.append((name, password))
        if self.refusal:
            raise self.refusal

    def send_message(self, mail):
        self.calls.append(mail["Subject"])
        if self.fault:
            raise self.fault

    def close(self):
        self.calls.append("close")

    def quit(self):
        self.calls.append("quit")


def email(relay, **more):
    return Email(
        host="relay", port=25, sender="sw@example.org", fingerprint=lambda text: "f" * 64, connect=relay, **more
    )


def test_one_connection_for_many_mails_encrypted_and_signed_in():
    relay = Relay()
    with email(relay, username="u", password="p", starttls=True).open() as send:
        assert relay.calls == [], "no connection before there is a mail"
        send(MAIL)
        send(MAIL)
    assert relay.calls == [
        ("relay", 25), ("starttls", "CERT_REQUIRED"), ("u", "p"), "继续教育提醒", "继续教育提醒", "quit"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "permanent"),
    [
        pytest.param(smtplib.SMTPRecipientsRefused({"a": (550, b"unknown")}), True, id="unknown-recipient"),
        pytest.param(smtplib.SMTPRecipientsRefused({"a": (450, b"later")}), False, id="recipient-later"),
        pytest.param(smtplib.SMTPDataError(554, b"spam"), True, id="mail-refused"),
        pytest.param(smtplib.SMTPDataError(452, b"full"), False, id="relay-full"),
        pytest.param(smtplib.SMTPSenderRefused(553, b"not you", "a"), False, id="our-own-address-is-a-setting"),
        pytest.param(smtplib.SMTPNotSupportedError("SMTPUTF8"), True, id="address-needs-utf8"),
        pytest.param(smtplib.SMTPServerDisconnected("gone"), False, id="connection-lost"),
        pytest.param(TimeoutError("slow"), False, id="too-slow"),
    ],
)
def test_what_an_answer_means(fault, permanent):
    with email(Relay(fault)).open() as send, pytest.raises(DeliveryError) as error:
        send(MAIL)
    assert error.value.permanent is permanent


def test_a_lost_connection_is_made_anew_for_the_next():
    relay = Relay(ConnectionResetError("reset"))
    with email(relay).open() as send:
        with pytest.raises(DeliveryError):
            send(MAIL)
        relay.fault = None
        send(MAIL)
    assert relay.calls.count(("relay", 25)) == 2


def test_a_relay_that_does_not_let_us_in_is_down_for_all():
    relay = Relay(login=smtplib.SMTPAuthenticationError(535, b"wrong"))
    with email(relay, username="u", password="p").open() as send, pytest.raises(ChannelDownError, match="535"):
        send(MAIL)
    assert relay.calls[-1] == "close"


def test_the_password_is_not_shown():
    assert "hush" not in repr(email(Relay(), username="u", password="hush"))
