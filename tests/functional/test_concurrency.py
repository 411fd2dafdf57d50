"""However many come at once, money and history stay right, on SQLite and on PostgreSQL."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import db
from matchmaker.incentives import budgets, claims
from matchmaker.lifecycle.engine import RefusalError, advance
from matchmaker.lifecycle.transition import Action
from models import Budget, Claim, ClaimStatus, Project, StatusChange, User
from tests import factories
from tests.trail import Trail

AT_ONCE = 50
COVERED = 10
AMOUNT = 100_000


@pytest.mark.timeout(600)
def test_fifty_approvals_against_a_budget_for_ten_give_exactly_ten(
    app: Flask, session: Session, trail: Trail
) -> None:
    policy = factories.policy()
    budgets.set_amount(session, trail.director, policy, today().year, COVERED * AMOUNT)
    waiting = []
    for _number in range(AT_ONCE):
        project = factories.project(trail.enterprise, trail.university)
        claim = factories.claim(project, amount=AMOUNT, status=ClaimStatus.ON_NOTICE, policy=policy)
        factories.notice(claim=claim)
        waiting.append(claim.id)
    director_id = trail.director.id
    session.rollback()

    def approve(claim_id: int) -> str:
        with app.app_context(), db.sessionmaker() as own:
            claim, actor = own.get_one(Claim, claim_id), own.get_one(User, director_id)
            try:
                claims.approve(own, actor, claim)
            except RefusalError as refusal:
                return type(refusal).__name__
            return "approved"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = Counter(pool.map(approve, waiting))
    assert outcomes == {"approved": COVERED, "GuardedError": AT_ONCE - COVERED}
    budget = session.scalars(sa.select(Budget)).one()
    assert (budget.committed, budget.amount) == (COVERED * AMOUNT, COVERED * AMOUNT)
    approved = sa.select(sa.func.sum(Claim.amount)).where(Claim.status == ClaimStatus.APPROVED)
    assert session.scalar(approved) == COVERED * AMOUNT


@pytest.mark.timeout(600)
def test_one_transition_fired_fifty_times_happens_once(
    app: Flask, session: Session, trail: Trail
) -> None:
    project = trail.lead()
    project_id, officer_id, version = project.id, trail.officer.id, project.version
    session.rollback()

    def begin(_number: int) -> str:
        with app.app_context(), db.sessionmaker() as own:
            record, actor = own.get_one(Project, project_id), own.get_one(User, officer_id)
            try:
                advance(own, actor, record, Action.BEGIN, expected_version=version)
            except RefusalError:
                return "refused"
            return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = Counter(pool.map(begin, range(AT_ONCE)))
    assert outcomes == {"done": 1, "refused": AT_ONCE - 1}
    changes = sa.select(StatusChange.target).where(
        StatusChange.subject_kind == "Project", StatusChange.subject_id == project_id
    )
    assert session.scalars(changes.order_by(StatusChange.id)).all() == ["lead", "matchmaking"]
