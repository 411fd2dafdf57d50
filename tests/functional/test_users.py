"""An administrator's pages of users and bureaus."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.accounts import listing
from matchmaker.db import transaction
from matchmaker.i18n import _
from models import AuditEntry, Organization, OrganizationKind, OrganizationStatus, Role, User
from tests import factories
from tests.conftest import QueryCounter, SignIn
from tests.functional.pages import link, send, table_titles
from tests.mailbox import Mailbox

NEW = "/admin/users/new"


@pytest.fixture
def admin(session: Session, client: FlaskClient, sign_in: SignIn) -> User:
    """Give an administrator, signed in."""
    bureau = factories.organization(kind=OrganizationKind.GOVERNMENT, region=factories.ANHUI)
    user = factories.user(Role.ADMIN, organization=bureau)
    sign_in(client, user)
    return user


@pytest.fixture
def bureau(session: Session) -> Organization:
    """Give a government body."""
    return factories.organization(kind=OrganizationKind.GOVERNMENT)


def _form(bureau: Organization, **changes: Any) -> dict[str, Any]:
    form = {
        "name": "方知远",
        "email": "fang@example.com",
        "organization": bureau.uscc,
        "roles": ["officer"],
        "region": factories.FEIXI,
    }
    return form | changes


def test_a_new_officer_chooses_a_password_and_sets_up_a_second_factor(
    session: Session,
    app: Flask,
    client: FlaskClient,
    admin: User,
    bureau: Organization,
    mailbox: Mailbox,
) -> None:
    assert send(client, NEW, **_form(bureau)).status_code == 303
    newcomer = app.test_client()
    password = "three blue tractors"
    address = mailbox.link("fang@example.com")
    assert send(newcomer, address, new=password, repeat=password).status_code == 303
    answer = send(newcomer, "/sign-in", email="fang@example.com", password=password)
    assert answer.location == "/sign-in/authenticator"
    session.rollback()
    user = session.scalars(sa.select(User).where(User.email == "fang@example.com")).one()
    assert user.roles == {Role.OFFICER}
    assert user.region == factories.region(factories.FEIXI)


def test_nobody_signs_in_before_they_have_chosen_a_password(
    session: Session, app: Flask, client: FlaskClient, admin: User, bureau: Organization
) -> None:
    send(client, NEW, **_form(bureau))
    for guess in ("None", "x"):
        answer = send(app.test_client(), "/sign-in", email="fang@example.com", password=guess)
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "fang"}, "email"),
        ({"organization": "123"}, "organization"),
        ({"organization": factories.uscc(8_888_888)}, "organization"),
        ({"roles": []}, "roles"),
        ({"roles": ["officer", "admin"]}, "roles"),
        ({"roles": ["emperor"]}, "roles"),
        ({"region": ""}, "region"),
        ({"region": "abc"}, "region"),
        ({"region": "999999"}, "region"),
        ({"roles": ["admin"]}, "region"),
    ],
)
def test_bad_input_is_told_at_its_field(
    session: Session,
    client: FlaskClient,
    admin: User,
    bureau: Organization,
    changes: dict[str, Any],
    field: str,
) -> None:
    page = send(client, NEW, **_form(bureau, **changes))
    assert page.status_code == 200
    assert f'id="{field}-error"' in page.text


def test_an_address_is_one_users_alone(
    session: Session, client: FlaskClient, admin: User, bureau: Organization
) -> None:
    taken = factories.user().email
    assert 'id="email-error"' in send(client, NEW, **_form(bureau, email=taken.upper())).text


def test_an_account_is_closed_and_opened_again(
    session: Session, app: Flask, client: FlaskClient, admin: User
) -> None:
    user = factories.user()
    page = f"/admin/users/{user.public_id}"
    send(client, f"{page}/disable", page)
    fields = {"email": user.email, "password": factories.PASSWORD}
    assert send(app.test_client(), "/sign-in", **fields).status_code == 200
    send(client, f"{page}/enable", page)
    assert send(app.test_client(), "/sign-in", **fields).status_code == 303


@pytest.mark.parametrize("how", ["closed", "demoted"])
def test_one_is_told_that_an_organization_lost_its_last_manager(
    session: Session, client: FlaskClient, admin: User, how: str
) -> None:
    first, second = (factories.user(Role.MANAGER) for _each in range(2))
    with transaction(session):
        second.organization = first.organization
    warning = _(
        "Nobody manages %(organization)s. Make one of its people a manager, so that they"
        " can invite others and keep its entry right.",
        organization=first.organization.name,
    )
    for manager, warned in ((first, False), (second, True)):
        page = f"/admin/users/{manager.public_id}"
        assert warning not in client.get(page).text
        if how == "closed":
            send(client, f"{page}/disable", page)
        else:
            send(client, page, roles=["member"])
        assert (warning in client.get(page).text) is warned


def test_one_finds_users_by_name_address_and_organization(
    session: Session, client: FlaskClient, admin: User
) -> None:
    user = factories.user(name="欧阳询", organization=factories.organization(name="书法研究所"))
    factories.user(name="颜真卿")
    for words in ("欧阳", user.email, "书法", "书法 欧阳"):
        page = client.get(f"/admin/users?q={words}").text
        assert "欧阳询" in page
        assert "颜真卿" not in page
    assert "欧阳询" not in client.get("/admin/users?q=%25").text


@pytest.fixture
def staff(session: Session) -> None:
    """Give an officer, a manager, an invited and a closed member, each of another place."""
    wuhu = factories.organization(region=factories.WUHU)
    feixi = factories.organization(region=factories.FEIXI)
    factories.user(Role.OFFICER, name="经办人", region=factories.HEFEI, organization=wuhu)
    factories.user(Role.MANAGER, name="管理员", organization=wuhu)
    invited = factories.user(name="待设密码", organization=feixi)
    factories.user(name="已离职", organization=feixi, active=False)
    with transaction(session):
        invited.password_hash = None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("role=officer", ["经办人"]),
        ("role=manager", ["管理员"]),
        ("role=member&state=closed", ["已离职"]),
        ("state=invited", ["待设密码"]),
        ("state=closed", ["已离职"]),
        (f"region={factories.WUHU}", ["管理员"]),
        (f"region={factories.HEFEI}", ["经办人", "待设密码", "已离职"]),
        (f"region={factories.HEFEI}&state=active", ["经办人"]),
        (f"region={factories.HEFEI}&q=密码", ["待设密码"]),
        (f"region={factories.WUHU}&role=broker", []),
    ],
)
def test_users_are_narrowed_by_role_state_and_region(
    client: FlaskClient, admin: User, staff: None, asked: str, found: list[str]
) -> None:
    assert table_titles(client, f"/admin/users?{asked}") == found


def test_what_narrows_the_list_stays_chosen_and_is_cleared_at_once(
    client: FlaskClient, admin: User, staff: None
) -> None:
    asked = f"role=broker&state=active&region={factories.WUHU}"
    page = client.get(f"/admin/users?{asked}").text
    for value in ("broker", "active", factories.WUHU):
        assert f'<option value="{value}" selected>' in page
    assert _("No user fits") in page
    assert link(page, "text-link") == "/admin/users"
    assert "text-link" not in client.get("/admin/users").text


def test_what_cannot_be_read_narrows_nothing(client: FlaskClient, admin: User, staff: None) -> None:
    everybody = table_titles(client, "/admin/users")
    assert len(everybody) == 5
    wild = "/admin/users?role=emperor&state=%00&region=abc&after=-1"
    assert table_titles(client, wild) == everybody


@pytest.mark.parametrize("asked", ["", f"?role=member&state=active&region={factories.ANHUI}"])
def test_users_come_in_pages_at_a_fixed_number_of_queries(
    session: Session,
    client: FlaskClient,
    admin: User,
    count_queries: Callable[[], QueryCounter],
    asked: str,
) -> None:
    with factories.together():
        for _number in range(5):
            factories.user()
    counter = count_queries()
    few_listed = len(table_titles(client, f"/admin/users{asked}"))
    few = len(counter)
    with factories.together():
        for _number in range(listing.TO_A_PAGE):
            factories.user()
    counter = count_queries()
    first = client.get(f"/admin/users{asked}").text
    assert len(counter) == few
    following = link(first, 'rel="next"')
    assert following
    assert len(table_titles(client, following)) == few_listed


def test_a_bureau_is_added_without_approval(
    session: Session, client: FlaskClient, admin: User
) -> None:
    fields = {
        "uscc": factories.uscc(8_888_001),
        "organization_name": "某市科学技术局",
        "region": factories.WUHU,
    }
    assert send(client, "/admin/bureaus/new", **fields).location == NEW
    session.rollback()
    added = session.scalars(
        sa.select(Organization).where(Organization.name == "某市科学技术局")
    ).one()
    assert (added.kind, added.status) == (
        OrganizationKind.GOVERNMENT,
        OrganizationStatus.APPROVED,
    )
    assert 'id="uscc-error"' in send(client, "/admin/bureaus/new", **fields).text


def test_every_refusal_leaves_a_trail(session: Session, client: FlaskClient, admin: User) -> None:
    known = factories.user(organization=factories.organization(kind=OrganizationKind.GOVERNMENT))
    send(client, NEW, **_form(known.organization, email=known.email))
    page = f"/admin/users/{admin.public_id}"
    send(client, page, roles="auditor", region="")
    send(client, f"{page}/disable", page)
    bureau = {"uscc": known.organization.uscc, "organization_name": "某局", "region": "340123"}
    send(client, "/admin/bureaus/new", **bureau)
    session.rollback()
    refused = sa.select(AuditEntry.action, AuditEntry.subject_id)
    found = session.execute(refused.where(AuditEntry.outcome == "refused").order_by(AuditEntry.id))
    assert [tuple(row) for row in found] == [
        ("user:create", None),
        ("user:set_roles", admin.id),
        ("user:disable", admin.id),
        ("organization:add_bureau", None),
    ]
