"""Registering an organization, and what its region's bureau decides on it."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker import clock
from matchmaker.i18n import _
from matchmaker.organizations.services import review
from matchmaker.organizations.services.review import WrongStateError
from models import (
    AuditEntry,
    Event,
    IntegrityRestriction,
    Notification,
    Organization,
    OrganizationStatus,
    Role,
    StatusChange,
    User,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send, token
from tests.mailbox import Mailbox

EMAIL = "founder@example.com"
PASSWORD = "three blue tractors"


def _form(**changes: Any) -> dict[str, Any]:
    form = {
        "uscc": factories.uscc(9_000_001),
        "organization_name": "安徽云上试剂有限公司",
        "kind": "enterprise",
        "region": factories.FEIXI,
        "industries": ["nev", "nev-battery"],
        "tiers": ["高新技术企业", "瞪羚"],
        "name": "陆远行",
        "title": "总经理",
        "phone": "0551-12345678",
        "new": PASSWORD,
        "repeat": PASSWORD,
    }
    return form | changes


@pytest.fixture
def link(client: FlaskClient, session: Session, mailbox: Mailbox) -> str:
    """Give the link that a founder got by mail."""
    send(client, "/register", email=EMAIL)
    return mailbox.link(EMAIL)


@pytest.fixture
def officer(session: Session) -> User:
    """Give the county's officer."""
    return factories.user(Role.OFFICER, region=factories.FEIXI)


def _registered(session: Session) -> Organization:
    session.rollback()
    code = Organization.uscc == factories.uscc(9_000_001)
    return session.scalars(sa.select(Organization).where(code)).one()


def test_an_organization_is_registered_by_its_code_and_waits(
    session: Session, client: FlaskClient, link: str
) -> None:
    code = factories.uscc(9_000_001)
    written = f" {code[:9].lower()} {code[9:]} "
    assert send(client, link, **_form(uscc=written)).location == "/sign-in"
    organization = _registered(session)
    assert organization.status is OrganizationStatus.PENDING
    assert organization.region.code == factories.FEIXI
    assert [each.code for each in organization.industries] == ["nev", "nev-battery"]
    assert organization.tiers == ["高新技术企业", "瞪羚"]
    user = session.scalars(sa.select(User).where(User.email == EMAIL)).one()
    assert user.organization == organization
    assert user.roles == {Role.MANAGER}
    assert client.get(link).status_code == 410

    assert send(client, "/sign-in", email=EMAIL, password=PASSWORD).location == "/"
    assert "tag-pending" in client.get("/organization").text
    assert client.get("/organization/members").status_code == 403
    assert client.get("/mine").status_code == 200


def test_the_regions_officer_is_told_of_who_registers_and_of_no_correction(
    app: Flask,
    sign_in: SignIn,
    session: Session,
    client: FlaskClient,
    link: str,
    officer: User,
) -> None:
    send(client, link, **_form())
    told = sa.select(Notification.user_id).where(
        Notification.event == Event.ORGANIZATION_REGISTERED
    )
    session.rollback()
    assert list(session.scalars(told)) == [officer.id]
    bureau = app.test_client()
    sign_in(bureau, officer)
    page = bureau.get(f"/organizations/{_registered(session).public_id}").text
    assert _("Asked to be approved") in page
    assert _("Particulars corrected") not in page

    send(client, "/sign-in", email=EMAIL, password=PASSWORD)
    own = {name: value for name, value in _form().items() if name not in {"new", "repeat"}}
    send(client, "/organization/edit", **own | {"organization_name": "安徽云上试剂股份有限公司"})
    session.rollback()
    assert list(session.scalars(told)) == [officer.id]
    assert (
        _("Particulars corrected")
        in bureau.get(f"/organizations/{_registered(session).public_id}").text
    )


def test_what_was_typed_with_full_width_characters_is_taken(
    session: Session, client: FlaskClient, mailbox: Mailbox
) -> None:
    send(client, "/register", email=_wide(EMAIL))
    code, phone = factories.uscc(9_000_001), "0551-12345678"
    form = _form(uscc=_wide(code), phone=_wide(phone))
    assert send(client, mailbox.link(EMAIL), **form).location == "/sign-in"
    assert _registered(session).uscc == code
    assert session.scalars(sa.select(User.phone).where(User.email == EMAIL)).one() == phone


