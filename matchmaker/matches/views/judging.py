"""An officer's judgement of a match: what the control on other pages shows, and what it sends."""

from dataclasses import dataclass
from typing import ClassVar

import flask
from flask import Response, flash, redirect, url_for

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.matches import services
from matchmaker.matches.forms import LEVELS, LONGEST_COMMENT, TAKE_BACK, JudgementForm
from matchmaker.matches.views.pages import blueprint
from matchmaker.permissions import Decision, Permission, can
from matchmaker.web.access import current_actor, load_or_404, requires
from matchmaker.web.addresses import own_path
from models import Match, MatchJudgement


@dataclass(frozen=True, slots=True)
class Judging:
    """Whether the reader may judge a match, what they have said of it, and what they may say."""

    levels: ClassVar = LEVELS
    longest_comment: ClassVar = LONGEST_COMMENT
    take_back: ClassVar = TAKE_BACK

    decision: Decision
    own: MatchJudgement | None


@blueprint.app_template_filter()
def judging(match: Match) -> Judging | None:
    """Return what the control shows of a match, None to readers whose role judges nothing."""
    actor = current_actor()
    if actor is None or not can(actor, Permission.MATCH_JUDGE):
        return None
    own = next((said for said in match.judgements if said.user_id == actor.id), None)
    return Judging(can(actor, Permission.MATCH_JUDGE, match), own)


@blueprint.post("/matches/<public_id>/judgement")
@requires(Permission.MATCH_JUDGE)
def judge(public_id: str) -> Response:
    """Keep or take back the reader's judgement and go back to the list it was given in."""
    match = load_or_404(Match, public_id)
    form = JudgementForm()
    if not form.validate():
        flask.abort(400)
    actor = current_actor()
    assert actor is not None  # noqa: S101 (the permission is granted to no visitor)
    need_page = url_for("portal.need", public_id=match.need.public_id)
    level = form.level.data or None
    try:
        services.judge(db.session, actor, match, level, (form.comment.data or "").strip())
    except services.GoneError:
        flask.abort(409)
    flash(
        _("Your judgement is kept and the need's list has been ranked anew.")
        if level
        else _("Your judgement is taken back and the need's list has been ranked anew."),
        "success",
    )
    return redirect(f"{own_path(form.next.data, need_page)}#match-{public_id}", 303)  # type: ignore[return-value]
