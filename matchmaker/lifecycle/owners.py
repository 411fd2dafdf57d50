"""Which texts are not yet as the state of their organization asks for."""

from typing import Any

import sqlalchemy as sa

from matchmaker.lifecycle.engine import last_action
from matchmaker.lifecycle.transition import Action
from models import Organization, OrganizationStatus, PostingStatus


def out_of_line(kind: Any) -> sa.ColumnElement[bool]:
    """Return the condition, on postings of `kind` joined with their organizations, for that.

    They are shown though the organization is suspended, or hidden with it though it acts again.
    """
    shown = kind.status == PostingStatus.PUBLISHED
    hidden = sa.and_(kind.status == PostingStatus.SUSPENDED, last_action(kind) == Action.HIDE)
    return sa.or_(
        sa.and_(Organization.status == OrganizationStatus.SUSPENDED, shown),
        sa.and_(Organization.status == OrganizationStatus.APPROVED, hidden),
    )
