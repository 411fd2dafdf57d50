"""What forms take and give back (rows 22, 30, 33 and 37): ASVS 5.0 A8.2.3, A1.2.1, A1.3, A1.2.2."""

from itertools import cycle
from typing import Any

import pytest
import sqlalchemy as sa

from matchmaker.db import db
from models import ImportBatch, Need, Organization, Result
from tests.sweep import (
    TABLES,
    Answer,
    Form,
    Page,
    Sandbox,
    ask,
    contents,
    forms,
    reread,
    visit,
)

WRITERS = ("visitor", "owner", "transfer office", "county officer", "admin")
OK = 200
READERS = (*WRITERS, "partner", "director")

_RANDOM = {"public_id", "digest", "previous", "password_hash", "key_digest", "secret"}
_KEPT = {
    "uscc",
    "email",
    "code",
    "name_en",
    "subject_kind",
    "action",
    "engine_version",
    "reference",
    "kind",
}
"""Columns of text that hold no words of people."""

TYPED = {
    "amount": "12",
    "comment": "已与对方沟通",
    "contact": "0551-12345678",
    "day": "2026-11-02",
    "email": "somebody.new@example.net",
    "ground": "抽查不合格",
    "name": "写下的名称",
    "number": "HT-2026-0017",
    "organization": "91340100MA0000001C",
    "password": "correct horse battery",
    "reason": "材料不全，请补充",
    "role": "member",
    "source": "皖科监〔2026〕7号",
    "statement": "与事实不符",
    "text": "写下的一段话",
    "title": "写下的标题",
}
"""What is written into an empty field, by the last part of its name."""
LEAST_WRITTEN = {
    "visitor": 3,
    "owner": 40,
    "transfer office": 22,
    "county officer": 18,
    "admin": 12,
}
"""From how many forms of each persona something comes at the least: a test of none proves none."""

PAYLOAD = (
    "\"><img src=x onerror=alert(1)>'><script>alert(1)</script>"
    "<a href='javascript:alert(1)'>{{31337*3}}${31337*3}#{31337*3}"
)
COMPUTED = str(31337 * 3)


def _forms(sandbox: Sandbox, persona: str) -> list[Form]:
    found = list(forms(visit(sandbox, persona).answers).values())
    assert found
    return found


def _submit(sandbox: Sandbox, persona: str, form: Form, /, **fields: Any) -> Answer:
    known = {name: values for name, values in form.fields.items() if name != "csrf_token"}
    return sandbox.submit(persona, form.action, **known | fields)


def _filled_in(form: Form) -> dict[str, str]:
    """Return what a person would write into the fields that the page leaves empty."""
    empty = [name for name, values in form.fields.items() if not any(values)]
    named = {name: TYPED.get(name.rpartition("-")[2]) for name in {*empty, *form.offered}}
    taken = {name for name, values in form.fields.items() if any(values)}
    return {name: value for name, value in named.items() if value and name not in taken}


def _every_column() -> dict[str, str]:
    """Return the name of every column, with a value that would do harm."""
    values = {}
    for table in TABLES:
        for column in table.columns:
            kind = column.type
            values[column.name] = kind.enums[-1] if isinstance(kind, sa.Enum) else "1"
    return values | {"role": "admin", "roles": "admin", "status": "published", "region": "340000"}


