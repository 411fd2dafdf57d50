"""How much a form with files may send, and who may send that much."""

from collections.abc import Callable
from typing import Any, TypeVar

import flask
from flask import Flask

from matchmaker.permissions import can
from matchmaker.web.access import current_actor, required_permission

ViewT = TypeVar("ViewT", bound=Callable[..., Any])

MOST_BYTES = 50 * 1024 * 1024

_FILES = "_takes_files"


def init_app(app: Flask) -> None:
    """Let the forms that take files be larger; call this before anything that reads forms."""
    app.before_request(_allow_files)


def takes_files(view: ViewT) -> ViewT:
    """Let those who may use the view send files to it."""
    setattr(view, _FILES, True)
    return view


def _allow_files() -> None:
    request = flask.request
    view = flask.current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or view is None or not getattr(view, _FILES, False):
        return
    permission = required_permission(view)
    if permission and can(current_actor(), permission):
        request.max_content_length = MOST_BYTES
