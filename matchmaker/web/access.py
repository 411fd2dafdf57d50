"""Who is asking, and the permission that every route must name."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

import flask
import sqlalchemy as sa
from flask import Flask, Response, abort
from flask_login import LoginManager, UserMixin, current_user, login_user
from sqlalchemy.orm import joinedload

from matchmaker.db import db
from matchmaker.permissions import Permission, RecordT, Refused, can, visible
from matchmaker.web.trail import note_refusal
from models import Organization, User, UserSession, key_digest, now

ViewT = TypeVar("ViewT", bound=Callable[..., Any])

LONGEST_SESSION = timedelta(hours=12)
LONGEST_PAUSE = timedelta(minutes=30)
RECENT = timedelta(minutes=15)

_PERMISSION = "_required_permission"
_RECENT = "_recent_sign_in"
_BY_ITSELF = "_asked_by_the_page_itself"
_SAVED = "_is_saved_and_not_shown"
_UNGUARDED = {"static"}
_TYPED = "typed"
_SEEN = "seen"
_SEEN_EVERY = 60  # seconds


class SignedIn(UserMixin):  # type: ignore[misc]
    """The signed-in user as Flask-Login wants it; `key` stands in the cookie."""

    def __init__(self, session: UserSession, key: str) -> None:
        self.session = session
        self.user = session.user
        self._key = key

    def get_id(self) -> str:
        """Return what stands in the cookie: a key that can be withdrawn, not the user's id."""
        return self._key


def init_app(app: Flask) -> None:
    """Load the actor from the cookie and refuse every request its route's permission forbids."""
    login_manager = LoginManager(app)
    login_manager.session_protection = None  # the cookie is signed; addresses change behind NAT

    login_manager.user_loader(_load)
    app.after_request(_remember_when_seen)
    app.before_request(_refuse_null_characters)
    app.before_request(_refuse_unless_permitted)


def requires(
    permission: Permission,
    *,
    recent: bool = False,
    by_itself: bool = False,
    saved: bool = False,
) -> Callable[[ViewT], ViewT]:
    """Name the permission of a view; a view without one answers nobody.

    With `recent` the reader must have proved who they are within `RECENT` (ASVS 5.0 A7.5). What a
    page asks for `by_itself` keeps no session open (A7.3), and a visitor is not led to sign in.
    What is `saved` and not shown leaves the reader on the page that offered it, also after that.
    """

    def mark(view: ViewT) -> ViewT:
        setattr(view, _PERMISSION, permission)
        setattr(view, _RECENT, recent)
        setattr(view, _BY_ITSELF, by_itself)
        setattr(view, _SAVED, saved)
        return view

    return mark


def required_permission(view: Callable[..., Any]) -> Permission | None:
    """Return the permission that `requires` gave to the view."""
    return getattr(view, _PERMISSION, None)


def asks_for_recent_sign_in(view: Callable[..., Any]) -> bool:
    """Return whether `requires` wants the reader of the view to have signed in lately."""
    return bool(getattr(view, _RECENT, False))


def demand_recent_sign_in(**typed: str) -> None:
    """Do what `requires` does with `recent`, in the midst of a view that takes a form.

    It is for forms of which only some matter so much; the reader comes back to the form's page,
    to which `typed_before` gives what was typed, by field.
    """
    if not _proved_lately():
        flask.session[_TYPED] = typed
        abort(_to_confirm(_page_before()))


def typed_before() -> dict[str, str]:
    """Return once what `demand_recent_sign_in` kept, {} where it kept nothing."""
    typed: dict[str, str] = flask.session.pop(_TYPED, {})
    return typed


def current_actor() -> User | None:
    """Return the signed-in user, None for a visitor."""
    known = current_user._get_current_object()  # noqa: SLF001
    return known.user if known.is_authenticated else None


def current_session() -> UserSession | None:
    """Return the row of the browser's session, None for a visitor."""
    return current_user.session if current_user.is_authenticated else None


def signed_in() -> User:
    """Return the signed-in user, on a page whose permission is granted to no visitor."""
    actor = current_actor()
    assert actor is not None  # noqa: S101
    return actor


def own_session() -> UserSession:
    """Return the browser's session, on a page whose permission is granted to no visitor."""
    session = current_session()
    assert session is not None  # noqa: S101
    return session


