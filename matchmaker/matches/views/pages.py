"""What the pages of matches share."""

from functools import cache
from typing import Any

from flask import Blueprint

from matchmaker.db import db
from matchmaker.matches import board, history, interests
from matchmaker.matches.answers import SideAnswer, answers
from matchmaker.web.access import current_actor, signed_in
from models import Match, MatchInterest, MatchSide

blueprint = Blueprint("matches", __name__)
blueprint.add_app_template_filter(history.days_left)


@blueprint.app_context_processor
def _counting() -> dict[str, Any]:
    """Let the header say how many matches await the answer of the reader's side."""
    actor = current_actor()
    waiting = cache(lambda: board.count_waiting(db.session, actor) if actor else 0)
    return {"waiting_matches": waiting}


@blueprint.app_template_filter()
def side_name(side: MatchSide) -> str:
    """Return what a side is called in the reader's language."""
    return str(history.SIDES[side])


@blueprint.app_template_filter()
def known_interests(match: Match) -> list[MatchInterest]:
    """Return what the sides think of a proposal, as far as the reader may know."""
    return interests.known(signed_in(), match)


@blueprint.app_template_filter()
def given_answers(match: Match) -> list[SideAnswer]:
    """Return what both sides have answered, as far as the reader may know."""
    return answers(signed_in(), match)
