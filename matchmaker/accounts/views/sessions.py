"""Pages of one's own sessions."""

from flask import Response, flash, render_template

from matchmaker.accounts import queries
from matchmaker.accounts.services import sessions as services
from matchmaker.accounts.views.pages import blueprint
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission
from matchmaker.web.access import LONGEST_SESSION, load_or_404, own_session, requires, signed_in
from matchmaker.web.addresses import see_page
from models import UserSession


@blueprint.get("/account/sessions")
@requires(Permission.ACCOUNT_MANAGE)
def sessions() -> str:
    """List where the reader is signed in."""
    return render_template(
        "accounts/sessions.html",
        sessions=queries.open_sessions(db.session, signed_in()),
        current=own_session(),
        longest=LONGEST_SESSION,
    )


@blueprint.post("/account/sessions/<public_id>/end")
@requires(Permission.ACCOUNT_MANAGE)
def end_session(public_id: str) -> Response:
    """End one of the reader's sessions."""
    services.end(db.session, signed_in(), load_or_404(UserSession, public_id))
    flash(_("The session was ended."), "success")
    return see_page("accounts.sessions")


@blueprint.post("/account/sessions/end-others")
@requires(Permission.ACCOUNT_MANAGE)
def end_other_sessions() -> Response:
    """End all of the reader's sessions but this one."""
    services.end_others(db.session, signed_in(), own_session())
    flash(_("Your other sessions were ended."), "success")
    return see_page("accounts.sessions")