def _wide(text: str) -> str:
    """Return a text as an input method for Chinese writes it in full width."""
    return "".join(chr(ord(char) + 0xFEE0) for char in text)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"uscc": "91340123DEM000030E"}, "uscc"),
        ({"uscc": "123"}, "uscc"),
        ({"uscc": ""}, "uscc"),
        ({"organization_name": " "}, "organization_name"),
        ({"kind": "club"}, "kind"),
        ({"region": "999999"}, "region"),
        ({"region": ""}, "region"),
        ({"industries": ["alchemy"]}, "industries"),
        ({"tiers": ["第一名"]}, "tiers"),
        ({"name": ""}, "name"),
        ({"phone": "call me"}, "phone"),
        ({"new": "short", "repeat": "short"}, "new"),
        ({"new": "安徽云上试剂有限公司!", "repeat": "安徽云上试剂有限公司!"}, "new"),
        ({"repeat": "another"}, "repeat"),
    ],
)
def test_bad_input_is_told_at_its_field_and_what_was_typed_stays(
    session: Session, client: FlaskClient, link: str, changes: dict[str, Any], field: str
) -> None:
    page = send(client, link, **_form(**changes))
    assert page.status_code == 200
    assert f'id="{field}-error"' in page.text
    assert "0551-12345678" in page.text or field == "phone"
    assert PASSWORD not in page.text
    assert client.get(link).status_code == 200  # and the link still works


def test_a_code_is_registered_once(session: Session, client: FlaskClient, link: str) -> None:
    factories.organization(uscc=factories.uscc(9_000_001), name="先到者")
    page = send(client, link, **_form()).text
    assert 'id="uscc-error"' in page
    assert "先到者" not in page
    session.rollback()
    refused = sa.select(AuditEntry.action).where(AuditEntry.outcome == "refused")
    assert list(session.scalars(refused)) == ["organization:register"]
    assert _registered(session).name == "先到者"


def test_who_has_an_account_is_told_so_by_mail_alone(
    session: Session, client: FlaskClient, mailbox: Mailbox
) -> None:
    user = factories.user()
    page = send(client, "/register", email=user.email).text
    assert page.count(user.email) == 1
    (letter,) = mailbox.letters(user.email)
    assert "/sign-in" in letter
    assert "/register/" not in letter


def test_the_bureau_of_the_region_approves(
    session: Session, app: Flask, link: str, sign_in: SignIn, officer: User, mailbox: Mailbox
) -> None:
    founder, bureau = app.test_client(), app.test_client()
    send(founder, link, **_form())
    organization = _registered(session)
    sign_in(bureau, officer)
    page = f"/organizations/{organization.public_id}"
    assert page in bureau.get("/organizations").text
    assert "陆远行" in bureau.get(page).text
    assert send(bureau, f"{page}/approve", page).location == page
    assert _registered(session).status is OrganizationStatus.APPROVED
    assert page not in bureau.get("/organizations").text
    assert page in bureau.get("/organizations?status=approved").text
    assert _("Your organization was approved") in mailbox.letters(EMAIL)[-1]

    send(founder, "/sign-in", email=EMAIL, password=PASSWORD)
    assert founder.get("/organization/members").status_code == 200


def test_a_refusal_needs_a_reason_which_the_manager_reads_and_may_answer(
    session: Session, app: Flask, link: str, sign_in: SignIn, officer: User, mailbox: Mailbox
) -> None:
    founder, bureau = app.test_client(), app.test_client()
    send(founder, link, **_form())
    sign_in(bureau, officer)
    page = f"/organizations/{_registered(session).public_id}"
    assert 'id="reason-error"' in send(bureau, f"{page}/refuse", page, reason=" ").text
    assert _registered(session).status is OrganizationStatus.PENDING
    reason = "营业执照名称与填报名称不一致"
    send(bureau, f"{page}/refuse", page, reason=reason)
    assert _registered(session).status is OrganizationStatus.REFUSED
    assert reason in mailbox.letters(EMAIL)[-1]

    send(founder, "/sign-in", email=EMAIL, password=PASSWORD)
    assert reason in founder.get("/organization").text
    again = _form(organization_name="安徽云上试剂股份有限公司")
    assert send(founder, "/organization/edit", **again).location == "/organization"
    organization = _registered(session)
    assert organization.status is OrganizationStatus.PENDING
    assert organization.name == "安徽云上试剂股份有限公司"
    changes = session.scalars(
        sa.select(StatusChange.target)
        .where(StatusChange.subject_kind == "Organization")
        .order_by(StatusChange.id)
    )
    assert list(changes) == ["pending", "refused", "pending"]


def test_a_refused_code_may_be_registered_by_its_rightful_owner(
    session: Session, app: Flask, link: str, officer: User, sign_in: SignIn, mailbox: Mailbox
) -> None:
    client = app.test_client()
    send(client, link, **_form(name="冒名者"))
    review.refuse(session, officer, _registered(session), "非本单位人员")
    impostor = session.scalars(sa.select(User).where(User.email == EMAIL)).one()
    sign_in(client, impostor)
    owner = app.test_client()
    send(owner, "/register", email="owner@example.com")
    assert send(owner, mailbox.link("owner@example.com"), **_form(name="主人")).status_code == 303
    session.rollback()
    assert not impostor.active
    assert client.get("/organization").status_code == 303
    assert _registered(session).status is OrganizationStatus.PENDING


