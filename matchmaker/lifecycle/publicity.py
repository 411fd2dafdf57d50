"""What has to hold of a public notice, and of two persons, before something is decided."""

from matchmaker.i18n import _
from matchmaker.lifecycle.transition import Case, Guard
from models import ObjectionOutcome


def notice_over(case: Case) -> str | None:
    """Refuse what has not been before the public, or what somebody objected to with reason."""
    if not case.record.notices:
        return _("Put it on public notice first.")
    notice = case.record.notices[-1]
    if case.today <= notice.ends_on:
        return _("The public notice runs until %(day)s.", day=notice.ends_on)
    outcomes = {objection.outcome for objection in notice.objections}
    if None in outcomes:
        return _("An objection to the public notice has not been settled.")
    if ObjectionOutcome.UPHELD in outcomes:
        return _("An objection to the public notice was upheld.")
    return None


def not_on_notice(case: Case) -> str | None:
    """Refuse to change what is before the public at the moment."""
    if case.record.notices and case.today <= case.record.notices[-1].ends_on:
        return _("The public notice runs until %(day)s.", day=case.record.notices[-1].ends_on)
    return None


def another_than(*columns: str) -> Guard:
    """Return a guard that refuses whoever stands in one of these columns: two persons decide."""

    def guard(case: Case) -> str | None:
        before = {getattr(case.record, column) for column in columns}
        if case.actor is not None and case.actor.id in before:
            return _("You took the step before; somebody else has to take this one.")
        return None

    return guard
