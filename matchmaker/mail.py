"""Mail: written down as a message of the outbox, put into words when it is sent.

A letter is one plain-text template, `templates/email/<name>.txt`: the subject on its first line,
then paragraphs. It is rendered in Chinese and again in English, as text and as simple HTML. What a
mail may say is up to the letter's function: it gets ids and must take no confidential text of them.
"""

import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import flask
import flask_babel
from flask import Flask, render_template
from sqlalchemy.orm import Session

from matchmaker import audit, jobs, outbox
from matchmaker.config import Settings
from matchmaker.db import transaction
from matchmaker.i18n import LOCALES
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.jobs import Work
from models import OutboxMessage, User, now

SECONDS_TO_ANSWER = 20
SEVEN_BITS = SMTP.clone(cte_type="7bit")  # what every mail server takes
LINE = "—" * 12

Values = dict[str, Any]
Letter = Callable[..., Values | None]

_LETTERS: dict[str, Letter] = {}


class NoTransportError(Exception):
    """Neither a mail server nor a folder is configured."""


class UnsafeServerError(Exception):
    """The mail server wants a password but offers no encryption."""


class Transport(Protocol):
    """A way to hand a mail on."""

    def send(self, mail: EmailMessage, name: str) -> None:
        """Hand on a mail; the same `name` is the same mail."""


def later(
    session: Session,
    template: str,
    to: User | str,
    *,
    key: str | None = None,
    due_at: datetime | None = None,
    **ids: Any,
) -> OutboxMessage:
    """Note, in the transaction under way, a mail to a user or, before they are one, an address.

    Of mails with the same `key` only the first is written.
    """
    whom = {"user_id": to.id} if isinstance(to, User) else {"address": to}
    return outbox.later(
        session, outbox.MAIL, key=key, due_at=due_at, template=template, **whom, **ids
    )


def letter(template: str) -> Callable[[Letter], Letter]:
    """Let a function find what a template needs.

    It is called, when the mail is sent, with the session, the reader (a `User`, None for an
    address) and the ids given to `later`; it returns the template's values, or None when there is
    nothing to say any more.
    """

    def register(values: Letter) -> Letter:
        _LETTERS[template] = values
        return values

    return register


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its way to send mail."""
    app.extensions["mail"] = Post(app, settings)


@jobs.handles(outbox.MAIL, _l("Mail"))
def send(
    work: Work,
    template: str,
    user_id: int | None = None,
    address: str = "",
    **ids: Any,
) -> None:
    """Put a letter into words and hand it on, with no database connection held meanwhile."""
    session = work.session
    reader = session.get(User, user_id) if user_id else None
    if user_id and (reader is None or not reader.active):
        return
    values = _LETTERS[template](session, reader, **ids)
    if values is None:
        return
    post: Post = flask.current_app.extensions["mail"]
    recipient = reader.email if reader else address
    mail = post.write(work.claim.public_id, recipient, template, {**values, "reader": reader})
    session.rollback()
    post.transport.send(mail, work.claim.public_id)
    with transaction(session):
        audit.record(session, None, "mail:send", reader, template=template)


class Post:
    """Writes an application's mails and knows how to hand them on."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    @property
    def folder(self) -> Path | None:
        """Where mails are put while no mail server is configured."""
        if self._settings.smtp_url or self._settings.data is None:
            return None
        return self._settings.data / "mail"

    @property
    def transport(self) -> Transport:
        """The mail server, or the folder."""
        if self._settings.smtp_url:
            return Smtp(self._settings.smtp_url)
        if self.folder is None:
            raise NoTransportError
        return Folder(self.folder)

    def write(self, name: str, recipient: str, template: str, values: Values) -> EmailMessage:
        """Return a mail; links in it begin with the configured address, whoever caused it.

        Raises:
            ValueError: the recipient's address would break its header.
        """
        texts = {locale: self._in_language(locale, template, values) for locale in LOCALES}
        subject = " / ".join(dict.fromkeys(subject for subject, _body in texts.values()))
        host = urlsplit(self._settings.address).hostname
        mail = EmailMessage(policy=SEVEN_BITS)
        mail["Subject"] = " ".join(subject.split())
        mail["From"] = self._settings.mail_from
        mail["To"] = recipient
        mail["Date"] = format_datetime(now())
        mail["Message-ID"] = f"<{name}@{host}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(f"\n\n{LINE}\n\n".join(body for _subject, body in texts.values()) + "\n")
        page = self._render(LOCALES[0], "_layout.html", {"subject": subject, "texts": texts})
        mail.add_alternative(page, subtype="html")
        return mail

    def _in_language(self, locale: str, template: str, values: Values) -> tuple[str, str]:
        text = self._render(locale, f"{template}.txt", values)
        subject, _newline, body = text.strip().partition("\n")
        return subject, body.strip()

    def _render(self, locale: str, template: str, values: Values) -> str:
        """Render as for a visitor who came to the configured address."""
        with (
            self._app.test_request_context(base_url=self._settings.address),
            flask_babel.force_locale(locale),
        ):
            flask.session["locale"] = locale
            return render_template(f"email/{template}", **values)


class Folder:
    """A maildir, for an installation without a mail server."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, mail: EmailMessage, name: str) -> None:
        """Put the mail into the folder, whole or not at all; sent twice, it is there once."""
        for part in ("tmp", "new", "cur"):
            (self._path / part).mkdir(parents=True, exist_ok=True)
        unfinished = self._path / "tmp" / name
        unfinished.write_bytes(bytes(mail))
        unfinished.replace(self._path / "new" / name)


class Smtp:
    """A mail server: `smtps://` speaks TLS at once, `smtp://` as soon as the server offers it."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    def send(self, mail: EmailMessage, name: str) -> None:
        """Hand the mail to the server.

        Raises:
            UnsafeServerError: a password would go over the wire in the clear.
            smtplib.SMTPException: the server refuses.
            OSError: there is no server.
        """
        with self._connected() as server:
            server.send_message(mail)

    def _connected(self) -> smtplib.SMTP:
        host, port = self._url.hostname or "localhost", self._url.port or 0
        context = ssl.create_default_context()
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=SECONDS_TO_ANSWER, context=context
            )
        else:
            server = smtplib.SMTP(host, port, timeout=SECONDS_TO_ANSWER)
        try:
            self._introduce(server, context)
        except BaseException:
            server.close()
            raise
        return server

    def _introduce(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        server.ehlo()
        if self._url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif self._url.scheme == "smtp" and self._url.username:
            raise UnsafeServerError
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))
