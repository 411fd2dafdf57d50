"""Sessions and their cookies (rows 14 to 19).

ASVS 5.0 A3.3, A7.2, A7.3, A7.4, A7.5; GB/T 22239-2019 8.1.4.1.
"""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.accounts.services import users
from matchmaker.accounts.services.users import Standing
from matchmaker.config import ConfigError, Settings
from matchmaker.db import transaction
from matchmaker.organizations.services import members
from matchmaker.web.access import (
    LONGEST_PAUSE,
    LONGEST_SESSION,
    RECENT,
    asks_for_recent_sign_in,
)
from models import Invitation, Role, User, UserSession, now
from tests import factories
from tests.conftest import SECRET, SignIn, application, let_go
from tests.functional.pages import send, token


def _signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def _enter(client: FlaskClient, user: User) -> str:
    """Sign in by the page; return the cookie."""
    assert send(client, "/sign-in", email=user.email, password=factories.PASSWORD).location == "/"
    return _cookie(client)


def _cookie(client: FlaskClient) -> str:
    cookie = client.get_cookie("session")
    assert cookie
    return cookie.value


def test_every_sign_in_has_a_key_of_its_own(session: Session, app: Flask) -> None:
    user = factories.user()
    clients = [app.test_client() for _ in range(2)]
    keys = []
    for client in clients:
        with client.session_transaction() as cookie:
            cookie["_user_id"] = "a key that somebody planted"
        _enter(client, user)
        with client.session_transaction() as cookie:
            keys.append(cookie["_user_id"])
    assert len({*keys, "a key that somebody planted"}) == 3


def test_the_table_holds_no_key(session: Session, client: FlaskClient) -> None:
    _enter(client, factories.user())
    with client.session_transaction() as cookie:
        key = cookie["_user_id"]
    session.rollback()  # read what the requests have written
    rows = session.execute(sa.select(UserSession.__table__)).all()
    assert len(rows) == 1
    assert key not in str(rows)


def test_an_old_cookie_is_refused_after_signing_out(session: Session, client: FlaskClient) -> None:
    old = _enter(client, factories.user())
    send(client, "/sign-out", "/")
    client.set_cookie("session", old)
    assert not _signed_in(client)


def test_signing_out_ends_this_session_alone(session: Session, app: Flask) -> None:
    user = factories.user()
    here, there = app.test_client(), app.test_client()
    _enter(here, user)
    _enter(there, user)
    send(here, "/sign-out", "/")
    assert _signed_in(there)


def _disable(session: Session, user: User) -> None:
    users.disable(session, factories.user(Role.ADMIN), user)


def _give_another_role(session: Session, user: User) -> None:
    standing = Standing(frozenset({Role.BROKER}), None)
    users.set_standing(session, factories.user(Role.ADMIN), user, standing)


def _reset_second_factor(session: Session, user: User) -> None:
    users.reset_second_factor(session, factories.user(Role.ADMIN), user)


def _make_manager(session: Session, user: User) -> None:
    manager = factories.user(Role.MANAGER, organization=user.organization)
    members.set_role(session, manager, user, Role.MANAGER)


def _close_as_manager(session: Session, user: User) -> None:
    manager = factories.user(Role.MANAGER, organization=user.organization)
    members.set_active(session, manager, user, active=False)


def _move(session: Session, user: User) -> None:
    users.move(session, factories.user(Role.ADMIN), user, factories.organization(), "换了单位")


@pytest.mark.parametrize(
    "change",
    [_disable, _give_another_role, _reset_second_factor, _make_manager, _close_as_manager, _move],
)
def test_what_changes_an_account_ends_its_sessions_at_the_next_request(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    change: Callable[[Session, User], None],
) -> None:
    user = factories.user()
    sign_in(client, user)
    assert _signed_in(client)
    change(session, user)
    assert not _signed_in(client)


def test_another_password_ends_all_other_sessions(session: Session, app: Flask) -> None:
    user = factories.user()
    here, there = app.test_client(), app.test_client()
    _enter(here, user)
    _enter(there, user)
    new = "three blue tractors"
    fields = {"password": factories.PASSWORD, "new": new, "repeat": new}
    assert send(here, "/account/password", **fields).status_code == 303
    assert _signed_in(here)
    assert not _signed_in(there)


