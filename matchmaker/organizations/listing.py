"""An officer's list of organizations: what it can be asked for, its pages, and all of it."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload
from stdnum.cn import uscc

from matchmaker.organizations.queries import MOST_COUNTED, TO_A_PAGE
from matchmaker.permissions import visible
from matchmaker.searching import split_words, stands_in
from models import Organization, OrganizationKind, OrganizationStatus, Region, User

LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Listing:
    """What the officer asked for; None and "" mean any. `after` is the id before the page."""

    status: OrganizationStatus = OrganizationStatus.PENDING
    words: str = ""
    kind: OrganizationKind | None = None
    region: Region | None = None
    newest: bool = False
    after: int | None = None

    def parameters(self) -> dict[str, str]:
        """Return what narrows and sorts the list by parameter name, without the state."""
        chosen = {
            "q": self.words,
            "kind": self.kind.value if self.kind else "",
            "region": self.region.code if self.region else "",
            "sort": "newest" if self.newest else "",
        }
        return {name: value for name, value in chosen.items() if value}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, and the id after which the next one begins."""

    rows: Sequence[Organization]
    following: int | None


def read(args: Mapping[str, str], regions: Sequence[Region]) -> Listing:
    """Return what an address asks for; what cannot be read means any."""
    status, kind = args.get("status"), args.get("kind")
    return Listing(
        status=OrganizationStatus(status)
        if status in set(OrganizationStatus)
        else OrganizationStatus.PENDING,
        words=words(args),
        kind=OrganizationKind(kind) if kind in set(OrganizationKind) else None,
        region=next((each for each in regions if each.code == args.get("region")), None),
        newest=args.get("sort") == "newest",
        after=place(args),
    )


def words(args: Mapping[str, str]) -> str:
    """Return the words that an address asks for; control characters are none."""
    kept = "".join(
        " " if unicodedata.category(each) == "Cc" else each for each in args.get("q", "")
    )
    return " ".join(kept.split())[:LONGEST_SEARCH]


def place(args: Mapping[str, str]) -> int | None:
    """Return the id after which a page begins, None for the first page."""
    after = args.get("after", "")
    return int(after) if after.isascii() and after.isdecimal() and len(after) < 10 else None


def page(session: Session, actor: User, chosen: Listing) -> Page:
    """Return a page of the organizations in the officer's region, in the order they came."""
    statement = _asked_for(actor, chosen).where(Organization.status == chosen.status)
    if chosen.after is not None:
        last = chosen.after
        statement = statement.where(
            Organization.id < last if chosen.newest else Organization.id > last
        )
    found = session.scalars(_sorted(statement, chosen).limit(TO_A_PAGE + 1)).all()
    shown = found[:TO_A_PAGE]
    return Page(shown, shown[-1].id if len(found) > len(shown) else None)


def counts(session: Session, actor: User, chosen: Listing) -> dict[OrganizationStatus, int]:
    """Return how many fit in each state, whatever state was asked for, up to `MOST_COUNTED`."""
    asked = _asked_for(actor, chosen).with_only_columns(Organization.id)
    some = (
        asked.where(Organization.status == status).limit(MOST_COUNTED).subquery()
        for status in OrganizationStatus
    )
    counted = (sa.select(sa.func.count()).select_from(each).scalar_subquery() for each in some)
    return dict(zip(OrganizationStatus, session.execute(sa.select(*counted)).one(), strict=True))


def everything(session: Session, actor: User, chosen: Listing) -> Sequence[Organization]:
    """Return all that fit, in the state asked for, with what an export tells of them."""
    statement = _asked_for(actor, chosen).where(Organization.status == chosen.status)
    return session.scalars(
        _sorted(statement, chosen).options(selectinload(Organization.industries))
    ).all()


def _asked_for(actor: User, chosen: Listing) -> sa.Select[Organization]:
    statement = visible(actor, Organization)
    if chosen.kind:
        statement = statement.where(Organization.kind == chosen.kind)
    if chosen.region:
        within = Region.code.startswith(chosen.region.subtree_prefix)
        statement = statement.where(Organization.region_id.in_(sa.select(Region.id).where(within)))
    for word in split_words(chosen.words):
        code = uscc.compact(word).upper()
        fits: list[sa.ColumnElement[bool]] = [stands_in(Organization.name, word)]
        if code:
            fits.append(Organization.uscc.startswith(code, autoescape=True))
        statement = statement.where(sa.or_(*fits))
    return statement


def _sorted(statement: sa.Select[Any], chosen: Listing) -> sa.Select[Any]:
    order = Organization.id.desc() if chosen.newest else Organization.id
    with_region = joinedload(Organization.region).joinedload(Region.parent)
    return statement.options(with_region).order_by(order)
