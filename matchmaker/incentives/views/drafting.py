"""What an organization may claim for a project."""

from flask import render_template

from matchmaker.db import db
from matchmaker.incentives import queries
from matchmaker.incentives.formulas import Offer, together
from matchmaker.incentives.views.pages import blueprint
from matchmaker.permissions import Permission
from matchmaker.web.access import load_or_404, requires, signed_in
from models import ClaimStatus, Project


@blueprint.get("/projects/<project_id>/claims/new")
@requires(Permission.CLAIM_DRAFT)
def draft(project_id: str) -> str:
    """List what the reader's organization may claim for a project, and what it has claimed."""
    project = load_or_404(Project, project_id)
    claims = queries.of_project(db.session, signed_in(), project)
    open_claims = [one for one in claims if one.status is ClaimStatus.ESTIMATED]
    best = together([Offer(one.id, one.stacking_group, one.amount) for one in open_claims])
    return render_template(
        "incentives/draft.html",
        project=project,
        estimated=open_claims,
        begun=[one for one in claims if one.status is not ClaimStatus.ESTIMATED],
        best={offer.key for offer in best},
    )
