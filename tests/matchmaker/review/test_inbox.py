"""What waits in an inbox is what its reader may see and decide on."""

from itertools import product

import pytest
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.permissions import Permission, can, visible
from matchmaker.review.filters import InboxFilter
from matchmaker.review.queries import count, inbox
from models import (
    Need,
    PostingStatus,
    Result,
    Revision,
    RevisionStatus,
    Role,
    User,
    Visibility,
    now,
)
from tests import factories

MAKERS = (factories.need, factories.result)


@pytest.fixture
def owner(session: Session) -> User:
    """Give a manager, with texts and changes in every state, the county's and others' as well."""
    owner = factories.user(Role.MANAGER)
    neighbour = factories.organization()
    elsewhere = factories.organization(region=factories.WUHU)
    organizations = (owner.organization, neighbour, elsewhere)
    revised = []
    for make, organization in product(MAKERS, organizations):
        for status, visibility in product(PostingStatus, Visibility):
            make(
                organization=organization,
                status=status,
                visibility=visibility,
                public_summary="一段摘要。",
                submitted_at=None if status is PostingStatus.DRAFT else now(),
            )
        revised += [make(organization=organization) for _status in RevisionStatus]
    with transaction(session):
        for number, posting in enumerate(revised):
            side = "need" if isinstance(posting, Need) else "result"
            state = list(RevisionStatus)[number % len(RevisionStatus)]
            text = {"values": {}, "before": {}, "author_id": owner.id, "status": state}
            session.add(Revision(**text, **{side: posting}))
    return owner


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
def test_what_waits_is_seen_and_may_be_decided_on(
    session: Session, owner: User, role: Role
) -> None:
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    reader = officer if role is Role.OFFICER else owner
    permission = {
        Role.OFFICER: Permission.POSTING_REVIEW,
        Role.MANAGER: Permission.POSTING_ENDORSE,
    }[role]
    total = 0
    for name, kind in (("need", Need), ("result", Result), ("revision", Revision)):
        rows = inbox(session, reader, InboxFilter(kind=name)).rows
        seen = set(session.scalars(visible(reader, kind).with_only_columns(kind.id)))
        assert rows
        assert {row.record.id for row in rows} < seen
        assert all(can(reader, permission, row.record) for row in rows)
        total += len(rows)
    assert count(session, reader) == total
