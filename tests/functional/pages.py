"""Reading pages as a visitor does: titles listed, links to follow."""

import html
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_TITLE = re.compile(r'<a class="record-title"[^>]*>(.*?)</a>', re.DOTALL)
_ROW = re.compile(r'<th scope="row">\s*<a[^>]*>(.*?)</a>', re.DOTALL)
_LINK = re.compile(r"<a\s[^>]*>", re.DOTALL)


def titles(page: str) -> list[str]:
    """Return the titles of the records that a page lists, in order."""
    return [html.unescape(title).strip() for title in _TITLE.findall(page)]


def table_titles(client: FlaskClient, address: str) -> list[str]:
    """Return the titles of the rows of a page's tables, in order."""
    return [html.unescape(title).strip() for title in _ROW.findall(client.get(address).text)]


def links(page: str, marker: str) -> list[str]:
    """Return the addresses of the links whose tag holds `marker`."""
    tags = [tag for tag in _LINK.findall(page) if marker in tag]
    found = [re.search(r'href="([^"]*)"', tag) for tag in tags]
    return [html.unescape(address[1]) for address in found if address]


def link(page: str, marker: str) -> str | None:
    """Return the address of the first such link."""
    return next(iter(links(page, marker)), None)


def walk(client: FlaskClient, address: str, turn: str = 'rel="next"') -> list[list[str]]:
    """Return the titles page by page, following the pager in one direction."""
    pages = []
    following: str | None = address
    while following:
        page = client.get(following).text
        pages.append(titles(page))
        following = link(page, turn)
    return pages


def last_address(client: FlaskClient, address: str) -> str:
    """Return the address of the last page."""
    following = link(client.get(address).text, 'rel="next"')
    return last_address(client, following) if following else address


def token(client: FlaskClient, address: str) -> str:
    """Return the token that a page's forms carry."""
    found = re.search(r'name="csrf_token"\s+value="([^"]+)"', client.get(address).text)
    assert found, address
    return found[1]


def send(client: FlaskClient, address: str, page: str | None = None, **fields: Any) -> TestResponse:
    """Send a form to `address`, as it stands on `page` (by default on the page of that address)."""
    data = {"csrf_token": token(client, page or address), **fields}
    return client.post(address, data=data)
