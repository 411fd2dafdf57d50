"""Signing in and out, and what it leaves behind."""

import re

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import AuditEntry, Role
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send


def _token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)
    assert found
    return found[1]


def _post(client: FlaskClient, **fields: str) -> tuple[int, str, str]:
    answer = client.post("/sign-in", data={"csrf_token": _token(client), **fields})
    return answer.status_code, answer.headers.get("Location", ""), answer.text


def test_the_right_password_leads_on(session: Session, client: FlaskClient) -> None:
    user = factories.user()
    status, location, _page = _post(
        client, email=user.email.upper(), password=factories.PASSWORD, next="/needs?sort=newest"
    )
    assert (status, location) == (303, "/needs?sort=newest")
    assert user.name in client.get("/").text


def test_another_site_is_no_place_to_go_on_to(session: Session, client: FlaskClient) -> None:
    user = factories.user()
    _status, location, _page = _post(
        client, email=user.email, password=factories.PASSWORD, next="//evil.example"
    )
    assert location == "/"


def test_a_wrong_password_and_an_unknown_user_look_the_same(
    session: Session, client: FlaskClient
) -> None:
    user = factories.user()
    pages = [
        re.sub(r'value="[^"]*"', "", _post(client, email=email, password="wrong")[2])
        for email in (user.email, "nobody@example.com")
    ]
    assert pages[0] == pages[1]
    assert user.name not in client.get("/").text


def test_what_was_typed_stays_but_not_the_password(session: Session, client: FlaskClient) -> None:
    status, _location, page = _post(client, email="someone@example.com", password="s3cret-typed")
    assert status == 200
    assert "someone@example.com" in page
    assert "s3cret-typed" not in page


def test_empty_fields_are_named(session: Session, client: FlaskClient) -> None:
    status, _location, page = _post(client, email="", password="")
    assert status == 200
    assert page.count("aria-invalid") == 2


def test_a_user_who_was_disabled_is_out_at_the_next_request(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    from matchmaker.db import transaction

    user = factories.user()
    sign_in(client, user)
    assert client.get("/mine").status_code == 200
    with transaction(session):
        user.active = False
    assert client.get("/mine").status_code == 303


def test_signing_in_and_failing_to_are_audited(session: Session, client: FlaskClient) -> None:
    user = factories.user()
    _post(client, email=user.email, password="wrong")
    _post(client, email=user.email, password=factories.PASSWORD)
    session.rollback()  # read what the requests have written
    statement = sa.select(AuditEntry.outcome, AuditEntry.actor_id).order_by(AuditEntry.id)
    entries = session.execute(statement.where(AuditEntry.action == "account:sign_in")).all()
    assert [tuple(entry) for entry in entries] == [("refused", None), ("done", user.id)]


def test_signing_out_needs_a_form_of_ours(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, factories.user())
    assert client.post("/sign-out").status_code == 400
    old_cookie = client.get_cookie("session")
    assert old_cookie
    answer = client.post("/sign-out", data={"csrf_token": _token(client)})
    assert answer.status_code == 303
    assert client.get("/mine").status_code == 303
    client.set_cookie("session", old_cookie.value)  # kept by somebody
    assert client.get("/mine").status_code == 303


def test_the_menu_is_each_readers_own(
    app: Flask, session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    assert 'href="/mine"' not in client.get("/").text
    member, admin = app.test_client(), app.test_client()
    sign_in(member, factories.user(Role.MEMBER))
    sign_in(admin, factories.user(Role.ADMIN))
    assert 'href="/mine"' in member.get("/").text
    assert 'href="/mine"' not in admin.get("/").text


def test_guessing_is_slowed_down(session: Session, client: FlaskClient) -> None:
    form = {"csrf_token": _token(client), "password": "guess"}
    answers = [
        client.post("/sign-in", data=form | {"email": f"{n}@example.com"}).status_code
        for n in range(21)
    ]
    assert answers == [200] * 20 + [429]


def test_the_personas_are_offered_in_the_demo_only(demo_client: FlaskClient) -> None:
    persona = "county-officer@demo.example.com"
    assert persona in demo_client.get("/sign-in").text
    demo_client.application.config["DEMO"] = False
    assert persona not in demo_client.get("/sign-in").text


def test_other_peoples_accounts_are_not_offered(session: Session, client: FlaskClient) -> None:
    user = factories.user()
    assert user.email not in client.get("/sign-in").text


def test_a_persona_is_entered_with_one_form(demo_client: FlaskClient) -> None:
    form = re.search(r'name="persona" value="([^"]+)"', demo_client.get("/sign-in").text)
    assert form
    answer = send(demo_client, "/sign-in/persona", "/sign-in", persona=form[1], next="/needs")
    assert (answer.status_code, answer.location) == (303, "/needs")
    assert demo_client.get("/mine").status_code == 200


def test_nobody_elses_account_is_entered_like_a_persona(
    session: Session, client: FlaskClient
) -> None:
    user = factories.user()
    answer = send(client, "/sign-in/persona", "/sign-in", persona=user.public_id)
    assert answer.status_code == 404
    assert client.get("/mine").status_code == 303


def test_a_null_character_is_refused_politely(session: Session, client: FlaskClient) -> None:
    assert _post(client, email="a\0b@example.com", password="x")[0] == 400


def test_the_demo_accounts_open_nothing_outside_the_demo(
    session: Session, client: FlaskClient
) -> None:
    user = factories.user(email="officer@demo.example.com")
    client.application.config["DEMO"] = False
    _post(client, email=user.email, password=factories.PASSWORD)
    assert client.get("/mine").status_code == 303
    client.application.config["DEMO"] = True
    _post(client, email=user.email, password=factories.PASSWORD)
    assert client.get("/mine").status_code == 200
