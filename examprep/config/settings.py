"""Every setting of an installation. The only reader of ``os.environ``.

Secrets that are not given are made once and kept in ``<home>/secrets.json`` (mode 0600), so that one county needs
no configuration; many machines must share them and therefore set them.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

_SECRET_NAMES = ("EXAMPREP_SECRET_KEY", "EXAMPREP_DATA_KEY")


class SettingsError(Exception):
    """A setting has a value that cannot be used; the sentence names the variable and what would be right."""


@dataclass(frozen=True)
class Settings:
    """What an installation may choose. Units are in the names."""

    home: Path
    database_url: str
    secret_key: str  # signs cookies and tokens
    data_key: str  # encrypts national ID numbers and keys their hash
    authority_zh: str = "社会工作主管部门"  # the owner moved from 民政局 to 社会工作部 in 2023-24; both live on
    authority_en: str = "Social work authority"
    base_url: str = "http://127.0.0.1:8000"  # how links in mails begin
    smtp_host: str | None = None  # without a relay, mails stay in the outbox and are shown as not sent
    smtp_port: int = 25
    smtp_username: str | None = None
    smtp_password: str | None = None
    smtp_starttls: bool = False
    mail_from: str = "examprep@localhost"
    upload_limit_bytes: int = 20 * 1024 * 1024
    secure_cookies: bool = False
    trusted_proxies: int = 0  # how many proxies in front set X-Forwarded-For
    development: bool = False  # shows the style guide

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, *, home: Path | None = None) -> "Settings":
        """Read and check the environment.

        Raises:
            SettingsError: a value does not parse or is out of range.
        """
        env = _Reader(os.environ if environ is None else environ)
        home = home or Path(env.text("EXAMPREP_HOME", "examprep-data"))
        secret_key, data_key = _secrets(home, env)
        default_url = f"sqlite:///{home.resolve() / 'examprep.db'}"
        url = env.text("EXAMPREP_DATABASE_URL", default_url)
        if url.startswith("postgresql://"):
            url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise SettingsError("EXAMPREP_DATABASE_URL: use sqlite:///… or postgresql://…")
        return cls(
            home=home,
            database_url=url,
            secret_key=secret_key,
            data_key=data_key,
            authority_zh=env.text("EXAMPREP_AUTHORITY_ZH", cls.authority_zh),
            authority_en=env.text("EXAMPREP_AUTHORITY_EN", cls.authority_en),
            base_url=env.text("EXAMPREP_BASE_URL", cls.base_url).rstrip("/"),
            smtp_host=env.optional("EXAMPREP_SMTP_HOST"),
            smtp_port=env.whole("EXAMPREP_SMTP_PORT", cls.smtp_port, 1, 65535),
            smtp_username=env.optional("EXAMPREP_SMTP_USERNAME"),
            smtp_password=env.secret("EXAMPREP_SMTP_PASSWORD"),
            smtp_starttls=env.flag("EXAMPREP_SMTP_STARTTLS"),
            mail_from=env.text("EXAMPREP_MAIL_FROM", cls.mail_from),
            upload_limit_bytes=env.whole("EXAMPREP_UPLOAD_LIMIT_MB", 20, 1, 1024) * 1024 * 1024,
            secure_cookies=env.flag("EXAMPREP_SECURE_COOKIES"),
            trusted_proxies=env.whole("EXAMPREP_TRUSTED_PROXIES", 0, 0, 8),
            development=env.flag("EXAMPREP_DEVELOPMENT"),
        )

    def with_(self, **changes: object) -> "Settings":
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Reader:
    environ: Mapping[str, str]

    def optional(self, name: str) -> str | None:
        return self.environ.get(name, "").strip() or None

    def text(self, name: str, default: str) -> str:
        return self.optional(name) or default

    def secret(self, name: str) -> str | None:
        """A secret itself, or ``NAME_FILE`` naming the file that holds it."""
        path = self.optional(name + "_FILE")
        if path is None:
            return self.optional(name)
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{name}_FILE: cannot read {path}: {error.strerror}") from error

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        text = self.optional(name)
        if text is None:
            return default
        if not text.isdecimal() or not low <= int(text) <= high:
            raise SettingsError(f"{name}: {text!r} is not a whole number from {low} to {high}")
        return int(text)

    def flag(self, name: str) -> bool:
        text = (self.optional(name) or "no").lower()
        if text not in {"yes", "no", "true", "false", "1", "0"}:
            raise SettingsError(f"{name}: {text!r} is neither yes nor no")
        return text in {"yes", "true", "1"}


def _secrets(home: Path, env: _Reader) -> tuple[str, str]:
    given = {name: env.secret(name) for name in _SECRET_NAMES}
    if not all(given.values()):
        kept = _kept_secrets(home / "secrets.json")
        given = {name: given[name] or kept[name] for name in _SECRET_NAMES}
    for name, value in given.items():
        if len(value or "") < 32:
            raise SettingsError(f"{name}: give at least 32 characters")
    return str(given[_SECRET_NAMES[0]]), str(given[_SECRET_NAMES[1]])


def _kept_secrets(path: Path) -> dict[str, str]:
    """The installation's own secrets, made at the first start; two processes starting at once agree."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = {name: secrets.token_urlsafe(48) for name in _SECRET_NAMES}
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(fresh), encoding="utf-8")
    try:
        os.link(draft, path)  # fails if another process was first
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return kept
