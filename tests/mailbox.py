"""The mails that an application has sent, as their readers find them."""

import re
import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from flask import Flask

from matchmaker import jobs, mail
from matchmaker.config import Settings
from matchmaker.db import db

ADDRESS = "https://match.example.org"


class Mailbox:
    """Lets mails go into a folder, and reads them there."""

    def __init__(self, app: Flask, data: Path) -> None:
        self._app = app
        self._folder = data / "mail" / "new"
        settings = Settings(database_url="sqlite:///x", secret_key="x", data=data, base_url=ADDRESS)
        mail.init_app(app, settings)

    def letters(self, recipient: str) -> list[str]:
        """Send what waits; return the texts that went to `recipient`, subjects first."""
        with self._app.app_context():
            jobs.drain(db.sessionmaker, threading.Event())
        paths = sorted(self._folder.glob("*"), key=lambda path: path.stat().st_mtime_ns)
        mails = [message_from_bytes(path.read_bytes(), policy=default) for path in paths]
        return [_text(each) for each in mails if each["To"] == recipient]

    def link(self, recipient: str) -> str:
        """Return the path of the link in the last mail to `recipient`."""
        found = re.search(rf"{ADDRESS}(/\S+)", self.letters(recipient)[-1])
        assert found, "the mail holds no link"
        return found[1]


def _text(mail_: EmailMessage) -> str:
    body = mail_.get_body(("plain",))
    assert body is not None
    return f"{mail_['Subject']}\n{body.get_content()}"
