"""What a region's records add up to: common key technologies."""

from io import BytesIO

from flask import Blueprint, Response, render_template, request, send_file

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.indicators import queries
from matchmaker.indicators.export import workbook
from matchmaker.indicators.queries import CommonTechnology, Unanswered
from matchmaker.permissions import Permission
from matchmaker.web.access import current_actor, requires
from matchmaker.web.display import day
from matchmaker.web.limits import limiter
from models import Industry, now

MOST_SHOWN = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

blueprint = Blueprint("indicators", __name__)


@blueprint.get("/common-technologies")
@requires(Permission.COMMON_TECHNOLOGY_READ)
def common_technologies() -> str:
    """Show which technologies several unanswered needs of the region have in common."""
    found = _unanswered()
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
@requires(Permission.COMMON_TECHNOLOGY_READ)
def export_common_technologies() -> Response:
    """Give all technologies of the page's industry as a workbook."""
    found = _unanswered()
    content = workbook(_fitting(found, _chosen_industry(found)))
    return send_file(
        BytesIO(content),
        mimetype=XLSX,
        as_attachment=True,
        download_name=f"{_('Common technologies')}-{day(now())}.xlsx",
    )


def _unanswered() -> Unanswered:
    actor = current_actor()
    assert actor is not None  # noqa: S101 (the permission is granted to no visitor)
    return queries.unanswered(db.session, actor)


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
