"""The match board, and what awaits one's own answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, render_template, request, url_for

from matchmaker.accounts.queries import brokers
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.matches import board, conversations, export
from matchmaker.matches.board_filter import (
    AGES,
    INTERESTED,
    UNASSIGNED,
    UNWANTED,
    BoardFilter,
    read_filter,
)
from matchmaker.matches.forms import NOBODY, REASONS
from matchmaker.matches.views.pages import blueprint
from matchmaker.permissions import Permission, can
from matchmaker.postings.filters import clean, load_choices
from matchmaker.postings.pages import Chip, in_words
from matchmaker.web.access import requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.downloads import send_workbook
from matchmaker.web.limits import limiter
from matchmaker.web.texts import titled
from models import Match, MatchGrade, MatchStatus, Need, Result


@blueprint.get("/matches")
@requires(Permission.MATCH_READ)
def index() -> str:
    """List the matches that the reader sees in one status, the best first."""
    choices, known = load_choices(db.session), brokers(db.session)
    chosen = read_filter(db.session, signed_in(), request.args, choices, known)
    found = board.read_board(db.session, signed_in(), chosen)
    values: dict[str, Any] = chosen.parameters()
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
        ages=AGES,
        unassigned=UNASSIGNED,
        interests=[(INTERESTED, _interest(INTERESTED)), (UNWANTED, _interest(UNWANTED))],
        chips=_chips(chosen, values),
        most_texts=board.MOST_TEXTS,
        most=board.MOST_EXPORTED,
        every_status=url_for("matches.index", **_without(values, "status")),
        bare={"status": chosen.status.value} if chosen.status else {},
        reasons=REASONS,
        nobody=NOBODY,
        older=url_for("matches.index", **onward) if found.following else None,
    )


@blueprint.get("/matches.xlsx")
@limiter.limit("20 per minute")
@requires(Permission.MATCH_READ, recent=True, saved=True)
def export_board() -> Response:
    """Give the board, as it is narrowed and sorted, as a workbook."""
    actor = signed_in()
    chosen = read_filter(
        db.session, actor, request.args, load_choices(db.session), brokers(db.session)
    )
    found = board.read_all(db.session, actor, chosen)
    return send_workbook(_("Matches"), export.header(), export.rows(actor, found))


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


def _unread(matches: Sequence[Match]) -> dict[int, int]:
    actor = signed_in()
    ids = [match.id for match in matches if can(actor, Permission.MESSAGE_READ, match)]
    return conversations.unread_by_match(db.session, actor, ids)


def _chips(chosen: BoardFilter, values: Mapping[str, Any]) -> list[Chip]:
    """Return what narrows the list in words, each with the address of the list without it."""
    return [
        Chip(
            _in_words(name, meaning),
            url_for("matches.index", **_without(values, name)),
        )
        for name, (_value, meaning) in chosen.chosen().items()
    ]


def _without(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


def _in_words(name: str, meaning: Any) -> str:
    if isinstance(meaning, Need):
        return _("Need: %(title)s", title=titled(meaning) or label(meaning.kind))
    if isinstance(meaning, Result):
        return _("Result: %(title)s", title=titled(meaning) or _("Research result"))
    if name == "broker":
        return _("Broker: %(name)s", name=meaning.name if meaning else _("Nobody yet"))
    if name == "interest":
        return _interest(meaning)
    if name == "days":
        return _("%(count)s days or more", count=meaning)
    return in_words(meaning)


def _interest(interest: str) -> str:
    """Return what the filter by interest is called: of a side it is its own alone."""
    if can(signed_in(), Permission.MATCH_ANSWER):
        own = {INTERESTED: _("We are interested"), UNWANTED: _("We find it not relevant")}
        return own[interest]
    return {INTERESTED: _("A side is interested"), UNWANTED: _("A side finds it not relevant")}[
        interest
    ]
