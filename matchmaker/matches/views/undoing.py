"""Taking back what was done with a match: a recommendation, its end, or a broker's charge."""

from flask import flash

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import NotVisibleError, RefusalError
from matchmaker.matches import adding, deciding, decisions
from matchmaker.matches.forms import HandBackForm, ProposeAgainForm, RecallForm
from matchmaker.matches.views.pages import blueprint
from matchmaker.matches.views.single import Answered, decided, page
from matchmaker.permissions import Permission
from matchmaker.web import refusals
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from models import Match


@blueprint.post("/matches/<public_id>/recall")
@requires(Permission.MATCH_RECOMMEND)
def recall(public_id: str) -> Answered:
    """Take the recommendation back, with the reason."""
    match = load_or_404(Match, public_id)
    form = RecallForm()
    if not form.validate_on_submit():
        return page(match, recall_form=form)
    return decided(
        match,
        lambda: deciding.recall(db.session, signed_in(), match, form.recall_reason.data),
        _("Taken back. Both sides have been told; the match is only proposed again."),
        recall_form=form,
    )


@blueprint.post("/matches/<public_id>/propose-again")
@requires(Permission.MATCH_ADD)
def propose_again(public_id: str) -> Answered:
    """Put a match that has ended back on the board."""
    match = load_or_404(Match, public_id)
    form = ProposeAgainForm()
    if not form.validate_on_submit():
        return page(match, again_form=form)
    return decided(
        match,
        lambda: adding.propose_again(db.session, signed_in(), match, form.again_reason.data or ""),
        _("Proposed again. Recommend it when you are sure."),
        again_form=form,
    )


@blueprint.post("/matches/<public_id>/hand-back")
@requires(Permission.MATCH_RECOMMEND)
def hand_back(public_id: str) -> Answered:
    """Give the match back to the bureau, with the reason; the broker sees it no more."""
    match = load_or_404(Match, public_id)
    form = HandBackForm()
    if not form.validate_on_submit():
        return page(match, hand_back_form=form)
    try:
        decisions.hand_back(db.session, signed_in(), match, form.hand_back_reason.data)
    except NotVisibleError:
        raise
    except RefusalError as error:
        return page(match, refused=error.reason, hand_back_form=form), refusals.note(error)
    flash(_("Given back. The bureau has been told why."), "success")
    return see_page("matches.index")
