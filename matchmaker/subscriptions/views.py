"""Pages of one's saved searches."""

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.inputs import LARGEST_ID, id_in
from matchmaker.permissions import Permission
from matchmaker.postings.filters import Choices, load_choices
from matchmaker.postings.pages import in_words
from matchmaker.subscriptions import queries, services
from matchmaker.subscriptions.forms import LONGEST_NAME, SearchForm
from matchmaker.subscriptions.halls import HALLS, savable
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from models import Pace, PostingKind, SavedSearch

blueprint = Blueprint("subscriptions", __name__, url_prefix="/subscriptions")


@blueprint.get("")
@requires(Permission.SEARCH_SAVE)
def index() -> str:
    """List the reader's saved searches, each with how much is new."""
    searches = queries.saved(db.session, signed_in())
    choices = load_choices(db.session)
    return render_template(
        "subscriptions/index.html",
        searches=searches,
        conditions={search.id: _conditions(search, choices) for search in searches},
        new=queries.new_counts(db.session, signed_in()),
        most=services.MOST_SAVED,
    )


@blueprint.route("/new/<any(need, result):kind>", methods=["GET", "POST"])
@requires(Permission.SEARCH_SAVE)
def new(kind: str) -> str | Response:
    """Save the search of a hall that stands in the address."""
    hall = HALLS[PostingKind(kind)]
    chosen = savable(hall.read(request.args, load_choices(db.session)))
    if not chosen:
        flash(_("Type words or choose a filter first, then save the search."), "warning")
        return see_page(hall.endpoint)
    conditions = [in_words(meaning) for _value, meaning in chosen.values()]
    filters: dict[str, Any] = {name: value for name, (value, _meaning) in chosen.items()}
    form = SearchForm(name=_(", ").join(conditions)[:LONGEST_NAME])
    if form.validate_on_submit():
        try:
            return _saved(PostingKind(kind), filters, form)
        except services.TooManyError:
            most = services.MOST_SAVED
            told = _("You keep %(most)s saved searches already. Delete one first.", most=most)
            flash(told, "error")
    return render_template(
        "subscriptions/new.html",
        form=form,
        kind=PostingKind(kind),
        conditions=conditions,
        hall=url_for(hall.endpoint, **filters),
    )


@blueprint.get("/<public_id>")
@requires(Permission.SEARCH_SAVE)
def show(public_id: str) -> str:
    """List what was found for a search, newest first."""
    search = load_or_404(SavedSearch, public_id)
    before = id_in(request.args.get("before", ""), LARGEST_ID)
    page = queries.found_page(db.session, signed_in(), search, before)
    return render_template(
        "subscriptions/show.html",
        search=search,
        conditions=_conditions(search, load_choices(db.session)),
        new=[found for found in page.rows if found.new],
        earlier=[found for found in page.rows if not found.new],
        first="before" not in request.args,
        older=page.older,
        hall=url_for(HALLS[search.kind].endpoint, **search.filters),
    )


@blueprint.post(f"/<public_id>/seen/<int(max={LARGEST_ID}):upto>")
@requires(Permission.SEARCH_SAVE)
def mark_seen(public_id: str, upto: int) -> Response:
    """Note that what was found up to the one named has been seen: what came since stays new."""
    search = load_or_404(SavedSearch, public_id)
    services.mark_seen(db.session, signed_in(), search, upto)
    return see_page("subscriptions.show", public_id=public_id)


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@requires(Permission.SEARCH_SAVE)
def edit(public_id: str) -> str | Response:
    """Rename a search, or let it tell of what it finds at another pace."""
    search = load_or_404(SavedSearch, public_id)
    form = SearchForm(name=search.name, pace=search.pace.value)
    if form.validate_on_submit():
        services.change(db.session, signed_in(), search, form.name.data, Pace(form.pace.data))
        flash(_("Saved."), "success")
        return see_page("subscriptions.index")
    return render_template("subscriptions/edit.html", form=form, search=search)


@blueprint.route("/<public_id>/delete", methods=["GET", "POST"])
@requires(Permission.SEARCH_SAVE)
def delete(public_id: str) -> str | Response:
    """Ask whether to forget a search, then do it."""
    search = load_or_404(SavedSearch, public_id)
    if request.method == "GET":
        return render_template("subscriptions/delete.html", search=search)
    services.delete(db.session, signed_in(), search)
    flash(_("The saved search was deleted."), "success")
    return see_page("subscriptions.index")


def _saved(kind: PostingKind, filters: dict[str, Any], form: SearchForm) -> Response:
    """Keep the search; one that is kept already is shown instead of kept twice."""
    pace = Pace(form.pace.data)
    try:
        services.save(db.session, signed_in(), kind, filters, form.name.data, pace)
    except services.SavedAlreadyError as error:
        flash(
            _("You have saved this search already, as “%(name)s”.", name=error.search.name),
            "message",
        )
    else:
        flash(_("Saved. You will be told of what is published from now on."), "success")
    return see_page("subscriptions.index")


def _conditions(search: SavedSearch, choices: Choices) -> list[str]:
    """Return in words what a search asks for."""
    chosen = savable(HALLS[search.kind].read(search.filters, choices))
    return [in_words(meaning) for _value, meaning in chosen.values()]
