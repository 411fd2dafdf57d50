"""An administrator moves a person to another organization."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matchmaker.accounts.services import passwords, users
from matchmaker.accounts.services.users import UserError
from matchmaker.db import transaction
from matchmaker.i18n import _
from models import AuditEntry, Organization, OrganizationKind, OrganizationStatus, Role, User
from tests import factories
from tests.conftest import SignIn
from tests.functional.files import address_of_the_file, draft_with_file
from tests.functional.importing import GOOD, bring
from tests.functional.pages import send
from tests.mailbox import Mailbox
from tests.matchmaker.spreadsheets import made_files

REASON = "调任到合作企业"
NEW_NAME = "新能源研究院"


@pytest.fixture
def admin(session: Session, client: FlaskClient, sign_in: SignIn) -> User:
    """Give an administrator, signed in."""
    user = factories.user(Role.ADMIN)
    sign_in(client, user)
    return user


@pytest.fixture
def target(session: Session) -> Organization:
    """Give an organization to move to."""
    return factories.organization(name=NEW_NAME)


def _page(user: User, words: str = "新能源") -> str:
    return f"/admin/users/{user.public_id}/organization?q={words}"


def _move(client: FlaskClient, user: User, target: Organization, **changed: str) -> TestResponse:
    fields = {"organization": target.public_id, "reason": REASON} | changed
    return send(client, _page(user, target.uscc), **fields)


def test_a_manager_moves_and_begins_as_a_member(
    session: Session,
    app: Flask,
    client: FlaskClient,
    admin: User,
    target: Organization,
    sign_in: SignIn,
    mailbox: Mailbox,
) -> None:
    old = factories.organization(name="旧单位")
    factories.user(Role.MANAGER, organization=old)
    user = factories.user(Role.MANAGER, Role.BROKER, organization=old)
    theirs = app.test_client()
    sign_in(theirs, user)
    with transaction(session):
        passwords.send_link(session, user.email, user.id)
    link = mailbox.link(user.email)
    assert NEW_NAME in client.get(_page(user)).text
    assert _move(client, user, target).location == f"/admin/users/{user.public_id}"
    session.rollback()
    assert user.organization == target
    assert user.roles == {Role.MEMBER, Role.BROKER}
    assert theirs.get("/account").status_code == 303
    assert app.test_client().get(link).status_code == 410
    letter = mailbox.letters(user.email)[-1]
    for words in ("旧单位", NEW_NAME, REASON):
        assert words in letter
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "user:move")).one()
    assert (entry.actor_id, entry.subject_id, entry.outcome) == (admin.id, user.id, "done")
    assert entry.detail == {
        "before": "旧单位",
        "after": NEW_NAME,
        "roles": ["broker", "member"],
        "reason": REASON,
    }


def test_what_they_posted_stays_with_the_old_organization(
    session: Session,
    app: Flask,
    client: FlaskClient,
    sign_in: SignIn,
    target: Organization,
    poster: User,
    tmp_path: Path,
) -> None:
    need = draft_with_file(client, session)
    batch = bring(client, made_files.xlsx(tmp_path / "n.xlsx", GOOD)).location
    own = (f"/needs/{need.public_id}/edit", address_of_the_file(session), batch)
    assert [client.get(address).status_code for address in own] == [200] * 3
    owner = need.organization_id
    users.move(session, factories.user(Role.ADMIN), poster, target, REASON)
    reader = app.test_client()
    sign_in(reader, poster)
    assert [reader.get(address).status_code for address in own] == [404] * 3
    assert batch not in reader.get("/needs/import").text
    session.rollback()
    assert need.organization_id == owner


def test_the_last_manager_stays(
    session: Session, client: FlaskClient, admin: User, target: Organization
) -> None:
    user = factories.user(Role.MANAGER)
    factories.user(Role.MANAGER, organization=user.organization, active=False)
    factories.user(Role.MANAGER)
    page = _move(client, user, target)
    assert page.status_code == 200
    said = _(
        "This is the last manager of %(organization)s. Make somebody else one first.",
        organization=user.organization.name,
    )
    assert said in page.text
    session.rollback()
    assert user.organization != target
    refused = sa.select(AuditEntry.action).where(AuditEntry.outcome == "refused")
    assert session.scalars(refused).all() == ["user:move"]


def test_whose_account_is_closed_is_no_last_manager(
    session: Session, client: FlaskClient, admin: User, target: Organization
) -> None:
    user = factories.user(Role.MANAGER, active=False)
    factories.user(Role.MANAGER, organization=user.organization)
    assert _move(client, user, target).status_code == 303


@pytest.mark.parametrize("role", [Role.OFFICER, Role.DIRECTOR, Role.ADMIN, Role.AUDITOR])
def test_who_acts_for_a_bureau_moves_to_bureaus_alone(
    session: Session, client: FlaskClient, admin: User, target: Organization, role: Role
) -> None:
    one, other = (factories.organization(kind=OrganizationKind.GOVERNMENT) for _number in range(2))
    region = factories.FEIXI if role in (Role.OFFICER, Role.DIRECTOR) else None
    user = factories.user(role, organization=one, region=region)
    page = _move(client, user, target)
    assert _("Only people of a bureau hold this role.") in page.text
    assert _move(client, user, other).status_code == 303
    session.rollback()
    assert user.organization == other
    assert user.roles == {role}
    assert (user.region.code if user.region else None) == region


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"organization": ""}, "organization"),
        ({"organization": "x"}, "organization"),
    ],
)
def test_what_is_missing_is_told_at_its_field(
    session: Session,
    client: FlaskClient,
    admin: User,
    target: Organization,
    changed: dict[str, str],
    field: str,
) -> None:
    user = factories.user()
    page = _move(client, user, target, **changed)
    assert page.status_code == 200
    assert f'id="{field}-error"' in page.text
    session.rollback()
    assert user.organization != target


@pytest.mark.parametrize("status", [each for each in OrganizationStatus if each != "approved"])
def test_only_approved_organizations_are_found_and_taken(
    session: Session, client: FlaskClient, admin: User, status: OrganizationStatus
) -> None:
    target, user = factories.organization(name=NEW_NAME, status=status), factories.user()
    assert NEW_NAME not in client.get(_page(user)).text
    assert _move(client, user, target).status_code == 200
    with pytest.raises(UserError):
        users.move(session, admin, user, target, REASON)


def test_their_own_organization_is_not_offered(
    session: Session, client: FlaskClient, admin: User, target: Organization
) -> None:
    user = factories.user(organization=target)
    assert target.public_id not in client.get(_page(user)).text
    with pytest.raises(UserError):
        users.move(session, admin, user, target, REASON)


def test_an_administrator_does_not_move_themselves(
    session: Session, client: FlaskClient, admin: User, target: Organization
) -> None:
    page = f"/admin/users/{admin.public_id}"
    assert f"{page}/organization" not in client.get(page).text
    assert _move(client, admin, target).status_code == 200
    session.rollback()
    assert admin.organization != target
