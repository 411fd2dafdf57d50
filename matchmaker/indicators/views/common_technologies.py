"""What unanswered needs of a region have in common: the page and its export."""

from flask import Response, render_template, request

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.indicators import export, queries
from matchmaker.indicators.queries import CommonTechnology, Unanswered
from matchmaker.indicators.views.pages import blueprint
from matchmaker.permissions import Permission
from matchmaker.web.access import requires, signed_in
from matchmaker.web.downloads import send_workbook
from matchmaker.web.limits import limiter
from models import Industry

MOST_SHOWN = 50


@blueprint.get("/common-technologies")
@requires(Permission.COMMON_TECHNOLOGY_READ)
def common_technologies() -> str:
    """Show which technologies several unanswered needs of the region have in common."""
    found = queries.unanswered(db.session, signed_in())
    industry = _chosen_industry(found)
    return render_template(
        "indicators/common_technologies.html",
        found=found,
        chosen=industry,
        fitting=_fitting(found, industry),
        most_shown=MOST_SHOWN,
        most_needs=queries.MOST_NEEDS,
    )


@blueprint.get("/common-technologies.xlsx")
@limiter.limit("20 per minute")
@requires(Permission.COMMON_TECHNOLOGY_READ, recent=True, saved=True)
def export_common_technologies() -> Response:
    """Give all technologies of the page's industry as a workbook."""
    found = queries.unanswered(db.session, signed_in())
    rows = export.rows(_fitting(found, _chosen_industry(found)))
    return send_workbook(_("Common technologies"), export.header(), rows)


def _chosen_industry(found: Unanswered) -> Industry | None:
    """Return the industry that the address asks for, None if no technology is of it."""
    code = request.args.get("industry", "")
    return next((industry for industry in found.industries if industry.code == code), None)


def _fitting(found: Unanswered, industry: Industry | None) -> list[CommonTechnology]:
    return [
        technology
        for technology in found.technologies
        if industry is None or technology.concerns(industry)
    ]