@pytest.mark.parametrize(
    ("code", "role", "status"),
    [
        (factories.HEFEI, Role.OFFICER, 200),
        (factories.ANHUI, Role.OFFICER, 200),
        (factories.WUHU, Role.OFFICER, 404),
        (factories.FEIXI, Role.DIRECTOR, 403),
        (None, Role.ADMIN, 403),
        (None, Role.MANAGER, 403),
    ],
)
def test_only_officers_of_the_region_decide(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    code: str | None,
    role: Role,
    status: int,
) -> None:
    organization = factories.organization(status=OrganizationStatus.PENDING)
    sign_in(client, factories.user(role, region=code))
    page = f"/organizations/{organization.public_id}"
    assert client.get(page).status_code == status
    refused = send(client, f"{page}/approve", "/account")
    assert refused.status_code == (303 if status == 200 else status)
    session.rollback()
    assert (organization.status is OrganizationStatus.APPROVED) is (status == 200)


def test_nobody_decides_on_their_own_organization(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    sign_in(client, officer)
    page = f"/organizations/{officer.organization.public_id}"
    send(client, f"{page}/suspend", page, reason="试试")
    session.rollback()
    assert officer.organization.status is OrganizationStatus.APPROVED


def test_two_who_decide_at_once_do_not_both(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    organization = factories.organization(status=OrganizationStatus.PENDING)
    sign_in(client, officer)
    page = f"/organizations/{organization.public_id}"
    kept = token(client, page)
    review.refuse(session, officer, organization, "资料不全")
    answer = client.post(f"{page}/approve", data={"csrf_token": kept})
    assert answer.status_code == 409
    with pytest.raises(WrongStateError):
        review.approve(session, officer, organization)


def test_a_suspended_organization_may_do_nothing_until_it_may_again(
    session: Session, app: Flask, sign_in: SignIn, officer: User
) -> None:
    manager = factories.user(Role.MANAGER)
    theirs, bureau = app.test_client(), app.test_client()
    sign_in(theirs, manager)
    sign_in(bureau, officer)
    page = f"/organizations/{manager.organization.public_id}"
    send(bureau, f"{page}/suspend", page, reason="提供虚假材料")
    assert theirs.get("/organization/members").status_code == 403
    assert "提供虚假材料" in theirs.get("/organization").text
    send(bureau, f"{page}/resume", page)
    assert theirs.get("/organization/members").status_code == 200


def test_a_restriction_names_ground_document_and_term_and_can_be_lifted(
    session: Session, app: Flask, sign_in: SignIn, officer: User
) -> None:
    manager = factories.user(Role.MANAGER)
    bureau, theirs = app.test_client(), app.test_client()
    sign_in(bureau, officer)
    sign_in(theirs, manager)
    page = f"/organizations/{manager.organization.public_id}"
    today = clock.today()
    fields = {
        "ground": "骗取补助资金",
        "source_document": "皖科监〔2026〕7号",
        "starts_on": (today - timedelta(days=9)).isoformat(),
        "ends_on": (today - timedelta(days=10)).isoformat(),
    }
    assert 'id="ends_on-error"' in send(bureau, f"{page}/restrictions", page, **fields).text
    fields["ends_on"] = (today + timedelta(days=300)).isoformat()
    assert send(bureau, f"{page}/restrictions", page, **fields).location == page
    for shown in ("骗取补助资金", "皖科监〔2026〕7号", fields["ends_on"]):
        assert shown in theirs.get("/organization").text
    session.rollback()
    restriction = session.scalars(sa.select(IntegrityRestriction)).one()
    assert restriction.holds_on(today)
    send(bureau, f"{page}/restrictions/{restriction.public_id}/lift", page)
    session.rollback()
    assert not restriction.holds_on(today)


def test_what_an_approved_organization_changes_needs_no_approval(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    manager = factories.user(Role.MANAGER)
    name, uscc = manager.organization.name, manager.organization.uscc
    sign_in(client, manager)
    changed: dict[str, Any] = {
        "industries": ["pv"],
        "tiers": ["链主"],
        "requires_internal_review": "y",
        "organization_name": "改名有限公司",
        "uscc": factories.uscc(9_000_002),
        "status": "suspended",
    }
    assert send(client, "/organization/edit", **changed).location == "/organization"
    session.rollback()
    organization = manager.organization
    assert (organization.name, organization.uscc) == (name, uscc)
    assert organization.status is OrganizationStatus.APPROVED
    assert organization.requires_internal_review
    assert organization.tiers == [], "its bureau says so, since they decide what it may claim"
