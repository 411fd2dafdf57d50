"""The results hall, and the pages on which results are written."""

from flask import Blueprint, Response, render_template, request

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission
from matchmaker.postings import export
from matchmaker.postings.filters import STATUSES, load_choices
from matchmaker.postings.inviting import InvitationPages
from matchmaker.postings.life import LifePages
from matchmaker.postings.pages import turned
from matchmaker.postings.queries import has_invitations
from matchmaker.postings.writing import WritingPages
from matchmaker.results import queries
from matchmaker.results.forms import ResultForm
from matchmaker.web.access import current_actor, requires, signed_in
from matchmaker.web.downloads import send_workbook
from matchmaker.web.limits import limiter
from models import CooperationMode, Result

blueprint = Blueprint("results", __name__)
WritingPages(Result, ResultForm, "results").add_to(blueprint)
LifePages(Result, "results").add_to(blueprint)
InvitationPages(Result, "results").add_to(blueprint)


@blueprint.get("/results")
@requires(Permission.RESULT_READ)
def index() -> str:
    """List the results that fit the filter in the address, one page of them."""
    choices = load_choices(db.session)
    chosen = queries.read_filter(request.args, choices)
    page = queries.hall(db.session, current_actor(), chosen)
    return render_template(
        "results/index.html",
        chosen=chosen,
        choices=choices,
        modes=CooperationMode,
        statuses=STATUSES,
        levels=queries.LEVELS,
        guest=has_invitations(db.session, current_actor(), Result),
        rows=page.rows,
        **turned("results.index", chosen, page),
    )


@blueprint.get("/results.xlsx")
@limiter.limit("20 per minute")
@requires(Permission.HALL_EXPORT, recent=True, saved=True)
def export_hall() -> Response:
    """Give the hall, as it is narrowed and sorted, as a workbook."""
    chosen = queries.read_filter(request.args, load_choices(db.session))
    found = queries.exported(db.session, signed_in(), chosen, export.MOST)
    return send_workbook(_("Results"), export.header(Result), export.rows(found))
