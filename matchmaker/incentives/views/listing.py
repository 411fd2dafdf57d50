"""The list of claims: one's own, or what has come before one's bureau."""

from typing import Any

from flask import Response, render_template, request, url_for

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.incentives import export, queries
from matchmaker.incentives.views.pages import blueprint
from matchmaker.permissions import Permission
from matchmaker.postings.filters import load_choices
from matchmaker.relations import in_region
from matchmaker.web.access import requires, signed_in
from matchmaker.web.downloads import send_workbook
from matchmaker.web.limits import limiter
from models import ClaimStatus, Policy, Region


@blueprint.get("/claims")
@requires(Permission.CLAIM_READ)
def claims() -> str:
    """List the claims that the reader sees, newest first, with what they add up to."""
    policies, regions = _offered()
    chosen = queries.read_filter(request.args, policies, regions)
    found = queries.read_page(db.session, signed_in(), chosen)
    values: dict[str, Any] = {**chosen.parameters()}
    onward = {**values, "after": found.following}
    return render_template(
        "incentives/claims.html",
        found=found,
        chosen=chosen,
        values=values,
        policies=policies,
        regions=regions,
        statuses=ClaimStatus,
        years=queries.years(),
        older=url_for("incentives.claims", **onward) if found.following else None,
    )


@blueprint.get("/claims.xlsx")
@limiter.limit("20 per minute")
@requires(Permission.CLAIM_READ, recent=True, saved=True)
def export_claims() -> Response:
    """Give all claims of the page's filter as a workbook."""
    chosen = queries.read_filter(request.args, *_offered())
    rows = queries.read_all(db.session, signed_in(), chosen)
    return send_workbook(_("Claims"), export.claim_header(), export.claim_rows(rows))


def _offered() -> tuple[list[Policy], list[Region]]:
    """Return the policies and the regions that the list can be narrowed to."""
    actor = signed_in()
    regions = load_choices(db.session).regions if actor.region else []
    return (
        list(queries.policies(db.session, actor)),
        [region for region in regions if in_region(actor, region)],
    )
