"""Background work of accounts."""

from typing import Any

from matchmaker.accounts.services import digests as daily
from matchmaker.accounts.services import upkeep
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.jobs import Work, handles


@handles("digests", _l("Daily mails"))
def digests(work: Work) -> dict[str, Any]:
    """Send the daily mail to those who want one."""
    job = work.job
    return {"mails": daily.send(work.session, job)} if job else {}


@handles("forget_signing_in", _l("Removal of ended sessions and old links"))
def forget_signing_in(work: Work) -> dict[str, Any]:
    """Throw away what signing in has left and nobody needs."""
    return {"removed": upkeep.forget(work.session)}
