"""Reading needs, always as the actor may see them."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.permissions import visible
from matchmaker.postings.filters import HallFilter
from matchmaker.postings.queries import Order, Page, narrowed, read_page
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


def hall(session: Session, actor: User | None, chosen: NeedFilter) -> Page[Need]:
    """Return one page of the needs hall."""
    statement = narrowed(visible(actor, Need), Need, chosen)
    if chosen.kind:
        statement = statement.where(Need.kind == chosen.kind)
    return read_page(session, statement, Need, SORTS[chosen.sort], chosen)
