"""The counter of key projects: its page, export, printed list, and freezing a year."""

from flask import Response, abort, flash, render_template, request

from matchmaker.clock import today
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.indicators import key_export, listing, snapshots
from matchmaker.indicators.counter import Standing
from matchmaker.indicators.reckoning import Reckoning, reckon
from matchmaker.indicators.views.pages import blueprint
from matchmaker.inputs import InputError
from matchmaker.permissions import Permission, can
from matchmaker.web.access import requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.downloads import send_workbook
from matchmaker.web.limits import limiter
from models import Region

MOST_SHOWN = 50
"""How many rows of each list the page shows."""


@blueprint.get("/key-projects/counter")
@requires(Permission.INDICATOR_READ)
def counter() -> str:
    """Show what counts toward a year in a region, what does not, and the rule behind each."""
    regions = _regions()
    found = _reckoning(regions, MOST_SHOWN)
    year, region = found.gauge.year, found.gauge.region
    over = year < today().year
    return render_template(
        "indicators/counter.html",
        found=found,
        gauge=found.gauge,
        standings=Standing,
        regions=regions,
        years=sorted({year, *listing.years(db.session)}, reverse=True),
        may_freeze=over and can(signed_in(), Permission.INDICATOR_FREEZE, region),
    )


@blueprint.get("/key-projects/counter.xlsx")
@limiter.limit("20 per minute")
@requires(Permission.INDICATOR_READ, recent=True, saved=True)
def export_counter() -> Response:
    """Give the counter's rows, counted ones first, as a workbook."""
    found = _reckoning(_regions())
    title = _("Key projects %(year)s", year=found.gauge.year)
    sheet = key_export.counter_rows(found.rows)
    return send_workbook(
        f"{title}-{found.gauge.region.name}", key_export.counter_header(), sheet, sheet=title
    )


@blueprint.get("/key-projects/counter/list")
@requires(Permission.INDICATOR_READ)
def counter_list() -> str:
    """Show the counted projects as a list to be printed, signed and stamped."""
    found = _reckoning(_regions())
    return render_template(
        "indicators/counter_list.html",
        gauge=found.gauge,
        rows=found.on(Standing.COUNTED),
        frozen=found.frozen,
        day=today(),
    )


@blueprint.post("/key-projects/counter/freeze")
@requires(Permission.INDICATOR_FREEZE)
def freeze() -> Response:
    """Freeze the counter of a year that is over."""
    region = listing.read_region(request.form, _regions())
    year = listing.read_year(request.form, today().year)
    if region is None:
        flash(_("Choose a region of yours."), "warning")
        return see_page("indicators.counter")
    try:
        snapshots.freeze(db.session, signed_in(), year, region)
    except InputError as error:
        flash(error.reason, "warning")
    else:
        flash(_("Frozen. Any later change shows beside it."), "success")
    return see_page("indicators.counter", year=year, region=region.code)


def _reckoning(regions: list[Region], most: int | None = None) -> Reckoning:
    """Return the counter of the year and region that the address names."""
    chosen = listing.read_region(request.args, regions) or regions[0]
    within = [each for each in regions if each.code.startswith(chosen.subtree_prefix)]
    year = listing.read_year(request.args, today().year)
    return reckon(db.session, signed_in(), year, within, most)


def _regions() -> list[Region]:
    """Return the reader's regions, of which there is at least one."""
    return list(listing.own_regions(db.session, signed_in())) or abort(404)
