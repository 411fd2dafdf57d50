"""Use cases of who is invited to read a text; each is one transaction.

An invitation counts while the text's visibility is `invited`, at once and without a review, and
ends at once: it says who may read what the bureau has reviewed, not what is in it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import GuardedError, WrongStateError, check_permission
from matchmaker.organizations.queries import search
from matchmaker.permissions import Permission
from matchmaker.postings import open_matches
from matchmaker.postings.services import queue_matching, tell_invited
from models import (
    Need,
    Organization,
    OrganizationKind,
    OrganizationStatus,
    PostingInvitation,
    PostingStatus,
    Result,
    User,
    Visibility,
)

INVITE = "invite"
UNINVITE = "uninvite"
MOST_INVITED = 100
CLOSED = (
    PostingStatus.REJECTED,
    PostingStatus.FULFILLED,
    PostingStatus.EXPIRED,
    PostingStatus.WITHDRAWN,
)

Posting = Need | Result


def find(session: Session, posting: Posting, words: str) -> Sequence[Organization]:
    """Return the organizations that can yet be invited, by a part of the name or the whole code.

    Bureaus are not among them: those of the region read the text anyway.
    """
    present = [posting.organization_id, *(row.organization_id for row in posting.invitations)]
    return search(
        session,
        words,
        Organization.id.not_in(present),
        Organization.kind != OrganizationKind.GOVERNMENT,
    )


def invite(session: Session, actor: User, posting: Posting, public_id: str) -> None:
    """Let an organization read a text; of a published one its managers are told now.

    Raises:
        NotVisibleError, NotPermittedError: the posting is another organization's.
        WrongStateError: it is closed.
        GuardedError: the organization cannot be invited, or too many are.
    """
    with transaction(session):
        _check(session, actor, posting, INVITE)
        guest = session.scalar(sa.select(Organization).where(Organization.public_id == public_id))
        refusal = _refusal(posting, guest)
        if guest is None or refusal:
            raise GuardedError(posting, INVITE, refusal)
        if guest in [row.organization for row in posting.invitations]:
            return
        posting.invitations.append(PostingInvitation(organization=guest, invited_by_id=actor.id))
        session.flush()
        _record(session, actor, posting, INVITE, guest)
        if posting.status is PostingStatus.PUBLISHED and posting.visibility is Visibility.INVITED:
            tell_invited(session, actor, posting)
            queue_matching(session, posting)


def uninvite(session: Session, actor: User, posting: Posting, public_id: str) -> None:
    """Take an invitation back: from now on the text is closed, and open matches with it end.

    What both sides have agreed on stays.

    Raises:
        NotVisibleError, NotPermittedError, WrongStateError: as for `invite`.
    """
    with transaction(session):
        _check(session, actor, posting, UNINVITE)
        for row in [row for row in posting.invitations if row.organization.public_id == public_id]:
            posting.invitations.remove(row)
            session.flush()
            _record(session, actor, posting, UNINVITE, row.organization)
            open_matches.close_uninvited(session, actor, posting)


def _check(session: Session, actor: User, posting: Posting, action: str) -> None:
    check_permission(session, actor, posting, action, [Permission.POSTING_WRITE])
    session.refresh(posting, with_for_update=True)  # one list of guests at a time
    if posting.status in CLOSED:
        raise WrongStateError(posting, action, _("It is closed. Copy it to post it again."))


def _refusal(posting: Posting, guest: Organization | None) -> str:
    if guest is None or guest.status is not OrganizationStatus.APPROVED:
        return _("This organization cannot be invited: it is not approved.")
    if guest.id == posting.organization_id:
        return _("Your own organization reads it anyway.")
    if len(posting.invitations) >= MOST_INVITED:
        return _("At most %(most)d organizations can be invited.", most=MOST_INVITED)
    return ""


def _record(
    session: Session, actor: User, posting: Posting, action: str, guest: Organization
) -> None:
    name = f"{type(posting).__name__.lower()}:{action}"
    audit.record(session, actor, name, posting, organization=guest.public_id)
