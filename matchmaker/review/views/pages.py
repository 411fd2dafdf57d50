"""What the pages of the review share."""

from functools import cache
from typing import Any

from flask import Blueprint

from matchmaker.db import db
from matchmaker.review import queries, wording
from matchmaker.web.access import current_actor

blueprint = Blueprint("review", __name__, url_prefix="/review")
blueprint.add_app_template_filter(wording.decision_name)


@blueprint.app_context_processor
def _counting() -> dict[str, Any]:
    """Let the header say how much waits."""
    actor = current_actor()
    waiting = cache(lambda: queries.count(db.session, actor) if actor else 0)
    return {"waiting_for_review": waiting}
