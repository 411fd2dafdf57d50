"""The inbox, the page of one text with the decision on it, and approval of many at once."""

from typing import Any

from flask import Response, flash, render_template, request, url_for

from matchmaker.clock import today
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import StaleError, available
from matchmaker.matches.hints import hints
from matchmaker.permissions import Permission, can, demand, granted
from matchmaker.postings.attachments import named
from matchmaker.postings.filters import load_choices
from matchmaker.postings.pages import Chip
from matchmaker.postings.planned import Reviewed, planned
from matchmaker.postings.sketches import invited_again
from matchmaker.postings.texts import rewrite, written
from matchmaker.relations import in_region, posting_of
from matchmaker.review import approvals, assigning, filters, queries, services, wording
from matchmaker.review.checks import checklist
from matchmaker.review.filters import KINDS, MINE, NOBODY, InboxFilter
from matchmaker.review.forms import DecisionForm
from matchmaker.review.queries import Inbox
from matchmaker.review.services import DECISIONS
from matchmaker.review.views.pages import blueprint
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import own_path, see_other, see_page
from matchmaker.web.display import moment
from matchmaker.web.refusals import note
from models import Need, Result, Revision

CONFLICT = 409


@blueprint.get("")
@requires(Permission.REVIEW_READ)
def inbox() -> str | Response:
    """List what waits for the reader's decision, oldest first.

    Who only reads what the bureau has had, as a director, is led to that.
    """
    actor = signed_in()
    if Permission.REVIEW_DECIDE not in granted(actor):
        return see_page("review.of_region", which="needs")
    choices = load_choices(db.session)
    chosen = filters.read(request.args, choices)
    found = queries.inbox(db.session, actor, chosen)
    return render_template(
        "review/inbox.html",
        **_pages(chosen, found),
        rows=found.rows,
        approved=approvals.approved(db.session, actor),
        chosen=chosen,
        choices=choices,
        regions=[region for region in choices.regions if in_region(actor, region)],
        most=queries.MOST_COUNTED,
        mine=MINE,
        nobody=NOBODY,
        officers=assigning.officers(db.session, actor, [row.record for row in found.rows]),
    )


@blueprint.post("/approve")
@requires(Permission.REVIEW_DECIDE)
def approve() -> Response:
    """Approve the checked texts, from ten minutes on."""
    versions = _chosen()
    found = queries.find(db.session, signed_in(), list(versions))
    chosen = [
        (found[public_id], version)
        for (_kind, public_id), version in versions.items()
        if public_id in found
    ]
    if not chosen:
        flash(_("Check at least one text first."), "warning")
        return _back()
    batch = services.approve_later(db.session, signed_in(), chosen)
    if batch.count:
        words = _(
            "Approved: %(count)d, in effect from %(time)s. Until then it can be undone.",
            count=batch.count,
            time=moment(batch.due_at),
        )
        flash(words, "success")
    for record, reason in batch.refused:
        told = _("Not approved: “%(title)s”. %(reason)s", title=record.title, reason=reason)
        flash(told, "warning")
    return _back()


@blueprint.post("/undo")
@requires(Permission.REVIEW_DECIDE)
def undo() -> Response:
    """Call off approvals that are not in effect yet."""
    found = queries.find(db.session, signed_in(), list(_chosen()))
    count = services.undo(db.session, signed_in(), list(found.values()))
    late = len(found) - count
    if count:
        flash(_("Undone: %(count)d. The texts wait for review as before.", count=count), "success")
    if late:
        words = _("Too late for %(count)d: the approval is in effect or under way.", count=late)
        flash(words, "warning")
    return _back()


@blueprint.post("/assign")
@requires(Permission.POSTING_REVIEW)
def assign() -> Response:
    """Hand the checked texts to an officer, or to nobody in particular."""
    actor = signed_in()
    records = list(queries.find(db.session, actor, list(_chosen())).values())
    if not records:
        flash(_("Check at least one text first."), "warning")
        return _back()
    wanted = request.form.get("officer", "")
    offered = assigning.officers(db.session, actor, records)
    officer = next((each for each in offered if each.public_id == wanted), None)
    if officer is None and wanted != NOBODY:
        flash(_("Choose an officer who reviews these texts."), "warning")
        return _back()
    done, refused = assigning.assign_all(db.session, actor, records, officer)
    if done:
        flash(_("Handed over: %(count)d.", count=done), "success")
    for error in refused:
        note(error)
        flash(_("Not handed over: %(reason)s", reason=error.reason), "warning")
    return _back()


