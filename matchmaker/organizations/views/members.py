"""Pages of the people of the reader's organization."""

from flask import Response, abort, flash, render_template, request

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.organizations import queries
from matchmaker.organizations.forms import InvitationForm
from matchmaker.organizations.services import members as services
from matchmaker.organizations.services.members import ROLES, NotYoursError
from matchmaker.organizations.views.pages import blueprint, people_asked_for
from matchmaker.permissions import Permission
from matchmaker.web.access import (
    demand_recent_sign_in,
    load_or_404,
    requires,
    signed_in,
    typed_before,
)
from matchmaker.web.addresses import see_page
from matchmaker.web.limits import limiter
from models import Invitation, Role, User


@blueprint.route("/organization/members", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ORGANIZATION_MANAGE_MEMBERS)
def members() -> str | Response:
    """List the organization's people and invite others, managers after a recent sign-in."""
    form = InvitationForm(data=typed_before())
    if form.validate_on_submit():
        role = Role(form.role.data)
        if role is Role.MANAGER:
            demand_recent_sign_in(email=form.email.data, role=role)
        services.invite(db.session, signed_in(), form.email.data, role)
        flash(_("The invitation was sent."), "success")
        return see_page("organizations.members")
    people = people_asked_for(signed_in().organization)
    return render_template(
        "organizations/members.html",
        form=form,
        people=people,
        changeable={user.id for user in people.rows if services.may_change(signed_in(), user)},
        invitations=queries.open_invitations(db.session, signed_in()),
        roles=ROLES,
    )


@blueprint.post("/organization/invitations/<public_id>/withdraw")
@requires(Permission.ORGANIZATION_MANAGE_MEMBERS)
def withdraw_invitation(public_id: str) -> Response:
    """Take an invitation back."""
    services.withdraw(db.session, signed_in(), load_or_404(Invitation, public_id))
    flash(_("The invitation was withdrawn."), "success")
    return see_page("organizations.members")


@blueprint.post("/organization/members/<public_id>/role")
@requires(Permission.ORGANIZATION_MANAGE_MEMBERS, recent=True)
def set_member_role(public_id: str) -> Response:
    """Make a colleague a member or a manager."""
    chosen = request.form.get("role", "")
    if chosen not in ROLES:
        abort(400)
    try:
        services.set_role(db.session, signed_in(), load_or_404(User, public_id), Role(chosen))
    except NotYoursError:
        abort(403)
    flash(_("The role was changed; the user's sessions have ended."), "success")
    return see_page("organizations.members")


@blueprint.post("/organization/members/<public_id>/disable")
@requires(Permission.ORGANIZATION_MANAGE_MEMBERS, recent=True)
def disable_member(public_id: str) -> Response:
    """Close a colleague's account."""
    return _set_active(public_id, _("The account was closed."), active=False)


@blueprint.post("/organization/members/<public_id>/enable")
@requires(Permission.ORGANIZATION_MANAGE_MEMBERS, recent=True)
def enable_member(public_id: str) -> Response:
    """Open a colleague's account again."""
    return _set_active(public_id, _("The account was opened again."), active=True)


def _set_active(public_id: str, done: str, *, active: bool) -> Response:
    try:
        services.set_active(db.session, signed_in(), load_or_404(User, public_id), active=active)
    except NotYoursError:
        abort(403)
    flash(done, "success")
    return see_page("organizations.members")
