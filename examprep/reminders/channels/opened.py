"""The channels that this installation's settings open."""

from examprep.config.settings import Settings
from examprep.kernel.registry import Registry
from examprep.plumbing.vault import Vault
from examprep.reminders.channels.channel import Channel


def open_channels(settings: Settings, vault: Vault) -> Registry[Channel]:
    """None without a mail relay: then reminders stay queued."""
    if settings.smtp_host is None:
        return Registry()
    from examprep.reminders.channels.email import Email  # its libraries are a worker's, no page needs them

    return Registry(
        Email(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.mail_from,
            username=settings.smtp_username,
            password=settings.smtp_password,
            starttls=settings.smtp_starttls,
            fingerprint=vault.fingerprint,
        )
    )
