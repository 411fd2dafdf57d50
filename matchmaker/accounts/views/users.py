"""An administrator's pages of users."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Response, flash, render_template, request, url_for
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from wtforms import Field

from matchmaker.accounts import listing, queries
from matchmaker.accounts.forms import StandingForm, UserForm
from matchmaker.accounts.services import users as services
from matchmaker.accounts.services.users import Standing, UserError
from matchmaker.accounts.views.pages import blueprint
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission, visible
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.trail import note_refusal
from models import Organization, Region, Role, User


@blueprint.get("/admin/users")
@requires(Permission.USER_MANAGE)
def users() -> str:
    """List the users, or those that fit what is asked for."""
    regions = listing.regions(db.session)
    chosen = listing.read(request.args, regions)
    page = listing.page(db.session, signed_in(), chosen)
    values: dict[str, Any] = chosen.parameters()
    following = page.following
    return render_template(
        "accounts/users.html",
        users=page.rows,
        chosen=chosen,
        values=values,
        roles=Role,
        states=listing.STATES,
        state_of=listing.state_of,
        regions=regions,
        first=url_for("accounts.users", **values) if chosen.after else None,
        following=url_for("accounts.users", **values, after=following) if following else None,
    )


@blueprint.route("/admin/users/new", methods=["GET", "POST"])
@requires(Permission.USER_MANAGE, recent=True)
def new_user() -> str | Response:
    """Add a user, who is sent a link for choosing a password."""
    form = UserForm()
    if form.validate_on_submit():
        organization = _organization(form.organization)
        standing = _standing(form)
        if organization and standing:
            try:
                user = services.create(
                    db.session,
                    signed_in(),
                    name=form.name.data,
                    email=form.email.data,
                    organization=organization,
                    standing=standing,
                )
            except UserError as error:
                note_refusal(db.session, signed_in(), "user:create")
                form[error.field].errors = [str(error)]
            else:
                flash(_("The user was added and sent a link for choosing a password."), "success")
                return see_page("accounts.user", public_id=user.public_id)
    return render_template("accounts/new_user.html", form=form)


@blueprint.route("/admin/users/<public_id>", methods=["GET", "POST"])
@requires(Permission.USER_MANAGE, recent=True)
def user(public_id: str) -> str | Response:
    """Show a user and give them roles."""
    record = load_or_404(User, public_id)
    region = record.region.code if record.region else ""
    form = StandingForm(data={"roles": [str(role) for role in record.roles], "region": region})
    if form.validate_on_submit() and (standing := _standing(form)):
        try:
            services.set_standing(db.session, signed_in(), record, standing)
        except UserError as error:
            note_refusal(db.session, signed_in(), "user:set_roles", record)
            form[error.field].errors = [str(error)]
        else:
            flash(_("The roles were changed; the user's sessions have ended."), "success")
            return see_page("accounts.user", public_id=public_id)
    has_one = queries.has_second_factor(db.session, record)
    return render_template(
        "accounts/user.html",
        user=record,
        form=form,
        state=listing.STATES[listing.state_of(record)],
        has_second_factor=has_one,
        left_alone=queries.is_left_alone(db.session, record.organization),
    )


@blueprint.post("/admin/users/<public_id>/disable")
@requires(Permission.USER_MANAGE, recent=True)
def disable_user(public_id: str) -> Response:
    """Close a user's account."""
    return _change(public_id, services.disable, _("The account was closed."))


@blueprint.post("/admin/users/<public_id>/enable")
@requires(Permission.USER_MANAGE, recent=True)
def enable_user(public_id: str) -> Response:
    """Open a closed account again."""
    return _change(public_id, services.enable, _("The account was opened again."))


@blueprint.post("/admin/users/<public_id>/password-link")
@requires(Permission.USER_MANAGE, recent=True)
def send_password_link(public_id: str) -> Response:
    """Send a user a link for choosing a new password."""
    return _change(public_id, services.send_password_link, _("The link was sent."))


@blueprint.post("/admin/users/<public_id>/second-factor")
@requires(Permission.USER_MANAGE, recent=True)
def reset_second_factor(public_id: str) -> Response:
    """Forget a user's lost authenticator."""
    return _change(public_id, services.reset_second_factor, _("The authenticator was removed."))


def _change(public_id: str, change: Callable[..., None], done: str) -> Response:
    record = load_or_404(User, public_id)
    try:
        change(db.session, signed_in(), record)
    except UserError as error:
        note_refusal(db.session, signed_in(), f"user:{change.__name__}", record)
        flash(str(error), "error")
    else:
        flash(done, "success")
    return see_page("accounts.user", public_id=public_id)


def _organization(field: Field) -> Organization | None:
    """Return the organization whose code stands in the field; else say what is wrong with it."""
    try:
        code = uscc.validate(field.data)
    except ValidationError:
        field.errors = [_("This is no unified social credit code. Check it digit by digit.")]
        return None
    found = db.session.scalar(visible(signed_in(), Organization).where(Organization.uscc == code))
    if found is None:
        field.errors = [_("No organization has this code. Add it first.")]
    return found


def _standing(form: StandingForm) -> Standing | None:
    """Return the roles and the region chosen; else say what is wrong with the region."""
    region = None
    if form.region.data:
        region = db.session.scalar(sa.select(Region).where(Region.code == form.region.data))
        if region is None:
            form.region.errors = [_("There is no region with this code.")]
            return None
    return Standing(frozenset(map(Role, form.roles.data)), region)
