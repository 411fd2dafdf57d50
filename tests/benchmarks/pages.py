"""How soon the pages answer over a province's records, on SQLite and PostgreSQL.

Every page is asked for through the whole application, signed in; the list of them below says by
whom. Prints the median and the 95th percentile in milliseconds, the processor time that a page
takes of the application and the database together, and how many queries it is made of. Named on
the command line, only pages whose addresses begin so are asked for.
"""

import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlencode

import click
import numpy as np
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from matchmaker import create_app, schema, seeding
from matchmaker.config import Settings
from matchmaker.db import db, transaction
from matchmaker.serving import spare_the_collector
from models import Industry, Need, PostingStatus, User, UserSession, key_digest, now
from tests.backends import postgres_binaries, postgres_server
from tests.benchmarks import projects, province
from tests.benchmarks.province import CITY, COUNTY, PROVINCE, People
from tests.conftest import QueryCounter
from tests.functional.pages import link

TIMES = 20
GOAL_MS = 150.0
DEEP = (1, 40)
"""How many pages on the long lists are turned to."""

LONG = (("", "/needs"), ("province_officer", "/review"), ("county_officer", "/matches"))
Page = tuple[str, str, dict[str, str]]
"""Who asks (a field of `People`, "" a visitor), for which address, with which parameters."""


def run(*within: str) -> bool:
    """Measure on both databases, all pages or those `within`; return whether all keep the goal."""
    with tempfile.TemporaryDirectory() as folder:
        met = measure(f"sqlite:///{folder}/pages.sqlite", Path(folder) / "sqlite", within)
        binaries = postgres_binaries()
        if binaries is None:
            click.echo("pages: no PostgreSQL on this machine")
            return False
        with postgres_server(binaries) as url:
            return measure(url, Path(folder) / "postgresql", within) and met


def measure(url: str, data: Path, within: tuple[str, ...] = ()) -> bool:
    """Fill the database at `url`, time its pages and print the table."""
    app = create_app(Settings(database_url=url, secret_key="b" * 40, demo=True, data=data))
    with app.app_context():
        schema.upgrade(db.engine)
        seeding.load_reference(db.session)
        started = time.perf_counter()
        people = province.fill(db.engine, db.session)
        seconds = time.perf_counter() - started
        pages, clients = list(_pages(people)), _clients(app, people)
        db.session.close()
        counter, server = QueryCounter(db.engine), _server_process()
    name = sa.make_url(url).get_backend_name()
    click.echo(f"\n{name}: {province.POSTINGS:,} needs and as many results, ", nl=False)
    click.echo(f"{province.MATCHES:,} matches, {projects.PROJECTS:,} projects,", nl=False)
    click.echo(f" written in {seconds:.0f} s")
    click.echo(
        f"{'p50':>6}{'p95':>6}{'busy':>6}{'queries':>9}  who asks for what (ms, {TIMES} times each)"
    )
    spare_the_collector()
    pages += [(who, _turned(clients[who], path, on), {}) for who, path in LONG for on in DEEP]
    kept = [
        _timed(clients[page[0]], page, counter, server)
        for page in pages
        if page[1].startswith(within or "/")
    ]
    with app.app_context():
        db.engine.dispose()
    return all(kept)


def _timed(client: FlaskClient, page: Page, counter: QueryCounter, server: int | None) -> bool:
    who, path, parameters = page
    address = f"{path}?{urlencode(parameters)}" if parameters else path
    client.get(address)
    counter.statements.clear()
    times, busy = [], _processor_ms(server)
    for _time in range(TIMES):
        started = time.perf_counter()
        answer = client.get(address)
        times.append(1000 * (time.perf_counter() - started))
        assert answer.status_code == 200, address
    busy = (_processor_ms(server) - busy) / TIMES
    p50, p95 = np.percentile(times, [50, 95]).tolist()
    missed = "" if p95 < GOAL_MS else "  MISSED"
    shown = " ".join(f"{name}={value}" for name, value in parameters.items())
    told = f"{who or 'visitor'} {path} {shown}".rstrip()
    queries = len(counter) / TIMES
    click.echo(f"{p50:>6.0f}{p95:>6.0f}{busy:>6.0f}{queries:>9.0f}  {told}{missed}")
    return not missed


