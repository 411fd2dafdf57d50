"""Posters are told of pairs newly proposed for their texts, once, and only of what they see."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker import notifications
from matchmaker.db import transaction
from matchmaker.matches.announcing import announce
from models import (
    Delivery,
    Event,
    Match,
    MatchGrade,
    MatchStatus,
    NoticeKind,
    NoticeSetting,
    Notification,
    Role,
    User,
    Visibility,
)
from tests import factories
from tests.mailbox import Mailbox
from tests.matchmaker.test_jobs import work_off
from tests.matchmaker.test_outbox import note


def _owner(session: Session, posting: Any, delivery: Delivery | None = None) -> User:
    user = factories.user(Role.MANAGER, organization=posting.organization)
    if delivery:
        kind = NoticeKind.SUBSCRIPTION
        with transaction(session):
            session.add(NoticeSetting(user_id=user.id, kind=kind, delivery=delivery))
    return user


def _told(session: Session) -> list[tuple[int, str, int]]:
    session.rollback()
    notes = session.scalars(
        sa.select(Notification)
        .where(Notification.event == Event.MATCHES_PROPOSED)
        .order_by(Notification.id)
    )
    return [(row.user_id, row.subject_kind, row.payload["count"]) for row in notes]


def test_both_sides_are_told_of_new_pairs_once(app: Flask, session: Session) -> None:
    need = factories.need()
    results = [factories.result() for _number in range(2)]
    theirs = _owner(session, need)
    others = [_owner(session, result) for result in results]
    for result in results:
        factories.match(need, result, grade=MatchGrade.STRONG)
    for _night in range(2):
        note(session, "push_proposals")
        work_off(app)
    assert _told(session) == [
        (theirs.id, "Need", 2),
        (others[0].id, "Result", 1),
        (others[1].id, "Result", 1),
    ]
    late = factories.result()
    factories.match(need, late)
    announce(session)
    assert _told(session)[3:] == [(theirs.id, "Need", 1)]


@pytest.mark.parametrize(
    "values",
    [
        {"grade": MatchGrade.WEAK},
        {"status": MatchStatus.DISMISSED},
        {"status": MatchStatus.RECOMMENDED},
    ],
)
def test_weak_and_decided_pairs_are_no_news(session: Session, values: dict[str, Any]) -> None:
    need = factories.need()
    _owner(session, need)
    factories.match(need, factories.result(), **values)
    assert announce(session) == 0
    assert _told(session) == []


def test_a_pair_that_has_grown_better_is_news(session: Session) -> None:
    need = factories.need()
    _owner(session, need)
    match = factories.match(need, factories.result(), grade=MatchGrade.WEAK)
    announce(session)
    with transaction(session):
        match.grade = MatchGrade.FAIR
    announce(session)
    assert len(_told(session)) == 1


def test_a_text_for_others_alone_is_not_counted(session: Session) -> None:
    need = factories.need()
    _owner(session, need)
    factories.match(need, factories.result(visibility=Visibility.INVITED))
    announce(session)
    assert _told(session) == []


def test_telling_leaves_the_match_as_the_board_shows_it(session: Session) -> None:
    match = factories.match(factories.need(), factories.result())
    before = (match.version, match.updated_at)
    announce(session)
    session.refresh(match)
    assert (match.version, match.updated_at) == before


def test_one_who_dies_halfway_tells_the_rest_later(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    need, result = factories.need(), factories.result()
    owners = [_owner(session, posting) for posting in (need, result)]
    factories.match(need, result)
    tell = notifications.tell

    def dies_at_the_result(own: Session, event: Event, subject: Any, **payload: Any) -> None:
        tell(own, event, subject, **payload)
        if subject is not need:
            raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(notifications, "tell", dies_at_the_result)
        with pytest.raises(MemoryError):
            announce(session)
    assert [user_id for user_id, *_rest in _told(session)] == [owners[0].id]
    announce(session)
    assert [user_id for user_id, *_rest in _told(session)] == [owner.id for owner in owners]


def test_the_mail_names_both_sides_by_their_public_titles(
    app: Flask, session: Session, mailbox: Mailbox
) -> None:
    masked = factories.need(
        title="鸮羽硼烯开裂",
        problem="鸮羽硼烯",
        visibility=Visibility.MASKED,
        public_summary="一项涂层难题。",
    )
    result = factories.result(title="抗开裂涂层技术")
    readers = [_owner(session, posting, Delivery.AT_ONCE) for posting in (masked, result)]
    factories.match(masked, result)
    announce(session)
    for reader in readers:
        (letter,) = mailbox.letters(reader.email)
        assert "一项涂层难题" in letter
        assert "抗开裂涂层技术" in letter
        assert "鸮羽硼烯" not in letter


def test_the_mail_leaves_out_what_is_gone(app: Flask, session: Session, mailbox: Mailbox) -> None:
    need, result = factories.need(title="隔膜收缩"), factories.result(title="陶瓷涂覆")
    reader = _owner(session, need, Delivery.AT_ONCE)
    factories.match(need, result)
    announce(session)
    with transaction(session):
        session.execute(sa.delete(Match))
    (letter,) = mailbox.letters(reader.email)
    assert "隔膜收缩" in letter
    assert "陶瓷涂覆" not in letter
