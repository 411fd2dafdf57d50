"""Saved searches: what is published is found once, told once, and only to who may see it."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker import notifications
from matchmaker.db import transaction
from matchmaker.jobs import StoppingError
from matchmaker.postings import services as postings
from matchmaker.subscriptions import finding, services
from models import (
    Delivery,
    Event,
    FoundText,
    NoticeKind,
    NoticeSetting,
    Notification,
    Pace,
    PostingKind,
    PostingStatus,
    Role,
    SavedSearch,
    User,
    Visibility,
    now,
)
from tests import factories
from tests.mailbox import Mailbox
from tests.matchmaker.test_jobs import work_off
from tests.matchmaker.test_outbox import let_time_pass, note

NEEDS, RESULTS = PostingKind.NEED, PostingKind.RESULT


def _save(
    session: Session,
    user: User,
    kind: PostingKind = NEEDS,
    pace: Pace = Pace.DAILY,
    **filters: str,
) -> SavedSearch:
    """Save a search an hour ago; by the word 隔膜 unless told otherwise."""
    chosen = filters or {"q": "隔膜"}
    search = services.save(session, user, kind, chosen, "我的订阅", pace)
    with transaction(session):
        search.created_at = now() - timedelta(hours=1)
    return search


def _new_need(**values: Any) -> Any:
    return factories.need(published_at=now(), **values)


def _new_result(**values: Any) -> Any:
    return factories.result(published_at=now(), **values)


def _push(app: Flask, session: Session) -> None:
    note(session, "push_texts")
    work_off(app)
    session.rollback()


def _found(session: Session) -> list[int]:
    return list(session.scalars(sa.select(FoundText.posting_id).order_by(FoundText.id)))


def _told(session: Session) -> list[tuple[int, int]]:
    """Return whom a notification went to and of how many texts."""
    notes = session.scalars(
        sa.select(Notification)
        .where(Notification.event == Event.SEARCH_FOUND)
        .order_by(Notification.id)
    )
    return [(row.user_id, row.payload["count"]) for row in notes]


def test_a_search_of_the_needs_hall_keeps_to_a_kind_of_need(app: Flask, session: Session) -> None:
    for kind in ("technology", "talent"):
        services.save(session, factories.user(), NEEDS, {"kind": kind}, kind, Pace.DAILY)
    _new_need()
    _push(app, session)
    found = sa.select(SavedSearch.name).join(FoundText)
    assert session.scalars(found).all() == ["technology"]


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        ({"q": "隔膜 涂层"}, True),
        ({"q": "玉米 秸秆"}, False),
        ({"industry": "nev"}, True),
        ({"industry": "ai"}, False),
        ({"region": factories.HEFEI}, True),
        ({"region": factories.WUHU}, False),
        ({"mode": "joint"}, True),
        ({"mode": "licence"}, False),
    ],
)
def test_a_new_text_is_found_by_words_and_filters(
    app: Flask, session: Session, filters: dict[str, str], fits: bool
) -> None:
    _save(session, factories.user(), NEEDS, Pace.DAILY, **filters)
    need = _new_need(industry="nev-battery")
    _push(app, session)
    assert _found(session) == ([need.id] if fits else [])


def test_typed_words_find_what_the_matcher_finds_to_fit(app: Flask, session: Session) -> None:
    typed = "动力电池隔膜在高温下收缩变形，寻找耐热陶瓷涂覆隔膜"
    _save(session, factories.user(), RESULTS, q=typed)
    fitting = _new_result(
        title="动力电池耐热陶瓷涂覆隔膜", abstract="陶瓷涂覆隔膜在高温下不收缩不变形，耐热性好。"
    )
    _new_result(title="玉米秸秆还田机具", abstract="用于秸秆粉碎和还田的农业机具。")
    _push(app, session)
    assert _found(session) == [fitting.id]


def test_what_was_published_before_the_search_was_saved_is_not_new(
    app: Flask, session: Session
) -> None:
    factories.need(days_ago=2)
    _save(session, factories.user())
    _push(app, session)
    assert _found(session) == []


def test_the_same_text_is_never_told_twice(app: Flask, session: Session) -> None:
    user = factories.user()
    _save(session, user)
    _new_need()
    _push(app, session)
    _push(app, session)
    assert _told(session) == [(user.id, 1)]
    _new_need()
    _push(app, session)
    assert _told(session) == [(user.id, 1), (user.id, 1)]


def test_a_job_killed_midway_and_run_again_finds_and_tells_each_once(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "BATCH", 2)
    users = [factories.user() for _number in range(5)]
    for user in users:
        _save(session, user)
    _new_need()
    stopping = threading.Event()
    keep = finding._keep

    def killed_after_the_first_batch(*args: Any) -> int:
        stopping.set()
        return keep(*args)

    with monkeypatch.context() as patched:
        patched.setattr(finding, "_keep", killed_after_the_first_batch)
        message = note(session, "push_texts")
        work_off(app, stopping)
    session.rollback()
    assert len(_found(session)) == 2
    assert _told(session) == []
    session.refresh(message)
    work_off(app)
    session.rollback()
    assert len(_found(session)) == 5
    assert sorted(_told(session)) == [(user.id, 1) for user in users]


def test_a_job_that_dies_while_telling_goes_on_where_it_was(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = [factories.user() for _number in range(3)]
    for user in users:
        _save(session, user)
    _new_need()
    tell = notifications.tell
    told: list[Any] = []

    def dies_at_the_second(*args: Any, **payload: Any) -> None:
        if len(told) == 1:
            raise StoppingError
        told.append(args)
        tell(*args, **payload)

    with monkeypatch.context() as patched:
        patched.setattr(notifications, "tell", dies_at_the_second)
        note(session, "push_texts")
        work_off(app, _stopped_by(told))
    let_time_pass(session)
    work_off(app)
    session.rollback()
    assert sorted(_told(session)) == [(user.id, 1) for user in users]


def _stopped_by(told: list[Any]) -> Any:
    """Return an event that is set once somebody has been told."""

    class Stopping(threading.Event):
        def is_set(self) -> bool:
            return bool(told)

    return Stopping()


def test_who_wants_it_at_once_is_told_when_a_text_is_published(
    app: Flask, session: Session
) -> None:
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    eager, patient = factories.user(), factories.user()
    _save(session, eager, pace=Pace.AT_ONCE)
    _save(session, patient)
    need = factories.need(status=PostingStatus.SUBMITTED, submitted_at=now(), published_at=None)
    postings.publish(session, officer, need)
    work_off(app)
    session.rollback()
    assert _told(session) == [(eager.id, 1)]
    _push(app, session)
    assert _told(session) == [(eager.id, 1), (patient.id, 1)]


def test_a_weekly_search_tells_once_in_seven_days(app: Flask, session: Session) -> None:
    user = factories.user()
    search = _save(session, user, pace=Pace.WEEKLY)
    for _number in range(3):
        _new_need()
        _push(app, session)
    assert _told(session) == [(user.id, 1)]
    with transaction(session):
        session.refresh(search)
        assert search.told_on is not None
        search.told_on -= timedelta(days=7)
    _push(app, session)
    assert _told(session) == [(user.id, 1), (user.id, 2)]


def test_a_paused_search_counts_and_tells_nothing_even_when_it_goes_on(
    app: Flask, session: Session
) -> None:
    user = factories.user()
    search = _save(session, user, pace=Pace.PAUSED)
    need = _new_need()
    _push(app, session)
    assert _found(session) == [need.id]
    services.change(session, user, search, search.name, Pace.DAILY)
    _push(app, session)
    assert _told(session) == []


def test_nobody_is_told_of_what_was_withdrawn_meanwhile(app: Flask, session: Session) -> None:
    _save(session, factories.user(), pace=Pace.WEEKLY)
    need = _new_need()
    note(session, "push_texts_at_once")
    work_off(app)
    with transaction(session):
        need.status = PostingStatus.WITHDRAWN
    _push(app, session)
    assert _told(session) == []


def test_people_who_left_are_passed_over(app: Flask, session: Session) -> None:
    _save(session, factories.user(active=False))
    _new_need()
    _push(app, session)
    assert _found(session) == []


def test_old_findings_are_thrown_away(app: Flask, session: Session) -> None:
    _save(session, factories.user())
    _new_need()
    _push(app, session)
    with transaction(session):
        session.execute(sa.update(FoundText).values(found_at=now() - finding.KEPT * 2))
        session.execute(sa.text("UPDATE need SET published_at = :then"), {"then": "2026-01-01"})
    _push(app, session)
    assert _found(session) == []


CANARIES = ("鸮羽硼烯", "烛龙窑", "QX9471")


def _masked(**values: Any) -> Any:
    return _new_need(
        title="鸮羽硼烯涂层在烛龙窑中开裂",
        problem="鸮羽硼烯涂层在烛龙窑高温段开裂剥落，QX9471批次最重。",
        keywords=["鸮羽硼烯"],
        metrics=[{"name": "烛龙窑寿命", "target": "≥300", "unit": "h"}],
        visibility=Visibility.MASKED,
        public_summary="高温窑炉内衬涂层寿命不足，寻求材料方案。",
        **values,
    )


@pytest.mark.parametrize("words", [*CANARIES, "烛龙窑 QX9471"])
def test_a_masked_need_is_not_found_by_its_confidential_words(
    app: Flask, session: Session, words: str
) -> None:
    _save(session, factories.user(), q=words)
    _save(session, factories.user(Role.OFFICER, region=factories.WUHU), q=words)
    _masked()
    _push(app, session)
    assert _found(session) == []


def test_a_masked_need_is_told_of_by_its_summary_alone(
    app: Flask, session: Session, mailbox: Mailbox
) -> None:
    stranger = factories.user()
    owner = factories.user()
    for user in (stranger, owner):
        _save(session, user, q="窑炉")
        with transaction(session):
            session.add(
                NoticeSetting(
                    user_id=user.id, kind=NoticeKind.SUBSCRIPTION, delivery=Delivery.AT_ONCE
                )
            )
    _masked(organization=owner.organization)
    _push(app, session)
    assert sorted(_told(session)) == [(stranger.id, 1), (owner.id, 1)]
    for user in (stranger, owner):
        (letter,) = mailbox.letters(user.email)
        assert "高温窑炉内衬涂层寿命不足" in letter
        assert not [word for word in CANARIES if word in letter]
    payloads = session.scalars(sa.select(sa.cast(Notification.payload, sa.Text))).all()
    assert not [word for word in CANARIES if word in "".join(payloads)]


def test_the_daily_mail_names_titles_that_its_reader_still_sees(
    app: Flask, session: Session, mailbox: Mailbox
) -> None:
    user = factories.user()
    _save(session, user)
    needs = [_new_need(title=f"隔膜难题{number}号") for number in range(7)]
    _push(app, session)
    with transaction(session):
        needs[-1].status = PostingStatus.WITHDRAWN
    assert mailbox.letters(user.email) == []
    note(session, "digests")
    (letter,) = mailbox.letters(user.email)
    assert "我的订阅" in letter
    assert "隔膜难题5号" in letter
    assert "隔膜难题6号" not in letter
    assert "2" in letter


def test_the_statements_of_a_run_grow_with_the_searches_and_not_with_the_texts(
    app: Flask, session: Session, count_queries: Any
) -> None:
    for _number in range(3):
        _save(session, factories.user(), q="隔膜", pace=Pace.PAUSED)
    _new_need()
    _push(app, session)
    asked = []
    for count in (5, 45):
        for _number in range(count):
            _new_need()
        counter = count_queries()
        _push(app, session)
        asked.append(len([each for each in counter.statements if each.startswith("SELECT")]))
    assert asked[0] == asked[1]
