"""Background work of projects."""

from datetime import timedelta
from typing import Any

from matchmaker.clock import today
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.jobs import Work, handles
from matchmaker.projects import lights, orders, reports

LIMIT = timedelta(hours=1)


@handles("refresh_lights", _l("Lights of projects"), limit=LIMIT)
def refresh_lights(work: Work) -> dict[str, Any]:
    """Bring the light of every tracked project up to date."""
    return {"tracked": lights.refresh_all(work.session)}


@handles("climb_orders", _l("Supervision orders without an answer"), limit=LIMIT)
def climb_orders(work: Work) -> dict[str, Any]:
    """Hand supervision orders up that nobody answered in time."""
    return {"climbed": orders.climb_overdue(work.session)}


@handles("remind_reports", _l("Reminders of monthly reports"), limit=LIMIT)
def remind_reports(work: Work) -> dict[str, Any]:
    """Remind parties of the monthly reports they owe."""
    return {"reminded": reports.remind(work.session, today())}
