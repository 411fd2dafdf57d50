"""Messages: the list of conversations, and what is sent from and fetched by a match's page."""

from typing import Any

import flask
from flask import Response, render_template, request
from sqlalchemy.orm import joinedload

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import NotVisibleError, RefusalError
from matchmaker.matches import conversations, messages
from matchmaker.matches.forms import MessageForm
from matchmaker.matches.messages import KeyTakenError
from matchmaker.matches.views.pages import blueprint
from matchmaker.matches.views.single import Answered, page
from matchmaker.permissions import Permission, can, demand
from matchmaker.postings.filters import clean
from matchmaker.web import refusals
from matchmaker.web.access import current_actor, load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from models import Match, Message, new_public_id


@blueprint.app_context_processor
def _counting() -> dict[str, Any]:
    """Let the header say how many messages are unread."""
    actor = current_actor()
    return {
        "unread_messages": lambda: conversations.unread_count(db.session, actor) if actor else 0
    }


@blueprint.get("/messages")
@requires(Permission.MESSAGE_READ)
def inbox() -> str:
    """List the conversations that the reader follows, those last written in first."""
    unread = request.args.get("unread") == "1"
    before = clean(request.args.get("before", ""))
    found = conversations.followed(db.session, signed_in(), unread=unread, before=before)
    return render_template(
        "matches/inbox.html",
        rows=found.rows,
        unread=unread,
        first=not before,
        older=found.older,
    )


@blueprint.get("/matches/<public_id>/messages")
@requires(Permission.MESSAGE_READ, by_itself=True)
def new_messages(public_id: str) -> str | tuple[str, int]:
    """Show what was written after the message named in the address; nothing if nothing was."""
    actor, match = signed_in(), load_or_404(Match, public_id)
    demand(actor, Permission.MESSAGE_READ, match)
    after = clean(request.args.get("after", ""))
    talk = conversations.since(db.session, actor, match, after)
    if not talk.lines:
        return "", 204
    live = bool(can(actor, Permission.MESSAGE_WRITE, match))
    return render_template("matches/_messages.html", match=match, talk=talk, live=live)


@blueprint.post("/matches/<public_id>/message")
@requires(Permission.MESSAGE_WRITE)
def write(public_id: str) -> Answered:
    """Send a message to the others on the match; what cannot be sent stays in its box."""
    match = load_or_404(Match, public_id)
    form = MessageForm()
    if not form.validate_on_submit():
        if form.key.errors:
            flask.abort(400)
        return page(match, message_form=form)
    try:
        messages.write(db.session, signed_in(), match, form.key.data, form.text.data)
    except NotVisibleError:
        raise
    except KeyTakenError:
        form.key.data = new_public_id()
        form.text.errors = [_("This form was sent before. Send it again if you mean this too.")]
        return page(match, message_form=form)
    except RefusalError as error:
        return page(match, refused=error.reason, message_form=form), refusals.note(error)
    return see_page("matches.show", public_id=public_id, _anchor="messages")


@blueprint.post("/messages/<public_id>/read")
@requires(Permission.MESSAGE_READ)
def read(public_id: str) -> str | Response:
    """Mark a conversation as read up to a message; the page itself asks for no answer."""
    message = load_or_404(Message, public_id, joinedload(Message.match))
    match_id = message.match.public_id
    messages.mark_read(db.session, signed_in(), message)
    if "HX-Request" in request.headers:
        return ""
    return see_page("matches.show", public_id=match_id, _anchor="messages")
