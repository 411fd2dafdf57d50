"""Background work of reviews."""

from typing import Any

from matchmaker import audit
from matchmaker.db import transaction
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.jobs import Work, handles
from matchmaker.lifecycle.engine import NotPermittedError, RefusalError
from matchmaker.postings.planned import APPROVE, Reviewed
from matchmaker.review import services
from matchmaker.review.filters import KINDS
from models import User


@handles(APPROVE, _l("Approval that could be undone"))
def approve(
    work: Work, record_kind: str, record_id: int, version: int, actor_id: int
) -> dict[str, Any]:
    """Approve a text as its reviewer decided ten minutes ago, if they still may.

    What was changed or may not pass any more stays in the inbox, which says why.
    """
    kind: Any = KINDS[record_kind]
    record: Reviewed = work.session.get_one(kind, record_id)
    reviewer = work.session.get_one(User, actor_id)
    action = services.approval(record)
    try:
        if not reviewer.active:
            raise NotPermittedError(record, action, "")
        services.decide(work.session, reviewer, record, action, version=version)
    except RefusalError:
        with transaction(work.session):
            name = f"{record_kind}:{action}"
            audit.record(work.session, reviewer, name, record, outcome="refused")
        return {"refused": 1}
    return {"approved": 1}
