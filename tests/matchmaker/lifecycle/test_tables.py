"""The tables of transitions: who may move what from where, and what the documents say of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.config import ROOT
from matchmaker.db import db, transaction
from matchmaker.lifecycle.diagram import document
from matchmaker.lifecycle.engine import (
    TABLES,
)
from matchmaker.lifecycle.match import MATCH, answer_by, reminders_due
from matchmaker.lifecycle.posting import POSTING
from matchmaker.lifecycle.revision import REVISION
from matchmaker.lifecycle.transition import Action, Transition
from models import (
    Match,
    MatchStatus,
    Need,
    Organization,
    PostingStatus,
    Result,
    Revision,
    RevisionStatus,
)
from tests import factories
from tests.backends import Backend
from tests.conftest import application, with_reference
from tests.matchmaker.lifecycle.moves import PERSONAS, People, expect, people_around

A, P, M, R = Action, PostingStatus, MatchStatus, RevisionStatus

WRITERS = {"member", "manager"}
MANAGERS = {"manager"}
BUREAU = {"county officer", "city officer", "provincial officer"}

# What the design says, written down a second time: who may do what in which state.
POSTING_MOVES: dict[tuple[Action, PostingStatus], set[str]] = {
    (A.SUBMIT, P.DRAFT): WRITERS,
    (A.SUBMIT, P.RETURNED): WRITERS,
    (A.ENDORSE, P.INTERNAL_REVIEW): MANAGERS,
    (A.RETURN, P.INTERNAL_REVIEW): MANAGERS,
    (A.RETURN, P.SUBMITTED): BUREAU,
    (A.PUBLISH, P.SUBMITTED): BUREAU,
    (A.REJECT, P.SUBMITTED): BUREAU,
    (A.RECALL, P.INTERNAL_REVIEW): WRITERS,
    (A.RECALL, P.SUBMITTED): WRITERS,
    (A.RENEW, P.PUBLISHED): WRITERS,
    (A.RENEW, P.EXPIRED): WRITERS,
    (A.FULFIL, P.PUBLISHED): WRITERS,
    (A.SUSPEND, P.PUBLISHED): BUREAU,
    (A.RESUME, P.SUSPENDED): BUREAU,
} | {
    (A.WITHDRAW, status): WRITERS
    for status in (P.DRAFT, P.INTERNAL_REVIEW, P.SUBMITTED, P.RETURNED, P.PUBLISHED, P.SUSPENDED)
}
ANSWERERS = {"member", "manager", "other side"}
RUNNERS = {"county officer", "city officer", "provincial officer", "other city's officer"}
MATCH_MOVES: dict[tuple[Action, MatchStatus], set[str]] = {
    (A.RECOMMEND, M.PROPOSED): RUNNERS | {"broker"},
    (A.DISMISS, M.PROPOSED): RUNNERS,
    (A.RECALL, M.RECOMMENDED): RUNNERS | {"broker"},
    (A.CONSENT, M.RECOMMENDED): ANSWERERS,
    (A.DECLINE, M.RECOMMENDED): ANSWERERS,
} | {(A.PROPOSE_AGAIN, status): RUNNERS for status in (M.DISMISSED, M.LAPSED, M.DECLINED)}
REVISION_MOVES: dict[tuple[Action, RevisionStatus], set[str]] = {
    (A.SUBMIT, R.DRAFT): WRITERS,
    (A.SUBMIT, R.RETURNED): WRITERS,
    (A.ENDORSE, R.INTERNAL_REVIEW): MANAGERS,
    (A.RETURN, R.INTERNAL_REVIEW): MANAGERS,
    (A.RETURN, R.SUBMITTED): BUREAU,
    (A.APPROVE, R.SUBMITTED): BUREAU,
    (A.REJECT, R.SUBMITTED): BUREAU,
    (A.RECALL, R.INTERNAL_REVIEW): WRITERS,
    (A.RECALL, R.SUBMITTED): WRITERS,
} | {
    (A.WITHDRAW, status): WRITERS
    for status in (R.DRAFT, R.INTERNAL_REVIEW, R.SUBMITTED, R.RETURNED)
}


@dataclass
class Stage:
    """A database with one record in each state, and everybody who might want to move it."""

    session: Session
    people: People
    needs: dict[PostingStatus, Need]
    results: dict[PostingStatus, Result]
    matches: dict[MatchStatus, Match]
    revisions: dict[RevisionStatus, Revision]


@pytest.fixture(scope="module")
def stage(backend: Backend) -> Iterator[Stage]:
    """Give a stage that all cases share: each undoes what it did."""
    app: Flask = application(backend.copy_of("reference", with_reference))
    with app.app_context():
        session = db.sessionmaker()
    with session:
        factories.use(session)
        yield _stage(session)
    with app.app_context():
        db.engine.dispose()


def _stage(session: Session) -> Stage:
    owner, other = factories.organization(), factories.organization(region=factories.WUHU)
    people = people_around(owner, other)
    past = today() - timedelta(days=1)
    needs = {
        status: factories.need(organization=owner, status=status, valid_until=past)
        for status in PostingStatus
    }
    results = {
        status: factories.result(organization=owner, status=status, valid_until=past)
        for status in PostingStatus
    }
    broker = people["broker"]
    matches = {
        status: factories.match(
            factories.need(organization=owner),
            factories.result(organization=other),
            status=status,
            broker=broker,
            recommended_on=today(),
        )
        for status in MatchStatus
    }
    author = people["member"]
    assert author is not None
    revisions = {}
    with transaction(session):
        for status in RevisionStatus:
            need = Need(title="旧", problem="旧", organization=owner, region=owner.region)
            need.status, need.published_at = PostingStatus.PUBLISHED, matches[M.AGREED].created_at
            revisions[status] = Revision(
                need=need, author_id=author.id, values={}, before={}, status=status
            )
        session.add_all(revisions.values())
    return Stage(session, people, needs, results, matches, revisions)


def _expect(
    stage: Stage, persona: str, record: Any, moves: dict[tuple[Any, Any], set[str]], seen: bool
) -> None:
    expect(stage.session, stage.people[persona], persona, record, moves, seen)


@pytest.mark.parametrize("kind", ["needs", "results"])
@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("status", PostingStatus)
def test_a_posting_moves_as_the_design_says(
    stage: Stage, persona: str, status: PostingStatus, kind: str
) -> None:
    before_bureau = status in (P.DRAFT, P.INTERNAL_REVIEW)
    above = persona in BUREAU | {"provincial director"}
    seen = persona in WRITERS or status is P.PUBLISHED or (above and not before_bureau)
    _expect(stage, persona, getattr(stage, kind)[status], POSTING_MOVES, seen)


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("status", MatchStatus)
def test_a_match_moves_as_the_design_says(stage: Stage, persona: str, status: MatchStatus) -> None:
    concerned = ANSWERERS | RUNNERS | {"broker", "provincial director"}
    _expect(stage, persona, stage.matches[status], MATCH_MOVES, persona in concerned)


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("status", RevisionStatus)
def test_a_revision_moves_as_the_design_says(
    stage: Stage, persona: str, status: RevisionStatus
) -> None:
    before_bureau = status in (R.DRAFT, R.INTERNAL_REVIEW)
    above = persona in BUREAU | {"provincial director"}
    seen = persona in WRITERS or (above and not before_bureau)
    _expect(stage, persona, stage.revisions[status], REVISION_MOVES, seen)


@pytest.mark.parametrize("table", [POSTING, REVISION, MATCH])
@pytest.mark.parametrize("internal", [True, False])
def test_no_two_rows_of_a_record_compete(table: Sequence[Transition], internal: bool) -> None:
    posting = Need(organization=Organization(requires_internal_review=internal))
    rows = [row for row in table if row.applies(posting)]
    moves = [(row.action, source) for row in rows for source in row.sources]
    assert len(moves) == len(set(moves))


@pytest.mark.parametrize(
    ("table", "start", "states"),
    [
        (POSTING, P.DRAFT, PostingStatus),
        (REVISION, R.DRAFT, RevisionStatus),
        (MATCH, M.PROPOSED, MatchStatus),
    ],
)
def test_every_state_is_reached(
    table: Sequence[Transition], start: StrEnum, states: type[StrEnum]
) -> None:
    reached = {start}
    for _round in states:
        reached |= {row.target for row in table if row.sources & reached}
    assert reached == set(states)


def test_every_record_that_moves_has_a_table() -> None:
    assert all(TABLES.values())


def test_the_diagrams_in_the_documents_are_those_of_the_tables() -> None:
    page = (ROOT / "docs" / "lifecycles.md").read_text(encoding="utf-8")
    assert page == document(), "run: python -m matchmaker.lifecycle.diagram > docs/lifecycles.md"


@pytest.mark.parametrize(
    ("days", "due"), [(0, 0), (6, 0), (7, 1), (20, 1), (21, 2), (29, 2), (300, 2)]
)
def test_reminders_are_due_after_seven_and_twenty_one_days(days: int, due: int) -> None:
    start = date(2026, 1, 31)
    assert reminders_due(start, start + timedelta(days=days)) == due


def test_there_are_thirty_days_to_answer() -> None:
    assert answer_by(date(2026, 1, 31)) == date(2026, 3, 2)
