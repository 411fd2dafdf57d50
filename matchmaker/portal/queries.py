"""Figures of the portal: what stands on the platform, and what was proposed to one's own."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from matchmaker.matches.queries import LIVE
from matchmaker.permissions import visible
from models import (
    Match,
    Need,
    Organization,
    OrganizationStatus,
    PostingStatus,
    Result,
    User,
)


def figures(session: Session) -> tuple[int, int, int, int]:
    """Return how many needs, results, live matches and organizations there are.

    The counts name nobody, so everybody may read them; each is answered by an index alone.
    """
    needs, results = (
        sa.select(sa.func.count()).where(kind.status == PostingStatus.PUBLISHED)
        for kind in (Need, Result)
    )
    pairs = sa.select(sa.func.count()).where(Match.status.in_(LIVE))
    organizations = sa.select(sa.func.count()).where(
        Organization.status == OrganizationStatus.APPROVED
    )
    columns = [count.scalar_subquery() for count in (needs, results, pairs, organizations)]
    row = session.execute(sa.select(*columns)).one()
    return row[0], row[1], row[2], row[3]


def match_counts(
    session: Session,
    actor: User,
    side: InstrumentedAttribute[int],
    postings: Sequence[Need] | Sequence[Result],
) -> dict[int, int]:
    """Return by posting id how many live matches there are; `side` is the posting's column."""
    statement = (
        visible(actor, Match)
        .where(side.in_([posting.id for posting in postings]), Match.status.in_(LIVE))
        .with_only_columns(side, sa.func.count())
        .group_by(side)
    )
    return {row[0]: row[1] for row in session.execute(statement)}
