"""Use cases of projects; each is one transaction."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.db import exclusive, transaction
from matchmaker.disclosure import public_text
from matchmaker.projects.codes import next_code
from models import Match, Project, ProjectOrigin, ProjectStage, Role, User


def open_from_match(session: Session, cause: User, match: Match) -> Project:
    """Open the project, in stage lead, of a match that both sides have just agreed to.

    It counts in the need's region. Its title is what everybody may read of the need: it stands in
    lists that more people see than the two sides.
    """
    with transaction(session):
        exclusive(session, "project code")
        present = session.scalar(sa.select(Project).where(Project.match_id == match.id))
        if present is not None:
            return present
        officer = match.recommended_by
        is_officer = officer is not None and Role.OFFICER in officer.roles
        project = Project(
            code=next_code(session, match.need.region, today().year),
            title=public_text(match.need).title,
            origin=ProjectOrigin.MATCH,
            match=match,
            need=match.need,
            result=match.result,
            region=match.need.region,
            officer=officer if is_officer else None,
            broker=match.broker,
        )
        session.add(project)
        session.flush()
        session.add(audit.status_change(project, None, ProjectStage.LEAD, "open", cause))
        audit.record(session, cause, "project:open", project, match=match.public_id)
    return project
