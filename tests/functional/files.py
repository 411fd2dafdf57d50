"""Small files of each kind that a text may have, and forms sent with them."""

import io
import re
import zipfile
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import Attachment, Need
from tests.functional.forms import NEED, hidden, only

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + bytes(30)


def office(*parts: str) -> bytes:
    """Return an Office file with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for part in ("[Content_Types].xml", "_rels/.rels", *parts):
            package.writestr(part, "<x/>")
    return made.getvalue()


def send(
    client: FlaskClient, address: str, *files: tuple[str, bytes], page: str = "", **fields: Any
) -> TestResponse:
    """Send the form at an address with files, all else as it stands on the page."""
    page = page or client.get(address).text
    chosen = [(io.BytesIO(content), name) for name, content in files]
    kept = {"attachments": re.findall(r'name="attachments"\s+value="([^"]+)"', page)}
    answer = client.post(address, data=hidden(page) | kept | NEED | {"files": chosen} | fields)
    answer.request.environ["wsgi.input"].close()  # which the client leaves open where it is large
    return answer


def draft_with_file(client: FlaskClient, session: Session, **fields: Any) -> Need:
    """Return the draft of a need with one file."""
    assert send(client, "/needs/new", ("报告.pdf", PDF), **fields).status_code == 303
    need: Need = only(session, Need)
    return need


def address_of_the_file(session: Session) -> str:
    return f"/attachments/{only(session, Attachment).public_id}"
