"""The page of notice settings."""

from flask import Response, flash, render_template

from matchmaker.accounts import queries
from matchmaker.accounts.forms import NoticesForm
from matchmaker.accounts.services import profile as services
from matchmaker.accounts.views.pages import blueprint
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission
from matchmaker.web.access import requires, signed_in
from matchmaker.web.addresses import see_page
from models import Delivery, NoticeKind


@blueprint.route("/account/notices", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def notices() -> str | Response:
    """Choose how each kind of notice comes by mail."""
    present = queries.deliveries(db.session, signed_in())
    form = NoticesForm(data={kind.value: way.value for kind, way in present.items()})
    if form.validate_on_submit():
        chosen = {kind: Delivery(form[kind.value].data) for kind in NoticeKind}
        services.save_deliveries(db.session, signed_in(), chosen)
        flash(_("Saved."), "success")
        return see_page("accounts.notices")
    return render_template("accounts/notices.html", form=form, kinds=NoticeKind, ways=Delivery)
