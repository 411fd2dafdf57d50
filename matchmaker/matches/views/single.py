"""One match: its page and every decision that is taken there."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, render_template, request
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.accounts.queries import brokers
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import NotVisibleError, RefusalError, available
from matchmaker.matches import conversations, deciding, decisions, history, interests
from matchmaker.matches.forms import (
    AssignForm,
    ConsentForm,
    DeclineForm,
    DismissForm,
    HandBackForm,
    InterestForm,
    MessageForm,
    ProposeAgainForm,
    RecallForm,
)
from matchmaker.matches.queries import explained, project_of
from matchmaker.matches.views.pages import blueprint
from matchmaker.permissions import Permission, can
from matchmaker.postings.filters import clean
from matchmaker.postings.open_matches import OPEN
from matchmaker.postings.queries import shown_with
from matchmaker.relations import is_assigned, sides
from matchmaker.web import refusals
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from models import DeclineReason, Match, MatchConsent, MatchStatus, Need, Result, new_public_id

Answered = str | Response | tuple[str, int]


@blueprint.get("/matches/<public_id>")
@requires(Permission.MATCH_READ)
def show(public_id: str) -> str:
    """Show a match with both texts as far as the reader may read them."""
    match = load_or_404(
        Match,
        public_id,
        joinedload(Match.need).options(*shown_with(Need), selectinload(Need.mode_rows)),
        joinedload(Match.result).options(*shown_with(Result), selectinload(Result.mode_rows)),
        joinedload(Match.broker),
        selectinload(Match.judgements),
        selectinload(Match.interests),
        selectinload(Match.consents).joinedload(MatchConsent.user),
    )
    return page(match, before=clean(request.args.get("before", "")))


@blueprint.post("/matches/<public_id>/recommend")
@requires(Permission.MATCH_RECOMMEND)
def recommend(public_id: str) -> Answered:
    """Put the match to both sides."""
    match = load_or_404(Match, public_id)
    return decided(
        match,
        lambda: deciding.recommend(db.session, signed_in(), match),
        _("Recommended. Both sides have been told and have 30 days to answer."),
    )


@blueprint.post("/matches/<public_id>/dismiss")
@requires(Permission.MATCH_DISMISS)
def dismiss(public_id: str) -> Answered:
    """Drop the match, with the reason."""
    match = load_or_404(Match, public_id)
    form = DismissForm()
    if not form.validate_on_submit():
        return page(match, dismiss_form=form)
    reason = DeclineReason(form.dismiss_reason.data)
    return decided(
        match,
        lambda: deciding.dismiss(db.session, signed_in(), match, reason),
        _("Dismissed. Neither side was asked."),
        dismiss_form=form,
    )


@blueprint.post("/matches/<public_id>/assign")
@requires(Permission.MATCH_ASSIGN)
def assign(public_id: str) -> Answered:
    """Give the match to a broker, or to nobody; giving it where it is changes nothing."""
    match = load_or_404(Match, public_id)
    form = AssignForm()
    form.offer(brokers(db.session))
    if not form.validate_on_submit():
        return page(match, assign_form=form)
    known = brokers(db.session)
    broker = next((one for one in known if one.public_id == form.broker.data), None)
    if broker == match.broker:
        return see_page("matches.show", public_id=public_id)
    return decided(
        match,
        lambda: decisions.assign(db.session, signed_in(), match, broker, form.version.data),
        _("%(name)s looks after this match now.", name=broker.name)
        if broker
        else _("No broker looks after this match now."),
    )


@blueprint.post("/matches/<public_id>/consent")
@requires(Permission.MATCH_ANSWER)
def consent(public_id: str) -> Answered:
    """Agree for the reader's side."""
    match = load_or_404(Match, public_id)
    form = ConsentForm()
    if not form.validate_on_submit():
        return page(match, consent_form=form)
    return decided(
        match,
        lambda: deciding.consent(db.session, signed_in(), match, form.note.data or ""),
        _("Your side agrees."),
        consent_form=form,
    )


