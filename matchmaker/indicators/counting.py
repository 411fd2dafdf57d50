"""The facts that the counter of key projects goes by; reading only, the rules are in `counter`."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.indicators.counter import Count, Fact, count_toward_year
from models import (
    Contract,
    KeyDesignation,
    KeyStatus,
    Project,
    ProjectStage,
    Region,
    StatusChange,
)

_LISTED = sa.select(KeyDesignation.project_id)


def count(session: Session, year: int, region: Region) -> Count:
    """Return the counter of a year and a region's subtree."""
    return count_toward_year(facts(session), year, region.subtree_prefix)


def recount(session: Session, year: int, region: Region) -> Count:
    """Return the same with every status taken from the rows of `StatusChange` alone.

    An auditor's check: it must come to what `count` does.
    """
    changes = session.execute(
        sa.select(StatusChange.subject_id, StatusChange.target)
        .where(StatusChange.subject_kind == KeyDesignation.__name__)
        .order_by(StatusChange.id)
    )
    last = {row[0]: KeyStatus(row[1]) for row in changes}
    told = [
        replace(fact, status=last[fact.designation_id])
        for fact in facts(session)
        if fact.designation_id in last
    ]
    return count_toward_year(told, year, region.subtree_prefix)


def facts(session: Session) -> list[Fact]:
    """Return what the counter looks at, of every designation there ever was."""
    contracts, tracking = _contract_numbers(session), _tracking_began(session)
    rows = session.execute(
        sa.select(
            KeyDesignation.id,
            KeyDesignation.year,
            KeyDesignation.status,
            Project.id,
            Project.need_id,
            Project.result_id,
            Region.code,
        )
        .join(KeyDesignation.project)
        .join(Project.region)
    )
    return [
        Fact(
            designation_id=designation_id,
            project_id=project_id,
            region=code,
            year=year,
            status=status,
            tracking=tracking.get(project_id),
            contracts=frozenset(contracts[project_id]),
            need_id=need_id,
            result_id=result_id,
        )
        for designation_id, year, status, project_id, need_id, result_id, code in rows
    ]


def _contract_numbers(session: Session) -> Mapping[int, set[str]]:
    """Return the numbers of the contracts of every project that was ever on the list."""
    numbers: defaultdict[int, set[str]] = defaultdict(set)
    for project_id, number in session.execute(
        sa.select(Contract.project_id, Contract.number).where(Contract.project_id.in_(_LISTED))
    ):
        numbers[project_id].add(number)
    return numbers


def _tracking_began(session: Session) -> Mapping[int, datetime]:
    """Return when each project that was ever on the list first entered tracking."""
    rows = session.execute(
        sa.select(StatusChange.subject_id, sa.func.min(StatusChange.at))
        .where(
            StatusChange.subject_kind == Project.__name__,
            StatusChange.target == ProjectStage.TRACKING,
            StatusChange.subject_id.in_(_LISTED),
        )
        .group_by(StatusChange.subject_id)
    )
    return {row[0]: row[1] for row in rows}