@blueprint.route("/<any(need, result, revision):kind>/<public_id>", methods=["GET", "POST"])
@requires(Permission.REVIEW_READ)
def record(kind: str, public_id: str) -> str | Response | tuple[str, int]:
    """Show one text with all that a decision rests on, and take the decision."""
    actor = signed_in()
    loaded: Reviewed = load_or_404(KINDS[kind], public_id, *queries.loaded_with(KINDS[kind]))
    if not can(actor, Permission.POSTING_ENDORSE, loaded):
        decides = request.method == "POST"
        demand(actor, Permission.POSTING_REVIEW if decides else Permission.POSTING_OVERSEE, loaded)
    form = DecisionForm(version=loaded.version)
    if not form.validate_on_submit():
        return _page(loaded, form)
    if form.lacks_reason(available(actor, loaded)):
        form.reason.errors = [_("Give the reason; the organization reads it.")]
        return _page(loaded, form)
    action = next(each for each in DECISIONS if each == form.action.data)
    try:
        services.decide(
            db.session, actor, loaded, action, form.reason.data or "", form.version.data
        )
    except StaleError as error:
        note(error)
        flash(_("It was changed while you read it. This is how it stands now."), "error")
        form.version.raw_data = [str(loaded.version)]
        return _page(loaded, form), CONFLICT
    flash(_("Decided. Those concerned have been told."), "success")
    return see_page("review.inbox")


def _page(loaded: Reviewed, form: DecisionForm) -> str:
    actor, posting = signed_in(), posting_of(loaded)
    text = _revised(loaded) if isinstance(loaded, Revision) else posting
    values = loaded.values if isinstance(loaded, Revision) else written(posting)
    (row,) = queries.waiting(actor, [(loaded, queries.arrived_at(loaded))])
    plan = planned(db.session, [loaded]).get(loaded)
    options = [option for option in available(actor, loaded) if option.action in DECISIONS]
    history = queries.history(db.session, actor, loaded)
    changes = mended = None
    if isinstance(loaded, Revision):
        changes = wording.changes(db.session, type(posting), loaded.before, loaded.values)
    returned = loaded.returned_texts.get(loaded.status)
    if returned is not None:
        mended = wording.changes(db.session, type(posting), returned, values)
    return render_template(
        "review/record.html",
        row=row,
        record=loaded,
        posting=posting,
        text=wording.text_in_words(db.session, type(posting), values),
        changes=changes,
        mended=mended,
        returned=next((step for step in history if step.status == "returned"), None),
        files=named(db.session, actor, values["attachments"]),
        checks=checklist(text),
        duplicates=hints(text).duplicates,
        options=options,
        plan=plan,
        may_undo=plan and not plan.attempts and can(actor, services.gate(loaded), loaded),
        officers=assigning.officers(db.session, actor, [loaded]),
        nobody=NOBODY,
        history=history,
        form=form,
        today=today(),
    )


def _revised(revision: Revision) -> Need | Result:
    """Return the posting as it would read, beside the session."""
    posting = revision.posting
    revised = type(posting)(
        id=posting.id,
        organization=posting.organization,
        contact=posting.contact,
        invitations=invited_again(posting),
    )
    rewrite(revised, revision.values)
    return revised


def _pages(chosen: InboxFilter, found: Inbox) -> dict[str, object]:
    """Return the chips that narrow the list, and the addresses of the first and the next page."""
    meanings = chosen.chosen()
    values: dict[str, Any] = {name: value for name, (value, _meaning) in meanings.items()}
    chips = []
    for name, (_value, meaning) in meanings.items():
        rest = {key: value for key, value in values.items() if key != name}
        chips.append(Chip(wording.condition(name, meaning), url_for("review.inbox", **rest)))
    following = url_for("review.inbox", **values, after=str(found.after)) if found.after else None
    first = url_for("review.inbox", **values) if chosen.after else None
    return {"chips": chips, "first": first, "following": following}


def _chosen() -> dict[tuple[str, str], int]:
    """Return the version by kind and public id of the texts that a form names."""
    chosen = {}
    for choice in request.form.getlist("chosen")[: queries.PAGE_SIZE]:
        kind, _colon, rest = choice.partition(":")
        public_id, _colon, version = rest.partition(":")
        if kind in KINDS and version.isdecimal():
            chosen[kind, public_id] = int(version)
    return chosen


def _back() -> Response:
    return see_other(own_path(request.form.get("next"), url_for("review.inbox")))
