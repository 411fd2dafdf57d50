"""What the pages of matches share."""

from flask import Blueprint

from matchmaker.matches import history, interests
from matchmaker.matches.answers import SideAnswer, answers
from matchmaker.web.access import signed_in
from models import Match, MatchInterest, MatchSide

blueprint = Blueprint("matches", __name__)
blueprint.add_app_template_filter(history.days_left)


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
