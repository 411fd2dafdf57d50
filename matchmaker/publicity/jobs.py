"""Background work of public notices."""

from typing import Any

from matchmaker.i18n import lazy_gettext as _l
from matchmaker.jobs import Work, handles
from matchmaker.publicity import services


@handles("end_notices", _l("Ends of public notices"))
def end_notices(work: Work) -> dict[str, Any]:
    """Tell those who decide next that a public notice is over."""
    return {"ended": services.end_notices(work.session)}
