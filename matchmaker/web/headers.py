"""Security headers on every answer, error pages included (ASVS 5.0 chapter 3.4)."""

import flask
from flask import Flask, Response
from flask_login import current_user
from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)

_POLICY = (
    ContentSecurityPolicy()
    .default_src("'none'")
    .script_src("'self'")
    .style_src("'self'")
    .img_src("'self'", "data:")
    .connect_src("'self'")
    .font_src("'self'")
    .form_action("'self'")
    .frame_ancestors("'none'")
    .base_uri("'none'")
)
_SECURE = Secure(
    csp=_POLICY,
    coop=CrossOriginOpenerPolicy().same_origin(),
    permissions=PermissionsPolicy().geolocation().camera().microphone(),
    referrer=ReferrerPolicy().same_origin(),
    xcto=XContentTypeOptions().nosniff(),
    xfo=XFrameOptions().deny(),
)
_HSTS = Secure(hsts=StrictTransportSecurity().max_age(31_536_000).include_subdomains())


def init_app(app: Flask) -> None:
    """Put the headers on every answer."""
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    _SECURE.set_headers(response)
    if flask.request.is_secure or flask.current_app.config["SESSION_COOKIE_SECURE"]:
        _HSTS.set_headers(response)
    if flask.request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store" if _is_personal() else "private, no-cache"
    return response


def _is_personal() -> bool:
    """Return whether a page is for one reader: signed in, about to be, or come by a mailed link."""
    endpoint = flask.request.endpoint or ""
    return current_user.is_authenticated or endpoint.startswith(("accounts.", "organizations."))
