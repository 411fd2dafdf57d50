"""The list of key projects: nominated, taken into the reserve pool, designated, removed.

Each use case is one transaction. All raise what `lifecycle.engine.advance` raises; `version` is the
one that the page was made from.
"""

from sqlalchemy.orm import Session

from matchmaker import audit, notifications
from matchmaker.clock import today
from matchmaker.db import lock, transaction
from matchmaker.i18n import _
from matchmaker.inputs import InputError, need_text
from matchmaker.lifecycle import engine
from matchmaker.lifecycle.engine import (
    GuardedError,
    Option,
    StaleError,
    WrongStateError,
    advance,
    check_permission,
)
from matchmaker.lifecycle.key_designation import parties_unrestricted, restricted_party
from matchmaker.lifecycle.publicity import not_on_notice
from matchmaker.lifecycle.transition import Action, Case, all_of
from matchmaker.permissions import Decision, Permission, can
from matchmaker.publicity import services as publicity
from models import (
    Event,
    KeyDesignation,
    KeyStatus,
    Project,
    PublicNotice,
    RegionLevel,
    User,
    now,
)

NOTICE_DAYS = 7
LONGEST_NOTICE = 60
YEARS_AHEAD = 1
DECISIONS = (
    Action.RESERVE,
    Action.DISMISS,
    Action.ANNOUNCE,
    Action.DESIGNATE,
    Action.PROPOSE_REMOVAL,
    Action.REMOVE,
)
"""All that may be decided on a project once it is nominated."""

_announcing = all_of(not_on_notice, parties_unrestricted)


def available(actor: User, designation: KeyDesignation) -> list[Option]:
    """Return what the actor may decide: the table's actions, and the public notice besides.

    A notice changes no status, so it stands in no table.
    """
    options = engine.available(actor, designation)
    in_reserve = designation.status is KeyStatus.RESERVE
    if in_reserve and can(actor, Permission.KEY_RESERVE, designation):
        refusal = _announcing(Case(designation, actor, today()))
        options.append(Option(Action.ANNOUNCE, Decision(refusal is None, refusal or ""), False))
    return options


def decide(
    session: Session,
    actor: User,
    designation: KeyDesignation,
    action: Action,
    *,
    reason: str = "",
    days: int = NOTICE_DAYS,
    version: int | None = None,
) -> None:
    """Take one of `DECISIONS`; `reason` and `days` are for those that ask for them.

    Raises:
        InputError: as for `announce`.
    """
    match action:
        case Action.RESERVE:
            reserve(session, actor, designation, version)
        case Action.DISMISS:
            dismiss(session, actor, designation, reason, version)
        case Action.ANNOUNCE:
            announce(session, actor, designation, days, version)
        case Action.DESIGNATE:
            designate(session, actor, designation, version)
        case Action.PROPOSE_REMOVAL:
            propose_removal(session, actor, designation, reason, version)
        case Action.REMOVE:
            remove(session, actor, designation, version)
        case _:
            raise LookupError(f"“{action}” is no decision on a key project")


def nominate(
    session: Session, actor: User, project: Project, year: int, evidence: str
) -> KeyDesignation:
    """Put a project forward for the list of a year.

    Raises:
        InputError: the evidence is missing, the year is neither this one nor next to it, or the
            project is on the list already.
    """
    shown = need_text("evidence", evidence)
    if abs(year - today().year) > YEARS_AHEAD:
        raise InputError("year", _("Choose this year, the last or the next."))
    with transaction(session):
        check_permission(session, actor, project, "nominate", [Permission.KEY_NOMINATE])
        lock(session, project)
        if any(one.status is not KeyStatus.REMOVED for one in project.designations):
            raise InputError("project", _("The project is on the list already."))
        refusal = restricted_party(project, today())
        if refusal:
            raise GuardedError(project, "nominate", refusal)
        designation = KeyDesignation(
            project=project,
            year=year,
            level=_level(actor),
            evidence=shown,
            nominated_by=actor,
        )
        session.add(designation)
        session.flush()
        session.add(audit.status_change(designation, None, KeyStatus.NOMINATED, "nominate", actor))
        audit.record(session, actor, "keydesignation:nominate", designation, year=year)
        notifications.tell(session, Event.KEY_NOMINATED, designation, actor)
    return designation


def reserve(
    session: Session, actor: User, designation: KeyDesignation, version: int | None = None
) -> None:
    """Take a nominated project into the reserve pool."""
    with transaction(session):
        advance(session, actor, designation, Action.RESERVE, expected_version=version)
        designation.reserved_by, designation.level = actor, _level(actor)


def dismiss(
    session: Session,
    actor: User,
    designation: KeyDesignation,
    reason: str,
    version: int | None = None,
) -> None:
    """Turn a nomination down."""
    with transaction(session):
        advance(
            session, actor, designation, Action.DISMISS, reason=reason, expected_version=version
        )
        designation.reason = reason.strip()


def announce(
    session: Session,
    actor: User,
    designation: KeyDesignation,
    days: int = NOTICE_DAYS,
    version: int | None = None,
) -> PublicNotice:
    """Lay a project of the reserve pool before the public.

    Raises:
        InputError: the notice would be shorter than a day or longer than two months.
    """
    if not 1 <= days <= LONGEST_NOTICE:
        reason = _("Give a whole number from %(least)s to %(most)s.", least=1, most=LONGEST_NOTICE)
        raise InputError("days", reason)
    with transaction(session):
        check_permission(session, actor, designation, "announce", [Permission.KEY_RESERVE])
        lock(session, designation)
        if version is not None and version != designation.version:
            raise StaleError(designation, "announce")
        if designation.status is not KeyStatus.RESERVE:
            reason = _("Only a project of the reserve pool is put on notice.")
            raise WrongStateError(designation, "announce", reason)
        refusal = _announcing(Case(designation, actor, today()))
        if refusal:
            raise GuardedError(designation, "announce", refusal)
        return publicity.announce(session, actor, designation, days)


def designate(
    session: Session, actor: User, designation: KeyDesignation, version: int | None = None
) -> None:
    """Make a project a key project, after its public notice."""
    with transaction(session):
        advance(session, actor, designation, Action.DESIGNATE, expected_version=version)
        designation.designated_by, designation.designated_at = actor, now()
        designation.level = RegionLevel.PROVINCE


def propose_removal(
    session: Session,
    actor: User,
    designation: KeyDesignation,
    reason: str,
    version: int | None = None,
) -> None:
    """Propose to take a project off the list; somebody else decides.

    The status stays as it is; that it was proposed, by whom and why, stands among its changes.
    """
    with transaction(session):
        advance(
            session,
            actor,
            designation,
            Action.PROPOSE_REMOVAL,
            reason=reason,
            expected_version=version,
        )
        designation.removal_proposed_by, designation.reason = actor, reason.strip()
        status = designation.status
        session.add(
            audit.status_change(
                designation, status, status, Action.PROPOSE_REMOVAL, actor, reason.strip()
            )
        )


def remove(
    session: Session, actor: User, designation: KeyDesignation, version: int | None = None
) -> None:
    """Take a project off the list for the reason that somebody else has proposed."""
    advance(
        session,
        actor,
        designation,
        Action.REMOVE,
        reason=designation.reason,
        expected_version=version,
    )


def _level(actor: User) -> RegionLevel:
    return actor.region.level if actor.region else RegionLevel.COUNTY
