"""A text for invited organizations: they read all of it, and nobody else sees that it is there."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import GuardedError
from matchmaker.matches import decisions
from matchmaker.postings import invitations, revisions, services
from matchmaker.postings.texts import written
from models import (
    AuditEntry,
    Event,
    Match,
    MatchStatus,
    Need,
    Notification,
    Organization,
    OrganizationKind,
    OrganizationStatus,
    OutboxMessage,
    PostingStatus,
    Result,
    Role,
    User,
    Visibility,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.forms import NEED, RESULT, english, fill, only, press
from tests.functional.pages import link, titles

INVITED = NEED | {"visibility": "invited", "public_summary": "一项电池难题。"}


@pytest.fixture
def guest(session: Session) -> User:
    """Give the manager of an institute elsewhere."""
    institute = factories.organization(
        name="江北新材料研究院", kind=OrganizationKind.INSTITUTE, region=factories.WUHU
    )
    return factories.user(Role.MANAGER, organization=institute)


def _published(session: Session, poster: User, *guests: User) -> Need:
    """Return a published need for these guests."""
    need = factories.need(
        organization=poster.organization,
        title="零下快充析锂",
        visibility=Visibility.INVITED,
        public_summary="一项电池难题。",
    )
    for each in guests:
        invitations.invite(session, poster, need, each.organization.public_id)
    return need


def _told(session: Session) -> list[int]:
    session.rollback()
    told = sa.select(Notification.user_id).where(Notification.event == Event.POSTING_INVITED)
    return list(session.scalars(told))


def test_guests_are_named_before_it_is_submitted_and_told_when_it_is_published(
    session: Session, client: FlaskClient, poster: User, officer: User, guest: User
) -> None:
    preview = fill(client, "/needs/new", **INVITED, go="preview").location
    assert "Nobody is invited yet." in english(client, preview)
    need = only(session, Need)
    page = f"/needs/{need.public_id}/invitations"
    assert "江北新材料研究院" in client.get(f"{page}?q=新材料").text
    assert "江北新材料研究院" in client.get(f"{page}?q={guest.organization.uscc}").text
    press(client, page, organization=guest.organization.public_id)
    press(client, page, organization=guest.organization.public_id)  # twice is once
    assert len(only(session, Need).invitations) == 1
    assert "江北新材料研究院" in client.get(preview).text
    press(client, f"/needs/{need.public_id}/submit", version=only(session, Need).version)
    assert _told(session) == []
    services.publish(session, officer, only(session, Need))
    assert _told(session) == [guest.id]
    assert "need:invite" in session.scalars(sa.select(AuditEntry.action)).all()


def test_a_result_has_guests_too(
    session: Session, client: FlaskClient, poster: User, guest: User
) -> None:
    fill(client, "/results/new", **RESULT | {"visibility": "invited", "public_summary": "材料"})
    result = only(session, Result)
    page = f"/results/{result.public_id}/invitations"
    press(client, page, organization=guest.organization.public_id)
    assert len(only(session, Result).invitations) == 1
    press(client, f"{page}/{guest.organization.public_id}/remove")
    assert only(session, Result).invitations == []


def test_the_guests_read_all_of_it_and_others_do_not_see_that_it_is_there(
    session: Session, app: Flask, poster: User, officer: User, guest: User, sign_in: SignIn
) -> None:
    need = _published(session, poster, guest)
    colleague = factories.user(Role.MEMBER, organization=guest.organization)
    broker = factories.user(Role.BROKER, organization=guest.organization)
    for reader in (guest, colleague, broker, officer, poster):
        client = app.test_client()
        sign_in(client, reader)
        assert need.problem in client.get(f"/needs/{need.public_id}").text
        assert need.title in client.get("/needs").text
    strangers: list[User | None] = [
        None,
        factories.user(Role.MANAGER),
        factories.user(Role.BROKER),
        factories.user(Role.OFFICER, region=factories.WUHU),
        factories.user(Role.ADMIN),
        factories.user(Role.AUDITOR),
    ]
    for stranger in strangers:
        client = app.test_client()
        if stranger:
            sign_in(client, stranger)
        assert client.get(f"/needs/{need.public_id}").status_code == 404
        for place in ("/needs", "/", "/needs?q=电池", "/?q=零下快充析锂"):
            assert need.public_id not in client.get(place).text


def test_the_hall_marks_what_the_reader_was_invited_to(
    session: Session, client: FlaskClient, guest: User, poster: User, sign_in: SignIn
) -> None:
    need = _published(session, poster, guest)
    sign_in(client, guest)
    assert "You are invited" in english(client, "/needs")
    assert "You are invited" in client.get(f"/needs/{need.public_id}").text
    assert "invited to read" in client.get("/notices").text


def test_an_invitation_taken_back_closes_the_text_and_its_open_matches_at_once(
    session: Session, app: Flask, poster: User, officer: User, guest: User, sign_in: SignIn
) -> None:
    need, settled = (_published(session, poster, guest) for _ in range(2))
    offers = [factories.result(organization=guest.organization) for _ in range(2)]
    proposed, recommended = (factories.match(need, offer) for offer in offers)
    agreed = factories.match(settled, offers[0])
    for match in (recommended, agreed):
        decisions.recommend(session, officer, match)
    decisions.consent(session, poster, agreed)
    decisions.consent(session, guest, agreed)
    reader = app.test_client()
    sign_in(reader, guest)
    assert reader.get(f"/matches/{recommended.public_id}").status_code == 200
    for each in (need, settled):
        invitations.uninvite(session, poster, each, guest.organization.public_id)
    for match in (proposed, recommended):
        assert reader.get(f"/matches/{match.public_id}").status_code == 404
    statuses = [session.get_one(Match, m.id).status for m in (proposed, recommended, agreed)]
    assert statuses == [MatchStatus.DISMISSED, MatchStatus.LAPSED, MatchStatus.AGREED]
    assert reader.get(f"/matches/{agreed.public_id}").status_code == 200  # both had agreed
    assert "need:uninvite" in session.scalars(sa.select(AuditEntry.action)).all()


def test_without_an_agreed_match_nothing_of_it_is_left_to_those_uninvited(
    session: Session, client: FlaskClient, poster: User, guest: User, sign_in: SignIn
) -> None:
    need = _published(session, poster, guest)
    invitations.uninvite(session, poster, need, guest.organization.public_id)
    sign_in(client, guest)
    assert client.get(f"/needs/{need.public_id}").status_code == 404
    assert need.public_id not in client.get("/needs").text
    assert need.title not in client.get("/notices").text


def test_of_a_published_text_a_new_guest_is_told_and_the_others_are_not_told_again(
    session: Session, poster: User, guest: User
) -> None:
    second = factories.user(Role.MANAGER)
    need = _published(session, poster, guest)
    assert _told(session) == [guest.id]
    invitations.invite(session, poster, need, second.organization.public_id)
    assert _told(session) == [guest.id, second.id]
    queued = sa.select(OutboxMessage).where(OutboxMessage.kind == "propose")
    assert session.scalars(queued).all()  # its pairs with the new guest's texts


@pytest.mark.parametrize("status", [PostingStatus.SUSPENDED, PostingStatus.DRAFT])
def test_what_is_not_published_is_closed_to_guests(
    session: Session,
    client: FlaskClient,
    poster: User,
    guest: User,
    sign_in: SignIn,
    status: PostingStatus,
) -> None:
    need = _published(session, poster, guest)
    with transaction(session):
        need.status = status
    sign_in(client, guest)
    assert client.get(f"/needs/{need.public_id}").status_code == 404


def test_a_suspended_organization_is_no_guest(
    session: Session, client: FlaskClient, poster: User, guest: User, sign_in: SignIn
) -> None:
    need = _published(session, poster, guest)
    with transaction(session):
        guest.organization.status = OrganizationStatus.SUSPENDED
    sign_in(client, guest)
    assert client.get(f"/needs/{need.public_id}").status_code == 404


def test_who_cannot_be_invited_is_not_found_and_refused(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = _published(session, poster)
    page = f"/needs/{need.public_id}/invitations"
    pending = factories.organization(name="待审新材料", status=OrganizationStatus.PENDING)
    bureau = factories.organization(name="新材料处", kind=OrganizationKind.GOVERNMENT)
    with transaction(session):
        session.get_one(Organization, poster.organization_id).name = "自家新材料"
    found = client.get(f"{page}?q=新材料").text
    for name in ("待审新材料", "新材料处", "自家新材料"):
        assert f"<b>{name}</b>" not in found
    for refused in (pending.public_id, poster.organization.public_id, "nobody"):
        assert press(client, page, organization=refused).status_code == 409
    assert bureau.name not in found
    assert only(session, Need).invitations == []


def test_another_organization_sets_no_guests(
    session: Session, client: FlaskClient, poster: User, guest: User
) -> None:
    theirs = factories.need()
    hidden = _published(session, factories.user(Role.MEMBER))
    for need, status in ((theirs, 403), (hidden, 404)):
        page = f"/needs/{need.public_id}/invitations"
        assert client.get(page).status_code == status
        answer = press(client, page, organization=guest.organization.public_id)
        assert answer.status_code == status
        answer = press(client, f"{page}/{guest.organization.public_id}/remove")
        assert answer.status_code == status


def test_a_text_that_becomes_for_guests_alone_ends_the_open_matches_with_others(
    session: Session, poster: User, officer: User, guest: User
) -> None:
    need = factories.need(organization=poster.organization)
    ours = factories.match(need, factories.result(organization=guest.organization))
    others = factories.match(need, factories.result())
    closed = {"visibility": "invited", "public_summary": "一项难题"}
    invitations.invite(session, poster, need, guest.organization.public_id)
    assert _told(session) == []  # it is public yet
    revision = revisions.propose(session, poster, need, written(need) | closed)
    revisions.approve(session, officer, revision)
    assert session.get_one(Match, others.id).status is MatchStatus.DISMISSED
    assert session.get_one(Match, ours.id).status is MatchStatus.PROPOSED
    assert _told(session) == [guest.id]


def test_a_change_to_guests_alone_without_a_guest_is_not_handed_in(
    session: Session, poster: User
) -> None:
    need = factories.need(organization=poster.organization)
    closed = {"visibility": "invited", "public_summary": "一项难题"}
    with pytest.raises(GuardedError):
        revisions.propose(session, poster, need, written(need) | closed)


def test_a_match_with_somebody_not_invited_is_not_recommended(
    session: Session, poster: User, officer: User, guest: User
) -> None:
    need = _published(session, poster, guest)
    match = factories.match(need, factories.result())
    with pytest.raises(GuardedError):
        decisions.recommend(session, officer, match)
    allowed = factories.match(need, factories.result(organization=guest.organization))
    decisions.recommend(session, officer, allowed)


def test_the_reviewer_sees_who_is_invited(
    session: Session, client: FlaskClient, poster: User, officer: User, guest: User, sign_in: SignIn
) -> None:
    need = _published(session, poster, guest)
    with transaction(session):
        need.status = PostingStatus.SUBMITTED
        need.submitted_at = need.published_at
    sign_in(client, officer)
    assert "江北新材料研究院" in client.get(f"/review/need/{need.public_id}").text


def test_the_hall_takes_as_many_queries_for_fifty_invitations_as_for_five(
    session: Session,
    client: FlaskClient,
    poster: User,
    guest: User,
    sign_in: SignIn,
    count_queries: Callable[[], Any],
) -> None:
    sign_in(client, guest)

    def shown(rows: int) -> int:
        for _number in range(rows):
            _published(session, poster, guest)
        client.get("/needs")
        counted = count_queries()
        client.get("/needs")
        return len(counted)

    assert shown(5) == shown(45)


def test_guests_narrow_the_halls_to_what_they_are_invited_to(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    poster: User,
    guest: User,
) -> None:
    _published(session, poster, guest)
    factories.need(title="公开的难题")
    factories.result(title="公开的成果")
    assert 'name="invited"' not in client.get("/needs").text
    sign_in(client, guest)
    assert len(titles(client.get("/needs").text)) == 2
    assert 'name="invited"' not in client.get("/results").text
    page = client.get("/needs?invited=1").text
    assert titles(page) == ["零下快充析锂"]
    assert 'name="invited"' in page
    assert _("Invited to me") in page
    assert titles(client.get("/results?invited=1").text) == []
    saved = link(page, "/subscriptions/new/need")
    assert saved
    assert "invited=1" in saved
    sign_in(client, poster)
    assert titles(client.get("/needs?invited=1").text) == []
    assert titles(client.application.test_client().get("/needs?invited=1").text) == []
