"""The pages of the register, and the same lists as workbooks."""

from typing import Any

from flask import Response, render_template, request, url_for

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission
from matchmaker.postings import export
from matchmaker.postings.filters import Choices, load_choices
from matchmaker.postings.pages import Chip
from matchmaker.postings.queries import last_reasons
from matchmaker.relations import in_region
from matchmaker.review import register, wording
from matchmaker.review.register import LISTS, STATUSES
from matchmaker.review.views.pages import blueprint
from matchmaker.web.access import requires, signed_in
from matchmaker.web.display import day
from matchmaker.web.downloads import send_workbook
from matchmaker.web.limits import limiter
from models import Need


@blueprint.get("/<any(needs, results):which>")
@requires(Permission.POSTING_OVERSEE)
def of_region(which: str) -> str:
    """List the texts of the reader's region in whatever state, last changed first."""
    actor = signed_in()
    choices = _choices()
    chosen = register.read_filter(request.args, choices)
    page = register.register(db.session, actor, LISTS[which], chosen)
    meanings = chosen.chosen()
    values: dict[str, Any] = {name: value for name, (value, _meaning) in meanings.items()}

    def address(**changed: str | None) -> str:
        return url_for("review.of_region", which=which, **{**values, **changed})

    return render_template(
        "review/register.html",
        which=which,
        rows=page.rows,
        reasons=last_reasons(db.session, page.rows),
        chosen=chosen,
        choices=choices,
        statuses=STATUSES,
        chips=[
            Chip(wording.condition(name, meaning), address(**{name: None}))
            for name, (_value, meaning) in meanings.items()
        ],
        newer=address(before=page.before) if page.before else None,
        older=address(after=page.after) if page.after else None,
        export=url_for("review.export_of_region", which=which, **values),
    )


@blueprint.get("/<any(needs, results):which>.xlsx")
@limiter.limit("20 per minute")
@requires(Permission.POSTING_OVERSEE, recent=True, saved=True)
def export_of_region(which: str) -> Response:
    """Give the register, as it is narrowed, as a workbook."""
    chosen = register.read_filter(request.args, _choices())
    kind = LISTS[which]
    found = register.exported(db.session, signed_in(), kind, chosen, export.MOST).rows
    reasons = last_reasons(db.session, found)
    rows = (
        (*row, day(posting.submitted_at), day(posting.updated_at), reasons.get(posting.id, ""))
        for row, posting in zip(export.rows(found), found, strict=True)
    )
    title = _("Needs of the region") if kind is Need else _("Results of the region")
    header = (*export.header(kind), _("Submitted on"), _("Changed"), _("Reason"))
    return send_workbook(title, header, rows)


def _choices() -> Choices:
    """Return what the filter offers: of the regions, those that the reader acts for."""
    every = load_choices(db.session)
    return Choices(
        every.industries, [each for each in every.regions if in_region(signed_in(), each)]
    )
