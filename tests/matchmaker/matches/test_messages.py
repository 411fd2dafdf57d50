"""Messages on a match: who writes, who is told, what is unread, and what stays kept."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker.db import db, transaction
from matchmaker.lifecycle.engine import NotPermittedError, NotVisibleError
from matchmaker.matches import decisions, messages, proposals
from matchmaker.matches.conversations import followed, unread_by_match, unread_count
from matchmaker.matches.messages import KeyTakenError
from matchmaker.permissions import Permission, can, visible
from models import (
    AuditEntry,
    DeclineReason,
    Event,
    Match,
    MatchStatus,
    Message,
    MessageMark,
    Notification,
    Role,
    Speaker,
    User,
    new_public_id,
)
from tests import factories

Write = Callable[..., Message]


class Cast:
    """A match that both sides were asked about, and everybody around it."""

    def __init__(self, session: Session) -> None:
        elsewhere = factories.organization(region=factories.WUHU)
        self.match = factories.match(factories.need(), factories.result(organization=elsewhere))
        self.enterprise = factories.user(organization=self.match.need.organization)
        self.university = factories.user(Role.MANAGER, organization=elsewhere)
        self.officer = factories.user(Role.OFFICER, region=factories.FEIXI)
        self.their_officer = factories.user(Role.OFFICER, region=factories.WUHU)
        self.broker = factories.user(Role.BROKER)
        decisions.assign(session, self.officer, self.match, self.broker)
        decisions.recommend(session, self.officer, self.match)
        self.rival = factories.user()
        self.other_broker = factories.user(Role.BROKER)
        self.other_officer = factories.user(Role.OFFICER, region="340300")
        self.director = factories.user(Role.DIRECTOR, region=factories.ANHUI)
        self.auditor = factories.user(Role.AUDITOR)
        self.admin = factories.user(Role.ADMIN)

    def people(self) -> Iterator[tuple[str, User]]:
        """Give everybody with what they are called here."""
        return ((name, who) for name, who in vars(self).items() if isinstance(who, User))


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give a match that both sides have been asked about."""
    return Cast(session)


@pytest.fixture
def write(session: Session, cast: Cast) -> Write:
    """Give a function that writes on the match."""

    def write(author: User, text: str = "请问样品何时可测？") -> Message:
        return messages.write(session, author, cast.match, new_public_id(), text)

    return write


PARTIES = {"enterprise", "university", "officer", "their_officer", "broker"}


def test_both_sides_their_officers_and_the_broker_take_part_and_nobody_else(
    session: Session, cast: Cast, write: Write
) -> None:
    message = write(cast.enterprise)
    for name, actor in cast.people():
        takes_part = name in PARTIES
        assert bool(can(actor, Permission.MESSAGE_READ, message)) is takes_part, name
        assert bool(can(actor, Permission.MESSAGE_WRITE, cast.match)) is takes_part, name
        assert (message in set(session.scalars(visible(actor, Message)))) is takes_part, name
    assert session.scalars(visible(None, Message)).all() == []


def test_a_director_who_is_also_a_member_elsewhere_reads_none_of_it(
    session: Session, cast: Cast, write: Write
) -> None:
    message = write(cast.enterprise)
    both = factories.user(Role.DIRECTOR, Role.MEMBER, region=factories.ANHUI)
    assert can(both, Permission.MATCH_READ, cast.match)
    assert not can(both, Permission.MESSAGE_READ, message)
    assert session.scalars(visible(both, Message)).all() == []


def test_each_speaks_as_what_they_are_on_the_match(cast: Cast, write: Write) -> None:
    speakers = {name: write(actor).speaker for name, actor in cast.people() if name in PARTIES}
    assert speakers == {
        "enterprise": Speaker.NEED,
        "university": Speaker.RESULT,
        "officer": Speaker.OFFICER,
        "their_officer": Speaker.OFFICER,
        "broker": Speaker.BROKER,
    }


def test_nobody_writes_before_both_are_asked_or_after_it_has_ended(
    session: Session, cast: Cast, write: Write
) -> None:
    write(cast.enterprise)
    for status in MatchStatus:
        with transaction(session):
            cast.match.status = status
        open_ = status in (MatchStatus.RECOMMENDED, MatchStatus.AGREED)
        decision = can(cast.enterprise, Permission.MESSAGE_WRITE, cast.match)
        assert (bool(decision), bool(decision.reason)) == (open_, not open_)
        assert can(cast.enterprise, Permission.MESSAGE_READ, cast.match)
        if not open_:
            with pytest.raises(NotPermittedError):
                write(cast.enterprise)
    with pytest.raises(NotVisibleError):
        write(cast.rival)


