"""Administration, audit and business stay apart (row 24): GB/T 22239-2019 8.1.5; row 5."""

import itertools

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.accounts.services import users
from matchmaker.accounts.services.users import Standing, UserError
from matchmaker.config import ConfigError, Settings
from matchmaker.permissions import BUSINESS_ROLES, GRANTS, Permission, exclusion
from models import OrganizationKind, Role, User
from tests import factories
from tests.conftest import SECRET, SignIn
from tests.functional.pages import send


@pytest.mark.parametrize("pair", [*itertools.combinations(Role, 2)], ids="-".join)
def test_admin_auditor_and_business_never_meet(pair: tuple[Role, Role]) -> None:
    apart = not set(pair) <= BUSINESS_ROLES
    assert bool(exclusion(pair)) is apart


def test_the_page_refuses_roles_that_may_not_meet(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    bureau = factories.organization(kind=OrganizationKind.GOVERNMENT)
    user = factories.user(Role.MEMBER, organization=bureau)
    sign_in(client, factories.user(Role.ADMIN))
    address = f"/admin/users/{user.public_id}"
    for roles in (["admin", "auditor"], ["admin", "member"], ["auditor", "broker"], []):
        assert send(client, address, roles=roles).status_code == 200
    session.rollback()
    assert user.roles == {Role.MEMBER}
    assert send(client, address, roles=["auditor"]).status_code == 303
    session.rollback()
    assert user.roles == {Role.AUDITOR}


def test_a_bureaus_role_is_for_people_of_a_bureau(session: Session) -> None:
    admin, member = factories.user(Role.ADMIN), factories.user()
    with pytest.raises(UserError):
        users.set_standing(session, admin, member, Standing(frozenset({Role.AUDITOR}), None))


def test_an_officer_has_a_region_and_others_have_none(session: Session) -> None:
    admin = factories.user(Role.ADMIN)
    bureau = factories.organization(kind=OrganizationKind.GOVERNMENT)
    user, region = factories.user(organization=bureau), factories.region(factories.FEIXI)
    for role, place in ((Role.OFFICER, None), (Role.ADMIN, region), (Role.MEMBER, region)):
        with pytest.raises(UserError) as refused:
            users.set_standing(session, admin, user, Standing(frozenset({role}), place))
        assert refused.value.field == "region"
    users.set_standing(session, admin, user, Standing(frozenset({Role.OFFICER}), region))
    assert user.region == region


def test_an_administrator_does_not_change_their_own_account(session: Session) -> None:
    bureau = factories.organization(kind=OrganizationKind.GOVERNMENT)
    admin, other = (factories.user(Role.ADMIN, organization=bureau) for _ in range(2))
    with pytest.raises(UserError):
        users.disable(session, admin, admin)
    with pytest.raises(UserError):
        users.set_standing(session, admin, admin, Standing(frozenset({Role.MEMBER}), None))
    with pytest.raises(UserError):
        users.reset_second_factor(session, admin, admin)
    users.disable(session, admin, other)
    assert not other.active


def test_an_administrator_and_an_auditor_do_no_business() -> None:
    business = {"need", "result", "match", "posting", "project"}
    public = {Permission.NEED_READ, Permission.NEED_READ_TEXT}
    public |= {Permission.RESULT_READ, Permission.RESULT_READ_TEXT}
    for role in (Role.ADMIN, Role.AUDITOR):
        held = {each for each in GRANTS[role] - public if each.split(":")[0] in business}
        assert held == set(), role


def test_an_auditor_writes_nothing_but_their_own_account() -> None:
    own = {Permission.ACCOUNT_MANAGE, Permission.ACCOUNT_SIGN_IN, Permission.ACCOUNT_SIGN_OUT}
    own.add(Permission.ORGANIZATION_REGISTER)
    others = {each for each in GRANTS[Role.AUDITOR] - own if ":read" not in each}
    assert others == set()


def test_an_administrator_reads_no_audit() -> None:
    assert not [each for each in GRANTS[Role.ADMIN] if each.startswith("audit:")]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_users_are_an_administrators_business_alone(
    session: Session, client: FlaskClient, sign_in: SignIn, role: Role
) -> None:
    region = factories.FEIXI if role in (Role.OFFICER, Role.DIRECTOR) else None
    sign_in(client, factories.user(role, region=region))
    user = factories.user()
    assert client.get("/admin/users").status_code == 403
    assert client.get(f"/admin/users/{user.public_id}").status_code == 403
    assert send(client, "/admin/users/new", "/account", name="x").status_code == 403
    answer = send(client, f"/admin/users/{user.public_id}/disable", "/account")
    assert answer.status_code == 403
    session.rollback()
    assert user.active


def test_there_is_no_account_nobody_made(session: Session) -> None:
    assert session.query(User).count() == 0


def test_a_demo_does_not_start_in_production() -> None:
    with pytest.raises(ConfigError, match="MATCHMAKER_DEMO"):
        Settings(
            database_url="postgresql+psycopg://x@y/z",
            secret_key=SECRET,
            production=True,
            demo=True,
            base_url="https://match.example.org",
            trusted_hosts=("match.example.org",),
        )
