"""The page on which an officer puts a need and a result together by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, flash, render_template, request

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import GuardedError
from matchmaker.matches import adding
from matchmaker.matches.adding import AlreadyThereError
from matchmaker.matches.views.pages import blueprint
from matchmaker.permissions import Permission, Refused, visible
from matchmaker.postings.filters import LONGEST_SEARCH, clean
from matchmaker.postings.queries import MOST_FOUND, PostingT, find, titled_with
from matchmaker.web import refusals
from matchmaker.web.access import requires, signed_in
from matchmaker.web.addresses import see_page
from models import Need, Result


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the pair: the text chosen, else those found by the words searched for."""

    chosen: Need | Result | None
    found: Sequence[Need | Result]


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


def _chosen(kind: type[PostingT], name: str) -> PostingT | None:
    wanted = request.values.get(name, "")
    statement = visible(signed_in(), kind).where(kind.public_id == wanted)
    return db.session.scalar(statement.options(*titled_with(kind))) if wanted else None


def _side(kind: type[PostingT], name: str, words: str) -> Side:
    chosen = _chosen(kind, name)
    return Side(chosen, () if chosen else find(db.session, signed_in(), kind, words))


def _page(error: str = "") -> str:
    """Show the page; what was chosen and what is searched for stand in its address."""
    words = {
        name: clean(request.values.get(f"{name}_q", ""))[:LONGEST_SEARCH]
        for name in ("need", "result")
    }
    sides = {
        "need": _side(Need, "need", words["need"]),
        "result": _side(Result, "result", words["result"]),
    }
    kept = {f"{name}_q": value for name, value in words.items() if value}
    kept |= {name: side.chosen.public_id for name, side in sides.items() if side.chosen}
    return render_template("matches/new.html", sides=sides, kept=kept, most=MOST_FOUND, error=error)
