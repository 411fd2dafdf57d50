"""An administrator's list of users: what it can be asked for, and its pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from matchmaker.accounts.queries import where_named
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.inputs import id_in
from matchmaker.permissions import visible
from models import Organization, Region, Role, User, UserRole

TO_A_PAGE = 50
LONGEST_SEARCH = 100


class AccountState(StrEnum):
    """Whether somebody signs in with an account: they do, have yet to begin, may not any more."""

    ACTIVE = "active"
    INVITED = "invited"
    CLOSED = "closed"


STATES = {
    AccountState.ACTIVE: _l("In use"),
    AccountState.INVITED: _l("No password chosen yet"),
    AccountState.CLOSED: _l("Closed account"),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """What the administrator asked for; None and "" mean any. `after` is the id before the page."""

    words: str = ""
    role: Role | None = None
    state: AccountState | None = None
    region: Region | None = None
    after: int = 0

    def parameters(self) -> dict[str, str]:
        """Return what narrows the list by parameter name, as it stands in the address."""
        chosen = {
            "q": self.words,
            "role": self.role or "",
            "state": self.state or "",
            "region": self.region.code if self.region else "",
        }
        return {name: str(value) for name, value in chosen.items() if value}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, and the id after which the next one begins, None on the last."""

    rows: Sequence[User]
    following: int | None


def read(args: Mapping[str, str], regions: Sequence[Region]) -> Listing:
    """Return what an address asks for; what cannot be read means any."""
    role, state = args.get("role"), args.get("state")
    return Listing(
        words=args.get("q", "").replace("\0", "")[:LONGEST_SEARCH].strip(),
        role=Role(role) if role in set(Role) else None,
        state=AccountState(state) if state in set(AccountState) else None,
        region=next((each for each in regions if each.code == args.get("region")), None),
        after=id_in(args.get("after", "")),
    )


def regions(session: Session) -> Sequence[Region]:
    """Return the regions in the order of their codes: each before those within it."""
    return session.scalars(sa.select(Region).order_by(Region.code)).all()


def page(session: Session, actor: User, chosen: Listing) -> Page:
    """Return a page of the users that fit, in the order they came.

    A user belongs to the region they act for or, without one, to their organization's.
    """
    statement = visible(actor, User).where(User.id > chosen.after).join(User.organization)
    statement = statement.where(*where_named(chosen.words))
    if chosen.role:
        statement = statement.where(User.role_rows.any(UserRole.role == chosen.role))
    if chosen.state:
        statement = statement.where(_is(chosen.state))
    if chosen.region:
        within = sa.select(Region.id).where(Region.code.startswith(chosen.region.subtree_prefix))
        own = sa.func.coalesce(User.region_id, Organization.region_id)
        statement = statement.where(own.in_(within))
    found = session.scalars(
        statement.options(
            contains_eager(User.organization).joinedload(Organization.region),
            joinedload(User.region),
        )
        .order_by(User.id)
        .limit(TO_A_PAGE + 1)
    ).all()
    shown = found[:TO_A_PAGE]
    return Page(shown, shown[-1].id if len(found) > len(shown) else None)


def state_of(user: User) -> AccountState:
    """Return whether somebody signs in with an account."""
    if not user.active:
        return AccountState.CLOSED
    return AccountState.ACTIVE if user.password_hash else AccountState.INVITED


def _is(state: AccountState) -> sa.ColumnElement[bool]:
    """Return `state_of` as a condition."""
    if state is AccountState.CLOSED:
        return ~User.active
    chosen = User.password_hash.is_not(None)
    return sa.and_(User.active, chosen if state is AccountState.ACTIVE else ~chosen)
