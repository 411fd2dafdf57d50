"""What the commands share: the application to run in, and errors told in words."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from matchmaker.config import Settings
from matchmaker.i18n import _

BAD_INPUT = 1

FILE = click.Path(path_type=Path)


class BadInput(click.ClickException):
    """What the user gave cannot be used; the message says what and how to mend it."""

    exit_code = BAD_INPUT

    def show(self, file: Any = None) -> None:
        """Print the message as it is, without a prefix in another language."""
        click.echo(self.message, err=True)


@contextlib.contextmanager
def application(settings: Settings | None = None, *, current: bool = True) -> Iterator[Flask]:
    """Give the application in its context; a database that cannot be used is bad input.

    With `current` the database must have run every migration.
    """
    from matchmaker import create_app, schema

    try:
        app = create_app(settings)
        try:
            with app.app_context():
                if current and not schema.is_current(engine()):
                    outdated = _("The database is out of date; run “matchmaker db upgrade” first.")
                    raise BadInput(outdated)
                yield app
        finally:
            with app.app_context():
                engine().dispose()
    except (DBAPIError, OSError) as error:
        reason = getattr(error, "orig", None) or error
        raise BadInput(_("The database cannot be used: %(reason)s", reason=reason)) from error


def engine() -> sa.Engine:
    """Return the engine of the application in whose context this is called."""
    from matchmaker.db import db as database

    return database.engine
