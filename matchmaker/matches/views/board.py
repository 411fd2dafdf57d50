"""The match board, what awaits one's own answer, and recommending several at once."""

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask_babel import ngettext

from matchmaker.accounts.queries import brokers
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.matches import board, conversations, deciding
from matchmaker.matches.views.pages import blueprint
from matchmaker.permissions import Permission, can, visible
from matchmaker.postings.filters import clean, load_choices
from matchmaker.web import refusals
from matchmaker.web.access import requires, signed_in
from matchmaker.web.addresses import own_path, see_other, see_page
from models import Match, MatchGrade, MatchStatus


@blueprint.get("/matches")
@requires(Permission.MATCH_READ)
def index() -> str:
    """List the matches that the reader sees in one status, the best first."""
    choices, known = load_choices(db.session), brokers(db.session)
    chosen = board.read_filter(request.args, choices, known)
    found = board.read_board(db.session, signed_in(), chosen)
    values: dict[str, Any] = {"status": chosen.status.value, **chosen.parameters()}
    onward = {**values, "after": found.following}
    return render_template(
        "matches/board.html",
        matches=found.matches,
        unread=_unread(found.matches),
        chosen=chosen,
        values=values,
        choices=choices,
        brokers=known,
        statuses=MatchStatus,
        grades=MatchGrade,
        ages=board.AGES,
        unassigned=board.UNASSIGNED,
        older=url_for("matches.index", **onward) if found.following else None,
    )


@blueprint.get("/matches/waiting")
@requires(Permission.MATCH_ANSWER)
def waiting() -> str | Response:
    """List what awaits the answer of the reader's side, what lapses first ahead."""
    after = clean(request.args.get("after", ""))
    found = board.read_waiting(db.session, signed_in(), after)
    if after and not found.matches:
        return see_page("matches.waiting")
    onward = found.following and url_for("matches.waiting", after=found.following)
    return render_template(
        "matches/waiting.html",
        matches=found.matches,
        unread=_unread(found.matches),
        first=url_for("matches.waiting") if after else None,
        following=onward,
    )


@blueprint.post("/matches/recommend")
@requires(Permission.MATCH_RECOMMEND)
def recommend_all() -> Response:
    """Recommend the matches that were ticked; what cannot be is told one by one."""
    actor = signed_in()
    ticked = Match.public_id.in_(request.form.getlist("match")[: board.PAGE_SIZE])
    matches = db.session.scalars(visible(actor, Match).where(ticked).order_by(Match.id)).all()
    done, refused = deciding.recommend_all(db.session, actor, matches)
    for error in refused:
        refusals.note(error)
        flash(_("Not recommended: %(reason)s", reason=error.reason), "error")
    if done:
        told = ngettext("%(num)s match was recommended.", "%(num)s matches were recommended.", done)
        flash(told, "success")
    elif not refused:
        flash(_("Tick the matches to recommend."), "warning")
    return see_other(own_path(request.form.get("next"), url_for("matches.index")))


def _unread(matches: Sequence[Match]) -> dict[int, int]:
    actor = signed_in()
    ids = [match.id for match in matches if can(actor, Permission.MESSAGE_READ, match)]
    return conversations.unread_by_match(db.session, actor, ids)
