"""Asking every route of the world, and reading what it answers: words, elements, forms."""

import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from matchmaker import storage
from matchmaker.db import db
from matchmaker.matches.index import PublicIndex
from matchmaker.web.limits import limiter
from models import AuditEntry, Base, new_public_id
from models.derived import BIGRAM_TABLES
from tests.world import World

SECRET = "zqxjvk"
_SECRETS = re.compile(rf"(?<![\w-]){SECRET}[a-z]\w*", re.IGNORECASE | re.ASCII)
_ZIP = b"PK\x03\x04"
SEARCHED = f"{SECRET}tproblem"
"""A word that stands in the masked need alone."""


TABLES = [table for table in Base.metadata.sorted_tables if table not in [*BIGRAM_TABLES.values()]]
"""All tables but those that are made out of others and cannot be listed."""


def contents(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables, but the refusals in the audit trail."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(sa.select(table).order_by(*table.primary_key))
                if table is not AuditEntry.__table__ or row.outcome != "refused"
            ]
            for table in TABLES
        }


class Copy:
    """A copy of an SQLite database and of the files beside it, to be put back after each write."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        kept = (Path(app.config["DATA"]) / storage.FOLDER).rglob("*")
        self._files = {path: path.read_bytes() for path in kept if path.is_file()}
        with app.app_context():
            self._live = sqlite3.connect(str(db.engine.url.database), check_same_thread=False)
            self._index = PublicIndex(db.sessionmaker)  # in no folder, where what is undone stays
            with db.sessionmaker() as session:
                self._index.current(session)
        app.extensions["public_index"] = copy(self._index)
        self._saved = sqlite3.connect(":memory:", check_same_thread=False)
        self._live.backup(self._saved)
        self._seen = self._version()

    def written(self) -> bool:
        """Return whether anything was written since the copy was last put back."""
        return self._version() != self._seen

    def put_back(self) -> None:
        """Undo all that was written, and let the application forget what it has read of it."""
        if self.written():
            self._saved.backup(self._live)
            self._seen = self._version()
            self._app.extensions["public_index"] = copy(self._index)
        for path, content in self._files.items():
            if not path.exists():
                path.write_bytes(content)

    def close(self) -> None:
        """Let go of the database."""
        self._live.close()
        self._saved.close()

    def _version(self) -> int:
        found: int = self._live.execute("PRAGMA data_version").fetchone()[0]
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answered to a persona; `text` holds headers and body, workbooks unpacked."""

    persona: str
    rule: str
    address: str
    response: TestResponse
    text: str

    @property
    def status(self) -> int:
        """The status; a visitor's way to the sign-in page counts as 401."""
        led_to = self.response.location or ""
        return 401 if led_to.startswith("/sign-in?next=") else self.response.status_code

    def secrets(self) -> set[str]:
        """Return the secret words in the answer, without the one that was asked for."""
        found = {match[0].lower() for match in _SECRETS.finditer(self.text)}
        return {word for word in found if word not in unquote(self.address)}


@dataclass
class Sandbox:
    """A world of its own on SQLite, in which everything that is written is undone again."""

    world: World
    copy: Copy
    visits: dict[str, "Visit"] = field(default_factory=dict)
    sent: dict[str, list["Sent"]] = field(default_factory=dict)

    def send(self, persona: str, rule: Rule, address: str, /, **fields: Any) -> Answer:
        """Send a form with a good token, in a browser of its own."""
        return replace(self.submit(persona, address, **fields), rule=rule.rule)

    def submit(self, persona: str, address: str, /, **fields: Any) -> Answer:
        """Send a form of a page, with a good token."""
        data = {**fields, "csrf_token": self.world.token}
        return ask(self.world, persona, None, address, method="POST", data=data)

    def read(self, persona: str, address: str, /, **query: str) -> Answer:
        """Get a page."""
        return ask(self.world, persona, None, address, query_string=query)

    def unsafe(self) -> Iterator[tuple[Rule, str]]:
        """Yield every route that takes forms, with its first address."""
        for rule in self.world.routes("POST"):
            yield rule, self.world.addresses(rule)[0]

    def trail(self) -> list[AuditEntry]:
        """Return the entries that the audit trail has gained since the copy was put back."""
        with self.world.app.app_context(), db.sessionmaker() as session:
            entries = (
                sa.select(AuditEntry).where(AuditEntry.id > self._last).order_by(AuditEntry.id)
            )
            return list(session.scalars(entries))

    def __post_init__(self) -> None:
        with self.world.app.app_context(), db.sessionmaker() as session:
            self._last = session.scalars(sa.select(sa.func.max(AuditEntry.id))).one()


@dataclass(frozen=True, slots=True)
class Visit:
    """What every page answered a persona, and the tables that are not as they were before."""

    persona: str
    answers: list[Answer]
    changed: list[str]


