"""The people of an organization: invited, promoted, closed by its managers alone."""

import re
from collections.abc import Callable, Sized
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.accounts.services import users
from matchmaker.db import db, transaction
from matchmaker.i18n import _
from matchmaker.organizations.services import members
from models import EmailToken, Invitation, OrganizationStatus, Role, User, now
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import link, send
from tests.mailbox import Mailbox

EMAIL = "colleague@example.com"
PAGE = "/organization/members"
PASSWORD = "three blue tractors"
PERSON = {"name": "新同事", "title": "", "phone": "", "new": PASSWORD, "repeat": PASSWORD}


@pytest.fixture
def manager(session: Session, client: FlaskClient, sign_in: SignIn) -> User:
    """Give an organization's manager, signed in."""
    user = factories.user(Role.MANAGER)
    sign_in(client, user)
    return user


def _invite(client: FlaskClient, role: str = "member", email: str = EMAIL) -> Any:
    return send(client, PAGE, email=email, role=role)


@pytest.mark.parametrize("role", ["member", "manager"])
def test_somebody_invited_joins_with_their_role(
    session: Session, app: Flask, client: FlaskClient, manager: User, mailbox: Mailbox, role: str
) -> None:
    assert _invite(client, role).location == PAGE
    assert EMAIL in client.get(PAGE).text
    guest = app.test_client()
    link = mailbox.link(EMAIL)
    assert manager.organization.name in guest.get(link).text
    assert send(guest, link, **PERSON).location == "/sign-in"
    session.rollback()
    joined = session.scalars(sa.select(User).where(User.email == EMAIL)).one()
    assert joined.organization_id == manager.organization_id
    assert joined.roles == {Role(role)}
    assert guest.get(link).status_code == 410
    assert send(guest, "/sign-in", email=EMAIL, password=PASSWORD).location == "/"
    assert "新同事" in client.get(PAGE).text


@pytest.mark.parametrize("role", ["officer", "admin", "broker", "director", "auditor", ""])
def test_an_organization_gives_no_other_roles(
    session: Session, client: FlaskClient, manager: User, role: str
) -> None:
    assert 'id="role-error"' in _invite(client, role).text
    assert session.scalar(sa.select(sa.func.count(Invitation.id))) == 0


def test_an_invitation_withdrawn_or_replaced_works_no_more(
    session: Session, client: FlaskClient, manager: User, mailbox: Mailbox
) -> None:
    _invite(client)
    first = mailbox.link(EMAIL)
    _invite(client)
    second = mailbox.link(EMAIL)
    assert client.get(first).status_code == 410
    session.rollback()
    open_one = session.scalars(sa.select(Invitation).where(Invitation.closed_at.is_(None))).one()
    send(client, f"/organization/invitations/{open_one.public_id}/withdraw", PAGE)
    assert client.get(second).status_code == 410
    assert EMAIL not in client.get(PAGE).text


def test_an_organization_that_was_suspended_takes_nobody_in(
    session: Session, client: FlaskClient, manager: User, mailbox: Mailbox
) -> None:
    _invite(client)
    link = mailbox.link(EMAIL)
    with transaction(session):
        manager.organization.status = OrganizationStatus.SUSPENDED
    assert send(client, link, **PERSON).status_code == 410


def test_who_has_an_account_cannot_join_another_organization(
    session: Session, client: FlaskClient, manager: User, mailbox: Mailbox
) -> None:
    other = factories.user()
    assert _invite(client, email=other.email).location == PAGE
    (letter,) = mailbox.letters(other.email)
    assert "/join/" not in letter


def test_a_manager_promotes_and_closes_colleagues(
    session: Session, client: FlaskClient, manager: User
) -> None:
    member = factories.user(organization=manager.organization)
    address = f"{PAGE}/{member.public_id}"
    send(client, f"{address}/role", PAGE, role="manager")
    session.rollback()
    assert member.roles == {Role.MANAGER}
    send(client, f"{address}/disable", PAGE)
    session.rollback()
    assert not member.active
    send(client, f"{address}/enable", PAGE)
    session.rollback()
    assert member.active


@pytest.mark.parametrize("action", ["role", "disable", "enable"])
def test_others_people_and_oneself_are_out_of_reach(
    session: Session, client: FlaskClient, manager: User, action: str
) -> None:
    rival = factories.user()
    broker = factories.user(Role.BROKER, organization=manager.organization)
    for user, status in ((rival, 404), (manager, 403), (broker, 403)):
        answer = send(client, f"{PAGE}/{user.public_id}/{action}", PAGE, role="member")
        assert answer.status_code == status
    session.rollback()
    assert broker.roles == {Role.BROKER}
    assert rival.active
    assert manager.active


