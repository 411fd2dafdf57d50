"""Postings that are in no session: what a form says so far, to be shown and weighed."""

from collections.abc import Mapping
from typing import Any

from matchmaker.postings.texts import rewrite
from matchmaker.postings.typed import Kind
from models import Industry, Need, Organization, PostingInvitation, PostingStatus, Result


def sketch(
    kind: Kind,
    text: Mapping[str, Any],
    industry: Industry | None,
    organization: Organization,
    posting: Need | Result | None,
) -> Need | Result:
    """Return a posting with this text that nothing writes to the database.

    Where the text is that of `posting`, all besides the text is as it is there.
    """
    drawn = kind(
        organization=organization,
        organization_id=organization.id,
        region=posting.region if posting else organization.region,
        status=posting.status if posting else PostingStatus.DRAFT,
    )
    rewrite(drawn, text)
    drawn.industry = industry
    if posting is not None:
        drawn.id = posting.id
        drawn.published_at, drawn.valid_until = posting.published_at, posting.valid_until
        drawn.reference = posting.reference
        drawn.invitations = invited_again(posting)
    return drawn


def invited_again(posting: Need | Result) -> list[PostingInvitation]:
    """Return the invitations of a posting for a sketch of it; they are in no session either."""
    return [PostingInvitation(organization_id=row.organization_id) for row in posting.invitations]
