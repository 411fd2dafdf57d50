"""Every answer carries the security headers, error pages included."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.permissions import Permission
from matchmaker.web.access import requires
from tests.conftest import application, let_go


@pytest.mark.parametrize("path", ["/", "/needs", "/nowhere", "/sign-in", "/static/css/app.css"])
def test_every_answer_is_protected(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Server" not in headers


def test_an_error_page_is_protected_and_tells_nothing(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    app.testing = False

    @app.get("/broken")
    @requires(Permission.PORTAL_READ)
    def broken() -> str:
        typed = "a confidential text"
        raise LookupError(f"the secret detail, {len(typed)}")

    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "Content-Security-Policy" in answer.headers
    assert "the secret detail" not in answer.text
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (line["level"], line["event"]) == ("error", "request failed")
    assert "LookupError" in line["exception"]
    assert "'a confidential text'" not in line["exception"]


def test_https_is_pinned_only_over_https(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers
    secure = client.get("/", base_url="https://localhost").headers
    assert "max-age=31536000" in secure["Strict-Transport-Security"]


def test_an_unknown_host_is_refused(app: Flask) -> None:
    url = app.config["SQLALCHEMY_ENGINES"]["default"]["url"].render_as_string(hide_password=False)
    named = application(url, trusted_hosts=("match.example.org",))
    client = named.test_client()
    assert client.get("/", base_url="http://evil.example").status_code == 400
    assert client.get("/", base_url="http://match.example.org").status_code == 200
    let_go(named)


def test_a_forwarded_address_is_not_believed_unless_configured(client: FlaskClient) -> None:
    answer = client.get("/", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4"})
    assert "Strict-Transport-Security" not in answer.headers
