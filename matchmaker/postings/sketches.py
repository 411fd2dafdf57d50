"""Postings that are in no session: what a form says so far, to be shown and weighed."""

from collections.abc import Mapping
from typing import Any

from matchmaker.postings.texts import rewrite
from matchmaker.postings.typed import Kind
from models import Industry, Need, Organization, PostingStatus, Result


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
    return drawn
