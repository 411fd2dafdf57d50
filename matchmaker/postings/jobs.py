"""Background work of postings."""

from datetime import timedelta
from typing import Any

from matchmaker.i18n import lazy_gettext as _l
from matchmaker.jobs import Work, handles
from matchmaker.postings import attachments, owners, services


@handles("expire_postings", _l("Expiry of needs and results"), limit=timedelta(hours=1))
def expire_postings(work: Work) -> dict[str, Any]:
    """Expire what is published beyond its term."""
    return {"expired": services.expire_overdue(work.session)}


@handles("follow_organizations", _l("Texts of suspended organizations"), limit=timedelta(hours=1))
def follow_organizations(work: Work, organization_id: int | None = None) -> dict[str, Any]:
    """Hide the texts of organizations that were suspended; show those of who may act again.

    Of one organization once that is decided, of all by the clock, in case a text slipped through.
    """
    hidden, shown = owners.follow(work.session, organization_id, work.progress)
    return {"hidden": hidden, "shown": shown}


@handles("remind_expiring", _l("Reminders before expiry"), limit=timedelta(hours=1))
def remind_expiring(work: Work) -> dict[str, Any]:
    """Ask posters whether what expires soon still holds."""
    return {"reminded": services.remind_expiring(work.session)}


@handles("throw_away_files", _l("Removal of unused files"), limit=timedelta(hours=1))
def throw_away_files(work: Work) -> dict[str, Any]:
    """Throw away the files that nothing has named for a week."""
    return {"removed": attachments.throw_away_unused(work.session)}
