"""Issues that stand in a project's way: raised, resolved; each use case is one transaction."""

from datetime import date

from sqlalchemy.orm import Session

from matchmaker import audit, notifications
from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.inputs import InputError, need_text
from matchmaker.permissions import Permission, can
from matchmaker.projects import access
from models import Event, Project, ProjectIssue, User, new_public_id


def raise_issue(
    session: Session,
    actor: User,
    project: Project,
    text: str,
    owner: User,
    due_on: date,
    key: str | None = None,
) -> ProjectIssue:
    """Write down what stands in the way, who sees to it and by when.

    The form `key` sent again is the same issue.

    Raises:
        InputError: the text is missing, the day has passed, or the owner does not see the project.
    """
    what = need_text("text", text)
    if due_on < today():
        raise InputError("due_on", _("This day has passed; give one still to come."))
    with transaction(session):
        access.demand(session, actor, project, "raise_issue", Permission.PROJECT_REPORT)
        said = {"text": what, "owner": owner, "due_on": due_on}
        earlier = access.made_before(session, project, ProjectIssue, key, **said)
        if earlier is not None:
            return earlier
        if not owner.active or not can(owner, Permission.PROJECT_READ, project):
            raise InputError("owner", _("Choose somebody who works on this project."))
        issue = ProjectIssue(
            public_id=key or new_public_id(), project=project, raised_by=actor, **said
        )
        session.add(issue)
        session.flush()
        audit.record(session, actor, "projectissue:raise", issue, owner=owner.public_id)
        notifications.tell(session, Event.PROJECT_ISSUE_RAISED, issue, actor)
    return issue


def resolve(session: Session, actor: User, issue: ProjectIssue, resolution: str) -> None:
    """Write down how an issue was resolved.

    Raises:
        InputError: the text is missing, or the issue is resolved already.
    """
    how = need_text("resolution", resolution)
    with transaction(session):
        access.demand(session, actor, issue.project, "resolve_issue", Permission.PROJECT_REPORT)
        if issue.resolved_on is not None:
            raise InputError("resolution", _("It was resolved on %(day)s.", day=issue.resolved_on))
        issue.resolved_on, issue.resolution = today(), how
        session.flush()
        audit.record(session, actor, "projectissue:resolve", issue)
