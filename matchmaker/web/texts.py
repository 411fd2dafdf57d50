"""Jinja filters for texts: as much of a posting as the reader may read."""

from flask import Flask

from matchmaker.disclosure import Text, public_title, text_for
from matchmaker.permissions import may_read_text
from matchmaker.relations import is_invited
from matchmaker.web.access import current_actor
from models import Need, Result


def init_app(app: Flask) -> None:
    """Add the filters `shown` and `titled` and the tests `readable` and `inviting`."""
    app.jinja_env.filters["shown"] = shown
    app.jinja_env.filters["titled"] = titled
    app.jinja_env.tests["inviting"] = inviting
    app.jinja_env.tests["readable"] = readable


def readable(posting: Need | Result) -> bool:
    """Return whether the reader may read all of the posting."""
    return may_read_text(current_actor(), posting)


def inviting(posting: Need | Result) -> bool:
    """Return whether the reader is among those whom the posting's organization has invited."""
    return is_invited(current_actor(), posting)


def shown(posting: Need | Result) -> Text:
    """Return as much of the posting's text as the reader may read."""
    return text_for(posting, full=readable(posting))


def titled(posting: Need | Result) -> str:
    """Return as much of the posting's title as the reader may read, "" where that is none."""
    return posting.title if readable(posting) else public_title(posting)
