"""An officer's pages of organizations: who is told, what is kept, what is corrected."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker import clock
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.organizations.services import profile, registration, review
from matchmaker.organizations.services.registration import Application
from models import (
    AuditEntry,
    Event,
    IntegrityRestriction,
    Notification,
    Organization,
    OrganizationKind,
    OrganizationStatus,
    Role,
    User,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send, token
from tests.mailbox import Mailbox

PENDING = OrganizationStatus.PENDING
GROUND, SOURCE = "骗取补助资金", "皖科监〔2026〕7号"


@pytest.fixture
def officer(session: Session) -> User:
    """Give the county's officer."""
    return factories.user(Role.OFFICER, region=factories.FEIXI, name="经办人")


@pytest.fixture
def bureau(app: Flask, sign_in: SignIn, officer: User) -> FlaskClient:
    """Give the officer's browser."""
    client = app.test_client()
    sign_in(client, officer)
    return client


@pytest.fixture
def manager(session: Session) -> User:
    """Give the manager of an approved organization of the county."""
    return factories.user(Role.MANAGER)


@pytest.fixture
def theirs(app: Flask, sign_in: SignIn, manager: User) -> FlaskClient:
    """Give the manager's browser."""
    client = app.test_client()
    sign_in(client, manager)
    return client


def _told(session: Session, event: Event) -> list[int]:
    session.rollback()
    told = sa.select(Notification.user_id).where(Notification.event == event)
    return list(session.scalars(told))


def _page(organization: Organization) -> str:
    return f"/organizations/{organization.public_id}"


def _term(**changes: str) -> dict[str, str]:
    day = clock.today().isoformat()
    return {"ground": GROUND, "source_document": SOURCE, "starts_on": day, "ends_on": ""} | changes


def _hand_in(session: Session, manager: User) -> None:
    own = manager.organization
    facts = Application(own.kind, own.name, own.uscc, own.region, [], [])
    registration.hand_in_again(session, manager, own, facts)


def test_the_nearest_officers_are_told_of_who_asks_for_approval(
    session: Session, bureau: FlaskClient, officer: User, manager: User
) -> None:
    above = factories.user(Role.OFFICER, region=factories.HEFEI)
    review.suspend(session, officer, manager.organization, "核实")
    with pytest.raises(registration.NotOpenError):
        _hand_in(session, manager)
    refused = factories.user(
        Role.MANAGER, organization=factories.organization(status=OrganizationStatus.REFUSED)
    )
    _hand_in(session, refused)
    assert _told(session, Event.ORGANIZATION_REGISTERED) == [officer.id]
    _hand_in(session, refused)
    assert _told(session, Event.ORGANIZATION_REGISTERED) == [officer.id], "a correction is no news"
    notices = bureau.get("/notices").text
    assert label(Event.ORGANIZATION_REGISTERED) in notices
    assert refused.organization.name in notices
    assert f'value="{_page(refused.organization)}"' in notices
    assert above.id not in _told(session, Event.ORGANIZATION_REGISTERED)


def test_the_menu_counts_what_waits_in_the_region(bureau: FlaskClient, session: Session) -> None:
    def counted() -> bool:
        return '<span class="count">2</span>' in bureau.get("/account").text

    factories.organization(status=PENDING, region=factories.WUHU)
    factories.organization(status=PENDING)
    assert not counted()
    factories.organization(status=PENDING)
    assert counted()


def test_a_restriction_is_told_to_the_managers_and_kept_in_the_history(
    session: Session, bureau: FlaskClient, theirs: FlaskClient, manager: User
) -> None:
    page = _page(manager.organization)
    send(bureau, f"{page}/restrictions", page, **_term())
    assert _told(session, Event.ORGANIZATION_RESTRICTED) == [manager.id]
    notices = theirs.get("/notices").text
    assert label(Event.ORGANIZATION_RESTRICTED) in notices
    assert 'value="/organization"' in notices
    own = theirs.get("/organization").text
    assert GROUND in own
    assert SOURCE in own
    shown = bureau.get(page).text
    assert _("Integrity restriction entered") in shown
    assert "经办人" in shown


