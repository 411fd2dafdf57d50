"""The page of notifications."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import ngettext

from matchmaker.db import db
from matchmaker.incentives.wording import claim_title
from matchmaker.labels import label
from matchmaker.notices import queries, services
from matchmaker.notices.queries import Part, Subject, Told
from matchmaker.permissions import Permission
from matchmaker.postings.filters import clean
from matchmaker.relations import posting_of
from matchmaker.web.access import current_actor, load_or_404, requires, signed_in
from matchmaker.web.addresses import own_path, see_other, see_page
from matchmaker.web.display import region_path
from matchmaker.web.texts import titled
from models import (
    Claim,
    Event,
    KeyDesignation,
    Match,
    MatchGrade,
    MatchStatus,
    Need,
    Notification,
    Organization,
    Project,
    ProjectIssue,
    Result,
    SavedSearch,
    SupervisionOrder,
    User,
)

_TO_REVIEW = {
    Event.POSTING_TO_ENDORSE,
    Event.POSTING_SUBMITTED,
    Event.REVISION_TO_ENDORSE,
    Event.REVISION_SUBMITTED,
    Event.REVIEW_ASSIGNED,
}

blueprint = Blueprint("notices", __name__, url_prefix="/notices")


@dataclass(frozen=True, slots=True)
class Row:
    """What the page shows of a notification: what it is about, and where that is to be seen."""

    notification: Notification
    title: str
    address: str | None
    reason: str


@blueprint.app_context_processor
def _counting() -> dict[str, Any]:
    """Let the header say how many notifications are unread."""
    actor = current_actor()
    return {"unread_notices": lambda: queries.unread_count(db.session, actor) if actor else 0}


@blueprint.get("")
@requires(Permission.NOTICE_READ)
def index() -> str:
    """List the reader's notifications, newest first."""
    unread = request.args.get("unread") == "1"
    before = clean(request.args.get("before", ""))
    page = queries.page(db.session, signed_in(), unread=unread, before=before)
    return render_template(
        "notices/index.html",
        rows=[_row(told) for told in page.rows],
        unread=unread,
        first=not before,
        older=page.older,
    )


@blueprint.get("/<public_id>")
@requires(Permission.NOTICE_READ)
def go(public_id: str) -> Response:
    """Lead from a mail to what it is about: its address says nothing, and opening changes nothing.

    What is not open to the reader any more is told of on the list.
    """
    told = queries.told(db.session, signed_in(), load_or_404(Notification, public_id))
    if told.subject is None:
        return see_page("notices.index")
    return see_other(_address(told.notification, told.subject))


@blueprint.post("/<public_id>/read")
@requires(Permission.NOTICE_READ)
def read(public_id: str) -> Response:
    """Mark a notification as read and go on, to its record or back to the list."""
    services.mark_read(db.session, signed_in(), load_or_404(Notification, public_id))
    return _onwards()


@blueprint.post("/<public_id>/read-all")
@requires(Permission.NOTICE_READ)
def read_all(public_id: str) -> Response:
    """Mark as read what is no newer than the notification named: what came since stays."""
    services.mark_all_read(db.session, signed_in(), load_or_404(Notification, public_id))
    return _onwards()


def _row(told: Told) -> Row:
    if told.subject is None:
        return Row(told.notification, "", None, "")
    title = " × ".join(_titles(told.subject))
    if count := told.notification.payload.get("count"):
        title += (
            ngettext(" (%(num)s pair)", " (%(num)s pairs)", count)
            if isinstance(told.subject, User)
            else ngettext(" (%(num)s new)", " (%(num)s new)", count)
        )
    return Row(told.notification, title, _address(told.notification, told.subject), told.reason)


def _title(posting: Need | Result) -> str:
    """Return as much of a posting's title as the reader may read."""
    fallback = label(posting.kind) if isinstance(posting, Need) else posting.public_id
    return titled(posting) or fallback


def _titles(subject: Subject) -> list[str]:
    if isinstance(subject, SavedSearch | Organization):
        return [subject.name]
    if isinstance(subject, User):
        return [region_path(subject.region) if subject.region else subject.organization.name]
    if isinstance(subject, Claim):
        return [claim_title(subject)]
    if isinstance(subject, Project):
        return [subject.title]
    if isinstance(subject, KeyDesignation | ProjectIssue | SupervisionOrder):
        return [subject.project.title]
    if isinstance(subject, Match):
        return [_title(subject.need), _title(subject.result)]
    return [_title(posting_of(subject))]


def _address(notification: Notification, subject: Subject) -> str:
    """Return where the record is to be seen: for reviewers in the inbox, else on its page."""
    if notification.event in _TO_REVIEW:
        kind = notification.subject_kind.lower()
        return url_for("review.record", kind=kind, public_id=subject.public_id)
    if isinstance(subject, User):
        return url_for("matches.index", status=MatchStatus.PROPOSED, grade=MatchGrade.STRONG)
    if isinstance(subject, Match):
        anchor = "messages" if notification.event is Event.MESSAGE_WRITTEN else None
        return url_for("matches.show", public_id=subject.public_id, _anchor=anchor)
    if isinstance(subject, Organization):
        return _organization_address(notification, subject)
    if isinstance(subject, Claim):
        return url_for("incentives.claim", claim_id=subject.public_id)
    if isinstance(subject, SavedSearch):
        return url_for("subscriptions.show", public_id=subject.public_id)
    if isinstance(subject, Project | Part):
        return _project_address(subject)
    posting = posting_of(subject)
    endpoint = "portal.need" if isinstance(posting, Need) else "portal.result"
    return url_for(endpoint, public_id=posting.public_id)


def _project_address(subject: Project | Part) -> str:
    """Return the page of a project, or of what hangs on it."""
    if isinstance(subject, Project):
        return url_for("projects.show", project_id=subject.public_id)
    if isinstance(subject, ProjectIssue):
        project_id = subject.project.public_id
        return url_for("projects.show", project_id=project_id, _anchor="issues")
    if isinstance(subject, SupervisionOrder):
        return url_for("projects.order", order_id=subject.public_id)
    return url_for("indicators.key_project", key_id=subject.public_id)


def _organization_address(notification: Notification, subject: Organization) -> str:
    """Return the page on which an officer decides, or its own people's page of an organization."""
    if notification.event is Event.ORGANIZATION_REGISTERED:
        return url_for("organizations.show", public_id=subject.public_id)
    return url_for("organizations.own")


def _onwards() -> Response:
    return see_other(own_path(request.form.get("next"), url_for("notices.index")))
