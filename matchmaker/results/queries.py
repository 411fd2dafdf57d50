"""Reading results, always as the actor may see them."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.permissions import visible
from matchmaker.postings.filters import HallFilter
from matchmaker.postings.queries import Order, Page, narrowed, read_page
from models import Result, User

SORTS = {
    "newest": Order(Result.published_at, descending=True, nullable=False),
    "trl": Order(Result.trl, descending=True),
}


@dataclass(frozen=True, slots=True)
class ResultFilter(HallFilter):
    """A filter of the results hall; `trl` is the lowest technology readiness level wanted."""

    trl: int | None = None

    def chosen(self) -> dict[str, tuple[str, object]]:
        """Add the readiness level to what both halls can be narrowed by."""
        chosen = HallFilter.chosen(self)
        if self.trl:
            chosen["trl"] = (str(self.trl), self.trl)
        return chosen


def hall(session: Session, actor: User | None, chosen: ResultFilter) -> Page[Result]:
    """Return one page of the results hall."""
    statement = narrowed(visible(actor, Result), Result, chosen)
    if chosen.trl:
        statement = statement.where(Result.trl >= chosen.trl)
    return read_page(session, statement, Result, SORTS[chosen.sort], chosen)
