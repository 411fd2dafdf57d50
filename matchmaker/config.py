"""Settings, read once from the environment; unsafe production values are refused."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matchmaker.i18n import _

ROOT = Path(__file__).resolve().parent.parent
MINIMUM_SECRET_LENGTH = 32
DATABASES = ("sqlite:///", "postgresql+psycopg://")
QUEUES = ("redis://", "rediss://", "unix://")
MAIL_SERVERS = ("smtps://", "smtp://")
FILE_STORES = ("s3://", "file:///")
ENVIRONMENTS = ("development", "production")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
PASSWORD_PROFILES = ("asvs", "dengbao")
PORTS = range(1, 65_536)


class ConfigError(Exception):
    """A setting is missing or unsafe; the message names it and the cure."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process; docs/operations.md lists them with their variables.

    `data` is the folder of what the installation keeps beside its database, None to keep nothing.
    """

    database_url: str
    secret_key: str
    production: bool = False
    demo: bool = False
    base_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    trusted_hosts: tuple[str, ...] = ()
    proxy_count: int = 0
    data: Path | None = None
    attachments_url: str = ""
    redis_url: str = ""
    smtp_url: str = ""
    mail_from: str = "matchmaker@localhost"
    password_profile: str = "asvs"  # noqa: S105 (the name of a rule)

    @property
    def https(self) -> bool:
        """Whether browsers reach this site over https alone."""
        return self.base_url.startswith("https://")

    @property
    def address(self) -> str:
        """The address that links in mails begin with."""
        return self.base_url.rstrip("/") or f"http://{self.host}:{self.port}"

    def __post_init__(self) -> None:
        """Refuse what cannot work, and in production what is unsafe (ASVS 5.0 A6.3.2, A13.4)."""
        self._refuse_unreadable()
        if self.port not in PORTS:
            raise ConfigError(_("PORT: %(port)d is not between 1 and 65535", port=self.port))
        if self.password_profile not in PASSWORD_PROFILES:
            raise ConfigError(
                _("PASSWORD_PROFILE: use one of %(words)s", words=" / ".join(PASSWORD_PROFILES))
            )
        if self.host not in LOOPBACK and not self.https and not self.demo:
            raise ConfigError(
                _("HOST: beyond this machine serve over https only; give BASE_URL as https://…")
            )
        if self.production:
            self._refuse_unsafe()

    def _refuse_unreadable(self) -> None:
        """Refuse addresses of a kind that nothing here speaks."""
        if not self.secret_key:
            raise ConfigError(_("SECRET_KEY: it is empty"))
        given: list[tuple[str, str, tuple[str, ...]]] = [
            ("DATABASE_URL", self.database_url, DATABASES)
        ]
        if self.attachments_url:
            given.append(("ATTACHMENTS_URL", self.attachments_url, FILE_STORES))
        if self.redis_url:
            given.append(("REDIS_URL", self.redis_url, QUEUES))
        if self.smtp_url:
            given.append(("SMTP_URL", self.smtp_url, MAIL_SERVERS))
        for name, url, kinds in given:
            if not url.startswith(kinds):
                words = " / ".join(kinds)
                raise ConfigError(_("%(name)s: begin it with %(kinds)s", name=name, kinds=words))
        if "@" not in self.mail_from or any(map(str.isspace, self.mail_from)):
            raise ConfigError(_("MAIL_FROM: “%(value)s” is no mail address", value=self.mail_from))

    def _refuse_unsafe(self) -> None:
        if self.demo:
            raise ConfigError(_("MATCHMAKER_DEMO: production has no demo accounts"))
        if len(self.secret_key) < MINIMUM_SECRET_LENGTH:
            raise ConfigError(
                _("SECRET_KEY: give at least %(n)d random characters", n=MINIMUM_SECRET_LENGTH)
            )
        if self.database_url.startswith("sqlite"):
            raise ConfigError(_("DATABASE_URL: production needs PostgreSQL, not SQLite"))
        if not self.https:
            raise ConfigError(_("BASE_URL: give the public https address"))
        if not self.trusted_hosts:
            raise ConfigError(_("TRUSTED_HOSTS: name the hosts this site answers to"))


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that `environ` (the process's own by default) asks for.

    Raises:
        ConfigError: a value cannot be read or must not be used in production.
    """
    env = os.environ if environ is None else environ
    data = Path(env.get("MATCHMAKER_DATA", ROOT / "var"))
    environment = env.get("MATCHMAKER_ENV") or "development"
    if environment not in ENVIRONMENTS:
        raise ConfigError(_("MATCHMAKER_ENV: use one of %(words)s", words=" / ".join(ENVIRONMENTS)))
    production = environment == "production"
    return Settings(
        database_url=env.get("DATABASE_URL") or f"sqlite:///{data / 'matchmaker.sqlite'}",
        secret_key=env.get("SECRET_KEY") or ("" if production else _local_secret(data)),
        production=production,
        demo=env.get("MATCHMAKER_DEMO", "") == "1",
        base_url=env.get("BASE_URL", ""),
        host=env.get("HOST", "127.0.0.1"),
        port=_integer(env, "PORT", 8000),
        trusted_hosts=tuple(filter(None, env.get("TRUSTED_HOSTS", "").split(","))),
        proxy_count=_integer(env, "PROXY_COUNT", 0),
        data=data,
        attachments_url=env.get("ATTACHMENTS_URL", ""),
        redis_url=env.get("REDIS_URL", ""),
        smtp_url=env.get("SMTP_URL", ""),
        mail_from=env.get("MAIL_FROM") or "matchmaker@localhost",
        password_profile=env.get("PASSWORD_PROFILE") or "asvs",
    )


def _integer(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "")
    if not text:
        return default
    if not text.isdecimal():
        raise ConfigError(_("%(name)s: “%(value)s” is not a whole number", name=name, value=text))
    return int(text)


def _local_secret(data: Path) -> str:
    """Return this installation's own random key, made on first use and readable by its owner."""
    path = data / "secret-key"
    try:
        if not path.exists():
            data.mkdir(parents=True, exist_ok=True)
            unfinished = data / f".{secrets.token_hex(8)}.tmp"
            unfinished.touch(mode=0o600)
            unfinished.write_text(secrets.token_urlsafe(48), encoding="ascii")
            unfinished.replace(path)  # whole or not at all, whoever else starts now
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise ConfigError(
            _("MATCHMAKER_DATA: %(file)s cannot be used: %(reason)s", file=path, reason=error)
        ) from error
