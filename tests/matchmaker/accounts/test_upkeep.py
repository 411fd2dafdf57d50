"""What signing in leaves is thrown away when its time is over, and not before."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker.accounts import attempts
from matchmaker.accounts.services import passwords, upkeep
from matchmaker.db import transaction
from models import Attempts, EmailToken, UserSession
from tests import factories
from tests.conftest import SignIn


def test_only_what_is_over_goes(app: Flask, session: Session, sign_in: SignIn) -> None:
    for _number in range(2):
        user = factories.user()
        sign_in(app.test_client(), user)
        passwords.request_link(session, user.email)
        attempts.spend(session, "something else", user.email)
    for column, age in (
        (UserSession.created_at, timedelta(hours=13)),
        (EmailToken.expires_at, timedelta(days=32)),
        (Attempts.began_at, timedelta(minutes=16)),
    ):
        table = column.class_
        key = sa.inspect(table).primary_key[0]
        with transaction(session):
            first = session.execute(sa.select(key, column).order_by(column).limit(1)).one()
            statement = sa.update(table).where(key == first[0])
            session.execute(statement.values({column.key: first[1] - age}))
    assert upkeep.forget(session) == 3
    for kind, left in ((UserSession, 1), (EmailToken, 1), (Attempts, 3)):
        assert session.scalar(sa.select(sa.func.count()).select_from(kind)) == left
