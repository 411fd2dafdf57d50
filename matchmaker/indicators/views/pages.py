"""What the pages of indicators share, and the gauge that the home page shows."""

from typing import Any

from flask import Blueprint

from matchmaker.db import db
from matchmaker.indicators import gauge, wording
from matchmaker.web.access import current_actor

blueprint = Blueprint("indicators", __name__)
blueprint.add_app_template_filter(wording.action_name, "key_action")
blueprint.add_app_template_filter(wording.rule_words)
blueprint.add_app_template_filter(wording.standing_name)


@blueprint.app_context_processor
def _gauges() -> dict[str, Any]:
    """Let the home page say how many key projects count this year."""
    return {"key_project_gauges": lambda: gauge.of_this_year(db.session, current_actor())}
