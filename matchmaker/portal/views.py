"""Pages of the portal that are not a hall."""

import flask
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.db import db
from matchmaker.i18n import LOCALES
from matchmaker.matches import hints, marking, wording
from matchmaker.matches.queries import (
    being_matched,
    related_needs,
    related_results,
    search_results,
)
from matchmaker.permissions import Permission, can
from matchmaker.portal import own_texts, queries
from matchmaker.postings import actions
from matchmaker.postings.filters import clean
from matchmaker.postings.queries import last_reason, latest
from matchmaker.postings.revisions import current
from matchmaker.postings.typed import unfinished_new
from matchmaker.relations import owns
from matchmaker.web.access import current_actor, load_or_404, requires, signed_in
from matchmaker.web.addresses import own_path
from models import (
    Industry,
    MatchGrade,
    Need,
    PostingStatus,
    Region,
    Result,
    Revision,
    new_public_id,
)

LONGEST_QUESTION = 500
SHORTEST_QUESTION = 2
LATEST = 6

blueprint = Blueprint("portal", __name__)
blueprint.add_app_template_filter(actions.next_step)
blueprint.add_app_template_filter(actions.offers)
blueprint.add_app_template_filter(hints.hints)
blueprint.add_app_template_filter(marking.marked)
blueprint.add_app_template_filter(marking.passages)
blueprint.add_app_template_filter(wording.condition_words)
blueprint.add_app_template_filter(wording.known_conditions)
blueprint.add_app_template_filter(wording.outcome_word)
blueprint.add_app_template_filter(wording.outcomes_line)
blueprint.add_app_template_filter(wording.term_name)
blueprint.add_app_template_filter(wording.open_conditions)
blueprint.add_app_template_global(new_public_id, "new_key")


@blueprint.get("/")
@requires(Permission.PORTAL_READ)
def home() -> Response:
    """Show the one box; while the reader types, answer with the results that fit alone."""
    actor = current_actor()
    question = clean(request.args.get("q", ""))[:LONGEST_QUESTION]
    asked = len(question) >= SHORTEST_QUESTION
    answers = search_results(db.session, actor, question) if asked else []
    found = {"question": question, "asked": asked, "answers": answers}
    if "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers:
        page = render_template("portal/_answers.html", live=True, **found)
    else:
        page = render_template(
            "portal/home.html",
            figures=queries.figures(db.session),
            needs=latest(db.session, actor, Need, LATEST),
            results=latest(db.session, actor, Result, LATEST),
            longest=LONGEST_QUESTION,
            **found,
        )
    response = make_response(page)
    response.vary.add("HX-Request")
    return response


@blueprint.get("/needs/<public_id>")
@requires(Permission.NEED_READ)
def need(public_id: str) -> str:
    """Show one need and the results that fit it."""
    record = load_or_404(
        Need,
        public_id,
        joinedload(Need.organization),
        joinedload(Need.industry).joinedload(Industry.parent),
        joinedload(Need.region).joinedload(Region.parent),
        selectinload(Need.metrics),
        selectinload(Need.mode_rows),
    )
    actor = current_actor()
    return render_template(
        "needs/show.html",
        need=record,
        matching=being_matched(db.session, actor, record),  # first: the answers are no older
        answers=related_results(db.session, actor, record),
        change=_own_change(record),
        reason=last_reason(db.session, record) if owns(actor, record) else "",
        may_review=bool(can(actor, Permission.POSTING_REVIEW, record)),
        may_pair=_may_pair(record),
        may_read_matches=bool(can(actor, Permission.MATCH_READ, record)),
        may_read_contact=bool(can(actor, Permission.MATCH_READ_CONTACT, record)),
    )


@blueprint.get("/results/<public_id>")
@requires(Permission.RESULT_READ)
def result(public_id: str) -> str:
    """Show one result and the needs that it fits."""
    record = load_or_404(
        Result,
        public_id,
        joinedload(Result.organization),
        joinedload(Result.industry).joinedload(Industry.parent),
        joinedload(Result.region).joinedload(Region.parent),
        selectinload(Result.properties),
        selectinload(Result.mode_rows),
    )
    actor = current_actor()
    return render_template(
        "results/show.html",
        result=record,
        matching=being_matched(db.session, actor, record),  # first: the answers are no older
        answers=related_needs(db.session, actor, record),
        change=_own_change(record),
        reason=last_reason(db.session, record) if owns(actor, record) else "",
        may_review=bool(can(actor, Permission.POSTING_REVIEW, record)),
        may_pair=_may_pair(record),
        may_read_matches=bool(can(actor, Permission.MATCH_READ, record)),
        may_read_contact=bool(can(actor, Permission.MATCH_READ_CONTACT, record)),
    )


def _may_pair(posting: Need | Result) -> bool:
    """Return whether the reader may put a text that is open to matches together with another."""
    live = posting.status is PostingStatus.PUBLISHED
    return live and bool(can(current_actor(), Permission.MATCH_ADD))


@blueprint.get("/mine")
@requires(Permission.ORGANIZATION_READ_OWN)
def mine() -> str:
    """Show the needs and results of the reader's organization."""
    actor = signed_in()
    return render_template(
        "portal/mine.html",
        needs=own_texts.listed(db.session, actor, Need, request.args),
        results=own_texts.listed(db.session, actor, Result, request.args),
        begun_needs=unfinished_new(db.session, actor, Need),
        begun_results=unfinished_new(db.session, actor, Result),
        chosen=own_texts.read_filter(request.args),
        statuses=PostingStatus,
    )


@blueprint.get("/about")
@requires(Permission.PORTAL_READ)
def about() -> str:
    """Say what the platform is and how it matches."""
    return render_template("portal/about.html", grades=MatchGrade)


@blueprint.get("/help")
@requires(Permission.PORTAL_READ)
def guide() -> str:
    """Say what each reader can do here, step by step."""
    return render_template("portal/help.html")


@blueprint.post("/language")
@requires(Permission.PORTAL_READ)
def language() -> Response:
    """Keep the chosen language in the cookie and go back to where the reader was."""
    chosen = request.form.get("locale", "")
    if chosen not in LOCALES:
        flask.abort(400)
    flask.session["locale"] = chosen
    target = own_path(request.form.get("next"), url_for("portal.home"))
    return make_response(redirect(target, 303))


def _own_change(posting: Need | Result) -> Revision | None:
    """Return the open change of a text that is the reader's to write."""
    own = can(current_actor(), Permission.POSTING_WRITE, posting)
    return current(db.session, posting) if own else None