def enter(session: UserSession, key: str) -> None:
    """Give the browser a new cookie that names an open session; only the language is kept."""
    kept = {name: flask.session[name] for name in ("locale",) if name in flask.session}
    flask.session.clear()
    flask.session.update(kept)
    flask.session[_SEEN] = int(time.time())
    login_user(SignedIn(session, key))


def load_or_404(kind: type[RecordT], public_id: str, *options: Any) -> RecordT:
    """Return the record if the actor may see it at least in part; 404 otherwise.

    That somebody signed in asked for a record which is there, but not for them, leaves a trail.
    """
    if "\0" in public_id:  # which PostgreSQL refuses in text
        abort(404)
    actor = current_actor()
    statement = visible(actor, kind).where(kind.public_id == public_id)
    record = db.session.scalar(statement.options(*options))
    if record is None:
        _note_if_hidden(actor, kind, public_id)
        abort(404)
    return record


def _load(key: str) -> SignedIn | None:
    """Return whom the cookie's key names, unless the session has ended or idled too long.

    When the browser was last seen stands in the signed cookie, so that reading writes nothing.
    """
    if time.time() - flask.session.get(_SEEN, 0) > LONGEST_PAUSE.total_seconds():
        return None
    found = db.session.scalar(
        sa.select(UserSession)
        .join(UserSession.user)
        .where(UserSession.key_digest == key_digest(key), User.active)
        .where(UserSession.opened_at > now() - LONGEST_SESSION)
        .options(
            joinedload(UserSession.user).options(
                joinedload(User.organization).joinedload(Organization.region),
                joinedload(User.region),
            )
        )
    )
    return SignedIn(found, key) if found else None


def _note_if_hidden(actor: User | None, kind: type[RecordT], public_id: str) -> None:
    if actor is None:
        return
    hidden = db.session.scalar(sa.select(kind).where(kind.public_id == public_id))
    if hidden is not None:
        note_refusal(db.session, actor, str(flask.request.endpoint), hidden)


def _remember_when_seen(response: Response) -> Response:
    endpoint = flask.request.endpoint or ""
    view = flask.current_app.view_functions.get(endpoint)
    if getattr(view, _BY_ITSELF, False):
        return response
    if "_user_id" in flask.session and endpoint not in _UNGUARDED:
        seen = int(time.time())
        if seen - flask.session.get(_SEEN, 0) > _SEEN_EVERY and current_user.is_authenticated:
            flask.session[_SEEN] = seen
    return response


def _refuse_null_characters() -> None:
    """Refuse a form with what PostgreSQL cannot keep in a text and no keyboard can type."""
    if any("\0" in text for text in flask.request.form.values()):
        abort(400)


def _refuse_unless_permitted() -> Response | None:
    endpoint = flask.request.endpoint
    if endpoint is None or endpoint in _UNGUARDED:
        return None
    view = flask.current_app.view_functions[endpoint]
    permission = required_permission(view)
    if permission is None:
        raise LookupError(f"the route {endpoint} names no permission")
    actor = current_actor()
    decision = can(actor, permission)
    if decision:
        return _confirm_first(view)
    if actor is None and getattr(view, _BY_ITSELF, False):
        return Response(status=401)
    if actor is None and flask.request.method == "GET":
        target = flask.request.full_path.rstrip("?")
        return flask.redirect(flask.url_for("accounts.sign_in", next=target), 303)  # type: ignore[return-value]
    raise Refused(decision)


def _confirm_first(view: Callable[..., Any]) -> Response | None:
    """Send the reader to prove who they are where the view asks for that and it was long ago."""
    if not asks_for_recent_sign_in(view) or _proved_lately():
        return None
    elsewhere = flask.request.method == "POST" or getattr(view, _SAVED, False)
    return _to_confirm(_page_before() if elsewhere else flask.request.full_path)


def _proved_lately() -> bool:
    session = current_session()
    return session is None or session.confirmed_at > now() - RECENT


def _to_confirm(target: str) -> Response:
    target = target.rstrip("?")
    return flask.redirect(flask.url_for("accounts.confirm", next=target), 303)  # type: ignore[return-value]


def _page_before() -> str:
    """Return the page that led here, as far as the browser says; "" if it says nothing readable."""
    try:
        before = urlsplit(flask.request.referrer or "")
    except ValueError:
        return ""
    return f"{before.path}?{before.query}"
