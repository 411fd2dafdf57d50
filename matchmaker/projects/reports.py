"""Monthly progress reports: filed, copied from the month before, reminded of.

The report of a month is due on the fifth of the next one.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit, notifications
from matchmaker.clock import month_of, months_after, today
from matchmaker.db import lock, transaction
from matchmaker.i18n import CHINA, _
from matchmaker.inputs import InputError, need_amount
from matchmaker.lifecycle.engine import StaleError
from matchmaker.permissions import Permission
from matchmaker.projects import access, lights
from models import (
    DelayReason,
    Event,
    Progress,
    ProgressReport,
    Project,
    ProjectStage,
    StatusChange,
    User,
)

DUE_DAY = 5
REMINDED_BEFORE = timedelta(days=3)
REMINDED_AFTER = timedelta(days=2)
EXPLAINED = frozenset({Progress.LATE, Progress.STALLED})
COMPLETE = 100
NOT_FILED = 0
"""The version of a report that is not there."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is told of a month, named by its first day; funds are the month's own, in fen."""

    month: date
    overall: Progress
    percent: int
    reason: DelayReason | None = None
    funds_in: int = 0
    funds_spent: int = 0
    text: str = ""


def file(
    session: Session,
    actor: User,
    project: Project,
    report: Report,
    version: int | None = None,
) -> ProgressReport:
    """File the report of a month, or mend the one filed before.

    `version` is that of the report that is mended, `NOT_FILED` where the reader saw none. Sent
    twice the same is filed once.

    Raises:
        InputError: the month is to come or before tracking, or a value cannot be taken.
        StaleError: somebody has filed or mended it meanwhile, and otherwise.
        NotVisibleError, NotPermittedError, WrongStateError: as for `access.demand`.
    """
    _check(report)
    with transaction(session):
        access.demand(
            session,
            actor,
            project,
            "report",
            Permission.PROJECT_REPORT,
            stages=frozenset({ProjectStage.TRACKING}),
        )
        if report.month < tracked_from(session, project):
            raise InputError("month", _("The project was not being tracked yet in this month."))
        filed = filed_for(project, report.month)
        if filed and all(getattr(filed, name) == told for name, told in asdict(report).items()):
            return filed
        if version is not None and version != (filed.version if filed else NOT_FILED):
            raise StaleError(project, "report")
        if filed is None:
            filed = ProgressReport(project=project)
            session.add(filed)
        for name, value in asdict(report).items():
            setattr(filed, name, value)
        filed.author = actor
        session.flush()
        session.expire(project, ["reports"])
        month = report.month.isoformat()
        audit.record(session, actor, "project:report", project, month=month, percent=report.percent)
        lights.refresh(session, project)
    return filed


def filed_for(project: Project, month: date) -> ProgressReport | None:
    """Return the report of a month, None if it is not filed."""
    return next((one for one in project.reports if one.month == month), None)


def before(project: Project, month: date) -> list[ProgressReport]:
    """Return the reports of the months before one, earliest first."""
    return [one for one in project.reports if one.month < month]


def as_last_month(project: Project, month: date) -> Report | None:
    """Return the last report before a month as a draft for it, None if there is none.

    Money is the month's own and starts at nothing.
    """
    earlier = before(project, month)
    if not earlier:
        return None
    last = earlier[-1]
    return Report(month, last.overall, last.percent, last.reason, text=last.text)


def missing_months(session: Session, project: Project) -> list[date]:
    """Return the months that are over and not reported, since tracking began; earliest first."""
    filed = {one.month for one in project.reports}
    month, months = tracked_from(session, project), []
    while month < month_of(today()):
        if month not in filed:
            months.append(month)
        month = months_after(month, 1)
    return months


def tracked_from(session: Session, project: Project) -> date:
    """Return the first day of the month in which the project entered tracking."""
    entered = session.scalar(
        sa.select(sa.func.min(StatusChange.at)).where(
            StatusChange.subject_kind == Project.__name__,
            StatusChange.subject_id == project.id,
            StatusChange.target == ProjectStage.TRACKING,
        )
    )
    return month_of((entered or project.created_at).astimezone(CHINA).date())


def due_on(month: date) -> date:
    """Return the day by which the report of a month is to be filed."""
    return months_after(month, 1).replace(day=DUE_DAY)


def remind(session: Session, day: date) -> int:
    """Remind the parties whose report of the month before `day` is missing; return how often.

    Once three days before it is due and once when it is two days late. Run twice it reminds once;
    after days without a run one reminder makes good for both.
    """
    month = months_after(month_of(day), -1)
    dates = (due_on(month) - REMINDED_BEFORE, due_on(month) + REMINDED_AFTER)
    due = sum(day >= date_due for date_due in dates)
    if not due:
        return 0
    reported = sa.select(ProgressReport.project_id).where(ProgressReport.month == month)
    missing = sa.select(Project.id).where(
        Project.stage == ProjectStage.TRACKING, Project.id.not_in(reported)
    )
    ids = session.scalars(missing.order_by(Project.id)).all()
    return sum(_remind(session, session.get_one(Project, one), month, due) for one in ids)


def _remind(session: Session, project: Project, month: date, due: int) -> bool:
    with transaction(session):
        lock(session, project)
        sent = project.reminders_sent if project.reminded_month == month else 0
        if sent >= due or tracked_from(session, project) > month:
            return False
        project.reminded_month, project.reminders_sent = month, due
        session.flush()
        late = due > 1
        audit.record(session, None, "project:remind", project, month=month.isoformat(), late=late)
        event = Event.REPORT_OVERDUE if late else Event.REPORT_DUE
        notifications.tell(session, event, project, month=month.isoformat())
    return True


def _check(report: Report) -> None:
    if report.month.day != 1 or report.month > month_of(today()):
        raise InputError("month", _("Report a month that has begun; this one is still to come."))
    if not 0 <= report.percent <= COMPLETE:
        raise InputError("percent", _("Give a whole number from 0 to 100."))
    if report.overall in EXPLAINED and report.reason is None:
        raise InputError("reason", _("Say why the project is late."))
    need_amount("funds_in", report.funds_in, least=0)
    need_amount("funds_spent", report.funds_spent, least=0)