def test_one_lifted_on_its_first_day_holds_no_more_and_stays_in_the_history(
    session: Session, bureau: FlaskClient, theirs: FlaskClient, manager: User
) -> None:
    page = _page(manager.organization)
    send(bureau, f"{page}/restrictions", page, **_term())
    session.rollback()
    one = session.scalars(sa.select(IntegrityRestriction)).one()
    assert one.holds_on(clock.today())
    for _time in range(2):
        send(bureau, f"{page}/restrictions/{one.public_id}/lift", page)
    session.rollback()
    assert not one.holds_on(clock.today())
    assert one.starts_on == clock.today()
    assert one.lifted_by_id is not None
    assert _told(session, Event.ORGANIZATION_RELEASED) == [manager.id], "once"
    assert label(Event.ORGANIZATION_RELEASED) in theirs.get("/notices").text
    assert _("Integrity restriction lifted") in bureau.get(page).text
    assert "/lift" not in bureau.get(page).text


def test_a_form_sent_twice_imposes_one_restriction(
    session: Session, bureau: FlaskClient, manager: User
) -> None:
    page = _page(manager.organization)
    for _time in range(2):
        assert send(bureau, f"{page}/restrictions", page, **_term()).status_code == 303
    assert _told(session, Event.ORGANIZATION_RESTRICTED) == [manager.id]
    assert len(session.scalars(sa.select(IntegrityRestriction)).all()) == 1
    longer = (clock.today() + timedelta(days=90)).isoformat()
    send(bureau, f"{page}/restrictions", page, **_term(ends_on=longer))
    session.rollback()
    assert len(session.scalars(sa.select(IntegrityRestriction)).all()) == 2


def test_what_was_lifted_can_be_imposed_again(
    session: Session, officer: User, manager: User
) -> None:
    today = clock.today()
    terms: dict[str, Any] = {"ground": GROUND, "source_document": SOURCE, "starts_on": today}
    own = manager.organization
    first = profile.restrict(session, officer, own, **terms, ends_on=None)
    profile.lift(session, officer, first, today)
    second = profile.restrict(session, officer, own, **terms, ends_on=None)
    assert first.id != second.id
    assert second.holds_on(today)


def _hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of the form for an organization's facts."""
    form = page[page.rindex('action="/organization/edit"') :]
    found = re.findall(r'name="(csrf_token|version)"[^>]*?value="([^"]*)"', form)
    return dict(found)


def _refusals(session: Session) -> list[str]:
    session.rollback()
    refused = sa.select(AuditEntry.action).where(AuditEntry.outcome == "refused")
    return list(session.scalars(refused.order_by(AuditEntry.id)))


def test_who_decides_too_late_sees_how_it_stands_and_keeps_their_reason(
    session: Session, bureau: FlaskClient, officer: User
) -> None:
    one = factories.organization(status=PENDING)
    page = _page(one)
    kept = token(bureau, page)
    review.approve(session, officer, one)
    late = {"csrf_token": kept, "reason": "执照已过期"}
    answer = bureau.post(f"{page}/refuse", data=late)
    assert answer.status_code == 409
    assert answer.text.count("执照已过期") == 2, "in the message and in the form"
    assert label(OrganizationStatus.APPROVED) in answer.text
    assert bureau.post(f"{page}/resume", data=late).status_code == 409
    assert _refusals(session) == ["organization:refuse", "organization:resume"]
    assert session.get_one(Organization, one.id).status is OrganizationStatus.APPROVED


def test_who_decides_on_their_own_organization_is_noted(
    session: Session, bureau: FlaskClient, officer: User
) -> None:
    page = _page(officer.organization)
    answer = send(bureau, f"{page}/suspend", page, reason="试试")
    assert answer.status_code == 403
    assert _("Somebody else must decide on your own organization.") in answer.text
    assert _refusals(session) == ["organization:suspend"]


