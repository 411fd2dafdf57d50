"""What the pages of accounts share: the blueprint, the browser, the steps of a sign-in."""

import secrets

import flask
from flask import Blueprint, Response, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from matchmaker.accounts import queries
from matchmaker.accounts.choosing import profile_name
from matchmaker.accounts.services import sessions
from matchmaker.accounts.services.sessions import Browser, Step
from matchmaker.accounts.services.signing_in import normal
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.web import access
from matchmaker.web.addresses import own_path, see_other, see_page
from models import UserSession, key_digest

DEVICE_TERM = 365 * 24 * 3600  # seconds
STEP_PAGES = {
    Step.SECOND_FACTOR: "accounts.give_code",
    Step.NEW_SECOND_FACTOR: "accounts.set_up_at_sign_in",
    Step.NEW_PASSWORD: "accounts.replace_expired",
}

blueprint = Blueprint("accounts", __name__)

_BEGUN = "begun"
_TARGET = "target"


def is_demo() -> bool:
    """Return whether this is a demo, where everybody knows the demo's accounts."""
    return bool(flask.current_app.config["DEMO"])


def too_many() -> str:
    """Return what is said when the attempts are spent."""
    return _("Too many attempts. Wait a quarter of an hour, or choose a new password by mail.")


def browser(email: str) -> Browser:
    """Return where this request comes from, with the mark that `email` has left on the device."""
    address, name = request.remote_addr or "", request.user_agent.string
    return Browser(address=address, name=name, device=_device_of(email))


def remember_device(response: Response, email: str) -> Response:
    """Mark the device as one that `email` has signed in with: its attempts are counted apart."""
    mark = [key_digest(normal(email)), secrets.token_urlsafe(12)]
    response.set_cookie(
        _device_cookie(),
        str(_device_serializer().dumps(mark)),
        max_age=DEVICE_TERM,
        secure=flask.current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def go_on(begun: UserSession, key: str, target: str | None) -> Response:
    """Open the session and go on to `target`, or ask for what the sign-in still lacks."""
    opened = sessions.open_if_complete(db.session, begun, profile_name())
    if opened is None:
        flask.session[_BEGUN], flask.session[_TARGET] = key, target
        step = sessions.next_step(db.session, begun, profile_name())
        assert step is not None  # noqa: S101 (a sign-in that lacks nothing has been opened)
        return see_page(STEP_PAGES[step])
    access.enter(begun, opened)
    response = see_other(own_path(target, url_for("portal.home")))
    return remember_device(response, begun.user.email)


def step_under_way(step: Step) -> tuple[UserSession, str, str]:
    """Return the sign-in that waits for `step`, its key and where it leads; else start over."""
    key = flask.session.get(_BEGUN, "")
    begun = queries.begun_session(db.session, key)
    if begun is None or sessions.next_step(db.session, begun, profile_name()) is not step:
        flask.abort(see_page("accounts.sign_in"))
    return begun, key, flask.session.get(_TARGET) or ""


def _device_of(email: str) -> str:
    """Return the device's own mark if the cookie says that this address has signed in with it."""
    try:
        digest, mark = _device_serializer().loads(request.cookies.get(_device_cookie(), ""))
    except (BadSignature, ValueError):
        return ""
    return str(mark) if digest == key_digest(normal(email)) else ""


def _device_cookie() -> str:
    return "__Host-device" if flask.current_app.config["SESSION_COOKIE_SECURE"] else "device"


def _device_serializer() -> URLSafeSerializer:
    return URLSafeSerializer(flask.current_app.config["SECRET_KEY"], salt="known device")
