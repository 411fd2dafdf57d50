"""Background work of saved searches."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from matchmaker.i18n import lazy_gettext as _l
from matchmaker.jobs import Work, handles
from matchmaker.subscriptions import finding, telling
from models import Pace

LIMIT = timedelta(hours=1)


@handles("push_texts", _l("Saved searches"), limit=LIMIT)
def push_texts(work: Work) -> dict[str, Any]:
    """Find what was published for all saved searches and tell those whose day it is."""
    finding.forget(work.session)
    return _push(work, tuple(Pace))


@handles("push_texts_at_once", _l("Saved searches told of at once"), limit=LIMIT)
def push_texts_at_once(work: Work) -> dict[str, Any]:
    """Find what has just been published for the searches that tell of it at once, and tell."""
    return _push(work, (Pace.AT_ONCE,))


def _push(work: Work, paces: Collection[Pace]) -> dict[str, Any]:
    found = finding.find(work, paces)
    return {"found": found, "told": telling.tell_due(work.session, paces)}
