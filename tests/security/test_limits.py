"""How often and from where one may ask (rows 27 and 28): ASVS 5.0 A2.4.1, A4.1.3."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from waitress.server import create_server

from matchmaker.accounts.attempts import WINDOW
from matchmaker.config import Settings
from matchmaker.db import transaction
from matchmaker.serving import listening
from matchmaker.web.limits import limiter
from models import Attempts, EmailToken, Role, now
from tests import factories
from tests.backends import Redis
from tests.conftest import SECRET, SignIn, application, let_go
from tests.functional.pages import send, token

A_MINUTE = 20
A_QUARTER = 5


@pytest.fixture
def together(app: Flask, redis: Redis) -> Iterator[Callable[[], FlaskClient]]:
    """Give a function that starts another process's application on the same Redis."""
    url = app.config["SQLALCHEMY_ENGINES"]["default"]["url"]
    database = url.render_as_string(hide_password=False)
    started: list[Flask] = []

    def start() -> FlaskClient:
        started.append(application(database, redis_url=redis.url))
        return started[-1].test_client()

    yield start
    for each in started:
        let_go(each)
    limiter._storage_dead = False  # the limiter is one for all applications of these tests


def _ask_for_links(client: FlaskClient, times: int, **headers: str) -> list[int]:
    data = {"csrf_token": token(client, "/password"), "email": ""}
    posted = (client.post("/password", data=data, headers=headers) for _ in range(times))
    return [answer.status_code for answer in posted]


def test_a_form_for_strangers_is_taken_so_often(client: FlaskClient) -> None:
    assert _ask_for_links(client, A_MINUTE + 1) == [200] * A_MINUTE + [429]


def test_a_made_up_address_makes_nobody_another(client: FlaskClient) -> None:
    _ask_for_links(client, A_MINUTE)
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"):
        assert _ask_for_links(client, 1, **{header: "203.0.113.9"}) == [429]


@pytest.fixture
def behind(app: Flask) -> Iterator[Callable[[int], FlaskClient]]:
    """Give a function that starts an application behind so many proxies."""
    url = app.config["SQLALCHEMY_ENGINES"]["default"]["url"].render_as_string(hide_password=False)
    started: list[Flask] = []

    def start(count: int) -> FlaskClient:
        started.append(application(url, proxy_count=count))
        return started[-1].test_client()

    yield start
    for each in started:
        let_go(each)


def test_behind_a_proxy_the_address_that_it_adds_counts(
    behind: Callable[[int], FlaskClient],
) -> None:
    client = behind(1)
    _ask_for_links(client, A_MINUTE, **{"X-Forwarded-For": "203.0.113.9"})
    assert _ask_for_links(client, 1, **{"X-Forwarded-For": "1.2.3.4, 203.0.113.9"}) == [429]
    assert _ask_for_links(client, 1, **{"X-Forwarded-For": "203.0.113.10"}) == [200]


@pytest.fixture
def served(behind: Callable[[int], FlaskClient]) -> Iterator[Callable[[int], int]]:
    """Give a function that serves an application behind so many proxies; it returns the port."""
    running: list[tuple[Any, threading.Thread]] = []

    def start(count: int) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        settings = Settings(database_url="sqlite:///x", secret_key=SECRET, proxy_count=count)
        how = listening(settings)
        del how["host"], how["port"]
        server = create_server(behind(count).application, sockets=[listener], **how)
        thread = threading.Thread(target=_serve, args=(server,), daemon=True)
        thread.start()
        running.append((server, thread))
        return int(listener.getsockname()[1])

    yield start
    for server, thread in running:
        server.close()
        thread.join(timeout=10)


def _serve(server: Any) -> None:
    with suppress(OSError):  # it is closed while it waits for requests
        server.run()


@pytest.mark.parametrize("count", [0, 1])
def test_what_a_proxy_says_reaches_the_application_only_behind_one(
    served: Callable[[int], int], count: int
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served(count), timeout=20)
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    connection.request("GET", "/about", headers=forwarded)
    answer = connection.getresponse()
    assert answer.status == 200
    assert bool(answer.headers["Strict-Transport-Security"]) == bool(count)
    connection.close()


def test_invitations_have_a_limit(session: Session, client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, factories.user(Role.MANAGER))
    form = {"csrf_token": token(client, "/organization/members"), "role": "member"}
    answers = [
        client.post("/organization/members", data={**form, "email": f"invited{n}@example.com"})
        for n in range(A_MINUTE + 1)
    ]
    assert [answer.status_code for answer in answers] == [303] * A_MINUTE + [429]


def test_an_account_asks_for_another_address_so_often_from_anywhere(
    session: Session, app: Flask, sign_in: SignIn
) -> None:
    user, other = factories.user(), factories.user()
    answers = []
    for number in range(A_QUARTER + 1):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        sign_in(client, user)
        answers.append(send(client, "/account/email", email=f"another{number}@example.com"))
    assert [answer.status_code for answer in answers] == [200] * A_QUARTER + [429]
    assert 'id="email-error"' in answers[-1].text
    session.rollback()
    asked = sa.select(EmailToken.email).where(EmailToken.user_id == user.id)
    assert len(session.scalars(asked).all()) == A_QUARTER
    client = app.test_client()
    sign_in(client, other)
    assert send(client, "/account/email", email="other@example.com").status_code == 200
    with transaction(session):
        session.execute(sa.update(Attempts).values(began_at=now() - WINDOW - timedelta(seconds=1)))
    sign_in(client, user)
    assert send(client, "/account/email", email="later@example.com").status_code == 200


def test_exports_have_a_limit(session: Session, client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, factories.user(Role.OFFICER, region=factories.FEIXI))
    statuses = [client.get("/common-technologies.xlsx").status_code for _ in range(A_MINUTE + 1)]
    assert statuses == [200] * A_MINUTE + [429]


def test_all_processes_count_together_on_redis(together: Callable[[], FlaskClient]) -> None:
    for _process in range(2):
        assert _ask_for_links(together(), A_MINUTE // 2) == [200] * (A_MINUTE // 2)
    assert _ask_for_links(together(), 1) == [429]


def test_without_redis_pages_are_served_and_limits_hold(
    session: Session, redis: Redis, together: Callable[[], FlaskClient]
) -> None:
    client = together()
    redis.stop()
    user = factories.user()
    statuses = [
        send(client, "/sign-in", email=user.email, password=f"wrong {number}").status_code
        for number in range(A_QUARTER + 1)
    ]
    assert statuses == [200] * A_QUARTER + [429]  # counted in the database
    assert 429 in _ask_for_links(client, 2 * A_MINUTE)  # counted in this process
