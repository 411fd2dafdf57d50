"""The page on which an officer puts a need and a result together by hand."""

from flask import Response, flash, render_template, request

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import GuardedError
from matchmaker.matches import adding
from matchmaker.matches.adding import AlreadyThereError
from matchmaker.matches.views.pages import blueprint
from matchmaker.permissions import Permission, RecordT, Refused, visible
from matchmaker.postings.filters import LONGEST_SEARCH, clean
from matchmaker.postings.queries import find
from matchmaker.web import refusals
from matchmaker.web.access import requires, signed_in
from matchmaker.web.addresses import see_page
from models import Need, Result


@blueprint.route("/matches/new", methods=["GET", "POST"])
@requires(Permission.MATCH_ADD)
def new() -> str | Response | tuple[str, int]:
    """Search for a need and a result and propose the chosen pair.

    One that is there already is shown as it is.
    """
    if request.method != "POST":
        return _page()
    actor = signed_in()
    need, result = _chosen(Need, "need"), _chosen(Result, "result")
    if need is None or result is None:
        return _page(_("Choose one need and one result.")), 400
    try:
        match = adding.add_by_hand(db.session, actor, need, result)
    except AlreadyThereError as error:
        flash(_("These two are a match already; here it is."), "warning")
        return see_page("matches.show", public_id=error.match.public_id)
    except GuardedError as error:
        return _page(error.reason), refusals.note(error)
    except Refused as error:
        return _page(error.decision.reason), 403
    flash(_("The pair stands on the board now. Recommend it when you are sure."), "success")
    return see_page("matches.show", public_id=match.public_id)


def _chosen(kind: type[RecordT], name: str) -> RecordT | None:
    wanted = request.form.get(name, "")
    return db.session.scalar(visible(signed_in(), kind).where(kind.public_id == wanted))


def _page(error: str = "") -> str:
    """Show the page; the words searched for stand in the address, what was chosen in the form."""
    words = {
        name: clean(request.args.get(name, ""))[:LONGEST_SEARCH] for name in ("need_q", "result_q")
    }
    actor = signed_in()
    return render_template(
        "matches/new.html",
        words=words,
        needs=find(db.session, actor, Need, words["need_q"]),
        results=find(db.session, actor, Result, words["result_q"]),
        chosen={name: request.form.get(name, "") for name in ("need", "result")},
        error=error,
    )
