"""Mail: Chinese first, links to the configured address, headers that nobody can break."""

import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy.orm import Session

from matchmaker import mail
from matchmaker.config import Settings
from matchmaker.db import db, transaction
from matchmaker.mail import Folder, Smtp, UnsafeServerError
from models import AuditEntry, MessageStatus, OutboxMessage, User
from tests import factories
from tests.conftest import SECRET
from tests.matchmaker.test_jobs import work_off

TEXT = """{{ _("Needs hall") }} {{ about }}

{{ _("Sign in") }}: {{ url_for("accounts.sign_in", _external=True) }}

<b>{{ about }}</b>
"""


@pytest.fixture
def news(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let the application write a letter called news, into a folder; give the folder."""
    monkeypatch.setitem(mail._LETTERS, "news", lambda _session, _reader, **ids: ids)
    assert app.jinja_env.loader is not None
    loader = ChoiceLoader([DictLoader({"email/news.txt": TEXT}), app.jinja_env.loader])
    monkeypatch.setattr(app.jinja_env, "loader", loader)
    _configure(app, data=tmp_path, base_url="https://match.example.org/portal/")
    return tmp_path / "mail" / "new"


def _configure(app: Flask, **settings: Any) -> None:
    mail.init_app(app, Settings(database_url="sqlite:///x", secret_key=SECRET, **settings))


def _later(session: Session, to: User | str, **ids: Any) -> OutboxMessage:
    with transaction(session):
        return mail.later(session, "news", to, **ids)


def _read(folder: Path) -> EmailMessage:
    (path,) = folder.iterdir()
    parsed = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def _body(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_a_mail_comes_in_chinese_and_english_as_text_and_as_html(
    app: Flask, session: Session, news: Path
) -> None:
    reader = factories.user(email="li@example.com")
    _later(session, reader, about="隔膜")
    work_off(app)
    sent = _read(news)
    assert sent["To"] == "li@example.com"
    assert sent["From"] == "matchmaker@localhost"
    assert sent["Subject"] == "需求大厅 隔膜 / Needs hall 隔膜"
    for kind in ("plain", "html"):
        body = _body(sent, kind)
        assert body.index("登录") < body.index("Sign in")
    assert "<b>隔膜</b>" in _body(sent, "plain")
    assert "&lt;b&gt;隔膜&lt;/b&gt;" in _body(sent, "html")
    assert bytes(sent).isascii()


def test_links_begin_with_the_configured_address(app: Flask, session: Session, news: Path) -> None:
    with app.test_request_context(base_url="http://evil.example"):
        _later(session, factories.user())
        work_off(app)
    link = "https://match.example.org/portal/sign-in"
    sent = _read(news)
    assert link in _body(sent, "plain")
    assert f'href="{link}"' in _body(sent, "html")
    assert "evil.example" not in str(sent)


def test_a_line_break_in_a_value_makes_no_header(app: Flask, session: Session, news: Path) -> None:
    _later(session, "li@example.com", about="x\r\nBcc: all@example.com\r\n\r\nboo")
    work_off(app)
    sent = _read(news)
    assert sent["Bcc"] is None
    assert "\n" not in sent["Subject"]


@pytest.mark.parametrize(
    "address", ["li@example.com\r\nBcc: all@example.com", "li@example.com\nX: y", "\r\n"]
)
def test_a_line_break_in_an_address_sends_nothing(
    app: Flask, session: Session, news: Path, address: str
) -> None:
    message = _later(session, address)
    work_off(app)
    session.refresh(message)
    assert message.status is MessageStatus.WAITING
    assert message.error
    assert not news.exists()


def test_who_may_not_sign_in_any_more_gets_no_mail(
    app: Flask, session: Session, news: Path
) -> None:
    message = _later(session, factories.user(active=False))
    work_off(app)
    session.refresh(message)
    assert message.status is MessageStatus.SENT
    assert not news.exists()


def test_a_letter_with_nothing_to_say_any_more_is_not_sent(
    app: Flask, session: Session, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(mail._LETTERS, "news", lambda _session, _reader: None)
    _later(session, factories.user())
    work_off(app)
    assert not news.exists()


def test_a_mail_sent_twice_is_in_the_folder_once(app: Flask, session: Session, news: Path) -> None:
    message = _later(session, factories.user())
    work_off(app)
    with transaction(session):  # as if the worker had died before it could say so
        message.status, message.due_at = MessageStatus.WAITING, message.created_at
    work_off(app)
    session.refresh(message)
    assert (message.status, message.attempts) == (MessageStatus.SENT, 2)
    assert _read(news)["Message-ID"] == f"<{message.public_id}@match.example.org>"


def test_sending_is_audited_without_the_address(app: Flask, session: Session, news: Path) -> None:
    reader = factories.user()
    _later(session, reader)
    work_off(app)
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "mail:send")).one()
    assert (entry.subject_id, entry.detail) == (reader.id, {"template": "news"})


class Server(socketserver.ThreadingTCPServer):
    """A mail server that takes everything and offers no encryption."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.heard: list[str] = []
        self.mails: list[bytes] = []


class Conversation(socketserver.StreamRequestHandler):
    """One client's SMTP conversation (RFC 5321)."""

    server: Server

    def handle(self) -> None:
        """Answer until the client leaves."""
        self._say("220 test")
        while line := self.rfile.readline():
            command = line.decode().strip().upper()
            self.server.heard.append(command)
            if command == "DATA":
                self._say("354 go on")
                self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self._say("221 bye" if command == "QUIT" else "250 ok")

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a running mail server."""
    with Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def _url(server: Server, credentials: str = "") -> str:
    return f"smtp://{credentials}127.0.0.1:{server.server_address[1]}"


def test_a_mail_server_gets_the_mail(
    app: Flask, session: Session, news: Path, server: Server
) -> None:
    _configure(app, smtp_url=_url(server), mail_from="portal@match.example.org")
    _later(session, "li@example.com", about="隔膜")
    work_off(app)
    (sent,) = server.mails
    parsed = message_from_bytes(sent, policy=default)
    assert parsed["Subject"].startswith("需求大厅 隔膜")
    assert parsed["From"] == "portal@match.example.org"
    assert "RCPT TO:<LI@EXAMPLE.COM>" in server.heard


def test_no_password_goes_over_the_wire_in_the_clear(server: Server) -> None:
    with pytest.raises(UnsafeServerError):
        Smtp(_url(server, "portal:secret@")).send(EmailMessage(), "name")
    assert not [line for line in server.heard if "AUTH" in line]


def test_a_server_that_does_not_answer_gets_the_mail_later(
    app: Flask, session: Session, news: Path, server: Server
) -> None:
    _configure(app, smtp_url="smtp://127.0.0.1:1")
    message = _later(session, factories.user())
    work_off(app)
    session.refresh(message)
    assert (message.status, message.error) == (MessageStatus.WAITING, "ConnectionRefusedError")
    _configure(app, smtp_url=_url(server))
    with transaction(session):
        message.due_at = message.created_at
    work_off(app)
    assert len(server.mails) == 1


def test_sending_holds_no_database_connection(
    app: Flask, session: Session, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []

    def send(_folder: Folder, _mail: EmailMessage, _name: str) -> None:
        held.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]

    monkeypatch.setattr(Folder, "send", send)
    _later(session, factories.user())
    session.close()
    work_off(app)
    assert held == [0]


def test_without_server_and_folder_mail_waits(app: Flask, session: Session, news: Path) -> None:
    _configure(app)
    message = _later(session, factories.user())
    work_off(app)
    session.refresh(message)
    assert (message.status, message.error) == (MessageStatus.WAITING, "NoTransportError")


def test_every_letter_has_its_template(app: Flask) -> None:
    folder = Path(app.root_path).parent / "templates" / "email"
    assert {name for name in mail._LETTERS if not (folder / f"{name}.txt").is_file()} == set()
