"""The page on which an officer registers a project that grew outside the platform."""

from flask import Response, flash, render_template, request

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.inputs import InputError
from matchmaker.permissions import Permission
from matchmaker.projects.services import open_by_hand
from matchmaker.projects.views.lead_form import LeadForm
from matchmaker.projects.views.pages import blueprint
from matchmaker.web.access import requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.inputs import show_refusal
from matchmaker.web.refusals import BAD_REQUEST
from models import new_public_id

SEARCH = "search"


@blueprint.route("/projects/new", methods=["GET", "POST"])
@requires(Permission.PROJECT_OPEN)
def new() -> str | Response | tuple[str, int]:
    """Look for both parties, and for need and result where there are any; register the lead."""
    actor = signed_in()
    if request.method == "GET":
        home = actor.region.code if actor.region else ""
        form = LeadForm(None, key=new_public_id(), region=home)
        form.offer(db.session, actor)
        return _page(form)
    form = LeadForm()
    form.offer(db.session, actor)
    if request.form.get("go") == SEARCH:
        return _page(form)
    if not form.validate():
        return _page(form), BAD_REQUEST
    try:
        project = open_by_hand(db.session, actor, form.lead())
    except InputError as error:
        show_refusal(form, error)
        return _page(form), BAD_REQUEST
    flash(_("The lead is registered. Begin the matchmaking when both parties want it."), "success")
    return see_page("projects.show", project_id=project.public_id)


def _page(form: LeadForm) -> str:
    return render_template("projects/new.html", form=form, search=SEARCH)