def test_a_session_ends_when_it_idles(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, factories.user())
    limit = int(LONGEST_PAUSE.total_seconds())
    for pause, open_still in ((limit - 60, True), (limit - 60, True), (limit + 60, False)):
        with client.session_transaction() as cookie:
            cookie["seen"] = int(time.time()) - pause
        assert _signed_in(client) is open_still  # being seen begins the pause anew


def test_a_session_ends_even_in_use(session: Session, client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, factories.user())
    session.rollback()  # read what the requests have written
    row = session.scalars(sa.select(UserSession)).one()
    with transaction(session):
        row.opened_at = now() - LONGEST_SESSION + timedelta(minutes=1)
    assert _signed_in(client)
    with transaction(session):
        row.opened_at = now() - LONGEST_SESSION - timedelta(minutes=1)
    assert not _signed_in(client)


def test_a_reader_sees_and_ends_their_own_sessions(session: Session, app: Flask) -> None:
    user, other = factories.user(), factories.user()
    here, there, elsewhere, strange = (app.test_client() for _ in range(4))
    for client in (here, there, elsewhere):
        _enter(client, user)
    _enter(strange, other)
    session.rollback()
    rows = session.scalars(sa.select(UserSession).order_by(UserSession.id)).all()
    page = here.get("/account/sessions").text
    assert page.count('/end"') == 2
    assert f"/account/sessions/{rows[3].public_id}/end" not in page

    address = f"/account/sessions/{rows[1].public_id}/end"
    assert send(here, address, "/account/sessions").status_code == 303
    assert not _signed_in(there)
    assert _signed_in(elsewhere)
    send(here, "/account/sessions/end-others", "/account/sessions")
    assert not _signed_in(elsewhere)
    assert _signed_in(here)
    theirs = f"/account/sessions/{rows[3].public_id}/end"
    assert send(here, theirs, "/account/sessions").status_code == 404
    assert _signed_in(strange)


@pytest.mark.parametrize(
    "address",
    ["/admin/users/new", "/admin/bureaus/new", "/account/email", "USER", "USER/organization"],
)
def test_what_matters_asks_for_the_password_again(
    session: Session, client: FlaskClient, sign_in: SignIn, address: str
) -> None:
    admin = factories.user(Role.ADMIN)
    sign_in(client, admin)
    address = address.replace("USER", f"/admin/users/{factories.user().public_id}")
    assert client.get(address).status_code == 200
    session.rollback()  # read what the requests have written
    row = session.scalars(sa.select(UserSession)).one()
    with transaction(session):
        row.confirmed_at = now() - RECENT - timedelta(seconds=1)
    assert client.get(address).location == f"/sign-in/confirm?next={address}"
    confirm = f"/sign-in/confirm?next={address}"
    assert send(client, confirm, password="wrong", next=address).status_code == 200
    assert client.get(address).status_code == 303
    answer = send(client, confirm, password=factories.PASSWORD, next=address)
    assert answer.location == address
    assert client.get(address).status_code == 200


def test_a_form_that_matters_is_not_taken_without_it(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, factories.user(Role.ADMIN))
    user = factories.user()
    address = f"/admin/users/{user.public_id}"
    client.get(address)
    session.rollback()  # read what the requests have written
    row = session.scalars(sa.select(UserSession)).one()
    with transaction(session):
        row.confirmed_at = now() - RECENT - timedelta(seconds=1)
    answer = send(client, f"{address}/disable", "/account")
    assert answer.location.startswith("/sign-in/confirm")
    session.rollback()
    assert user.active


@pytest.mark.parametrize(("role", "asked"), [("manager", True), ("member", False)])
def test_inviting_a_manager_asks_for_it_and_a_member_does_not(
    session: Session, client: FlaskClient, sign_in: SignIn, role: str, asked: bool
) -> None:
    page = "/organization/members"
    sign_in(client, factories.user(Role.MANAGER))
    with transaction(session):
        session.execute(sa.update(UserSession).values(confirmed_at=now() - RECENT))
    fields = {"csrf_token": token(client, page), "email": "new@example.com", "role": role}
    headers = {"Referer": f"http://localhost{page}"}
    answer = client.post(page, data=fields, headers=headers)
    confirm = f"/sign-in/confirm?next={page}"
    assert answer.location == (confirm if asked else page)
    session.rollback()
    assert bool(session.scalars(sa.select(Invitation)).all()) is not asked
    if asked:
        answer = send(client, confirm, password=factories.PASSWORD, next=page)
        assert answer.location == page
        assert _offers(client.get(page).text, "new@example.com", "manager")
        assert not _offers(client.get(page).text, "new@example.com", "manager")
        assert send(client, page, email="new@example.com", role=role).location == page
        session.rollback()
        assert session.scalars(sa.select(Invitation.role)).one() is Role.MANAGER


