"""Guessing and asking around (rows 8 and 9): ASVS 5.0 A6.3.1, A6.3.8; GB/T 22239 8.1.4.1 b."""

import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.accounts.attempts import CEILING, WINDOW, TooManyAttemptsError
from matchmaker.accounts.services import passwords, signing_in
from matchmaker.accounts.services.sessions import Browser
from matchmaker.accounts.services.signing_in import WrongCredentialsError
from matchmaker.db import db, transaction
from matchmaker.organizations.services import registration
from models import Attempts, now
from tests import factories
from tests.functional.pages import send
from tests.mailbox import Mailbox

WRONG = "wrong"
STRANGER = "nobody@example.com"


def _guess(client: FlaskClient, email: str, password: str = WRONG) -> int:
    return send(client, "/sign-in", email=email, password=password).status_code


def _a_quarter_of_an_hour_later(session: Session) -> None:
    with transaction(session):
        session.execute(sa.update(Attempts).values(began_at=now() - WINDOW - timedelta(seconds=1)))


@pytest.mark.parametrize("known", [True, False])
def test_of_fifty_guesses_at_once_five_are_looked_at(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    email = factories.user().email if known else STRANGER
    looked_at: list[str] = []

    def verify(_stored: str | None, password: str) -> bool:
        looked_at.append(password)
        return False

    monkeypatch.setattr(signing_in, "verify_password", verify)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda n: _try(app, email, f"guess {n}"), range(50)))
    assert len(looked_at) == CEILING
    assert answers.count("wrong") == CEILING
    assert answers.count("too many") == 50 - CEILING


def _try(app: Flask, email: str, password: str) -> str:
    with app.app_context(), db.sessionmaker() as own:
        try:
            signing_in.sign_in(own, email, password, Browser("", ""), demo=False)
        except TooManyAttemptsError:
            return "too many"
        except WrongCredentialsError:
            return "wrong"
    return "in"


def test_the_owner_is_not_locked_out_for_ever(session: Session, client: FlaskClient) -> None:
    user = factories.user()
    assert [_guess(client, user.email) for _ in range(6)] == [200] * 5 + [429]
    assert _guess(client, user.email, factories.PASSWORD) == 429
    _a_quarter_of_an_hour_later(session)
    assert _guess(client, user.email, factories.PASSWORD) == 303


def test_nobody_keeps_an_owner_out_who_has_signed_in_on_the_device_before(
    session: Session, app: Flask
) -> None:
    user = factories.user()
    own, others = app.test_client(), app.test_client()
    assert _guess(own, user.email, factories.PASSWORD) == 303
    send(own, "/sign-out", "/")
    while _guess(others, user.email) != 429:
        pass
    assert _guess(own, user.email, factories.PASSWORD) == 303


def test_the_mark_of_a_device_is_of_no_use_for_another_account(
    session: Session, app: Flask
) -> None:
    mine, theirs = factories.user(), factories.user()
    client = app.test_client()
    assert _guess(client, mine.email, factories.PASSWORD) == 303
    send(client, "/sign-out", "/")
    assert [_guess(client, theirs.email) for _ in range(6)] == [200] * 5 + [429]
    assert _guess(app.test_client(), theirs.email) == 429


def test_a_link_by_mail_lets_the_owner_in_while_others_guess(
    session: Session, app: Flask, mailbox: Mailbox
) -> None:
    user = factories.user()
    owner, others = app.test_client(), app.test_client()
    while _guess(others, user.email) != 429:
        pass
    send(owner, "/password", email=user.email)
    new = "three blue tractors"
    send(owner, mailbox.link(user.email), new=new, repeat=new)
    while _guess(others, user.email) != 429:
        pass
    assert _guess(owner, user.email, new) == 303


def _told(client: FlaskClient, address: str, **fields: str) -> tuple[int, str]:
    """Return the answer without what was typed and what differs by chance."""
    answer = send(client, address, **fields)
    text = re.sub(r'(value|content)="[^"]*"', "", answer.text)
    return answer.status_code, text.replace(fields["email"], "")


@pytest.mark.parametrize(
    ("address", "fields"),
    [("/sign-in", {"password": "wrong"}), ("/password", {}), ("/register", {})],
)
def test_an_unknown_address_is_answered_like_a_known_one(
    session: Session, app: Flask, address: str, fields: dict[str, str]
) -> None:
    user, closed = factories.user(), factories.user()
    with transaction(session):
        closed.active = False
    answers = {
        email: [_told(app.test_client(), address, email=email, **fields) for _ in range(6)]
        for email in (user.email, closed.email, STRANGER)
    }
    assert answers[user.email] == answers[STRANGER] == answers[closed.email]


@pytest.mark.parametrize("what", ["sign in", "password link", "registration link"])
def test_an_unknown_address_takes_as_long_as_a_known_one(
    app: Flask, session: Session, what: str
) -> None:
    known = [factories.user().email for _ in range(25)]
    unknown = [f"stranger{number}@example.com" for number in range(25)]
    times: dict[bool, list[float]] = {True: [], False: []}
    with app.app_context(), db.sessionmaker() as own:
        for number, pair in enumerate(zip(known, unknown, strict=True)):
            for email in pair if number % 2 else pair[::-1]:  # in turn: the load is shared
                began = time.perf_counter()
                _do(own, what, email)
                times[email in known].append(time.perf_counter() - began)
    fast, slow = sorted(statistics.median(each) for each in times.values())
    assert slow < 1.2 * fast + 0.002


def _do(session: Session, what: str, email: str) -> None:
    if what == "password link":
        passwords.request_link(session, email)
    elif what == "registration link":
        registration.request_link(session, email)
    else:
        with pytest.raises(WrongCredentialsError):
            signing_in.sign_in(session, email, "wrong", Browser("", ""), demo=False)