def _lasting(rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows without times, random values and what is kept of a form as it was typed."""
    lasting = {}
    for table in TABLES:
        places = [
            place
            for place, column in enumerate(table.columns)
            if column.name not in {*_RANDOM, "fields"}
            and not isinstance(column.type, sa.TypeDecorator)
        ]
        lasting[table.name] = [tuple(row[place] for place in places) for row in rows[table.name]]
    return lasting


@pytest.mark.parametrize("persona", WRITERS)
def test_a_form_changes_nothing_that_it_does_not_offer(sandbox: Sandbox, persona: str) -> None:
    columns = _every_column()
    before = _lasting(contents(sandbox.world.app))
    writing = []
    offered: dict[str, set[str]] = {}  # by one of the forms that go to the same address
    for form in _forms(sandbox, persona):
        offered.setdefault(form.action, set()).update(form.offered)
    for form in _forms(sandbox, persona):
        written = []
        typed = _filled_in(form)
        known = offered[form.action]
        strange = {name: value for name, value in columns.items() if name not in known}
        for more in ({}, strange):
            _submit(sandbox, persona, form, **typed | more)
            written.append(_lasting(contents(sandbox.world.app)))
            sandbox.copy.put_back()
        assert written[0] == written[1], form.action
        writing += [form.action] if written[0] != before else []
    assert len(writing) >= LEAST_WRITTEN[persona], writing


def _fill(sandbox: Sandbox, payload: str = PAYLOAD) -> None:
    """Put a payload into every column that holds words of people."""
    with sandbox.world.app.app_context(), db.engine.begin() as connection:
        for table in TABLES:
            words = {
                column.name: payload
                for column in table.columns
                if isinstance(column.type, sa.String)
                and not isinstance(column.type, sa.Enum)
                and not column.unique
                and not column.primary_key
                and column.name not in _KEPT | _RANDOM
                and table.name not in ("region", "industry", "job", "outbox_message")
                and (table.name != "status_change" or column.name == "reason")
            }
            if words:
                connection.execute(sa.update(table).values(words))
        for kind in (Need, Result):
            contact = {"name": payload, "phone": payload, "email": payload}
            connection.execute(sa.update(kind).values(keywords=[payload], contact=contact))
        named = payload.replace("/", "") + ".csv"  # no file can be uploaded under another name
        connection.execute(sa.update(ImportBatch).values(file_name=named))
        connection.execute(sa.update(Organization).values(tiers=[payload]))


def _assert_harmless(answer: Answer) -> None:
    page = Page.of(answer.response.text)
    for tag, attributes in page.elements:
        handlers = [name for name in attributes if name.startswith("on")]
        assert not handlers, (answer.address, tag, handlers)
        assert attributes.get("src") != "x", answer.address
        for name in ("href", "src", "action", "formaction"):
            assert not attributes.get(name, "").lower().startswith("javascript:"), answer.address
    assert not page.scripts, answer.address
    assert COMPUTED not in answer.text, answer.address


@pytest.mark.parametrize("persona", READERS)
def test_what_is_stored_is_shown_as_text(sandbox: Sandbox, persona: str) -> None:
    _fill(sandbox)
    answers = reread(sandbox, persona)
    for answer in answers:
        assert answer.status < 500
        if "html" in answer.response.content_type:
            _assert_harmless(answer)
    shown = [answer for answer in answers if "&lt;script&gt;alert(1)" in answer.text]
    assert len(shown) >= (1 if persona == "visitor" else 5), "the pages show none of it"


@pytest.mark.parametrize("persona", WRITERS)
def test_what_is_typed_comes_back_as_text(sandbox: Sandbox, persona: str) -> None:
    for form in _forms(sandbox, persona):
        for typed in (dict.fromkeys(form.texts, PAYLOAD), {"next": PAYLOAD}):
            answer = _submit(sandbox, persona, form, **typed)
            assert answer.status < 500, form.action
            _assert_harmless(answer)
            sandbox.copy.put_back()
    for rule in sandbox.world.routes("GET"):
        names = dict.fromkeys(("q", "sort", "after", "before", "status", "next", "form"), PAYLOAD)
        for address in sandbox.world.addresses(rule)[:1]:
            answer = sandbox.read(persona, address, **names)
            if "html" in answer.response.content_type:
                _assert_harmless(answer)


@pytest.mark.parametrize("persona", WRITERS)
def test_no_form_leads_to_another_site(sandbox: Sandbox, persona: str) -> None:
    targets = cycle(["//evil.example", "/\\evil.example", "https://evil.example"])
    for form, target in zip(_forms(sandbox, persona), targets, strict=False):
        location = _submit(sandbox, persona, form, next=target).response.location or "/"
        sandbox.copy.put_back()
        assert location.startswith("/"), form.action
        assert not location.startswith(("//", "/\\")), form.action


@pytest.mark.parametrize("formula", ["=1+1", "@SUM(1)"])
@pytest.mark.parametrize("persona", ["owner", "county officer", "director", "auditor"])
def test_a_formula_is_text_in_every_export(sandbox: Sandbox, persona: str, formula: str) -> None:
    _fill(sandbox, formula)
    exports = [rule for rule in sandbox.world.routes("GET") if rule.rule.endswith(".xlsx")]
    written = []
    for rule in exports:
        answer = ask(sandbox.world, persona, rule, sandbox.world.addresses(rule)[0])
        if answer.status == OK:
            assert "<f>" not in answer.text, rule.rule
            assert "<f " not in answer.text, rule.rule
            written += [rule.rule] if formula.strip() in answer.text else []
    assert written, "no export holds what was written"
