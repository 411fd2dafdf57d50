"""The needs and results of the reader's organization: two lists, each with pages of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import url_for
from sqlalchemy.orm import Session

from matchmaker.portal.queries import match_counts
from matchmaker.postings.filters import LONGEST_SEARCH, OwnFilter, clean, one_of
from matchmaker.postings.queries import last_reasons, own
from matchmaker.postings.revisions import open_revisions
from models import Match, Need, PostingStatus, Result, Revision, User

PostingT = TypeVar("PostingT", Need, Result)

_LISTS: dict[type[Need | Result], tuple[str, Any]] = {
    Need: ("needs", Match.need_id),
    Result: ("results", Match.result_id),
}
"""What each list is called in the address, and where its texts stand on a match."""
_NARROWING = ("q", "status")
_TURNING = tuple(f"{name}_{way}" for name, _side in _LISTS.values() for way in ("after", "before"))


@dataclass(frozen=True, slots=True)
class OwnTexts(Generic[PostingT]):
    """A page of one list, what is said of its rows by id, and the addresses of its neighbours."""

    rows: Sequence[PostingT]
    changes: Mapping[int, Revision]
    reasons: Mapping[int, str]
    matches: Mapping[int, int]
    newer: str | None
    older: str | None


def read_filter(args: Mapping[str, str], name: str = "") -> OwnFilter:
    """Return what `args` asks of the list called `name`; what cannot be read means any."""
    return OwnFilter(
        words=clean(args.get("q", ""))[:LONGEST_SEARCH],
        status=one_of(PostingStatus, args.get("status", "")),
        after=clean(args.get(f"{name}_after", "")),
        before=clean(args.get(f"{name}_before", "")),
    )


def listed(
    session: Session, actor: User, kind: type[PostingT], args: Mapping[str, str]
) -> OwnTexts[PostingT]:
    """Return the page of one's needs or results that `args` asks for."""
    name, side = _LISTS[kind]
    page = own(session, actor, kind, read_filter(args, name))

    def turned(way: str, public_id: str | None) -> str | None:
        turn = {f"{name}_after": "", f"{name}_before": "", f"{name}_{way}": public_id}
        return _address(args, **turn, _anchor=f"{name}-heading") if public_id else None

    return OwnTexts(
        page.rows,
        changes=open_revisions(session, actor, page.rows),
        reasons=last_reasons(session, page.rows),
        matches=match_counts(session, actor, side, page.rows),
        newer=turned("before", page.before),
        older=turned("after", page.after),
    )


def _address(args: Mapping[str, str], **changed: str | None) -> str:
    """Return the address of the page with some of its parameters changed, those empty left out."""
    values: dict[str, Any] = {name: clean(args.get(name, "")) for name in (*_NARROWING, *_TURNING)}
    return url_for(
        "portal.mine", **{name: each for name, each in {**values, **changed}.items() if each}
    )