@blueprint.post("/matches/<public_id>/interest")
@requires(Permission.MATCH_ANSWER)
def say_interest(public_id: str) -> Answered:
    """Keep what the reader's side thinks of a proposal."""
    match = load_or_404(Match, public_id)
    form = InterestForm()
    if not form.validate_on_submit():
        return page(match, interest_form=form)
    told = (
        _("Kept: your side is interested. The bureau sees it, the other side does not.")
        if form.interested.data
        else _("Kept: not relevant to your side. It has left your list of proposals.")
    )
    return decided(
        match,
        lambda: interests.say(db.session, signed_in(), match, form.reason),
        told,
        interest_form=form,
    )


@blueprint.post("/matches/<public_id>/decline")
@requires(Permission.MATCH_ANSWER)
def decline(public_id: str) -> Answered:
    """Decline for the reader's side, with the reason."""
    match = load_or_404(Match, public_id)
    form = DeclineForm()
    if not form.validate_on_submit():
        return page(match, decline_form=form)
    reason = DeclineReason(form.decline_reason.data)
    return decided(
        match,
        lambda: deciding.decline(db.session, signed_in(), match, reason, form.comment.data or ""),
        _("Your side has declined."),
        decline_form=form,
    )


def decided(match: Match, decide: Callable[[], object], done: str, **forms: Any) -> Answered:
    """Take a decision; where it is refused, say why on the page with what was typed."""
    public_id = match.public_id
    try:
        decide()
    except NotVisibleError:
        raise
    except RefusalError as error:
        return page(match, refused=error.reason, **forms), refusals.note(error)
    flash(done, "success")
    return see_page("matches.show", public_id=public_id)


def page(match: Match, *, refused: str = "", before: str = "", **forms: object) -> str:
    """Return the page of a match, with forms as they were sent instead of blank ones.

    `before` is the public id of the message up to which the conversation is shown, "" for all.
    """
    actor = signed_in()
    blank = {
        "consent_form": ConsentForm(None),
        "decline_form": DeclineForm(None),
        "dismiss_form": DismissForm(None),
        "interest_form": InterestForm(None),
        "recall_form": RecallForm(None),
        "again_form": ProposeAgainForm(None),
        "hand_back_form": HandBackForm(None),
        "message_form": MessageForm(None, key=new_public_id()),
    }
    may_write = can(actor, Permission.MESSAGE_WRITE, match)
    may_assign = can(actor, Permission.MATCH_ASSIGN, match) and match.status in OPEN
    if may_assign and "assign_form" not in forms:
        forms["assign_form"] = _assign_form(match)
    return render_template(
        "matches/show.html",
        match=match,
        found=explained(db.session, actor, match),
        options={option.action.value: option for option in available(actor, match)},
        may_assign=may_assign,
        may_say_interest=match.status is MatchStatus.PROPOSED
        and can(actor, Permission.MATCH_ANSWER, match),
        own_interest=interests.own_interest(actor, match),
        may_hand_back=is_assigned(actor, match) and match.status in OPEN,
        may_read_contacts=can(actor, Permission.MATCH_READ_CONTACT, match),
        steps=history.steps(match),
        timeline=history.timeline(db.session, actor, match),
        next_step=history.next_step(actor, match),
        project=project_of(db.session, actor, match),
        talk=_talk(match, before),
        before=before,
        live=may_write and not before,
        closed=may_write.reason,
        named=match.status is MatchStatus.AGREED or not sides(actor, match),
        refused=refused,
        **{**blank, **forms},
    )


def _talk(match: Match, before: str) -> conversations.Conversation | None:
    """Return what is written on a match, None for who takes no part or while nobody may write."""
    actor = signed_in()
    if not can(actor, Permission.MESSAGE_READ, match):
        return None
    found = conversations.conversation(db.session, actor, match, before)
    return found if found.lines or match.status is not MatchStatus.PROPOSED else None


def _assign_form(match: Match) -> AssignForm:
    """Return the form with the brokers to choose from and the version the reader has seen."""
    broker = match.broker.public_id if match.broker else ""
    form = AssignForm(None, version=match.version, broker=broker)
    form.offer(brokers(db.session))
    return form
