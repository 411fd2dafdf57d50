"""Passwords: what is accepted, how they are kept, and what a change takes (rows 1 to 4, 11 to 13).

ASVS 5.0 A6.2, A6.3.7, A6.4.6, A11.4.2; GB/T 22239-2019 8.1.4.1 a.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher, extract_parameters
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.accounts import passwords, policy
from matchmaker.db import transaction
from matchmaker.i18n import _
from models import Role, now
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send
from tests.mailbox import Mailbox

CONTEXT = ("陆时安", "lushian@example.com", "安徽岚川驭新能源动力有限公司")
GOOD = "three blue tractors"


@pytest.mark.parametrize("profile", ["asvs", "dengbao"])
@pytest.mark.parametrize(
    "password",
    [
        "Short1!",
        "x" * 129,
        "password123",
        "PASSWORD123",
        "woaini1314",
        "Matchmaker-2026",
        "Lushian-19-Aa",
        "我是陆时安，安徽岚川驭新能源动力有限公司的",
        "陆时安2026 Abc",
    ],
)
def test_a_poor_password_is_refused(profile: str, password: str) -> None:
    assert policy.fault(profile, password, CONTEXT)


@pytest.mark.parametrize(
    "password",
    ["eight888", GOOD, "x y z" * 12, "long" * 16, "longest." * 16, "山高水长任我行路", "ÅéîøÜ–✓✓"],
)
def test_length_is_all_that_the_usual_profile_asks_for(password: str) -> None:
    assert not policy.fault("asvs", password, CONTEXT)


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        (GOOD, False),
        ("three blue tractors 3", True),
        ("ThreeBlueTractors", False),
        ("ThreeBlue3", True),
        ("山高水长任我行路Aa", True),
    ],
)
def test_the_other_profile_asks_for_three_kinds_of_characters(
    password: str, accepted: bool
) -> None:
    assert bool(policy.fault("dengbao", password, CONTEXT)) is not accepted


def test_the_list_holds_the_three_thousand_that_are_tried_first() -> None:
    listed = policy._common_passwords()
    assert len(listed) > 3000
    assert {"password", "12345678", "qwertyuiop", "iloveyou", "1qaz2wsx"} <= listed


def test_a_password_is_kept_as_argon2id_with_19_mebibytes_and_two_passes() -> None:
    parameters = extract_parameters(passwords.hash_password(GOOD))
    assert (parameters.type.name, parameters.memory_cost, parameters.time_cost) == ("ID", 19456, 2)


@pytest.mark.parametrize("method", ["hash", "verify"])
def test_at_most_two_hashes_are_made_at_once(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    under_way, most = 0, 0
    counting = threading.Lock()

    def slow(_hasher: PasswordHasher, *_given: str) -> str:
        nonlocal under_way, most
        with counting:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.02)
        with counting:
            under_way -= 1
        return ""

    monkeypatch.setattr(PasswordHasher, method, slow)
    made = {
        "hash": passwords.hash_password,
        "verify": lambda password: passwords.verify_password(None, password),
    }
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(made[method], ["x"] * 16))
    assert most == 2


def test_an_old_hash_is_renewed_at_sign_in(session: Session, client: FlaskClient) -> None:
    user = factories.user()
    with transaction(session):
        user.password_hash = PasswordHasher(time_cost=1, memory_cost=8192).hash(GOOD)
    assert send(client, "/sign-in", email=user.email, password=GOOD).status_code == 303
    session.rollback()  # read what the requests have written
    assert user.password_hash
    assert extract_parameters(user.password_hash).memory_cost == 19456


def test_a_change_needs_the_present_password(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    user = factories.user()
    sign_in(client, user)
    page = _change(client, "not the present one")
    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.text
    assert _change(client, factories.PASSWORD).status_code == 303
    session.rollback()  # read what the requests have written
    assert passwords.verify_password(user.password_hash, GOOD)


def test_a_poor_password_is_told_at_its_field(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, factories.user())
    page = _change(client, factories.PASSWORD, "password123").text
    assert 'id="new-error"' in page
    assert "password123" not in page


def test_two_that_differ_are_refused(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, factories.user())
    fields = {"password": factories.PASSWORD, "new": GOOD, "repeat": GOOD + "!"}
    page = send(client, "/account/password", **fields).text
    assert 'id="repeat-error"' in page


def test_the_owner_is_told_of_a_change(
    session: Session, client: FlaskClient, sign_in: SignIn, mailbox: Mailbox
) -> None:
    user = factories.user()
    sign_in(client, user)
    _change(client, factories.PASSWORD)
    (letter,) = mailbox.letters(user.email)
    assert _("The password of your account was changed.") in letter
    assert GOOD not in letter


def test_a_password_expires_in_the_other_profile_alone(
    session: Session, client: FlaskClient
) -> None:
    user = factories.user()
    with transaction(session):
        user.password_changed_at = now() - timedelta(days=91)
    first = send(client, "/sign-in", email=user.email, password=factories.PASSWORD)
    assert first.location == "/"

    app = client.application
    app.config["PASSWORD_PROFILE"] = "dengbao"
    other = app.test_client()
    answer = send(other, "/sign-in", email=user.email, password=factories.PASSWORD)
    assert answer.location == "/sign-in/new-password"
    assert other.get("/mine").status_code == 303

    same = send(other, "/sign-in/new-password", new=factories.PASSWORD, repeat=factories.PASSWORD)
    assert same.status_code == 200
    strong = "Three blue tractors 3"
    done = send(other, "/sign-in/new-password", new=strong, repeat=strong)
    assert done.location == "/"
    assert other.get("/mine").status_code == 200


def test_an_administrator_sets_no_password(
    session: Session, client: FlaskClient, sign_in: SignIn, mailbox: Mailbox
) -> None:
    admin, user = factories.user(Role.ADMIN), factories.user()
    before = user.password_hash
    sign_in(client, admin)
    address = f"/admin/users/{user.public_id}"
    injected: dict[str, Any] = {"password": GOOD, "password_hash": GOOD, "new": GOOD}
    send(client, address, roles="member", **injected)
    send(client, f"{address}/password-link", address, **injected)
    session.rollback()  # read what the requests have written
    assert user.password_hash == before
    assert 'type="password"' not in client.get(address).text
    assert mailbox.link(user.email).startswith("/password/")


def test_no_secret_stands_in_the_trail(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, factories.user())
    _change(client, factories.PASSWORD)
    rows = session.execute(sa.text("SELECT detail FROM audit_entry")).scalars()
    assert not [row for row in rows if GOOD in str(row) or factories.PASSWORD in str(row)]


def _change(client: FlaskClient, present: str, new: str = GOOD) -> Any:
    return send(client, "/account/password", password=present, new=new, repeat=new)
