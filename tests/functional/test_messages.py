"""Messages on a match's page, in the list of conversations, and in what is told of them."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.matches import decisions, messages
from models import (
    AuditEntry,
    DeclineReason,
    Event,
    Match,
    MatchStatus,
    Message,
    Notification,
    Role,
    Speaker,
    User,
    Visibility,
    new_public_id,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import link, send, titles, walk
from tests.mailbox import ADDRESS, Mailbox

TEXT = "样品 X7 下周寄出，<b>请查收</b>"


class Cast:
    """A recommended match of a masked need, its two sides and those who run it."""

    def __init__(self, session: Session) -> None:
        elsewhere = factories.organization(region=factories.WUHU)
        need = factories.need(visibility=Visibility.MASKED, public_summary="一项材料难题。")
        self.match = factories.match(need, factories.result(organization=elsewhere))
        self.enterprise = factories.user(organization=need.organization, name="企业甲")
        self.university = factories.user(Role.MANAGER, organization=elsewhere, name="高校乙")
        self.officer = factories.user(Role.OFFICER, region=factories.FEIXI, name="经办丙")
        self.broker = factories.user(Role.BROKER, name="经理丁")
        decisions.assign(session, self.officer, self.match, self.broker)
        decisions.recommend(session, self.officer, self.match)

    @property
    def address(self) -> str:
        """The address of the match."""
        return f"/matches/{self.match.public_id}"


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give a recommended match."""
    return Cast(session)


def _write(session: Session, cast: Cast, author: User, text: str = TEXT) -> Message:
    return messages.write(session, author, cast.match, new_public_id(), text)


def _send(client: FlaskClient, cast: Cast, text: str, key: str | None = None) -> Any:
    key = key or _key(client.get(cast.address).text)
    return send(client, f"{cast.address}/message", cast.address, key=key, text=text)


