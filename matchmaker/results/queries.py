"""Reading results, always as the actor may see them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.postings.filters import Choices, HallFilter, Place, read_common
from matchmaker.postings.queries import Order, Page, led, narrowed, read_page
from models import Result, User

LEVELS = range(1, 10)
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


def read_filter(args: Mapping[str, str], choices: Choices) -> ResultFilter:
    """Return what `args` asks for; a value that cannot be read means any."""
    levels = {str(level): level for level in LEVELS}
    trl = levels.get(args.get("trl", ""))
    return ResultFilter(**read_common(args, choices, SORTS), trl=trl)


def listed(
    actor: User | None, chosen: ResultFilter, alike: Collection[int] = ()
) -> sa.Select[Result]:
    """Return the results of the hall that `chosen` asks for; `alike` as for `narrowed`."""
    statement = narrowed(actor, Result, chosen, alike)
    return statement.where(Result.trl >= chosen.trl) if chosen.trl else statement


def hall(session: Session, actor: User | None, chosen: ResultFilter) -> Page[Result]:
    """Return one page of the results hall."""
    statement = led(session, listed(actor, chosen), Result, chosen)
    return read_page(session, statement, Result, SORTS[chosen.sort], chosen)


def exported(session: Session, actor: User, chosen: ResultFilter, most: int) -> Sequence[Result]:
    """Return what the hall lists from its first page on, so many at most."""
    statement = led(session, listed(actor, chosen), Result, chosen)
    order = SORTS[chosen.sort]
    return read_page(session, statement, Result, order, Place(), most).rows
