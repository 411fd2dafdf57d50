"""Who is asking, and the permission that every route must name."""

from collections.abc import Callable
from typing import Any, TypeVar

import flask
import sqlalchemy as sa
from flask import Flask, Response, abort
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.orm import joinedload

from matchmaker.db import db
from matchmaker.permissions import Permission, RecordT, Refused, can, visible
from models import Organization, User

ViewT = TypeVar("ViewT", bound=Callable[..., Any])

_PERMISSION = "_required_permission"
_UNGUARDED = {"static"}


class SignedIn(UserMixin):  # type: ignore[misc]
    """The signed-in user as Flask-Login wants it."""

    def __init__(self, user: User) -> None:
        self.user = user

    def get_id(self) -> str:
        """Return what stands in the cookie: a key that can be withdrawn, not the user's id."""
        return self.user.session_key


def init_app(app: Flask) -> None:
    """Load the actor from the cookie and refuse every request its route's permission forbids."""
    login_manager = LoginManager(app)
    login_manager.session_protection = None  # the cookie is signed; addresses change behind NAT

    @login_manager.user_loader  # type: ignore[untyped-decorator]
    def load(session_key: str) -> SignedIn | None:
        user = db.session.scalar(
            sa.select(User)
            .where(User.session_key == session_key, User.active)
            .options(
                joinedload(User.organization).joinedload(Organization.region),
                joinedload(User.region),
            )
        )
        return SignedIn(user) if user else None

    app.before_request(_refuse_null_characters)
    app.before_request(_refuse_unless_permitted)


def requires(permission: Permission) -> Callable[[ViewT], ViewT]:
    """Name the permission of a view; a view without one answers nobody."""

    def mark(view: ViewT) -> ViewT:
        setattr(view, _PERMISSION, permission)
        return view

    return mark


def required_permission(view: Callable[..., Any]) -> Permission | None:
    """Return the permission that `requires` gave to the view."""
    return getattr(view, _PERMISSION, None)


def current_actor() -> User | None:
    """Return the signed-in user, None for a visitor."""
    return current_user.user if current_user.is_authenticated else None


def load_or_404(kind: type[RecordT], public_id: str, *options: Any) -> RecordT:
    """Return the record if the actor may see it at least in part; 404 otherwise."""
    if "\0" in public_id:  # which PostgreSQL refuses in text
        abort(404)
    statement = visible(current_actor(), kind).where(kind.public_id == public_id)
    record = db.session.scalar(statement.options(*options))
    if record is None:
        abort(404)
    return record


def _refuse_null_characters() -> None:
    """Refuse a form with what PostgreSQL cannot keep in a text and no keyboard can type."""
    if any("\0" in text for text in flask.request.form.values()):
        abort(400)


def _refuse_unless_permitted() -> Response | None:
    endpoint = flask.request.endpoint
    if endpoint is None or endpoint in _UNGUARDED:
        return None
    permission = required_permission(flask.current_app.view_functions[endpoint])
    if permission is None:
        raise LookupError(f"the route {endpoint} names no permission")
    actor = current_actor()
    decision = can(actor, permission)
    if decision:
        return None
    if actor is None and flask.request.method == "GET":
        target = flask.request.full_path.rstrip("?")
        return flask.redirect(flask.url_for("accounts.sign_in", next=target), 303)  # type: ignore[return-value]
    raise Refused(decision)