def _offers(page: str, email: str, role: str) -> bool:
    """Return whether this address and role stand in the form for inviting somebody."""
    return f'value="{email}"' in page and f'<option selected value="{role}">' in page


def test_over_https_the_cookies_cannot_be_sent_elsewhere(
    app: Flask, session: Session, request: pytest.FixtureRequest
) -> None:
    url = app.config["SQLALCHEMY_ENGINES"]["default"]["url"]
    secure = application(
        url.render_as_string(hide_password=False), base_url="https://match.example.org"
    )
    client = secure.test_client()
    request.addfinalizer(lambda: let_go(secure))
    user = factories.user()
    base = {"base_url": "https://match.example.org"}
    page = client.get("/sign-in", **base).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    fields = {"csrf_token": token, "email": user.email, "password": factories.PASSWORD}
    headers = {"Referer": "https://match.example.org/sign-in"}
    answer = client.post("/sign-in", data=fields, headers=headers, **base)
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"__Host-session", "__Host-device"}
    for cookie in cookies:
        parts = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
        assert not [part for part in parts if part.startswith("Domain")]


def test_cookies_in_the_clear_stay_on_this_machine() -> None:
    with pytest.raises(ConfigError, match="HOST"):
        Settings(database_url="sqlite:///x", secret_key=SECRET, host="0.0.0.0")  # noqa: S104
    Settings(
        database_url="sqlite:///x",
        secret_key=SECRET,
        host="0.0.0.0",  # noqa: S104
        base_url="https://match.example.org",
    )


def test_reading_pages_writes_nothing(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, factories.user(Role.MANAGER))
    session.rollback()
    before = session.execute(sa.select(UserSession.__table__)).all()
    session.rollback()
    for address in ("/account", "/account/sessions", "/organization", "/organization/members"):
        assert client.get(address).status_code == 200
    assert session.execute(sa.select(UserSession.__table__)).all() == before


def test_every_export_and_what_gives_rights_or_money_asks_for_it(app: Flask) -> None:
    recent = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if asks_for_recent_sign_in(app.view_functions[rule.endpoint])
    }
    exports = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.endswith(".xlsx")
        and not rule.rule.endswith(("/template.xlsx", "/errors.xlsx"))
    }
    assert recent - exports == {
        "/account/email",
        "/account/second-factor/authenticator",
        "/account/second-factor/codes",
        "/account/second-factor/remove",
        "/admin/bureaus/new",
        "/admin/users/<public_id>",
        "/admin/users/<public_id>/disable",
        "/admin/users/<public_id>/enable",
        "/admin/users/<public_id>/organization",
        "/admin/users/<public_id>/password-link",
        "/admin/users/<public_id>/second-factor",
        "/admin/users/new",
        "/budgets/<policy_id>/<int:year>",
        "/claims/<claim_id>/payment",
        "/documents/summary",
        "/organization/members/<public_id>/disable",
        "/organization/members/<public_id>/enable",
        "/organization/members/<public_id>/role",
    }
    assert exports <= recent


def test_an_export_that_asks_for_it_comes_back_to_its_list(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, factories.user())
    with transaction(session):
        session.execute(sa.update(UserSession).values(confirmed_at=now() - RECENT))
    page = "http://localhost/claims?view=all"
    asked = client.get("/claims.xlsx?view=all", headers={"Referer": page})
    assert asked.location == "/sign-in/confirm?next=/claims?view%3Dall"
    answer = send(client, asked.location, password=factories.PASSWORD, next="/claims?view=all")
    assert answer.location == "/claims?view=all"
    assert client.get("/claims.xlsx?view=all").status_code == 200
