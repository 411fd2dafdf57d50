"""What the pages of projects share."""

from flask import Blueprint

from matchmaker.projects import wording
from matchmaker.web.access import load_or_404
from models import Project

blueprint = Blueprint("projects", __name__)
blueprint.add_app_template_filter(wording.bar_words)
blueprint.add_app_template_filter(wording.ledger_words)
blueprint.add_app_template_filter(wording.light_words)


def load_project(project_id: str) -> Project:
    """Return the project of this public id if the actor sees it; 404 otherwise."""
    return load_or_404(Project, project_id)
