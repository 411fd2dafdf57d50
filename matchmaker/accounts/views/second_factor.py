"""Pages of the second factor: the code at sign-in, setting up, recovery codes."""

import flask
import pyotp
import segno
from flask import Response, flash, render_template

from matchmaker import demo
from matchmaker.accounts import queries
from matchmaker.accounts.attempts import TooManyAttemptsError
from matchmaker.accounts.forms import CodeForm
from matchmaker.accounts.services import second_factor as services
from matchmaker.accounts.services.second_factor import SecondFactorRequiredError, WrongCodeError
from matchmaker.accounts.services.sessions import Step
from matchmaker.accounts.views import pages
from matchmaker.accounts.views.pages import blueprint
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import BUREAU_ROLES, Permission
from matchmaker.web.access import own_session, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.limits import limiter
from models import User, UserSession

_SECRET = "new_totp_secret"  # noqa: S105 (where it stands in the session)


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ACCOUNT_SIGN_IN)
def give_code() -> tuple[str, int] | Response:
    """Ask for a code of the authenticator, or a recovery code."""
    begun, key, target = pages.step_under_way(Step.SECOND_FACTOR)
    form = CodeForm()
    status = 200
    if form.validate_on_submit():
        try:
            services.prove(db.session, begun, form.code.data)
        except TooManyAttemptsError:
            form.code.errors, status = [pages.too_many()], 429
        except WrongCodeError:
            form.code.errors = [_("The code is wrong or was used before. Wait for the next one.")]
        else:
            return pages.go_on(begun, key, target)
    page = render_template("accounts/code.html", form=form, demo_code=_demo_code(begun.user))
    return page, status


@blueprint.route("/sign-in/authenticator", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ACCOUNT_SIGN_IN)
def set_up_at_sign_in() -> str | tuple[str, int]:
    """Have somebody whose role needs one set up an authenticator before they are let in."""
    begun, key, target = pages.step_under_way(Step.NEW_SECOND_FACTOR)
    codes = _set_up(begun, obliged=True)
    if not isinstance(codes, list):
        return codes
    onward = pages.go_on(begun, key, target).location
    return render_template("accounts/recovery_codes.html", codes=codes, onward=onward)


@blueprint.get("/account/second-factor")
@requires(Permission.ACCOUNT_MANAGE)
def second_factor() -> str:
    """Show whether the reader has a second factor, and what to do about it."""
    return render_template(
        "accounts/second_factor.html",
        has_one=queries.has_second_factor(db.session, signed_in()),
        left=queries.recovery_codes_left(db.session, signed_in()),
        obliged=bool(signed_in().roles & BUREAU_ROLES),
    )


@blueprint.route("/account/second-factor/authenticator", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE, recent=True)
def set_up() -> str | tuple[str, int]:
    """Set up an authenticator, in place of the one there may be."""
    codes = _set_up(own_session(), obliged=False)
    if not isinstance(codes, list):
        return codes
    return _show_codes(codes)


@blueprint.post("/account/second-factor/codes")
@requires(Permission.ACCOUNT_MANAGE, recent=True)
def renew_codes() -> str:
    """Replace the recovery codes and show the new ones once."""
    return _show_codes(services.renew_recovery_codes(db.session, signed_in()))


@blueprint.post("/account/second-factor/remove")
@requires(Permission.ACCOUNT_MANAGE, recent=True)
def remove() -> Response:
    """Take away the reader's second factor, where their role does not need one."""
    try:
        services.remove(db.session, signed_in())
    except SecondFactorRequiredError:
        flash(_("Your role needs a second factor. Set up another authenticator instead."), "error")
    else:
        flash(_("The authenticator was removed."), "success")
    return see_page("accounts.second_factor")


def _set_up(session: UserSession, *, obliged: bool) -> list[str] | tuple[str, int]:
    """Return the recovery codes once the authenticator has given a right code; else the page."""
    form = CodeForm()
    status = 200
    secret = flask.session.setdefault(_SECRET, services.new_secret())
    if form.validate_on_submit():
        try:
            codes = services.set_up(db.session, session, secret, form.code.data)
        except TooManyAttemptsError:
            form.code.errors, status = [pages.too_many()], 429
        except WrongCodeError:
            form.code.errors = [_("The code is wrong. Check the clock of your telephone.")]
        else:
            del flask.session[_SECRET]
            return codes
    page = render_template(
        "accounts/set_up.html",
        form=form,
        secret=secret,
        picture=_picture(session.user, secret),
        obliged=obliged,
    )
    return page, status


def _show_codes(codes: list[str]) -> str:
    onward = flask.url_for("accounts.second_factor")
    return render_template("accounts/recovery_codes.html", codes=codes, onward=onward)


def _picture(user: User, secret: str) -> str:
    """Return the QR code that sets up an authenticator, as an SVG element."""
    issuer = _("Industry–Academia Matchmaker")
    address = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=issuer)
    return segno.make(address, error="m").svg_inline(border=2, omitsize=True, svgclass="qr")


def _demo_code(user: User) -> str:
    """Return the code that a demo account's authenticator shows now, "" for anybody else's."""
    if not pages.is_demo() or not demo.is_demo_account(user.email):
        return ""
    return pyotp.TOTP(demo.TOTP_SECRET).now()
