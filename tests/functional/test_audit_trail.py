"""The audit trail as an auditor reads it: filters, what was tampered with, the export."""

import ast
import re
from collections.abc import Callable, Iterator, Sized
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from matchmaker import audit, outbox
from matchmaker.auditing.jobs import CHECK
from matchmaker.auditing.wording import ACTIONS, KINDS
from matchmaker.config import ROOT
from matchmaker.db import transaction
from matchmaker.lifecycle.transition import Action
from models import AuditEntry, Record, Role, User, UserSession, now
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import link
from tests.mailbox import Mailbox
from tests.matchmaker.test_jobs import work_off

_ENTRY = re.compile(r'<span class="cell-note">(?:第 (\d+) 条|Entry (\d+))</span>')


@pytest.fixture
def auditor(session: Session, client: FlaskClient, sign_in: SignIn) -> User:
    """Give an auditor, signed in."""
    user = factories.user(Role.AUDITOR, name="安审计", email="auditor@example.com")
    sign_in(client, user)
    return user


def _note(
    session: Session,
    action: str = "need:publish",
    actor: User | None = None,
    subject: Record | None = None,
    **told: str,
) -> AuditEntry:
    with transaction(session):
        return audit.record(session, actor, action, subject, **told)


def _listed(client: FlaskClient, address: str) -> list[int]:
    answer = client.get(address)
    assert answer.status_code == 200
    return [int(first or second) for first, second in _ENTRY.findall(answer.text)]


def test_the_newest_entries_come_first_with_who_and_what(
    session: Session, client: FlaskClient, auditor: User
) -> None:
    officer = factories.user(Role.OFFICER, region=factories.FEIXI, name="方经办")
    need = factories.need(title="不应出现的标题")
    first = _note(session, "need:submit", None, need)
    second = _note(session, "need:publish", officer, need, source="submitted")
    assert _listed(client, "/audit")[:2] == [second.id, first.id]
    page = client.get("/audit").text
    for words in ("方经办", officer.organization.name, "need:publish", f"需求 {need.id}", "source"):
        assert words in page
    assert "不应出现的标题" not in page


def test_users_and_organizations_are_named(
    session: Session, client: FlaskClient, auditor: User
) -> None:
    user = factories.user(name="钱成员", organization=factories.organization(name="江淮样例厂"))
    _note(session, "user:disable", None, user)
    _note(session, "organization:suspend", None, user.organization)
    page = client.get("/audit").text
    assert "钱成员" in page
    assert "江淮样例厂" in page


def test_each_filter_narrows_the_list(session: Session, client: FlaskClient, auditor: User) -> None:
    maker = factories.organization(name="皖南样例厂")
    member = factories.user(name="孙成员", email="sun@example.com", organization=maker)
    need, other = factories.need(), factories.need()
    mine = _note(session, "need:submit", member, need)
    theirs = _note(session, "need:submit", None, other)
    with transaction(session):
        old = audit.record(session, None, "result:publish", outcome="refused")
        old.at = now() - timedelta(days=40)
        old.digest = audit.digest(old)
    day = (now() - timedelta(days=39)).date()
    for query, expected in {
        "q=孙成员": [mine.id],
        "q=SUN@example": [mine.id],
        "q=皖南 孙": [mine.id],
        "q=皖南 李": [],
        f"kind=Need&record={need.id}": [mine.id],
        f"kind=Need&record={other.id}": [theirs.id],
        "kind=Need": [theirs.id, mine.id],
        "outcome=refused": [old.id],
        f"until={day}": [old.id],
        f"since={day}&kind=Need": [theirs.id, mine.id],
        "kind=Need&record=x&since=bad&outcome=what": [theirs.id, mine.id],
    }.items():
        assert _listed(client, f"/audit?{query}") == expected, query


def test_the_record_of_an_entry_leads_to_all_of_its_entries(
    session: Session, client: FlaskClient, auditor: User
) -> None:
    need = factories.need()
    entries = [_note(session, f"need:{verb}", None, need).id for verb in ("submit", "publish")]
    _note(session, "need:publish", None, factories.need())
    address = link(client.get("/audit").text, f"record={need.id}")
    assert address
    assert _listed(client, address) == entries[::-1]