def test_of_two_managers_who_demote_each_other_at_once_one_stays(
    app: Flask, session: Session
) -> None:
    one = factories.user(Role.MANAGER)
    other = factories.user(Role.MANAGER, organization=one.organization)
    with app.app_context(), db.sessionmaker() as beside:
        first, second = beside.get_one(User, one.id), beside.get_one(User, other.id)
        assert members.may_change(first, second)  # which is what a page has read
        members.set_role(session, other, one, Role.MEMBER)
        with pytest.raises(members.NotYoursError):
            members.set_role(beside, first, second, Role.MEMBER)
        with pytest.raises(members.NotYoursError):
            members.set_active(beside, first, second, active=False)
    session.rollback()
    assert one.roles == {Role.MEMBER}
    assert other.roles == {Role.MANAGER}
    assert other.active


def test_a_colleague_is_given_no_role_that_the_page_does_not_offer(
    session: Session, client: FlaskClient, manager: User
) -> None:
    member = factories.user(organization=manager.organization)
    address = f"{PAGE}/{member.public_id}/role"
    assert send(client, address, PAGE, role="admin").status_code == 400


def test_a_member_manages_nobody(session: Session, client: FlaskClient, sign_in: SignIn) -> None:
    member = factories.user()
    colleague = factories.user(organization=member.organization)
    sign_in(client, member)
    assert client.get(PAGE).status_code == 403
    address = f"{PAGE}/{colleague.public_id}/disable"
    assert send(client, address, "/account").status_code == 403
    assert client.get("/organization/edit").status_code == 403


def test_people_come_in_pages_and_are_found_by_name_address_or_position(
    session: Session, app: Flask, client: FlaskClient, manager: User, sign_in: SignIn
) -> None:
    own = manager.organization
    with factories.together():
        last = [factories.user(organization=own, name=f"同事{n:03}") for n in range(60)][-1]
    with transaction(session):
        last.title = "首席工程师"
    bureau = app.test_client()
    sign_in(bureau, factories.user(Role.OFFICER, region=factories.FEIXI))
    for reader, page in ((client, PAGE), (bureau, f"/organizations/{own.public_id}")):
        first = reader.get(page).text
        assert "同事010" in first
        assert last.name not in first
        following = link(first, 'rel="next"')
        assert following
        assert last.name in reader.get(following).text
        assert "同事010" not in reader.get(following).text
        for words in ("首席", last.email, last.name):
            found = reader.get(f"{page}?q={words}").text
            assert last.name in found
            assert "同事010" not in found
        assert _("Nobody fits") in reader.get(f"{page}?q=查无此人").text


def test_more_people_ask_the_database_no_more(
    session: Session,
    client: FlaskClient,
    manager: User,
    count_queries: Callable[[], Sized],
) -> None:
    asked = []
    for wanted in (5, 40):
        with factories.together():
            for number in range(wanted):
                factories.user(organization=manager.organization)
                email = f"invited{wanted}-{number}@example.com"
                session.add(
                    Invitation(
                        organization=manager.organization,
                        email=email,
                        role=Role.MEMBER,
                        inviter=manager,
                    )
                )
        counter = count_queries()
        assert client.get(PAGE).status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]


def test_an_invitation_past_its_term_says_so_and_is_sent_anew(
    session: Session, client: FlaskClient, manager: User, mailbox: Mailbox
) -> None:
    _invite(client, role="manager")
    assert _("Expired") not in client.get(PAGE).text
    old = mailbox.link(EMAIL)
    week_ago = now() - timedelta(days=7, minutes=1)
    with transaction(session):
        session.execute(sa.update(Invitation).values(created_at=week_ago))
        session.execute(sa.update(EmailToken).values(expires_at=now()))
    page = client.get(PAGE).text
    assert _("Expired") in page
    assert re.search(rf'name="role" value="manager">\s*<button[^>]*value="{EMAIL}"', page)
    _invite(client, role="manager")
    assert _("Expired") not in client.get(PAGE).text
    assert client.get(old).status_code == 410
    assert client.get(mailbox.link(EMAIL)).status_code == 200


def test_an_account_closed_by_an_administrator_is_not_the_managers_to_open(
    session: Session, client: FlaskClient, manager: User
) -> None:
    colleague = factories.user(organization=manager.organization)
    users.disable(session, factories.user(Role.ADMIN), colleague)
    address = f"{PAGE}/{colleague.public_id}"
    assert send(client, f"{address}/enable", PAGE).status_code == 403
    session.rollback()
    assert not colleague.active
    users.enable(session, factories.user(Role.ADMIN), colleague)
    for action in ("disable", "enable"):
        assert send(client, f"{address}/{action}", PAGE).status_code == 303
    session.rollback()
    assert colleague.active
