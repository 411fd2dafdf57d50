"""What jobs came to and how mails stand, in words."""

from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from models import Job, MessageStatus

COUNTED = {
    "added": _l("added"),
    "changed": _l("changed"),
    "removed": _l("removed"),
    "expired": _l("expired"),
    "lapsed": _l("lapsed"),
    "reminded": _l("reminded"),
    "mails": _l("mails"),
    "called_off": _l("called off"),
    "approved": _l("approved"),
    "refused": _l("refused"),
    "found": _l("found"),
    "told": _l("told"),
    "pairs": _l("judged pairs"),
    "needs": _l("judged needs"),
    "imported": _l("imported"),
    "tracked": _l("tracked projects"),
    "climbed": _l("handed up"),
    "ended": _l("ended"),
    "hidden": _l("hidden"),
    "shown": _l("shown again"),
    "entries": _l("entries checked"),
    "entry": _l("entry"),
}
VERDICTS = {
    "too_few": _l("too few judgements yet"),
    "unlearnable": _l("the judgements teach nothing"),
    "not_better": _l("the ranker stays"),
    "better": _l("a better ranker is in use"),
    "whole": _l("the audit trail is whole"),
    "unanchored": _l("the audit trail is whole, as far as can be told"),
    "broken": _l("the audit trail is not whole"),
    "cut": _l("the end of the audit trail is missing"),
}
MESSAGE_STATES = {
    MessageStatus.WAITING: _l("Waiting"),
    MessageStatus.FAILED: _l("Given up after many attempts"),
    MessageStatus.SENT: _l("Has been sent"),
}


def outcome(job: Job) -> str:
    """Return what a job found and counted, such as “added 3; removed 1”."""
    return _("; ").join(_part(name, value) for name, value in job.outcome.items())


def _part(name: str, value: str | int) -> str:
    return str(VERDICTS[value]) if isinstance(value, str) else f"{COUNTED[name]} {value}"
