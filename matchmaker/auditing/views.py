"""The auditor's page of the trail, and its export."""

from dataclasses import replace

from flask import Blueprint, Response, render_template, request

from matchmaker.auditing import queries, wording
from matchmaker.auditing.export import header, rows
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission
from matchmaker.web.access import requires, signed_in
from matchmaker.web.downloads import send_workbook
from matchmaker.web.limits import limiter

blueprint = Blueprint("auditing", __name__, url_prefix="/audit")
blueprint.add_app_template_filter(wording.action_words, "audit_action")
blueprint.add_app_template_filter(wording.outcome_words, "audit_outcome")
blueprint.add_app_template_filter(wording.subject_words, "audit_subject")
blueprint.add_app_template_filter(wording.trouble_words, "audit_trouble")


@blueprint.get("")
@requires(Permission.AUDIT_READ)
def trail() -> str:
    """List what was done and refused, newest first, and say what the last check came to."""
    chosen = queries.read(request.args)
    found = queries.lines(db.session, signed_in(), chosen, queries.TO_A_PAGE + 1)
    shown = found[: queries.TO_A_PAGE]
    return render_template(
        "auditing/trail.html",
        lines=shown,
        chosen=chosen,
        kinds=[(kind, wording.kind_words(kind)) for kind in queries.subject_kinds()],
        outcomes=wording.OUTCOMES.items(),
        check=wording.check_words(queries.last_check(db.session)),
        most=queries.MOST_EXPORTED,
        older=shown[-1].entry.id if len(found) > len(shown) else None,
    )


@blueprint.get("/trail.xlsx")
@limiter.limit("20 per minute")
@requires(Permission.AUDIT_READ, recent=True, saved=True)
def export() -> Response:
    """Give what the filters leave as a workbook, the newest `MOST_EXPORTED` entries of it."""
    chosen = replace(queries.read(request.args), before=0)
    found = queries.lines(db.session, signed_in(), chosen, queries.MOST_EXPORTED)
    return send_workbook(_("Audit trail"), header(), rows(found))
