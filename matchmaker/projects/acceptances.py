"""Acceptance meetings of projects; one use case, one transaction."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.inputs import InputError, need_past
from matchmaker.projects import access
from models import Acceptance, Project, ProjectStage, User, Verdict


def record(
    session: Session,
    actor: User,
    project: Project,
    held_on: date,
    verdict: Verdict,
    experts: Sequence[str],
    opinion: str = "",
    document: str = "",
) -> Acceptance:
    """Record what the experts found of a tracked project.

    Raises:
        InputError: the day is to come or has a verdict, or no expert is named.
    """
    need_past("held_on", held_on, today())
    names = [name.strip() for name in experts if name.strip()]
    if not names:
        raise InputError("experts", _("Name the experts."))
    with transaction(session):
        tracked = frozenset({ProjectStage.TRACKING})
        access.demand(session, actor, project, "accept", stages=tracked)
        if any(one.held_on == held_on for one in project.acceptances):
            raise InputError("held_on", _("There is a verdict of this day already."))
        acceptance = Acceptance(
            project=project,
            held_on=held_on,
            verdict=verdict,
            experts=names,
            opinion=opinion.strip(),
            document=document.strip(),
            author=actor,
        )
        session.add(acceptance)
        session.flush()
        audit.record(session, actor, "project:accept", acceptance, verdict=verdict.value)
    return acceptance
