"""How far a project has come, what it waits for, and who owes that by when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.lifecycle.project import both_parties_named, delivered, trackable
from matchmaker.lifecycle.transition import Case
from matchmaker.projects.reports import due_on, missing_months
from models import OrderStatus, Project, ProjectStage

WAY = (
    ProjectStage.LEAD,
    ProjectStage.MATCHMAKING,
    ProjectStage.TRACKING,
    ProjectStage.INCENTIVE,
    ProjectStage.COMPLETED,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One stage on a project's way; `state` is done, current, ended or ahead."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Awaited:
    """Something that a project waits for; without `due` there is no term."""

    what: str
    who: str
    due: date | None = None

    @property
    def overdue(self) -> bool:
        """Whether the day has passed."""
        return self.due is not None and self.due < today()


def steps(project: Project, reached: ProjectStage) -> list[Step]:
    """Return the stages of a project; `reached` is the one it is in or was in when it ended."""
    at = WAY.index(reached)
    if project.stage is ProjectStage.TERMINATED:
        done = [Step(label(stage), "done") for stage in WAY[: at + 1]]
        return [*done, Step(label(project.stage), "ended")]
    states = ["done"] * at + ["current"] + ["ahead"] * len(WAY)
    if project.stage is ProjectStage.COMPLETED:
        states[at] = "done"
    return [Step(label(stage), state) for stage, state in zip(WAY, states, strict=False)]


def awaited(session: Session, project: Project) -> list[Awaited]:
    """Return what a project waits for, what has the nearest term first; nothing once it is over."""
    found = [*_of_stage(project), *(_of_tracking(session, project))]
    return sorted(found, key=lambda one: one.due or date.max)


def _of_stage(project: Project) -> Iterator[Awaited]:
    """Yield what the next stage asks for, and of whom."""
    officer, case = _officer(project), Case(project, None, today())
    match project.stage:
        case ProjectStage.LEAD:
            missing = both_parties_named(case)
            yield Awaited(missing or _("Both parties are named: begin the matchmaking."), officer)
        case ProjectStage.MATCHMAKING:
            missing = trackable(case)
            yield Awaited(missing or _("Contract and plan are there: begin the tracking."), officer)
        case ProjectStage.TRACKING if delivered(case) is None:
            yield Awaited(_("It is delivered: take it to the incentives."), officer)
        case ProjectStage.INCENTIVE:
            words = _("Settle every claim, or record why no policy applies; then complete it.")
            yield Awaited(words, officer)


def _of_tracking(session: Session, project: Project) -> Iterator[Awaited]:
    """Yield what a tracked project owes: answers, reports, the next milestone."""
    for order in project.orders:
        if order.status is OrderStatus.ISSUED:
            yield Awaited(_("Answer the supervision order."), _("The parties"), order.due_on)
    for issue in project.issues:
        if issue.resolved_on is None:
            words = _("Resolve the issue: %(text)s", text=issue.text)
            yield Awaited(words, issue.owner.name, issue.due_on)
    if project.stage is not ProjectStage.TRACKING:
        return
    for month in missing_months(session, project):
        words = _("File the report of %(month)s.", month=f"{month:%Y-%m}")
        yield Awaited(words, _("The parties"), due_on(month))
    following = next((one for one in project.milestones if one.done_on is None), None)
    if following:
        words = _("Reach the milestone “%(name)s”.", name=following.name)
        yield Awaited(words, _("The parties"), following.due_on)


def _officer(project: Project) -> str:
    if project.officer:
        return project.officer.name
    return _("An officer of %(region)s", region=project.region.name)
