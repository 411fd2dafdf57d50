"""What users keep of themselves."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.accounts import queries
from models import Delivery, NoticeKind, Role
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send
from tests.functional.test_pages import ELSEWHERE, INLINE


def test_a_user_keeps_name_position_and_telephone(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    user = factories.user()
    sign_in(client, user)
    fields = {"name": " 陆远行 ", "title": "主任", "phone": "+86 551 1234567"}
    injected = {"email": "other@example.com", "roles": "admin", "organization_id": "1"}
    before = (user.email, user.roles, user.organization_id)
    assert send(client, "/account", **fields, **injected).location == "/account"
    session.rollback()
    assert (user.name, user.title, user.phone) == ("陆远行", "主任", "+86 551 1234567")
    assert (user.email, user.roles, user.organization_id) == before


def test_what_was_typed_stays_beside_the_error(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, factories.user())
    page = send(client, "/account", name="", title="主任", phone="abc").text
    for shown in ('id="name-error"', 'id="phone-error"', 'value="主任"', 'value="abc"'):
        assert shown in page


def test_notices_come_as_chosen(session: Session, client: FlaskClient, sign_in: SignIn) -> None:
    user = factories.user()
    usual = queries.deliveries(session, user)
    assert usual[NoticeKind.REVIEW] is Delivery.AT_ONCE
    assert usual[NoticeKind.SUBSCRIPTION] is Delivery.DAILY
    sign_in(client, user)
    chosen = {kind.value: "none" for kind in NoticeKind} | {"match": "daily", "review": "at_once"}
    assert send(client, "/account/notices", **chosen).location == "/account/notices"
    session.rollback()
    kept = queries.deliveries(session, user)
    assert {kind.value: way.value for kind, way in kept.items()} == chosen
    assert send(client, "/account/notices", **chosen | {"match": "hourly"}).status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_everybody_has_an_account_page(
    session: Session, client: FlaskClient, sign_in: SignIn, role: Role
) -> None:
    sign_in(client, factories.user(role))
    for page in ("", "/password", "/email", "/second-factor", "/sessions", "/notices"):
        answer = client.get(f"/account{page}")
        assert answer.status_code == 200
        assert not INLINE.search(answer.text)
        assert not ELSEWHERE.search(answer.text)


def test_a_visitor_has_none(session: Session, client: FlaskClient) -> None:
    assert client.get("/account").location == "/sign-in?next=/account"
