"""What an officer decides about several matches of the board at once."""

from collections.abc import Sequence

from flask import Response, flash, request, url_for
from flask_babel import ngettext

from matchmaker.accounts.queries import brokers
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.matches import deciding
from matchmaker.matches.board import PAGE_SIZE
from matchmaker.matches.deciding import Outcome
from matchmaker.matches.forms import NOBODY
from matchmaker.matches.views.pages import blueprint
from matchmaker.permissions import Permission, visible
from matchmaker.postings.filters import one_of
from matchmaker.web import refusals
from matchmaker.web.access import requires, signed_in
from matchmaker.web.addresses import own_path, see_other
from matchmaker.web.texts import titled
from models import DeclineReason, Match, Record


@blueprint.post("/matches/recommend")
@requires(Permission.MATCH_RECOMMEND)
def recommend_all() -> Response:
    """Recommend the matches that were ticked; what cannot be is told one by one."""
    matches = _ticked()
    if not matches:
        return _back(_("Tick the matches to recommend."))
    outcome = deciding.recommend_all(db.session, signed_in(), matches)
    for title, reason in _refused(outcome):
        flash(_("Not recommended: “%(title)s”. %(reason)s", title=title, reason=reason), "error")
    told = ngettext(
        "%(num)s match was recommended.", "%(num)s matches were recommended.", outcome.done
    )
    return _back(done=told if outcome.done else "")


@blueprint.post("/matches/dismiss")
@requires(Permission.MATCH_DISMISS)
def dismiss_all() -> Response:
    """Drop the matches that were ticked, all for one reason."""
    matches = _ticked()
    if not matches:
        return _back(_("Tick the matches to dismiss."))
    reason = one_of(DeclineReason, request.form.get("reason", ""))
    if reason is None:
        return _back(_("Choose a reason."))
    outcome = deciding.dismiss_all(db.session, signed_in(), matches, reason)
    for title, why in _refused(outcome):
        flash(_("Not dismissed: “%(title)s”. %(reason)s", title=title, reason=why), "error")
    told = ngettext("%(num)s match was dismissed.", "%(num)s matches were dismissed.", outcome.done)
    return _back(done=told if outcome.done else "")


@blueprint.post("/matches/assign")
@requires(Permission.MATCH_ASSIGN)
def assign_all() -> Response:
    """Give the matches that were ticked to one broker, or to nobody."""
    matches = _ticked()
    if not matches:
        return _back(_("Tick the matches to give to somebody."))
    wanted = request.form.get("to", "")
    broker = next((one for one in brokers(db.session) if one.public_id == wanted), None)
    if broker is None and wanted != NOBODY:
        return _back(_("Choose a broker."))
    outcome = deciding.assign_all(db.session, signed_in(), matches, broker)
    for title, reason in _refused(outcome):
        flash(_("Not given: “%(title)s”. %(reason)s", title=title, reason=reason), "error")
    if not outcome.done:
        return _back()
    if broker is None:
        return _back(done=_("Now without a broker: %(count)d.", count=outcome.done))
    told = _("Given to %(name)s: %(count)d.", name=broker.name, count=outcome.done)
    return _back(done=told)


def _ticked() -> Sequence[Match]:
    """Return the matches that the form names, a page of them at most, as far as they are seen."""
    ticked = Match.public_id.in_(request.form.getlist("match")[:PAGE_SIZE])
    return db.session.scalars(visible(signed_in(), Match).where(ticked).order_by(Match.id)).all()


def _refused(outcome: Outcome) -> list[tuple[str, str]]:
    """Note each refusal in the trail; return what it is about, and why."""
    told = []
    for error in outcome.refused:
        refusals.note(error)
        told.append((_title(error.record), error.reason))
    return told


def _title(record: Record) -> str:
    """Return what a match is called in a list, which may be gone by now."""
    if isinstance(record, Match) and record.need:
        return titled(record.need) or label(record.need.kind)
    return "—"


def _back(missing: str = "", done: str = "") -> Response:
    if missing:
        flash(missing, "warning")
    if done:
        flash(done, "success")
    return see_other(own_path(request.form.get("next"), url_for("matches.index")))
