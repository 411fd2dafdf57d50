"""Reading needs, always as the actor may see them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.postings.filters import Choices, HallFilter, Place, one_of, read_common
from matchmaker.postings.queries import Order, Page, led, narrowed, read_page
from models import Need, NeedKind, User

SORTS = {
    "newest": Order(Need.published_at, descending=True, nullable=False),
    "deadline": Order(Need.deadline, descending=False),
    "budget": Order(Need.budget_max, descending=True),
}


@dataclass(frozen=True, slots=True)
class NeedFilter(HallFilter):
    """A filter of the needs hall."""

    kind: NeedKind | None = None

    def chosen(self) -> dict[str, tuple[str, object]]:
        """Add the kind of need to what both halls can be narrowed by."""
        chosen = HallFilter.chosen(self)
        if self.kind:
            chosen["kind"] = (self.kind.value, self.kind)
        return chosen


def read_filter(args: Mapping[str, str], choices: Choices) -> NeedFilter:
    """Return what `args` asks for; a value that cannot be read means any."""
    kind = one_of(NeedKind, args.get("kind", ""))
    return NeedFilter(**read_common(args, choices, SORTS), kind=kind)


def listed(actor: User | None, chosen: NeedFilter, alike: Collection[int] = ()) -> sa.Select[Need]:
    """Return the needs of the hall that `chosen` asks for; `alike` as for `narrowed`."""
    statement = narrowed(actor, Need, chosen, alike)
    return statement.where(Need.kind == chosen.kind) if chosen.kind else statement


def hall(session: Session, actor: User | None, chosen: NeedFilter) -> Page[Need]:
    """Return one page of the needs hall."""
    statement = led(session, listed(actor, chosen), Need, chosen)
    return read_page(session, statement, Need, SORTS[chosen.sort], chosen)


def exported(session: Session, actor: User, chosen: NeedFilter, most: int) -> Sequence[Need]:
    """Return what the hall lists from its first page on, so many at most."""
    statement = led(session, listed(actor, chosen), Need, chosen)
    order = SORTS[chosen.sort]
    return read_page(session, statement, Need, order, Place(), most).rows
