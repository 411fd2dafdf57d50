"""What jobs came to, in words."""

from matchmaker.i18n import lazy_gettext as _l
from models import Job

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
}


def outcome(job: Job) -> str:
    """Return what a job counted, such as “added 3; removed 1”."""
    counts = (f"{COUNTED.get(name, name)} {count}" for name, count in job.outcome.items())
    return "; ".join(counts)
