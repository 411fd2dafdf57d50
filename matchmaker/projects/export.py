"""The table of projects as rows of a workbook: what the page shows, and what it has no room for."""

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.projects.dues import Due, next_dues
from matchmaker.web.display import date_of, region_path
from matchmaker.web.downloads import Cell
from models import (
    KeyDesignation,
    KeyStatus,
    Organization,
    Project,
    ProjectIssue,
    ProjectParty,
    Region,
    User,
)

_WITH_PARENTS = sa.select(Region).options(joinedload(Region.parent))


def header() -> Sequence[str]:
    """Return what the columns are called, in the reader's language."""
    return (
        _("Project code"),
        _("Title"),
        _("Project stage"),
        _("Light"),
        _("Region"),
        _("Parties"),
        _("Officer"),
        _("Broker"),
        _("Next due"),
        _("Due on"),
        _("Key project"),
        _("Number in the ledger"),
        _("Opened on"),
    )


def rows(session: Session, found: Sequence[sa.Row[Any]]) -> Iterator[Sequence[Cell]]:
    """Yield the rows of projects, each given as `board.EXPORTED`, in the reader's language."""
    ids = [row.id for row in found]
    named = functools.cache(label)
    parties, listed = _parties(session, ids), _key_statuses(session, ids)
    dues, people = next_dues(session, ids), _people(session, found)
    regions = {one.id: region_path(one) for one in session.scalars(_WITH_PARENTS)}
    for row in found:
        due = dues.get(row.id)
        yield (
            row.code,
            row.title,
            named(row.stage),
            named(row.light) if row.light else None,
            regions[row.region_id],
            "；".join(f"{named(role)}：{name}" for role, name in parties[row.id]),
            people.get(row.officer_id),
            people.get(row.broker_id),
            due_words(due) if due else None,
            due.on if due else None,
            named(listed[row.id]) if row.id in listed else None,
            row.reference,
            date_of(row.created_at),
        )


def due_words(due: Due) -> str:
    """Return what it is that a project has to see to next."""
    return due.name or (_("Issue") if due.kind is ProjectIssue else _("Supervision order"))


def key_status(project: Project) -> KeyStatus | None:
    """Return where a project stands on the list of key projects, None if it was never on it."""
    return project.designations[-1].status if project.designations else None


def _parties(session: Session, ids: Sequence[int]) -> Mapping[int, list[tuple[Any, str]]]:
    """Return by project the role and the name of each party."""
    statement = (
        sa.select(ProjectParty.project_id, ProjectParty.role, Organization.name)
        .join(ProjectParty.organization)
        .where(ProjectParty.project_id.in_(ids))
        .order_by(ProjectParty.id)
    )
    found = defaultdict(list)
    for project_id, role, name in session.execute(statement):
        found[project_id].append((role, name))
    return found


def _key_statuses(session: Session, ids: Sequence[int]) -> Mapping[int, KeyStatus]:
    """Return by project where it stands on the list of key projects, if it was ever on it."""
    statement = (
        sa.select(KeyDesignation.project_id, KeyDesignation.status)
        .where(KeyDesignation.project_id.in_(ids))
        .order_by(KeyDesignation.id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def _people(session: Session, found: Sequence[sa.Row[Any]]) -> Mapping[int, str]:
    """Return the names of the officers and the brokers of projects."""
    ids = {person for row in found for person in (row.officer_id, row.broker_id) if person}
    rows = session.execute(sa.select(User.id, User.name).where(User.id.in_(ids)))
    return {row[0]: row[1] for row in rows}
