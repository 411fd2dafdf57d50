"""Letters of accounts: links, and news of changed credentials and organizations.

A mail is noted as ids; the link is made when it is written, so that it stands nowhere before.
"""

from typing import Any

import flask
from sqlalchemy.orm import Session

from matchmaker import mail
from matchmaker.accounts import links
from models import AuditEntry, EmailToken, TokenPurpose, User

Values = dict[str, Any]

TEMPLATES = {
    TokenPurpose.REGISTER: "registration_link",
    TokenPurpose.INVITATION: "invitation_link",
    TokenPurpose.PASSWORD: "password_link",
    TokenPurpose.EMAIL: "email_link",
}


def send_link(session: Session, token: EmailToken) -> None:
    """Note the mail that brings a link, in the transaction under way."""
    mail.later(session, TEMPLATES[token.purpose], token.email, token_id=token.id)


def credential_changed(session: Session, user: User, what: str) -> None:
    """Note the mail that tells a user of a change to what they sign in with (ASVS 5.0 A6.3.7).

    It goes to the address that the user has now, whatever this transaction makes of it.
    """
    mail.later(session, "credential_changed", user.email, owner_id=user.id, what=what)


def moved(session: Session, user: User, entry: AuditEntry) -> None:
    """Note the mail that tells a user of their other organization, as the trail's entry has it."""
    mail.later(session, "moved", user, entry_id=entry.id)


@mail.letter("moved")
def _moved(session: Session, _reader: User | None, entry_id: int) -> Values:
    return dict(session.get_one(AuditEntry, entry_id).detail)


@mail.letter("credential_changed")
def _credential_changed(session: Session, _reader: User | None, owner_id: int, what: str) -> Values:
    return {"name": session.get_one(User, owner_id).name, "what": what}


@mail.letter("registration_link")
@mail.letter("invitation_link")
@mail.letter("email_link")
def _link(session: Session, _reader: User | None, token_id: int) -> Values | None:
    token = links.waiting(session, token_id)
    return _values(token) if token else None


@mail.letter("password_link")
def _password_link(session: Session, _reader: User | None, token_id: int) -> Values | None:
    """Return nothing for an address without an account: there the mail ends."""
    token = links.waiting(session, token_id)
    return _values(token) if token and token.user and token.user.active else None


def _values(token: EmailToken) -> Values:
    secret_key = flask.current_app.config["SECRET_KEY"]
    return {"token": token, "link": links.sign(secret_key, token.purpose, token.public_id)}