def test_a_stale_second_editor_of_an_organization_reads_both_and_loses_nothing(
    session: Session, theirs: FlaskClient, manager: User
) -> None:
    edit = "/organization/edit"
    stale = _hidden(theirs.get(edit).text)
    first = _hidden(theirs.get(edit).text) | {"industries": "pv"}
    assert theirs.post(edit, data=first).status_code == 303
    second = {"industries": "nev", "requires_internal_review": "y"}
    answer = theirs.post(edit, data=stale | second)
    assert answer.status_code == 409
    conflict = answer.text[answer.text.index("conflict-heading") :]
    session.rollback()
    assert manager.organization.industries[0].name in conflict
    assert _refusals(session) == ["organization:save"]
    assert re.search(r'value="nev"\s+checked', answer.text)
    assert re.search(r'name="requires_internal_review"\s+value="y"\s+checked', answer.text)
    again = _hidden(answer.text) | second
    assert theirs.post(edit, data=again).status_code == 303
    session.rollback()
    assert manager.organization.requires_internal_review
    assert [each.code for each in manager.organization.industries] == ["nev"], "their form stands"


def test_who_corrects_a_registration_that_was_approved_meanwhile_reads_what_they_typed(
    session: Session, app: Flask, sign_in: SignIn, officer: User
) -> None:
    founder = factories.user(Role.MANAGER, organization=factories.organization(status=PENDING))
    own = founder.organization
    client = app.test_client()
    sign_in(client, founder)
    typed = _hidden(client.get("/organization/edit").text) | {
        "uscc": own.uscc,
        "organization_name": "另取的名称",
        "kind": "enterprise",
        "region": factories.FEIXI,
        "tiers": "链主",
    }
    review.approve(session, officer, own)
    answer = client.post("/organization/edit", data=typed)
    assert answer.status_code == 409
    assert "另取的名称" in answer.text
    assert "链主" in answer.text
    session.rollback()
    assert own.name != "另取的名称"


def test_a_code_that_is_taken_leaves_a_trail(session: Session, app: Flask, sign_in: SignIn) -> None:
    taken = factories.organization()
    founder = factories.user(Role.MANAGER, organization=factories.organization(status=PENDING))
    client = app.test_client()
    sign_in(client, founder)
    typed = _hidden(client.get("/organization/edit").text) | {
        "uscc": taken.uscc,
        "organization_name": "冒用代码的单位",
        "kind": "enterprise",
        "region": factories.FEIXI,
    }
    assert 'id="uscc-error"' in client.post("/organization/edit", data=typed).text
    assert _refusals(session) == ["organization:register"]


def _corrected(organization: Organization, **changes: str) -> dict[str, str]:
    facts = {
        "version": str(organization.version),
        "organization_name": "更名后的有限公司",
        "kind": "institute",
        "region": factories.FEIXI,
        "tiers": "链主",
        "correction": "营业执照已变更",
    }
    return facts | changes


def test_an_officer_corrects_name_kind_region_and_tiers_and_the_managers_are_told(
    session: Session, bureau: FlaskClient, manager: User, mailbox: Mailbox
) -> None:
    own = manager.organization
    page = _page(own)
    fields = _corrected(own)
    assert send(bureau, f"{page}/correct", page, **fields).location == page
    session.rollback()
    assert (own.name, own.kind) == ("更名后的有限公司", OrganizationKind.INSTITUTE)
    assert own.tiers == ["链主"]
    assert own.status is OrganizationStatus.APPROVED
    shown = bureau.get(page).text
    assert _("Particulars corrected") in shown
    assert "营业执照已变更" in mailbox.letters(manager.email)[-1]
    entry = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "organization:correct")
    )
    assert entry.one().detail["after"][0] == "更名后的有限公司"
    stale = send(bureau, f"{page}/correct", page, **fields | {"organization_name": "又一个名称"})
    assert stale.status_code == 409
    assert 'value="又一个名称"' in stale.text
    assert _refusals(session) == ["organization:correct"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"correction": " "}, "correction"),
        ({"kind": "government"}, "kind"),
        ({"region": factories.WUHU}, "region"),
        ({"organization_name": ""}, "organization_name"),
    ],
)
def test_a_correction_stays_within_the_region_and_makes_no_bureau(
    session: Session, bureau: FlaskClient, manager: User, changes: dict[str, str], field: str
) -> None:
    own = manager.organization
    name, page = own.name, _page(own)
    answer = send(bureau, f"{page}/correct", page, **_corrected(own, **changes))
    assert f'id="{field}-error"' in answer.text
    session.rollback()
    assert own.name == name
