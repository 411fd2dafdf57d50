"""The only bridge from rows to the documents of the matching library."""

from collections.abc import Collection
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from matching import Document
from matching.conditions import Offered, Wanted
from matching.targets import Target, target, targets_in
from matchmaker.disclosure import Text, full_text, public_text
from models import Need, Posting, PostingStatus, Result, Visibility

PostingT = TypeVar("PostingT", Need, Result)


def document(posting: Posting, text: Text) -> Document:
    """Return a posting, as far as `text` discloses it, as a document with the row id as its id."""
    return Document(id=str(posting.id), title=text.title, body=text.body, keywords=text.keywords)


def targets(need: Need, text: Text) -> tuple[Target, ...]:
    """Return the metrics a need asks for, as far as `text` discloses it.

    They are the rows of its form where all of it may be read, else what the text itself says.
    """
    if text.full and need.metrics:
        return tuple(target(row.name, row.target, row.unit) for row in need.metrics)
    return targets_in(f"{text.title}\n{text.body}")


def wanted(need: Need) -> Wanted:
    """Return what a need sets as conditions; its page shows all of these to everybody."""
    return Wanted(
        modes=frozenset(mode.value for mode in need.modes),
        budget_max=need.budget_max,
        region=need.region.code,
        deadline=need.deadline,
    )


def offered(result: Result) -> Offered:
    """Return on what conditions a result is offered; its page shows all of these to everybody."""
    return Offered(
        modes=frozenset(mode.value for mode in result.modes),
        price=result.asking_price,
        region=result.region.code,
        trl=result.trl,
    )


def published(
    session: Session, *, full: bool, invited: bool = False
) -> tuple[list[Document], list[Document]]:
    """Return the published needs and results in the order of their ids.

    With `full` the documents hold the whole text, without it what everybody may read. What is for
    invited organizations alone is among them only with `invited`.
    """
    disclose = full_text if full else public_text
    needs = session.scalars(_published(Need, invited=invited))
    results = session.scalars(_published(Result, invited=invited))
    return (
        [document(need, disclose(need)) for need in needs],
        [document(result, disclose(result)) for result in results],
    )


def published_among(session: Session, kind: type[PostingT], ids: Collection[int]) -> list[Document]:
    """Return those of some postings that are published, as everybody may read them, by id."""
    rows = session.scalars(_published(kind, invited=False).where(kind.id.in_(ids)))
    return [document(row, public_text(row)) for row in rows]


def in_full(session: Session, kind: type[PostingT], ids: Collection[int]) -> list[Document]:
    """Return the full texts of some postings, as far as they are published, by id."""
    rows = session.scalars(_published(kind, invited=True).where(kind.id.in_(ids)))
    return [document(row, full_text(row)) for row in rows]


def _published(kind: type[PostingT], *, invited: bool) -> sa.Select[PostingT]:
    statement = sa.select(kind).where(kind.status == PostingStatus.PUBLISHED).order_by(kind.id)
    if kind is Need:
        statement = statement.options(selectinload(Need.metrics))
    return statement if invited else statement.where(kind.visibility != Visibility.INVITED)