def _server_process() -> int | None:
    """Return the process that serves our one connection to PostgreSQL, None on SQLite."""
    if db.engine.dialect.name == "sqlite":
        return None
    db.engine.dispose()
    with db.engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.pg_backend_pid()))


def _processor_ms(server: int | None) -> float:
    """Return how much processor time this process and the server's have had (Linux)."""
    own = 1000 * time.process_time()
    if server is None:
        return own
    spent = Path(f"/proc/{server}/schedstat").read_text(encoding="ascii").split()[0]
    return own + int(spent) / 1_000_000


def _pages(people: People) -> Iterator[Page]:
    words = _words()
    rare_branch, common_branch = _branches()
    yield from _hall_pages("needs", {"sort": ("deadline", "budget"), "kind": ("talent",)}, words)
    yield from _hall_pages("results", {"sort": ("trl",), "trl": ("9",)}, words)
    officers = ("county_officer", "city_officer", "province_officer")
    branches = [("industry", rare_branch), ("industry", common_branch)]
    places = [("region", COUNTY), ("region", CITY)]
    for officer in officers:
        yield officer, "/review", {}
        for name, value in [
            *(("kind", kind) for kind in ("need", "result", "revision")),
            *branches,
            *places,
            *(("q", word) for word in words.values()),
            ("organization", "机构77"),
            ("overdue", "1"),
        ]:
            yield officer, "/review", {name: value}
    yield from _register_pages((*officers, "director"), [*branches, *places], words)
    for reader in (*officers, "director", "member", "researcher", "broker"):
        yield reader, "/todo", {}
        yield reader, "/matches", {}
        for name, value in [
            *(("sort", order) for order in ("grade", "newest", "oldest")),
            *(("grade", grade) for grade in ("strong", "weak")),
            *(("status", status) for status in ("recommended", "agreed", "lapsed")),
            *branches,
            *places,
            *(("broker", broker) for broker in ("none", people.broker.public_id)),
            *(("days", days) for days in ("7", "30")),
        ]:
            yield reader, "/matches", {name: value}
    yield "county_officer", "/matches", {"industry": rare_branch, "region": CITY, "sort": "newest"}
    yield "city_officer", "/matches", {"industry": rare_branch, "region": COUNTY, "grade": "weak"}
    for reader in ("member", "researcher"):
        yield reader, "/matches/waiting", {}
        yield reader, "/mine", {}
    for reader in ("county_officer", "member"):
        yield reader, "/notices", {}
        yield reader, "/notices", {"unread": "1"}
    yield from _project_pages(rare_branch)
    yield "county_officer", "/organizations", {}
    yield "province_officer", "/organizations", {"status": "approved", "q": "机构77"}
    own = db.session.scalar(
        sa.select(Need.public_id)
        .where(Need.organization_id == people.member.organization_id)
        .where(Need.status == PostingStatus.PUBLISHED)
        .limit(1)
    )
    yield "county_officer", "/matches", {"status": "recommended", "sort": "lapsing"}
    for reader in ("county_officer", "province_officer", "member"):
        for word in words.values():
            yield reader, "/matches", {"q": word}
        yield reader, "/matches", {"interest": "yes"}
        yield reader, "/matches", {"need": own or ""}
    for reader in ("", "county_officer", "member"):
        yield reader, "/", {}
        yield reader, f"/needs/{own}", {}


def _register_pages(
    readers: Iterable[str], narrowing: list[tuple[str, str]], words: Mapping[str, str]
) -> Iterator[Page]:
    narrowing = [
        *narrowing,
        *(("status", status) for status in ("submitted", "published", "returned")),
        *(("q", word) for word in words.values()),
        ("organization", "机构77"),
    ]
    for reader in readers:
        yield reader, "/review/needs", {}
        for name, value in narrowing:
            yield reader, "/review/needs", {name: value}


