"""Links sent by mail (row 10): single use, a term, no way past the second factor.

ASVS 5.0 A6.4.1, A6.4.3.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.accounts.services import second_factor, users
from matchmaker.db import transaction
from models import Base, EmailToken, Role, TotpSecret, User, now
from models.derived import BIGRAM_TABLES
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send
from tests.mailbox import Mailbox

NEW = "three blue tractors"


def _requested(client: FlaskClient, mailbox: Mailbox, user: User) -> str:
    send(client, "/password", email=user.email.upper())
    return mailbox.link(user.email)


def _choose(client: FlaskClient, link: str, new: str = NEW) -> int:
    return send(client, link, new=new, repeat=new).status_code


def test_a_link_lets_its_reader_choose_a_password_once(
    session: Session, client: FlaskClient, mailbox: Mailbox
) -> None:
    user = factories.user()
    link = _requested(client, mailbox, user)
    assert _choose(client, link, "password123") == 200  # refused, and the link still works
    assert _choose(client, link) == 303
    assert client.get(link).status_code == 410
    assert send(client, "/sign-in", email=user.email, password=NEW).location == "/"


def test_of_many_who_use_a_link_at_once_one_succeeds(
    session: Session, app: Flask, mailbox: Mailbox
) -> None:
    link = _requested(app.test_client(), mailbox, factories.user())
    app.config["WTF_CSRF_ENABLED"] = False

    def choose(number: int) -> int:
        new = f"three blue tractors {number}"
        return app.test_client().post(link, data={"new": new, "repeat": new}).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(choose, range(8)))
    assert sorted(answers) == [303] + [410] * 7


def test_a_link_ends_with_its_term(session: Session, client: FlaskClient, mailbox: Mailbox) -> None:
    link = _requested(client, mailbox, factories.user())
    assert client.get(link).status_code == 200
    with transaction(session):
        session.execute(sa.update(EmailToken).values(expires_at=now() - timedelta(seconds=1)))
    assert client.get(link).status_code == 410


def test_another_password_makes_the_links_under_way_useless(
    session: Session, client: FlaskClient, mailbox: Mailbox
) -> None:
    user = factories.user()
    first, second = (_requested(client, mailbox, user) for _ in range(2))
    assert first != second
    assert _choose(client, second) == 303
    assert client.get(first).status_code == 410


def test_another_password_ends_a_change_of_the_address_under_way(
    session: Session, client: FlaskClient, sign_in: SignIn, mailbox: Mailbox
) -> None:
    user = factories.user()
    sign_in(client, user)
    send(client, "/account/email", email="thief@example.net")
    stolen = mailbox.link("thief@example.net")
    assert _choose(client, _requested(client, mailbox, user)) == 303
    assert client.get(stolen).status_code == 410
    session.rollback()
    assert user.email != "thief@example.net"


def test_another_address_ends_the_links_sent_to_the_old_one(
    session: Session, client: FlaskClient, sign_in: SignIn, mailbox: Mailbox
) -> None:
    user = factories.user()
    sign_in(client, user)
    reset = _requested(client, mailbox, user)
    send(client, "/account/email", email="new@example.net")
    assert send(client, mailbox.link("new@example.net")).status_code == 303
    assert client.get(reset).status_code == 410


def test_the_present_address_is_told_that_another_was_asked_for(
    session: Session, client: FlaskClient, sign_in: SignIn, mailbox: Mailbox
) -> None:
    user = factories.user()
    sign_in(client, user)
    send(client, "/account/email", email="new@example.net")
    (told,) = mailbox.letters(user.email)
    assert "new@example.net" not in told
    assert "请求更换邮箱" in told


def test_a_closed_account_leaves_no_link_that_works(
    session: Session, client: FlaskClient, mailbox: Mailbox
) -> None:
    user, admin = factories.user(), factories.user(Role.ADMIN)
    link = _requested(client, mailbox, user)
    users.disable(session, admin, user)
    users.enable(session, admin, user)
    assert client.get(link).status_code == 410


def test_a_link_of_one_kind_opens_no_other(
    session: Session, client: FlaskClient, mailbox: Mailbox
) -> None:
    signed = _requested(client, mailbox, factories.user()).rsplit("/", 1)[1]
    for place in ("/email/", "/register/", "/join/"):
        assert client.get(place + signed).status_code == 410
    for damaged in (signed[:-1], signed[1:], signed + "x", "x", "%00"):
        assert client.get(f"/password/{damaged}").status_code in (404, 410)


def test_the_database_holds_nothing_that_makes_a_link(
    session: Session, client: FlaskClient, mailbox: Mailbox
) -> None:
    link = _requested(client, mailbox, factories.user())
    signature = link.rsplit(".", 1)[1]
    session.rollback()
    for table in set(Base.metadata.sorted_tables) - set(BIGRAM_TABLES.values()):
        assert signature not in str(session.execute(sa.select(table)).all()), table.name
    token = session.scalars(sa.select(EmailToken)).one()
    assert client.get(f"/password/{token.public_id}").status_code == 410


def test_a_link_does_not_skip_the_second_factor(
    session: Session, client: FlaskClient, mailbox: Mailbox
) -> None:
    user = factories.user()
    with transaction(session):
        session.add(TotpSecret(user_id=user.id, secret=second_factor.new_secret()))
    assert _choose(client, _requested(client, mailbox, user)) == 303
    assert client.get("/account").status_code == 303
    assert send(client, "/sign-in", email=user.email, password=NEW).location == "/sign-in/code"


def test_choosing_by_link_ends_the_sessions_and_tells_the_owner(
    session: Session, app: Flask, sign_in: SignIn, mailbox: Mailbox
) -> None:
    user = factories.user()
    thief, owner = app.test_client(), app.test_client()
    sign_in(thief, user)
    _choose(owner, _requested(owner, mailbox, user))
    assert thief.get("/account").status_code == 303
    assert len(mailbox.letters(user.email)) == 2


def test_nobody_without_an_account_gets_mail(
    session: Session, client: FlaskClient, mailbox: Mailbox
) -> None:
    closed = factories.user()
    with transaction(session):
        closed.active = False
    for email in ("nobody@example.com", closed.email):
        send(client, "/password", email=email)
        assert mailbox.letters(email) == []


def test_a_mailbox_is_not_flooded(session: Session, client: FlaskClient, mailbox: Mailbox) -> None:
    user = factories.user()
    for _number in range(8):
        send(client, "/password", email=user.email)
    assert len(mailbox.letters(user.email)) == 5


def test_a_closed_account_is_not_opened_by_a_link(
    session: Session, client: FlaskClient, mailbox: Mailbox
) -> None:
    user = factories.user()
    link = _requested(client, mailbox, user)
    with transaction(session):
        user.active = False
    assert _choose(client, link) == 410


def test_a_new_address_is_used_once_its_mailbox_has_answered(
    session: Session, client: FlaskClient, sign_in: SignIn, mailbox: Mailbox
) -> None:
    user = factories.user()
    old, new = user.email, "new@example.com"
    sign_in(client, user)
    send(client, "/account/email", email=new)
    link = mailbox.link(new)
    session.rollback()
    assert user.email == old
    assert client.get(link).status_code == 200  # reading it changes nothing
    session.rollback()
    assert user.email == old
    assert send(client, link).status_code == 303
    session.rollback()
    assert user.email == new
    assert client.get("/account").status_code == 303
    assert "/password" in mailbox.letters(old)[-1]


def test_an_address_that_somebody_else_has_is_not_taken_over(
    session: Session, client: FlaskClient, sign_in: SignIn, mailbox: Mailbox
) -> None:
    user, other = factories.user(), factories.user()
    sign_in(client, user)
    send(client, "/account/email", email=other.email)
    assert send(client, mailbox.link(other.email)).status_code == 410
