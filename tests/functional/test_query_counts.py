"""A page with fifty rows asks the database as often as one with five.

Pages with tests of their own measure this there.
"""

from collections.abc import Callable, Sized

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from models import MessageStatus, OrganizationStatus, OutboxMessage, PostingStatus, Role, now
from tests import factories
from tests.conftest import SignIn


def _latest(_session: Session) -> None:
    factories.need()
    factories.result()


def _returned(_session: Session) -> None:
    factories.need(status=PostingStatus.RETURNED, submitted_at=now(), published_at=None)


def _organization(_session: Session) -> None:
    factories.organization(status=OrganizationStatus.PENDING)


def _mail(session: Session) -> None:
    message = OutboxMessage(
        kind="mail", payload={"letter": "admin/test"}, status=MessageStatus.FAILED, due_at=now()
    )
    with transaction(session):
        session.add(message)


@pytest.mark.parametrize(
    ("role", "address", "make"),
    [
        (Role.OFFICER, "/", _latest),
        (Role.OFFICER, "/review/needs", _returned),
        (Role.OFFICER, "/review/results", _latest),
        (Role.OFFICER, "/organizations", _organization),
        (Role.ADMIN, "/admin/mails", _mail),
    ],
)
def test_a_longer_list_asks_the_database_no_more(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    count_queries: Callable[[], Sized],
    role: Role,
    address: str,
    make: Callable[[Session], None],
) -> None:
    bureau = factories.organization()
    region = factories.FEIXI if role is Role.OFFICER else None
    sign_in(client, factories.user(role, organization=bureau, region=region))
    asked = []
    for wanted in (5, 45):
        with factories.together():
            for _number in range(wanted):
                make(session)
        counter = count_queries()
        assert client.get(address).status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("side", ["needs", "results"])
def test_more_matches_of_a_text_ask_the_database_no_more(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    count_queries: Callable[[], Sized],
    side: str,
) -> None:
    owner = factories.user()
    make = factories.need if side == "needs" else factories.result
    posting = make(organization=owner.organization)
    sign_in(client, owner)
    asked = []
    for wanted in (5, 45):
        with factories.together():
            for _number in range(wanted):
                pair = (
                    (posting, factories.result())
                    if side == "needs"
                    else (factories.need(), posting)
                )
                factories.match(*pair)
        address = f"/{side}/{posting.public_id}"
        client.get(address)  # the index takes up what is new
        counter = count_queries()
        assert client.get(address).status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]