def _project_pages(branch: str) -> Iterator[Page]:
    readers = ("county_officer", "province_officer", "member", "broker")
    for reader in readers:
        yield reader, "/projects", {}
        yield reader, "/projects/board", {}
    for name, value in [
        *(("sort", order) for order in ("due", "newest", "code")),
        *(("q", word) for word in ("攻关", "机构77")),
        ("stage", "completed"),
        ("light", "red"),
        ("officer", "none"),
        ("industry", branch),
        ("key", "key"),
    ]:
        yield "county_officer", "/projects", {name: value}
    for reader in readers[:2]:
        for path in ("/projects/orders", "/projects/dispatch", "/key-projects", "/claims"):
            yield reader, path, {}
        yield reader, "/key-projects/counter", {}
        yield reader, "/claims", {"view": "all"}


def _hall_pages(
    hall: str, more: Mapping[str, tuple[str, ...]], words: Mapping[str, str]
) -> Iterator[Page]:
    path = f"/{hall}"
    rare_branch, common_branch = _branches()
    yield "", path, {}
    for word in words.values():
        yield "", path, {"q": word}
    yield "", path, {"q": f"{words['common']} {words['rare']}", "sort": more["sort"][0]}
    for name, values in {
        "industry": (rare_branch, common_branch),
        "region": (COUNTY, CITY, PROVINCE),
        "mode": ("joint", "co_build"),
        "status": ("withdrawn",),
        **more,
    }.items():
        for value in values:
            yield "", path, {name: value}
    yield "member", path, {"mode": "co_build"}
    yield "county_officer", path, {"industry": rare_branch, "region": CITY}


def _words() -> dict[str, str]:
    """Return two-character words by how many texts hold them, and one that none does."""
    texts = db.session.scalars(
        sa.select(Need.search_text)
        .where(Need.status == PostingStatus.PUBLISHED)
        .order_by(Need.id)
        .limit(20_000)
    )
    held: Counter[str] = Counter()
    for text in texts:
        held.update({text[at : at + 2] for at in range(len(text) - 1)})
    ranked = sorted((pair for pair in held if pair.isalpha()), key=lambda pair: (-held[pair], pair))
    return {
        "common": ranked[0],
        "middling": ranked[len(ranked) // 100],
        "rare": ranked[-1],
        "none": "绝无仅有此词",
        "one character": ranked[0][0],
    }


def _branches() -> tuple[str, str]:
    """Return the codes of the industries with the fewest and the most needs."""
    counted = sa.select(Industry.code).join(Need).group_by(Industry.code)
    codes = db.session.scalars(counted.order_by(sa.func.count(), Industry.code)).all()
    return codes[0], codes[-1]


def _turned(client: FlaskClient, address: str, pages: int) -> str:
    """Return the address so many pages on."""
    for _page in range(pages):
        address = link(client.get(address).text, 'rel="next"') or address
    return address


def _clients(app: Flask, people: People) -> dict[str, FlaskClient]:
    """Return a client for each who asks, "" for a visitor."""
    clients = {"": app.test_client()}
    for field in fields(people):
        clients[field.name] = _signed_in(app, getattr(people, field.name))
    return clients


def _signed_in(app: Flask, user: User) -> FlaskClient:
    client, key = app.test_client(), secrets.token_urlsafe(32)
    with app.app_context(), db.sessionmaker() as session, transaction(session):
        session.add(
            UserSession(
                user_id=user.id,
                key_digest=key_digest(key),
                address="127.0.0.1",
                browser="",
                second_factor_at=now(),
                opened_at=now(),
            )
        )
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": key, "_fresh": True, "seen": int(time.time())})
    return client


if __name__ == "__main__":
    raise SystemExit(not run(*sys.argv[1:]))