def visit(sandbox: Sandbox, persona: str) -> Visit:
    """Return the persona's visit to every page, which is made once."""
    world = sandbox.world
    if persona not in sandbox.visits:
        before = contents(world.app)
        answers = [ask(world, persona, *asked) for asked in _asked(world)]
        after = contents(world.app)
        sandbox.copy.put_back()
        changed = [name for name in before if before[name] != after[name]]
        sandbox.visits[persona] = Visit(persona, answers, changed)
    return sandbox.visits[persona]


def _asked(world: World) -> Iterator[tuple[Rule, str]]:
    """Yield every page's addresses, and where one can search for something a search for it."""
    for rule in world.routes("GET"):
        for address in world.addresses(rule):
            yield rule, address
        if not rule.arguments:
            yield rule, f"{rule.rule}?q={SEARCHED}&need_q={SEARCHED}"


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a form: its answer, what it left in the trail, the tables it changed."""

    answer: Answer
    trail: list[AuditEntry]
    changed: set[str]


def sent(sandbox: Sandbox, persona: str) -> list[Sent]:
    """Return what becomes of an empty form sent by a persona to each route; it is sent once."""
    if persona not in sandbox.sent:
        before = contents(sandbox.world.app)
        sandbox.sent[persona] = [
            _send_empty(sandbox, persona, before, *unsafe) for unsafe in sandbox.unsafe()
        ]
    return sandbox.sent[persona]


def _send_empty(
    sandbox: Sandbox, persona: str, before: dict[str, Any], rule: Rule, address: str
) -> Sent:
    answer = sandbox.send(persona, rule, address, key=new_public_id())
    if not sandbox.copy.written():
        return Sent(answer, [], set())
    after, trail = contents(sandbox.world.app), sandbox.trail()
    sandbox.copy.put_back()
    return Sent(answer, trail, {name for name in before if before[name] != after[name]})


def reread(sandbox: Sandbox, persona: str) -> list[Answer]:
    """Return what every page answers a persona now."""
    return [ask(sandbox.world, persona, *asked) for asked in _asked(sandbox.world)]


def ask(world: World, persona: str, rule: Rule | None, address: str, **request: Any) -> Answer:
    """Ask as a persona; whatever was asked before counts for no limit."""
    limiter.reset()
    client: FlaskClient = world.client(persona)
    if "?q=" in address:
        request["headers"] = {"HX-Request": "true"}  # as while typing
    response = client.open(address, **request)
    content = response.get_data()
    body = unpacked(content) if content.startswith(_ZIP) else response.text
    text = f"{response.headers}\n{body}"
    return Answer(persona, rule.rule if rule else "", address, response, text)


def unpacked(content: bytes) -> str:
    """Return all that a workbook holds."""
    with zipfile.ZipFile(io.BytesIO(content)) as workbook:
        return "\n".join(workbook.read(name).decode() for name in workbook.namelist())


@dataclass
class Form:
    """A form of a page that changes something, with its fields as a browser would send them."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)


@dataclass
class Page(HTMLParser):
    """The elements of a page: tags with their attributes, scripts with a text, forms."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._form: Form | None = None
        self._select = ""
        self._area = ""
        self._in_script = False

    @classmethod
    def of(cls, text: str) -> "Page":
        """Return the parsed page."""
        page = cls()
        page.feed(text)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        self._in_script = tag == "script"
        if tag == "form":
            self._form = Form(given.get("action", "")) if given.get("method") == "post" else None
            if self._form:
                self.forms.append(self._form)
        elif self._form is not None:
            self._note_field(tag, given, self._form)

    def _note_field(self, tag: str, given: dict[str, str], form: Form) -> None:
        name = given.get("name", "")
        form.offered.add(name)
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
            form.texts.append(name)
            form.fields.setdefault(name, []).append("")
        elif tag == "option" and "selected" in given:
            form.fields.setdefault(self._select, []).append(given.get("value", ""))
        elif tag == "input" and name:
            kind = given.get("type", "text")
            if kind in ("text", "search", "tel", "email"):
                form.texts.append(name)
            if kind not in ("checkbox", "radio") or "checked" in given:
                form.fields.setdefault(name, []).append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Note the end of an element."""
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "script":
            self._in_script = False

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if self._in_script and data.strip():
            self.scripts.append(data)
        if self._area and self._form:
            self._form.fields[self._area][-1] += data.removeprefix("\n")


def forms(answers: list[Answer]) -> dict[tuple[str, str], Form]:
    """Return the forms of some pages, by action and fields, each once."""
    found = {}
    for answer in answers:
        for form in Page.of(answer.text).forms:
            action = form.action or answer.address
            found[action, " ".join(sorted(form.fields))] = replace(form, action=action)
    return found
