"""The rarest of a list's conditions, for the database to begin with.

A list that is read in its order until a page is full is quick where many rows fit, and slow where
few do; to look up the few and sort them is quick just then. Neither database can be relied on to
tell which, so it is counted, as far as that matters.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

FEW = 4_000
"""How many rows are looked up and sorted at once rather than met with in their order.

So many for each condition: the others leave fewer of them to sort, and more rows to pass by.
"""

Ids = sa.Select[int] | sa.CompoundSelect[Any]


def lead(session: Session, conditions: Sequence[Ids], few: int = FEW) -> Ids | None:
    """Return the condition with the fewest rows, None where each has more than a few.

    A condition is the SELECT of the ids of the rows that meet it.
    """
    if not conditions:
        return None
    few *= len(conditions)
    some = [condition.limit(few + 1).subquery() for condition in conditions]
    counts = [sa.select(sa.func.count()).select_from(each).scalar_subquery() for each in some]
    found = session.execute(sa.select(*counts)).one()
    fewest = min(found)
    return conditions[found.index(fewest)] if fewest <= few else None
