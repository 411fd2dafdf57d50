"""An administrator's page for moving a person to another organization."""

from flask import Response, flash, render_template, request

from matchmaker.accounts.services import users
from matchmaker.accounts.services.users import UserError
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.organizations import listing, queries
from matchmaker.organizations.forms import MoveForm
from matchmaker.organizations.views.pages import blueprint
from matchmaker.permissions import Permission
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.trail import note_refusal
from models import Organization, User


@blueprint.route("/admin/users/<public_id>/organization", methods=["GET", "POST"])
@requires(Permission.USER_MANAGE, recent=True)
def move_user(public_id: str) -> str | Response:
    """Look for the organization that a user moves to, and move them there."""
    user = load_or_404(User, public_id)
    words = listing.words(request.args)
    found = queries.search(db.session, words, Organization.id != user.organization_id)
    form = MoveForm()
    form.offer(found)
    if form.validate_on_submit():
        chosen = next(one for one in found if one.public_id == form.organization.data)
        try:
            users.move(db.session, signed_in(), user, chosen, form.reason.data)
        except UserError as error:
            note_refusal(db.session, signed_in(), "user:move", user)
            form.organization.errors = [str(error)]
        else:
            flash(_("The user was moved and told; their sessions have ended."), "success")
            return see_page("accounts.user", public_id=public_id)
    return render_template(
        "organizations/move.html", user=user, words=words, found=found, form=form
    )
