"""No secret word leaves by any route, form, file, mail, log line or table (row 23).

The words, and who is who, are those of tests/world.py.
"""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
import sqlalchemy as sa

from matchmaker.db import db
from models import Match, Need
from tests.backends import Sqlite
from tests.conftest import application, with_reference
from tests.sweep import SECRET, Answer, Sandbox, Visit, ask, contents, sent, visit
from tests.world import PERSONAS, World, build
from tests.world_records import SUMMARY

KNOWN = {
    "owner": "cdeimnstw",
    "partner": "m",
    "transfer office": "m",
    "researcher": "iw",
    "assigned broker": "m",
    "county officer": "eimnstw",
    "other officer": "m",
    "director": "einstw",
    "admin": "w",
    "auditor": "w",  # who has done what is all that the trail tells
}
"""What each persona may read, by the letter of the word; everybody else nothing."""
SIDES = ("owner", "partner", "transfer office")
STORED = {
    "attachment": "det",
    "claim": "e",
    "email_token": "w",
    "import_batch": "d",
    "invitation": "w",
    "match": "t",
    "match_consent": "n",
    "message": "m",
    "need": "cdist",
    "need_metric": "dist",
    "organization": "w",
    "outbox_message": "w",  # the address of somebody who has no account yet
    "revision": "st",
    "saved_search": "d",
    "typed_form": "d",
    "user": "w",
}
"""Which words each table holds."""
TYPED = (
    "鸮羽硼烯涂层在窑炉高温段开裂剥落，零下二十度时更重，需要高温段不剥落的鸮羽硼烯涂层，"
    "使用寿命三百小时以上。"
)


def _letters(text: str) -> set[str]:
    return set(re.findall(rf"(?<![a-z0-9_-]){SECRET}([a-z])", text.lower()))


def _leaked(answer: Answer, known: str) -> list[str]:
    return sorted(word for word in answer.secrets() if word[len(SECRET)] not in known)


def test_no_page_file_or_search_tells(visited: Visit) -> None:
    known = KNOWN.get(visited.persona, "")
    for answer in visited.answers:
        assert not _leaked(answer, known), answer.address


@pytest.mark.parametrize("persona", PERSONAS)
def test_no_answer_to_a_form_tells(sandbox: Sandbox, persona: str) -> None:
    for each in sent(sandbox, persona):
        assert not _leaked(each.answer, KNOWN.get(persona, "")), each.answer.rule


def test_those_who_may_read_it_do(sandbox: Sandbox) -> None:
    for persona, known in KNOWN.items():
        answers = visit(sandbox, persona).answers
        found = {word[len(SECRET)] for answer in answers for word in answer.secrets()}
        assert found == set(known), persona


@pytest.mark.parametrize("persona", ["stranger", "rival", "partner", "researcher"])
def test_the_hints_while_typing_know_the_public_summary_alone(
    sandbox: Sandbox, persona: str
) -> None:
    (rule,) = (each for each in sandbox.world.routes("POST") if each.rule == "/needs/new")
    hints = {}
    for problem in (TYPED, SUMMARY * 2):
        fields = {"key": "k" * 16, "go": "autosave", "title": "涂层", "problem": problem}
        hints[problem] = sandbox.send(persona, rule, "/needs/new", **fields)
        sandbox.copy.put_back()
    masked = sandbox.world.ids["masked"]
    assert masked in hints[SUMMARY * 2].text
    assert masked not in hints[TYPED].text
    assert not any(_leaked(answer, "") for answer in hints.values())


def test_it_is_matched_on_what_nobody_else_reads(sandbox: Sandbox) -> None:
    """The result shares one word with the need, and that is not in the need's summary."""
    with sandbox.world.app.app_context(), db.sessionmaker() as session:
        found = sa.select(Match).where(Match.public_id == sandbox.world.ids["match"])
        match = session.scalars(found).one()
        assert match.engine_version != "test"
        assert match.need_rank == 1


def _world(folder: Path, *, agreed: bool) -> World:
    url = Sqlite(folder).copy_of("reference", with_reference)
    app = application(url, data=folder)
    app.testing = True
    return build(app, agreed=agreed)


def test_no_mail_log_line_or_table_holds_what_it_need_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = _world(tmp_path, agreed=True)
    paths = (tmp_path / "mail" / "new").iterdir()
    mails = [message_from_bytes(path.read_bytes(), EmailMessage, policy=default) for path in paths]
    texts = [str(part.get_content()) for mail in mails for part in mail.iter_parts()]
    assert texts
    assert set().union(*map(_letters, texts)) == {"w"}  # its reader is greeted by name
    assert set().union(*(_letters(str(mail["Subject"])) for mail in mails)) <= {"w"}
    assert not _letters(capsys.readouterr().err)
    with world.app.app_context(), db.sessionmaker() as session:
        need = sa.select(Need.title).where(Need.public_id == world.ids["masked"])
        assert _letters(session.scalars(need).one()) == {"t"}
    for table, rows in contents(world.app).items():
        assert _letters(repr(rows)) <= set(STORED.get(table, "")), table


def test_once_both_agree_the_two_sides_and_nobody_else_see_the_contacts(tmp_path: Path) -> None:
    world = _world(tmp_path, agreed=True)
    for persona in PERSONAS:
        known = KNOWN.get(persona, "") + ("cntw" if persona in SIDES else "")
        found: set[str] = set()
        for rule in world.routes("GET"):
            if rule.rule.startswith(("/matches", "/needs", "/results", "/mine", "/notices")):
                for address in world.addresses(rule):
                    answer = ask(world, persona, rule, address)
                    assert not _leaked(answer, known), (persona, address)
                    found |= _letters(answer.text)
        assert ("c" in found) == (persona in SIDES), persona
