"""The second factor (rows 6 and 7): ASVS 5.0 A6.3.3, A6.5.1; GB/T 22239-2019 8.1.4.1 d."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker import demo
from matchmaker.accounts import attempts
from matchmaker.accounts.services import second_factor, sessions
from matchmaker.accounts.services.second_factor import WrongCodeError
from matchmaker.accounts.services.sessions import Browser
from matchmaker.db import db, transaction
from models import Attempts, RecoveryCode, Role, TotpSecret, User, UserSession
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send
from tests.mailbox import Mailbox

BUREAU = [Role.OFFICER, Role.DIRECTOR, Role.ADMIN, Role.AUDITOR]
STAFF_PAGES = {
    Role.OFFICER: "/organizations",
    Role.DIRECTOR: "/mine",
    Role.ADMIN: "/admin/users",
    Role.AUDITOR: "/account",
}


def _code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(time.time() + steps * second_factor.STEP)


def _with_authenticator(session: Session, *roles: Role) -> tuple[User, str]:
    region = factories.FEIXI if set(roles) & {Role.OFFICER, Role.DIRECTOR} else None
    user, secret = factories.user(*roles, region=region), second_factor.new_secret()
    with transaction(session):
        session.add(TotpSecret(user_id=user.id, secret=secret))
    return user, secret


def _password(client: FlaskClient, user: User) -> str:
    answer = send(client, "/sign-in", email=user.email, password=factories.PASSWORD)
    return answer.location or ""


@pytest.mark.parametrize("role", BUREAU)
def test_a_password_alone_opens_no_staff_page(
    session: Session, client: FlaskClient, role: Role
) -> None:
    user, secret = _with_authenticator(session, role)
    assert _password(client, user) == "/sign-in/code"
    assert client.get(STAFF_PAGES[role]).status_code == 303
    assert user.name not in client.get("/").text
    assert send(client, "/sign-in/code", code="000000").status_code == 200
    assert client.get(STAFF_PAGES[role]).status_code == 303
    assert send(client, "/sign-in/code", code=_code(secret)).location == "/"
    assert client.get(STAFF_PAGES[role]).status_code == 200


@pytest.mark.parametrize("role", BUREAU)
def test_a_bureaus_role_sets_up_an_authenticator_before_it_is_let_in(
    session: Session, client: FlaskClient, mailbox: Mailbox, role: Role
) -> None:
    region = factories.FEIXI if role in (Role.OFFICER, Role.DIRECTOR) else None
    user = factories.user(role, region=region)
    assert _password(client, user) == "/sign-in/authenticator"
    assert client.get(STAFF_PAGES[role]).status_code == 303
    page = client.get("/sign-in/authenticator").text
    key = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert key
    assert "<svg" in page
    shown = send(client, "/sign-in/authenticator", code=_code(key[1].replace(" ", ""))).text
    codes = re.findall(r"<code>([a-z2-9-]{19})</code>", shown)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert client.get(STAFF_PAGES[role]).status_code == 200
    assert mailbox.letters(user.email)
    session.rollback()
    assert not [code for code in codes if code in str(session.scalars(sa.select(RecoveryCode)))]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MANAGER, Role.BROKER])
def test_others_are_let_in_with_a_password_until_they_set_one_up(
    session: Session, client: FlaskClient, role: Role
) -> None:
    assert _password(client, factories.user(role)) == "/"
    user, _secret = _with_authenticator(session, role)
    other = client.application.test_client()
    assert _password(other, user) == "/sign-in/code"


def test_the_code_page_leads_nowhere_without_the_password(
    session: Session, client: FlaskClient
) -> None:
    for address in ("/sign-in/code", "/sign-in/authenticator", "/sign-in/new-password"):
        assert client.get(address).location == "/sign-in"


def test_a_sign_in_that_takes_too_long_starts_over(session: Session, client: FlaskClient) -> None:
    user, _secret = _with_authenticator(session, Role.MEMBER)
    _password(client, user)
    with transaction(session):
        session.execute(
            sa.update(UserSession).values(created_at=user.created_at.replace(year=2020))
        )
    assert client.get("/sign-in/code").location == "/sign-in"


def test_a_code_works_once(session: Session, app: Flask) -> None:
    user, secret = _with_authenticator(session, Role.MEMBER)
    code = _code(secret)
    first, second = app.test_client(), app.test_client()
    _password(first, user)
    assert send(first, "/sign-in/code", code=code).location == "/"
    _password(second, user)
    assert send(second, "/sign-in/code", code=code).status_code == 200
    assert send(second, "/sign-in/code", code=_code(secret, -1)).status_code == 200  # older yet
    assert send(second, "/sign-in/code", code=_code(secret, 1)).location == "/"


@pytest.mark.parametrize(
    "written",
    [
        lambda code: f" {code[:3]} {code[3:]} ",
        lambda code: f"{code[:3]}-{code[3:]}",
        lambda code: "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in code),
    ],
)
def test_spaces_and_full_width_digits_are_forgiven_but_count_as_the_same_code(
    session: Session, app: Flask, written: Callable[[str], str]
) -> None:
    user, secret = _with_authenticator(session, Role.MEMBER)
    code = _code(secret)
    first, second = app.test_client(), app.test_client()
    _password(first, user)
    assert send(first, "/sign-in/code", code=written(code)).location == "/"
    _password(second, user)
    assert send(second, "/sign-in/code", code=code).status_code == 200


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "−12345", "0" * 40])
def test_what_is_no_code_is_refused(session: Session, client: FlaskClient, code: str) -> None:
    user, _secret = _with_authenticator(session, Role.MEMBER)
    _password(client, user)
    page = send(client, "/sign-in/code", code=code)
    assert page.status_code == 200
    assert 'id="code-error"' in page.text


def test_of_twenty_with_one_code_at_once_one_is_let_in(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "CEILING", 20)  # let every one of them be looked at
    user, secret = _with_authenticator(session, Role.MEMBER)
    user_id, code = user.id, _code(secret)
    with ThreadPoolExecutor(20) as pool:
        proven = list(pool.map(lambda _n: _prove(app, user_id, code), range(20)))
    assert sum(proven) == 1


def _prove(app: Flask, user_id: int, code: str) -> bool:
    with app.app_context(), db.sessionmaker() as own:
        with transaction(own):
            begun, _key = sessions.begin(own, own.get_one(User, user_id), Browser("", ""))
        try:
            second_factor.prove(own, begun, code)
        except WrongCodeError:
            return False
        return True


def test_guessing_ends_after_five(session: Session, client: FlaskClient) -> None:
    user, secret = _with_authenticator(session, Role.MEMBER)
    _password(client, user)
    answers = [send(client, "/sign-in/code", code="000000").status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert send(client, "/sign-in/code", code=_code(secret)).status_code == 429
    with transaction(session):
        session.execute(sa.delete(Attempts))  # a quarter of an hour later
    assert send(client, "/sign-in/code", code=_code(secret)).location == "/"


def test_a_recovery_code_works_once_and_the_owner_is_told(
    session: Session, app: Flask, mailbox: Mailbox
) -> None:
    user, _secret = _with_authenticator(session, Role.MEMBER)
    codes = second_factor.renew_recovery_codes(session, user)
    first, second = app.test_client(), app.test_client()
    _password(first, user)
    assert send(first, "/sign-in/code", code=codes[0].upper().replace("-", " ")).location == "/"
    _password(second, user)
    assert send(second, "/sign-in/code", code=codes[0]).status_code == 200
    assert send(second, "/sign-in/code", code=codes[1]).location == "/"
    assert len(mailbox.letters(user.email)) == 3
    session.rollback()
    left = session.scalar(sa.select(sa.func.count()).where(RecoveryCode.user_id == user.id))
    assert left == second_factor.RECOVERY_CODES - 2


def test_a_bureaus_role_does_not_do_without(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    officer, _secret = _with_authenticator(session, Role.OFFICER)
    sign_in(client, officer)
    assert "/account/second-factor/remove" not in client.get("/account/second-factor").text
    send(client, "/account/second-factor/remove", "/account/second-factor")
    session.rollback()
    assert session.get(TotpSecret, officer.id)

    member, _secret = _with_authenticator(session, Role.MEMBER)
    other = client.application.test_client()
    sign_in(other, member)
    send(other, "/account/second-factor/remove", "/account/second-factor")
    session.rollback()
    assert session.get(TotpSecret, member.id) is None


def test_a_new_authenticator_replaces_the_old_one_once_it_is_proven(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    user, old = _with_authenticator(session, Role.OFFICER)
    sign_in(client, user)
    address = "/account/second-factor/authenticator"
    key = re.search(r"<code>([A-Z2-7 ]+)</code>", client.get(address).text)
    assert key
    send(client, address, code="000000")
    session.rollback()
    assert session.get_one(TotpSecret, user.id).secret == old
    new = key[1].replace(" ", "")
    assert "<code>" in send(client, address, code=_code(new)).text
    session.rollback()
    assert session.get_one(TotpSecret, user.id).secret == new


def test_the_demos_code_is_shown_for_its_own_accounts_alone(
    session: Session, client: FlaskClient
) -> None:
    user, _secret = _with_authenticator(session, Role.OFFICER)
    with transaction(session):
        session.execute(sa.update(TotpSecret).values(secret=demo.TOTP_SECRET))
    _password(client, user)
    assert _code(demo.TOTP_SECRET) not in client.get("/sign-in/code").text


def test_a_demo_account_signs_in_with_the_code_shown(demo_client: FlaskClient) -> None:
    fields = {"email": "admin@demo.example.com", "password": demo.PASSWORD}
    assert send(demo_client, "/sign-in", **fields).location == "/sign-in/code"
    shown = re.search(r"\b(\d{6})\b", demo_client.get("/sign-in/code").text)
    assert shown
    assert send(demo_client, "/sign-in/code", code=shown[1]).location == "/"
    assert demo_client.get("/admin/users").status_code == 200
