"""Who may see and read what; the list and the single record must give the same answer."""

import itertools
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.permissions import Permission, RecordT, can, visible
from matchmaker.relations import reads_text, where_text_is_read
from models import (
    Match,
    MatchStatus,
    Need,
    Organization,
    OrganizationStatus,
    PostingInvitation,
    PostingStatus,
    Region,
    Result,
    Role,
    User,
    Visibility,
)
from tests import factories

_POSTINGS: tuple[Any, ...] = (Need, Result)


@pytest.fixture
def personas(session: Session) -> dict[str, User | None]:
    """Give one user of each kind, and None for the visitor."""
    bureau = factories.organization(region=factories.ANHUI)
    return {
        "visitor": None,
        "enterprise": factories.user(Role.MEMBER, organization=factories.organization(name="甲")),
        "rival": factories.user(Role.MEMBER, organization=factories.organization(name="乙")),
        "manager": factories.user(Role.MANAGER),
        "broker": factories.user(Role.BROKER),
        "county officer": factories.user(Role.OFFICER, organization=bureau, region=factories.FEIXI),
        "city officer": factories.user(Role.OFFICER, organization=bureau, region=factories.HEFEI),
        "other city's officer": factories.user(
            Role.OFFICER, organization=bureau, region=factories.WUHU
        ),
        "provincial director": factories.user(
            Role.DIRECTOR, organization=bureau, region=factories.ANHUI
        ),
        "auditor": factories.user(Role.AUDITOR, organization=bureau),
        "admin": factories.user(Role.ADMIN, organization=bureau),
    }


def _organization(user: User | None) -> Organization:
    assert user is not None
    return user.organization


def test_the_list_and_the_single_record_agree_for_everybody(
    session: Session, personas: dict[str, User | None]
) -> None:
    owner = _organization(personas["enterprise"])
    for status, visibility in itertools.product(PostingStatus, Visibility):
        factories.need(organization=owner, status=status, visibility=visibility)
        factories.result(organization=owner, status=status, visibility=visibility)
    _invite(session, personas["rival"])
    for name, actor in personas.items():
        _lists_what_may_be_read(session, name, actor, Need, Permission.NEED_READ)
        _lists_what_may_be_read(session, name, actor, Result, Permission.RESULT_READ)
        for kind in _POSTINGS:
            whole = set(session.scalars(sa.select(kind).where(where_text_is_read(actor, kind))))
            assert whole == {
                row for row in session.scalars(sa.select(kind)) if reads_text(actor, row)
            }


def _invite(session: Session, guest: User | None) -> None:
    """Invite somebody's organization to every text, whatever its visibility."""
    assert guest is not None
    with transaction(session):
        for kind in _POSTINGS:
            for posting in session.scalars(sa.select(kind)).all():
                posting.invitations = [
                    PostingInvitation(organization_id=guest.organization_id, invited_by_id=guest.id)
                ]


def _lists_what_may_be_read(
    session: Session,
    name: str,
    actor: User | None,
    kind: type[RecordT],
    permission: Permission,
) -> None:
    listed = set(session.scalars(visible(actor, kind)))
    for record in session.scalars(sa.select(kind)):
        assert bool(can(actor, permission, record)) == (record in listed), (name, record)


def test_matches_in_the_list_are_those_that_may_be_read(
    session: Session, personas: dict[str, User | None]
) -> None:
    theirs = factories.need(organization=_organization(personas["enterprise"]))
    elsewhere = factories.organization(region=factories.WUHU)
    own = factories.match(theirs, factories.result(organization=elsewhere))
    hidden = factories.result(organization=elsewhere, visibility=Visibility.INVITED)
    with_hidden = factories.match(theirs, hidden)
    other = factories.match(factories.need(organization=elsewhere), factories.result())
    for name, actor in personas.items():
        listed = set(session.scalars(visible(actor, Match)))
        for record in (own, other, with_hidden):
            assert bool(can(actor, Permission.MATCH_READ, record)) == (record in listed), name
    assert not can(personas["enterprise"], Permission.MATCH_READ, with_hidden)


def test_an_agreement_opens_a_text_to_the_other_side_and_to_nobody_else(
    session: Session, personas: dict[str, User | None]
) -> None:
    owner, partner = _organization(personas["enterprise"]), _organization(personas["rival"])
    offered = factories.result(organization=partner)
    for status, visibility in itertools.product(PostingStatus, Visibility):
        need = factories.need(organization=owner, status=status, visibility=visibility)
        factories.match(need, offered, status=MatchStatus.AGREED)
    declined = factories.need(organization=owner, visibility=Visibility.MASKED)
    factories.match(declined, offered, status=MatchStatus.DECLINED)
    for name, actor in personas.items():
        _lists_what_may_be_read(session, name, actor, Need, Permission.NEED_READ)
    agreed = session.scalars(sa.select(Need).where(Need.id != declined.id)).all()
    for permission in (Permission.NEED_READ_TEXT, Permission.MATCH_READ_CONTACT):
        assert all(can(personas["rival"], permission, need) for need in agreed)
        assert not can(personas["rival"], permission, declined)
        withdrawn = [need for need in agreed if need.status is PostingStatus.WITHDRAWN]
        for name in ("visitor", "broker", "manager", "other city's officer", "admin", "auditor"):
            assert not any(can(personas[name], permission, need) for need in withdrawn), name
    assert can(personas["enterprise"], Permission.MATCH_READ_CONTACT, offered)
    with transaction(session):
        partner.status = OrganizationStatus.SUSPENDED
    assert not can(personas["rival"], Permission.NEED_READ_TEXT, withdrawn[0])


@pytest.mark.parametrize(
    ("persona", "reads"),
    [
        ("visitor", False),
        ("enterprise", True),
        ("rival", False),
        ("broker", False),
        ("county officer", True),
        ("city officer", True),
        ("other city's officer", False),
        ("provincial director", True),
        ("auditor", False),
        ("admin", False),
    ],
)
def test_the_text_of_a_masked_need_is_for_its_owner_and_its_region(
    session: Session, personas: dict[str, User | None], persona: str, reads: bool
) -> None:
    need = factories.need(
        organization=_organization(personas["enterprise"]),
        visibility=Visibility.MASKED,
        public_summary="新能源领域的一项材料难题",
    )
    decision = can(personas[persona], Permission.NEED_READ_TEXT, need)
    assert bool(decision) is reads
    assert reads or decision.reason


def test_common_technologies_are_for_bureau_staff(personas: dict[str, User | None]) -> None:
    allowed = {
        name for name, actor in personas.items() if can(actor, Permission.COMMON_TECHNOLOGY_READ)
    }
    staff = {"county officer", "city officer", "other city's officer", "provincial director"}
    assert allowed == staff


def test_an_officer_does_not_see_drafts(session: Session, personas: dict[str, User | None]) -> None:
    draft = factories.need(
        organization=_organization(personas["enterprise"]), status=PostingStatus.DRAFT
    )
    assert not can(personas["county officer"], Permission.NEED_READ, draft)
    assert can(personas["enterprise"], Permission.NEED_READ, draft)


def test_admin_and_auditor_have_no_business_permission(
    session: Session, personas: dict[str, User | None]
) -> None:
    for persona in ("admin", "auditor"):
        assert not can(personas[persona], Permission.MATCH_READ)
        assert not can(personas[persona], Permission.ORGANIZATION_READ_OWN)


def test_a_kind_without_a_rule_is_shown_to_nobody(session: Session) -> None:
    with pytest.raises(LookupError, match="Region"):
        visible(None, Region)
