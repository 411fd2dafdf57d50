"""Background work of postings."""

from datetime import timedelta
from typing import Any

from matchmaker.i18n import lazy_gettext as _l
from matchmaker.jobs import Work, handles
from matchmaker.postings import attachments, services


@handles("expire_postings", _l("Expiry of needs and results"), limit=timedelta(hours=1))
def expire_postings(work: Work) -> dict[str, Any]:
    """Expire what is published beyond its term."""
    return {"expired": services.expire_overdue(work.session)}


@handles("remind_expiring", _l("Reminders before expiry"), limit=timedelta(hours=1))
def remind_expiring(work: Work) -> dict[str, Any]:
    """Ask posters whether what expires soon still holds."""
    return {"reminded": services.remind_expiring(work.session)}


@handles("throw_away_files", _l("Removal of unused files"), limit=timedelta(hours=1))
def throw_away_files(work: Work) -> dict[str, Any]:
    """Throw away the files that nothing has named for a week."""
    return {"removed": attachments.throw_away_unused(work.session)}
