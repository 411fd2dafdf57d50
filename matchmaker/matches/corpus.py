"""The only bridge from rows to the documents of the matching library."""

from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from matching import Document
from matchmaker.disclosure import Text, full_text, public_text
from models import Need, Posting, PostingStatus, Result, Visibility

PostingT = TypeVar("PostingT", Need, Result)


def document(posting: Posting, text: Text) -> Document:
    """Return a posting, as far as `text` discloses it, as a document with the row id as its id."""
    return Document(id=str(posting.id), title=text.title, body=text.body, keywords=text.keywords)


def published(session: Session, *, full: bool) -> tuple[list[Document], list[Document]]:
    """Return the published needs and results in the order of their ids.

    With `full` the documents hold the whole text; without it what everybody may read, and what
    is for invited organisations alone is left out.
    """
    disclose = full_text if full else public_text
    needs = session.scalars(_published(Need, full=full).options(selectinload(Need.metrics)))
    results = session.scalars(_published(Result, full=full))
    return (
        [document(need, disclose(need)) for need in needs],
        [document(result, disclose(result)) for result in results],
    )


def _published(kind: type[PostingT], *, full: bool) -> sa.Select[PostingT]:
    statement = sa.select(kind).where(kind.status == PostingStatus.PUBLISHED).order_by(kind.id)
    return statement if full else statement.where(kind.visibility != Visibility.INVITED)
