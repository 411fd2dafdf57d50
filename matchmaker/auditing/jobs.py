"""The nightly check of the audit trail."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from matchmaker import audit, mail
from matchmaker.db import transaction
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.jobs import Work, handles
from models import Role, User, UserRole

CHECK = "check_trail"
WHOLE, UNANCHORED, BROKEN, CUT = "whole", "unanchored", "broken", "cut"
"""What a check comes to; `UNANCHORED`: whole, but whether its end was cut off cannot be told."""


@handles(CHECK, _l("Check of the audit trail"), limit=timedelta(hours=2))
def check(work: Work) -> dict[str, Any]:
    """Check the whole trail, and write to every auditor where something is wrong with it."""
    found = audit.check(work.session, current_app.config["DATA"])
    if found.broken is not None:
        verdict, entry = BROKEN, found.broken.id
    elif found.missing is not None:
        verdict, entry = CUT, found.missing.id
    else:
        return {"verdict": WHOLE if found.anchored else UNANCHORED, "entries": found.count}
    with transaction(work.session):
        auditors = sa.select(User).where(
            User.active, User.role_rows.any(UserRole.role == Role.AUDITOR)
        )
        for auditor in work.session.scalars(auditors):
            key = f"trail {work.claim.public_id} {auditor.id}"
            mail.later(work.session, "trail_broken", auditor, key=key, verdict=verdict, entry=entry)
    return {"verdict": verdict, "entry": entry}


@mail.letter("trail_broken")
def _letter(
    _session: Session, reader: User | None, verdict: str, entry: int
) -> dict[str, Any] | None:
    """Say what is wrong with the trail."""
    return {"name": reader.name, "verdict": verdict, "entry": entry} if reader else None
