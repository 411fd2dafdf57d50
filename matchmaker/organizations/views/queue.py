"""An officer's list of organizations, and the same list as a workbook."""

from collections.abc import Sequence
from typing import Any

from flask import Response, render_template, request, url_for

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.organizations import export, listing, queries
from matchmaker.organizations.views.pages import blueprint
from matchmaker.permissions import Permission
from matchmaker.relations import in_region
from matchmaker.web.access import requires, signed_in
from matchmaker.web.downloads import send_workbook
from matchmaker.web.limits import limiter
from models import OrganizationKind, Region


@blueprint.get("/organizations")
@requires(Permission.ORGANIZATION_REVIEW)
def queue() -> str:
    """List the organizations of the officer's region in one state, those that wait at first."""
    regions = _regions()
    chosen = listing.read(request.args, regions)
    page = listing.page(db.session, signed_in(), chosen)
    values = chosen.parameters()
    here: dict[str, Any] = {"status": chosen.status.value, **values}
    following = page.following
    return render_template(
        "organizations/queue.html",
        organizations=page.rows,
        chosen=chosen,
        values=values,
        counts=listing.counts(db.session, signed_in(), chosen),
        most=queries.MOST_COUNTED,
        kinds=OrganizationKind,
        regions=regions,
        export=url_for("organizations.export_queue", **here),
        first=None if chosen.after is None else url_for("organizations.queue", **here),
        following=url_for("organizations.queue", **here, after=following) if following else None,
    )


@blueprint.get("/organizations.xlsx")
@limiter.limit("20 per minute")
@requires(Permission.ORGANIZATION_REVIEW, recent=True, saved=True)
def export_queue() -> Response:
    """Give all organizations of the page's filter as a workbook."""
    chosen = listing.read(request.args, _regions())
    found = listing.everything(db.session, signed_in(), chosen)
    return send_workbook(_("Organizations"), export.header(), export.rows(found))


def _regions() -> Sequence[Region]:
    """Return the regions that the list can be narrowed to."""
    return [each for each in queries.regions(db.session) if in_region(signed_in(), each)]
