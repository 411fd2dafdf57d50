"""Proposals: what the matcher finds is kept, brought up to date, and never overrules people."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker.db import db, transaction
from matchmaker.matches.services import NotPublishedError, has_run, propose
from models import AuditEntry, Job, JobStatus, Match, MatchStatus, PostingStatus, StatusChange
from tests import factories


def _matches(session: Session) -> list[Match]:
    return list(session.scalars(sa.select(Match).order_by(Match.id)))


def test_a_need_and_its_result_are_proposed_with_reasons(session: Session) -> None:
    need, fitting = factories.need(), factories.result()
    factories.result(title="玉米籽粒低破碎收获", abstract="脱粒滚筒参数优化")
    done = propose(session, None)
    best = max(_matches(session), key=lambda match: match.score)
    assert done.added == len(_matches(session))
    assert (best.need_id, best.result_id) == (need.id, fitting.id)
    assert best.need_rank == best.result_rank == 1
    assert "隔膜" in [reason["term"] for reason in best.reasons]
    assert best.status is MatchStatus.PROPOSED
    assert best.engine_version


def test_matching_again_changes_scores_and_adds_no_second_pair(session: Session) -> None:
    need = factories.need()
    factories.result()
    propose(session, None)
    before = {match.id: match.score for match in _matches(session)}
    with transaction(session):
        need.title = "一种耐热的陶瓷涂覆隔膜制备方法"
    done = propose(session, None)
    after = {match.id: match.score for match in _matches(session)}
    assert (done.added, done.removed) == (0, 0)
    assert before.keys() == after.keys()
    assert before != after


def test_a_proposal_whose_result_was_withdrawn_is_removed(session: Session) -> None:
    factories.need()
    result = factories.result()
    propose(session, None)
    with transaction(session):
        result.status = PostingStatus.WITHDRAWN
    assert propose(session, None).removed == 1
    assert _matches(session) == []
    changes = session.scalars(sa.select(StatusChange).where(StatusChange.subject_kind == "Match"))
    assert [change.target for change in changes] == ["proposed", "removed"]


def test_a_pair_somebody_has_acted_on_stays_as_it_is(session: Session) -> None:
    match = factories.match(
        factories.need(), factories.result(), score=0.123, status=MatchStatus.DISMISSED
    )
    done = propose(session, None)
    session.refresh(match)
    assert (done.added, done.changed, done.removed) == (0, 0, 0)
    assert match.score == 0.123


def test_one_need_alone_gets_the_same_pairs_as_in_a_run_over_all(session: Session) -> None:
    first = factories.need()
    factories.need(title="茶叶杀青", problem="杀青不匀")
    factories.result()
    factories.result(title="茶叶杀青机", abstract="滚筒温度均匀")
    propose(session, None)
    wanted = [(m.need_id, m.result_id, m.score) for m in _matches(session)]
    propose(session, None, first)
    assert [(m.need_id, m.result_id, m.score) for m in _matches(session)] == wanted


def test_an_empty_platform_has_nothing_to_propose(session: Session) -> None:
    assert propose(session, None).added == 0
    factories.need()
    assert propose(session, None).added == 0


def test_every_new_proposal_leaves_its_trail(app: Flask, session: Session) -> None:
    factories.need()
    factories.result()
    propose(session, None)
    changes = session.scalars(sa.select(StatusChange).where(StatusChange.subject_kind == "Match"))
    assert [change.target for change in changes] == ["proposed"]
    job = session.scalars(sa.select(Job)).one()
    assert (job.kind, job.status) == ("propose", JobStatus.DONE)
    assert job.outcome == {"added": 1, "changed": 0, "removed": 0}
    entries = sa.select(AuditEntry).where(AuditEntry.action == "match:propose")
    assert session.scalars(entries).one().detail["added"] == 1


def test_a_need_that_is_not_published_is_not_matched(session: Session) -> None:
    need = factories.need(status=PostingStatus.WITHDRAWN)
    with pytest.raises(NotPublishedError):
        propose(session, None, need)


def test_a_run_that_fails_says_so_and_keeps_texts_out_of_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.need(title="鸮羽硼烯")

    def fail(*_arguments: object) -> None:
        raise ValueError("鸮羽硼烯")

    monkeypatch.setattr("matchmaker.matches.services.Matcher", fail)
    with pytest.raises(ValueError, match="鸮羽硼烯"):
        propose(session, None)
    job = session.scalars(sa.select(Job)).one()
    assert (job.status, job.error) == (JobStatus.FAILED, "ValueError")
    assert not has_run(session)


def test_two_runs_at_once_propose_each_pair_once(app: Flask, session: Session) -> None:
    for number in range(20):
        factories.need(title=f"隔膜涂层{number}")
        factories.result(title=f"涂覆隔膜{number}")

    def run() -> None:
        with app.app_context(), db.sessionmaker() as own:
            propose(own, None)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(run), pool.submit(run)]:
            done.result()
    pairs = [(match.need_id, match.result_id) for match in _matches(session)]
    assert len(pairs) == len(set(pairs)) > 0