def test_a_form_sent_twice_is_one_message(session: Session, cast: Cast) -> None:
    key = new_public_id()
    first = messages.write(session, cast.broker, cast.match, key, "请双方约时间")
    decisions.decline(session, cast.enterprise, cast.match, DeclineReason.PRICE)
    assert messages.write(session, cast.broker, cast.match, key, "请双方约时间") is first
    with pytest.raises(KeyTakenError):
        messages.write(session, cast.broker, cast.match, key, "另一句话")
    with pytest.raises(KeyTakenError):
        messages.write(session, cast.officer, cast.match, key, "请双方约时间")
    assert len(session.scalars(sa.select(Message)).all()) == 1
    assert len(session.scalars(_told(Event.MESSAGE_WRITTEN)).all()) == 3


def test_however_often_the_button_is_pressed_at_once_there_is_one_message(
    app: Flask, session: Session, cast: Cast
) -> None:
    match_id, author_id, key = cast.match.id, cast.enterprise.id, new_public_id()

    def press(_number: int) -> str:
        with app.app_context(), db.sessionmaker() as own:
            match, author = own.get_one(Match, match_id), own.get_one(User, author_id)
            return messages.write(own, author, match, key, "你好").public_id

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(press, range(12))) == {key}
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1


def test_the_others_are_told_once_until_they_have_read(
    session: Session, cast: Cast, write: Write
) -> None:
    first, second = write(cast.enterprise), write(cast.enterprise)
    told = session.scalars(_told(Event.MESSAGE_WRITTEN)).all()
    assert sorted(told) == sorted([cast.university.id, cast.officer.id, cast.broker.id])
    messages.mark_read(session, cast.university, first)
    write(cast.enterprise)
    assert len(session.scalars(_told(Event.MESSAGE_WRITTEN)).all()) == 3
    newest = write(cast.broker)
    messages.mark_read(session, cast.university, newest)
    write(cast.enterprise)
    told = session.scalars(_told(Event.MESSAGE_WRITTEN)).all()
    assert told.count(cast.university.id) == 2
    assert told.count(cast.enterprise.id) == 1
    assert second.text not in str([row.payload for row in session.scalars(sa.select(Notification))])


def test_an_officer_who_joined_in_is_told_of_the_answer(
    session: Session, cast: Cast, write: Write
) -> None:
    write(cast.their_officer)
    write(cast.university)
    assert cast.their_officer.id in session.scalars(_told(Event.MESSAGE_WRITTEN)).all()


def test_a_broker_whom_the_match_was_taken_from_is_told_no_more(
    session: Session, cast: Cast, write: Write
) -> None:
    write(cast.broker)
    decisions.assign(session, cast.officer, cast.match, cast.other_broker)
    write(cast.university)
    assert cast.broker.id not in session.scalars(_told(Event.MESSAGE_WRITTEN)).all()
    assert unread_count(session, cast.broker) == 0
    assert unread_count(session, cast.other_broker) == 2


def test_what_others_wrote_is_unread_until_it_is_marked(
    session: Session, cast: Cast, write: Write
) -> None:
    write(cast.enterprise)
    newest = write(cast.university)
    assert unread_count(session, cast.enterprise) == 1
    assert unread_count(session, cast.university) == 1
    assert unread_by_match(session, cast.broker, [cast.match.id]) == {cast.match.id: 2}
    messages.mark_read(session, cast.broker, newest)
    messages.mark_read(session, cast.broker, newest)
    assert unread_count(session, cast.broker) == 0
    write(cast.enterprise)
    assert unread_count(session, cast.broker) == 1
    marked = sa.select(sa.func.count()).where(AuditEntry.action == "message:read")
    assert session.scalar(marked) == 1


def test_reading_an_older_message_takes_nothing_back(
    session: Session, cast: Cast, write: Write
) -> None:
    first, second = write(cast.enterprise), write(cast.enterprise)
    messages.mark_read(session, cast.university, second)
    messages.mark_read(session, cast.university, first)
    mark = session.scalars(sa.select(MessageMark.message_id)).one()
    assert mark == second.id


def test_officers_follow_what_they_recommended_or_wrote_in(
    session: Session, cast: Cast, write: Write
) -> None:
    write(cast.enterprise)
    assert unread_count(session, cast.officer) == 1
    assert unread_count(session, cast.their_officer) == 0
    assert followed(session, cast.their_officer, unread=False, before="").rows == []
    write(cast.their_officer)
    assert unread_count(session, cast.their_officer) == 1


def test_a_match_proposed_again_is_not_dropped_with_what_was_written_on_it(
    session: Session, cast: Cast, write: Write
) -> None:
    write(cast.enterprise)
    factories.match(factories.need(), cast.match.result)
    with transaction(session):
        cast.match.status, cast.match.broker = MatchStatus.PROPOSED, None
    with transaction(session):
        _added, _changed, removed = proposals.store(session, proposals.known(session), [], [], "")
    assert removed == 1
    assert session.scalars(sa.select(Match)).all() == [cast.match]


def _told(event: Event) -> sa.Select[int]:
    return sa.select(Notification.user_id).where(Notification.event == event)