def test_the_pages_go_on_to_the_first_entry_and_keep_the_filter(
    session: Session, client: FlaskClient, auditor: User
) -> None:
    with factories.together():
        entries = [_note(session, outcome="refused").id for _number in range(120)]
    seen: list[int] = []
    address: str | None = "/audit?outcome=refused"
    while address:
        seen += _listed(client, address)
        address = link(client.get(address).text, 'rel="next"')
    assert seen == entries[::-1]


def test_a_longer_list_asks_the_database_no_more(
    session: Session, client: FlaskClient, auditor: User, count_queries: Callable[[], Sized]
) -> None:
    asked = []
    for wanted in (5, 45):
        with factories.together():
            for _number in range(wanted):
                user = factories.user()
                _note(session, "user:disable", user, user.organization)
        counter = count_queries()
        assert client.get("/audit").status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1] <= 9


def test_an_entry_that_was_changed_is_marked(
    session: Session, client: FlaskClient, auditor: User
) -> None:
    entry = _note(session, "claim:pay")
    assert "写入后被改动" not in client.get("/audit").text
    session.execute(sa.update(AuditEntry).where(AuditEntry.id == entry.id).values(action="claim:x"))
    session.commit()
    assert "写入后被改动" in client.get("/audit").text


def test_nothing_fits_and_the_page_says_what_to_do(client: FlaskClient, auditor: User) -> None:
    page = client.get("/audit?q=没有这个人").text
    assert "没有符合条件的记录" in page
    assert link(page, 'btn-outline-primary" href="/audit"') or 'href="/audit"' in page


def _check(app: Flask, session: Session) -> None:
    with transaction(session):
        outbox.later(session, CHECK)
    work_off(app)


def test_a_whole_trail_is_told_as_such(
    mailbox: Mailbox, app: Flask, session: Session, client: FlaskClient, auditor: User
) -> None:
    assert "尚未进行首次核验" in client.get("/audit").text
    _note(session)
    _check(app, session)
    page = client.get("/audit").text
    assert re.search(r"已核验 \d+ 条记录，没有改动或删除", page)
    assert not mailbox.letters(auditor.email)


def test_a_changed_entry_is_written_to_every_auditor(
    mailbox: Mailbox, app: Flask, session: Session, client: FlaskClient, auditor: User
) -> None:
    former = factories.user(Role.AUDITOR, active=False)
    entry = _note(session, "claim:pay")
    changed = sa.update(AuditEntry).where(AuditEntry.id == entry.id).values(action="claim:x")
    session.execute(changed)
    session.commit()
    _check(app, session)
    words = f"第 {entry.id} 条记录被改动"
    assert words in client.get("/audit").text
    assert words in mailbox.letters(auditor.email)[0]
    assert not mailbox.letters(former.email)


def test_the_export_holds_what_the_filters_leave(
    session: Session, client: FlaskClient, auditor: User
) -> None:
    member = factories.user(name='=HYPERLINK("x")')
    entry = _note(session, "need:submit", member, factories.need(), source="draft")
    _note(session, "need:submit")
    answer = client.get("/audit/trail.xlsx?q=HYPERLINK")
    assert answer.status_code == 200
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert len(rows) == 2
    assert rows[1][0] == entry.id
    assert rows[1][2] == '=HYPERLINK("x")'
    assert rows[1][10] == entry.digest


def test_the_export_asks_for_a_recent_sign_in(
    session: Session, client: FlaskClient, auditor: User
) -> None:
    with transaction(session):
        session.execute(sa.update(UserSession).values(confirmed_at=now() - timedelta(hours=1)))
    answer = client.get("/audit/trail.xlsx")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in/confirm")


def _recorded() -> Iterator[tuple[Path, str]]:
    """Yield every action that stands as a plain word in a call that writes an entry."""
    for path in (ROOT / "matchmaker").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr in ("record", "record_each")
                and len(call.args) > 2
                and isinstance(call.args[2], ast.Constant)
            ):
                yield path, str(call.args[2].value)


def test_every_action_has_words() -> None:
    recorded = [*_recorded()]
    assert len(recorded) > 90
    for path, action in recorded:
        noun, verb = action.split(":")
        assert verb in ACTIONS, f"{action} in {path}"
        assert noun in KINDS, f"{action} in {path}"
    assert set(Action) <= ACTIONS.keys()
