"""Files of records: sent with a form, and asked for by people of every kind."""

import io
from collections.abc import Iterable

from flask.testing import FlaskClient

from models import Attachment, Role, User
from tests import factories
from tests.conftest import SignIn
from tests.functional.files import PDF
from tests.trail import Trail


def chosen(name: str, content: bytes = PDF) -> tuple[io.BytesIO, str]:
    """Return a file as a form sends it."""
    return io.BytesIO(content), name


def download(client: FlaskClient, file: Attachment) -> int:
    """Return what a file is answered with."""
    answer = client.get(f"/attachments/{file.public_id}")
    status = answer.status_code
    answer.close()
    return status


def readers(
    client: FlaskClient, sign_in: SignIn, file: Attachment, people: Iterable[User]
) -> set[User]:
    """Return those of some people who are given a file."""
    found = set()
    for person in people:
        client.delete_cookie("session")
        sign_in(client, person)
        if download(client, file) == 200:
            found.add(person)
    return found


def around(trail: Trail) -> list[User]:
    """Return people of every kind, of this region and of another."""
    return [
        trail.member,
        trail.manager,
        trail.researcher,
        trail.rival,
        trail.broker,
        trail.officer,
        trail.city_officer,
        trail.director,
        factories.user(Role.OFFICER, region=factories.WUHU),
        factories.user(Role.ADMIN),
        factories.user(Role.AUDITOR),
    ]
