"""The counter of a year that is over, frozen with a hash; one use case, one transaction."""

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.db import exclusive, transaction
from matchmaker.i18n import _
from matchmaker.indicators.counter import Count
from matchmaker.indicators.counting import count
from matchmaker.inputs import InputError
from matchmaker.permissions import Permission, demand
from models import Project, Region, Snapshot, User


def freeze(session: Session, actor: User, year: int, region: Region) -> Snapshot:
    """Write the counter of a year down as it stands, once and for all.

    Raises:
        Refused: the region is not the actor's.
        InputError: the year is not over, or was frozen before.
    """
    demand(actor, Permission.INDICATOR_FREEZE, region)
    if year >= today().year:
        raise InputError("year", _("The year is not over yet."))
    with transaction(session):
        exclusive(session, "snapshot")
        own = sa.select(Snapshot.id).where(Snapshot.year == year, Snapshot.region_id == region.id)
        if session.scalar(own) is not None:
            raise InputError("year", _("This year has been frozen already."))
        found = count(session, year, region)
        content = content_of(session, found, region)
        snapshot = Snapshot(
            year=year,
            region=region,
            counted=found.counted,
            content=content,
            digest=digest(content),
            author=actor,
        )
        session.add(snapshot)
        session.flush()
        audit.record(session, actor, "snapshot:freeze", snapshot, digest=snapshot.digest)
    return snapshot


def is_genuine(snapshot: Snapshot) -> bool:
    """Return whether a snapshot still says what was frozen."""
    content = snapshot.content
    counted = sum(row["standing"] == "counted" for row in content["entries"])
    return snapshot.digest == digest(content) and snapshot.counted == counted


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256, as 64 hexadecimal digits, of a snapshot's content."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(session: Session, found: Count, region: Region) -> dict[str, Any]:
    """Return the counter of a region as a snapshot keeps it: words and figures, no ids."""
    ids = {entry.fact.project_id for entry in found.entries}
    ids |= {entry.same_as for entry in found.entries if entry.same_as}
    listed = sa.select(Project).where(Project.id.in_(ids)).options(joinedload(Project.region))
    projects = {project.id: project for project in session.scalars(listed)}
    return {
        "year": found.year,
        "region": region.code,
        "entries": [
            {
                "code": projects[entry.fact.project_id].code,
                "title": projects[entry.fact.project_id].title,
                "region": entry.fact.region,
                "standing": entry.standing.value,
                "rule": entry.rule.value,
                "same_as": projects[entry.same_as].code if entry.same_as else "",
                "tracking": entry.fact.tracking.isoformat() if entry.fact.tracking else "",
                "contracts": sorted(entry.fact.contracts),
            }
            for entry in found.entries
        ],
    }