def _key(page: str) -> str:
    found = re.search(r'name="key"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def _badge(client: FlaskClient) -> str:
    """Return what the menu's entry of messages says after its name."""
    found = re.search(r'<a href="/messages"[^>]*>(.*?)</a>', client.get("/about").text, re.DOTALL)
    assert found
    return re.sub(r"<[^>]+>", "", found[1]).removeprefix(_("Messages")).strip()


def test_what_one_side_sends_the_others_read_as_plain_text(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(client, cast.enterprise)
    answer = _send(client, cast, f"  {TEXT}\r\n第二行 ")
    assert (answer.status_code, answer.location) == (303, f"{cast.address}#messages")
    session.rollback()
    assert session.scalars(sa.select(Message.text)).one() == f"{TEXT}\n第二行"
    for reader in (cast.enterprise, cast.university, cast.officer, cast.broker):
        sign_in(client, reader)
        page = client.get(cast.address).text
        assert "<b>请查收" not in page
        assert TEXT in unescape(page)
        assert label(Speaker.NEED) in page


def test_the_same_form_sent_twice_is_one_message_and_sent_with_other_words_is_asked_about(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(client, cast.enterprise)
    key = _key(client.get(cast.address).text)
    assert _send(client, cast, "你好", key).status_code == 303
    assert _send(client, cast, "你好", key).status_code == 303
    changed = _send(client, cast, "你好，补充一句", key).text
    assert _("This form was sent before. Send it again if you mean this too.") in changed
    assert "你好，补充一句" in changed
    assert _key(changed) != key
    session.rollback()
    assert len(session.scalars(sa.select(Message)).all()) == 1
    assert _send(client, cast, "你好，补充一句", _key(changed)).status_code == 303


@pytest.mark.parametrize(
    ("text", "cure"),
    [(" \n ", "Write something first."), ("长" * 2001, "At most %(count)s characters.")],
)
def test_what_cannot_be_sent_is_kept_and_told_why(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast, text: str, cure: str
) -> None:
    sign_in(client, cast.enterprise)
    page = _send(client, cast, text).text
    assert (_(cure, count=2000) if "%(" in cure else _(cure)) in page
    assert text.strip() in page
    assert session.scalars(sa.select(Message)).all() == []


def test_a_form_without_its_key_is_refused(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(client, cast.enterprise)
    assert _send(client, cast, "你好", "短").status_code == 400


def test_a_message_to_a_match_that_ended_meanwhile_is_refused_and_kept(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(client, cast.enterprise)
    key = _key(client.get(cast.address).text)
    decisions.decline(session, cast.university, cast.match, DeclineReason.PRICE)
    answer = _send(client, cast, "还没发出的话", key)
    assert answer.status_code == 403
    assert "还没发出的话" in answer.text
    reason = _("This match has ended; what was written can still be read.")
    assert reason in answer.text
    assert reason in client.get(cast.address).text
    assert f"{cast.address}/message" not in client.get(cast.address).text.replace("/messages", "")
    session.rollback()
    refused = sa.select(AuditEntry.action).where(AuditEntry.outcome == "refused")
    assert "match:write_message" in session.scalars(refused).all()


def test_before_both_agree_nobody_of_a_side_is_named_to_the_other(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    _write(session, cast, cast.enterprise)
    _write(session, cast, cast.broker)
    sign_in(client, cast.university)
    for address in (cast.address, "/messages", f"{cast.address}/messages"):
        page = client.get(address).text
        assert "企业甲" not in page
        assert cast.enterprise.organization.name not in page
        assert "经理丁" in page
    sign_in(client, cast.officer)
    assert "企业甲" in client.get(cast.address).text
    decisions.consent(session, cast.enterprise, cast.match)
    decisions.consent(session, cast.university, cast.match)
    sign_in(client, cast.university)
    assert "企业甲" in client.get(cast.address).text


def test_the_box_says_who_will_see_what(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(client, cast.enterprise)
    assert "对方只看到您属于哪一方" in client.get(cast.address).text
    sign_in(client, cast.broker)
    assert "其他各方能看到您的姓名" in client.get(cast.address).text


def test_a_director_sees_the_match_and_not_its_messages(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    _write(session, cast, cast.enterprise)
    sign_in(client, factories.user(Role.DIRECTOR, region=factories.ANHUI))
    page = client.get(cast.address)
    assert page.status_code == 200
    assert "样品 X7" not in page.text
    assert 'id="messages"' not in page.text
    assert client.get(f"{cast.address}/messages").status_code == 403
    assert client.get("/messages").status_code == 403


@pytest.mark.parametrize(
    "who",
    [
        (Role.MEMBER, None),
        (Role.BROKER, None),
        (Role.OFFICER, "340300"),
        (Role.AUDITOR, None),
        (Role.ADMIN, None),
    ],
)
def test_nobody_else_reads_writes_or_marks_anything(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    cast: Cast,
    who: tuple[Role, str | None],
) -> None:
    message = _write(session, cast, cast.enterprise)
    role, region = who
    sign_in(client, factories.user(role, region=region))
    for address in ("/messages", cast.address, f"{cast.address}/messages", "/matches", "/notices"):
        assert "样品 X7" not in client.get(address).text
    page = "/account"
    for address in (f"{cast.address}/message", f"/messages/{message.public_id}/read"):
        fields = {"key": new_public_id(), "text": "插话"}
        assert send(client, address, page, **fields).status_code in (403, 404)
    session.rollback()
    assert session.scalars(sa.select(Message)).one() is message


def test_a_visitor_is_asked_to_sign_in(client: FlaskClient, session: Session, cast: Cast) -> None:
    assert client.get("/messages").status_code == 303
    assert client.get(f"{cast.address}/messages").status_code == 401


def test_the_mail_says_that_a_message_waits_and_nothing_of_it(
    session: Session, mailbox: Mailbox, cast: Cast, capfd: pytest.CaptureFixture[str]
) -> None:
    mailbox.letters(cast.university.email)
    _write(session, cast, cast.enterprise)
    letter = mailbox.letters(cast.university.email)[-1]
    assert label(Event.MESSAGE_WRITTEN) in letter
    assert f"{ADDRESS}/notices/" in letter
    said = [*mailbox.letters(cast.officer.email), letter, *capfd.readouterr()]
    said += [str(entry.detail) for entry in session.scalars(sa.select(AuditEntry))]
    for secret in ("样品 X7", "企业甲", cast.match.need.title, cast.enterprise.organization.name):
        assert not [text for text in said if secret in text], secret


def test_unread_messages_are_counted_until_they_are_marked(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    _write(session, cast, cast.enterprise)
    _write(session, cast, cast.broker)
    sign_in(client, cast.university)
    assert _badge(client) == "2"
    assert 'href="' + cast.address + '#messages">2' in client.get("/matches/waiting").text
    assert "record-unread" in client.get("/messages").text
    page = client.get(cast.address).text
    assert _badge(client) == "2"  # reading a page changes nothing
    read = re.search(r'action="(/messages/[^"]+/read)"', page)
    assert read
    assert send(client, read[1], cast.address).location == f"{cast.address}#messages"
    assert _badge(client) == ""
    assert read[1] not in client.get(cast.address).text
    assert _("Nothing unread") in client.get("/messages?unread=1").text
    session.rollback()
    mine = sa.select(Notification.read_at).where(
        Notification.event == Event.MESSAGE_WRITTEN, Notification.user_id == cast.university.id
    )
    assert session.scalars(mine).one() is not None


def test_a_page_that_is_open_fetches_what_came_since(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(client, cast.university)
    fetch = re.search(r'hx-get="([^"]+)"', client.get(cast.address).text)
    assert fetch
    assert client.get(unescape(fetch[1])).status_code == 204
    _write(session, cast, cast.enterprise, "第一句")
    part = client.get(unescape(fetch[1])).text
    assert "第一句" in part
    assert "<html" not in part
    _write(session, cast, cast.enterprise, "第二句")
    fetch = re.search(r'hx-get="([^"]+)"', part)
    assert fetch
    part = client.get(unescape(fetch[1])).text
    assert ("第一句" in part, "第二句" in part) == (False, True)


def test_fetching_keeps_nobody_signed_in(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(client, cast.university)
    with client.session_transaction() as cookie:
        cookie["seen"] -= 600
        seen = cookie["seen"]
    assert client.get(f"{cast.address}/messages").status_code == 204
    with client.session_transaction() as cookie:
        assert cookie["seen"] == seen
    client.get(cast.address)
    with client.session_transaction() as cookie:
        assert cookie["seen"] > seen


def test_a_long_conversation_is_read_from_its_end(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    for number in range(60):
        _write(session, cast, cast.enterprise, f"第{number:02}句")
    sign_in(client, cast.university)
    page = client.get(cast.address).text
    assert ("第09句" in page, "第10句" in page, "第59句" in page) == (False, True, True)
    assert page.index("第10句") < page.index("第59句")
    earlier = link(page, "before=")
    assert earlier
    page = client.get(earlier).text
    assert ("第00句" in page, "第09句" in page, "第10句" in page) == (True, True, False)
    assert "hx-get" not in page


def test_conversations_are_listed_the_newest_first_page_by_page(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    matches = [_another(session, cast, f"成果{number:02}") for number in range(45)]
    _say(session, matches[0], "最新")
    sign_in(client, cast.enterprise)
    pages = walk(client, "/messages")
    assert [len(page) for page in pages] == [20, 20, 5]
    assert "成果00" in pages[0][0]
    assert "成果44" in pages[0][1]
    assert [len(page) for page in walk(client, "/messages?unread=1")] == [20, 20, 5]


def test_more_messages_ask_the_database_no_more(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    cast: Cast,
    count_queries: Callable[[], Any],
) -> None:
    asked = []
    for count in (5, 45):
        for number in range(count):
            _another(session, cast, f"成果{number}")
            _write(session, cast, cast.university, "你好")
        sign_in(client, cast.enterprise)
        counts = []
        for address in ("/messages", cast.address, "/matches?status=recommended", "/about"):
            client.get(address)  # the words of the matches are looked up once
            counter = count_queries()
            assert client.get(address).status_code == 200
            counts.append(len(counter))
        asked.append(counts)
    assert asked[0] == asked[1]


def test_the_list_names_no_masked_text(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    _write(session, cast, cast.broker)
    sign_in(client, cast.university)
    (title,) = titles(client.get("/messages").text)
    assert title.startswith("一项材料难题 × ")


def test_who_has_no_conversation_is_told_where_one_begins(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, factories.user())
    assert _("No message yet") in client.get("/messages").text


def test_a_match_that_is_only_proposed_has_no_box(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    with transaction(session):
        cast.match.status = MatchStatus.PROPOSED
    sign_in(client, cast.officer)
    assert 'id="messages"' not in client.get(cast.address).text


def _another(session: Session, cast: Cast, title: str) -> Match:
    """Give another recommended match of the enterprise, on which the other side has written."""
    need = factories.need(organization=cast.enterprise.organization)
    match = factories.match(need, factories.result(title=title), status=MatchStatus.RECOMMENDED)
    with transaction(session):
        match.recommended_on, match.broker = cast.match.recommended_on, cast.broker
    _say(session, match, "你好")
    return match


def _say(session: Session, match: Match, text: str) -> None:
    author = factories.user(organization=match.result.organization)
    messages.write(session, author, match, new_public_id(), text)
