"""Who most pages are asked by."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Role, User
from tests import factories
from tests.conftest import SignIn


@pytest.fixture
def poster(session: Session, client: FlaskClient, sign_in: SignIn) -> User:
    """Give a member of an enterprise, signed in."""
    user = factories.user(Role.MEMBER)
    sign_in(client, user)
    return user


@pytest.fixture
def officer(session: Session) -> User:
    """Give the officer of the county where the factories' organizations are."""
    return factories.user(Role.OFFICER, region=factories.FEIXI, name="方县经办")


@pytest.fixture
def reviewer(client: FlaskClient, sign_in: SignIn, officer: User) -> User:
    """Give the same officer, signed in."""
    sign_in(client, officer)
    return officer
