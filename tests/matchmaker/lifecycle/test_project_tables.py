"""The tables of projects, orders, key projects and claims: who may move what from where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import db, transaction
from matchmaker.lifecycle.claim import CLAIM, is_automatic
from matchmaker.lifecycle.engine import GuardedError, advance
from matchmaker.lifecycle.key_designation import KEY_DESIGNATION
from matchmaker.lifecycle.project import PROJECT
from matchmaker.lifecycle.supervision import SUPERVISION_ORDER
from matchmaker.lifecycle.transition import Action, Transition
from models import (
    Acceptance,
    Budget,
    Claim,
    ClaimStatus,
    IntegrityRestriction,
    KeyDesignation,
    KeyStatus,
    Objection,
    ObjectionOutcome,
    OrderStatus,
    Organization,
    Project,
    ProjectOrigin,
    ProjectStage,
    RegionLevel,
    Role,
    SupervisionOrder,
    User,
    Verdict,
    now,
)
from tests import factories
from tests.backends import Backend
from tests.conftest import application, with_reference
from tests.matchmaker.lifecycle.moves import PERSONAS, People, expect, people_around

A, S, D, K, C = Action, ProjectStage, OrderStatus, KeyStatus, ClaimStatus

EVERYBODY = (*PERSONAS, "county director", "city director")
OFFICERS = {"county officer", "city officer", "provincial officer"}
DIRECTORS = {"county director", "city director", "provincial director"}
PARTIES = {"member", "manager", "other side"}
CONCERNED = OFFICERS | DIRECTORS | PARTIES | {"broker"}

# What the design says, written down a second time: who may do what in which state.
PROJECT_MOVES: dict[tuple[Action, ProjectStage], set[str]] = {
    (A.BEGIN, S.LEAD): OFFICERS,
    (A.TRACK, S.MATCHMAKING): OFFICERS,
    (A.REWARD, S.TRACKING): OFFICERS,
    (A.COMPLETE, S.INCENTIVE): OFFICERS,
} | {(A.TERMINATE, stage): OFFICERS for stage in (S.LEAD, S.MATCHMAKING, S.TRACKING, S.INCENTIVE)}
ORDER_MOVES: dict[tuple[Action, OrderStatus], set[str]] = {
    (A.ANSWER, D.ISSUED): PARTIES | OFFICERS | {"broker"},
    (A.RETURN, D.ANSWERED): OFFICERS | DIRECTORS,
    (A.CLOSE, D.ANSWERED): OFFICERS | DIRECTORS,
    (A.WITHDRAW, D.ISSUED): OFFICERS | DIRECTORS,
}
KEY_MOVES: dict[tuple[Action, KeyStatus], set[str]] = {
    (A.RESERVE, K.NOMINATED): {"city director", "provincial director"},
    (A.DISMISS, K.NOMINATED): {"city director", "provincial director"},
    (A.DESIGNATE, K.RESERVE): {"provincial director"},
    (A.PROPOSE_REMOVAL, K.RESERVE): OFFICERS | DIRECTORS,
    (A.PROPOSE_REMOVAL, K.KEY): OFFICERS | DIRECTORS,
    (A.REMOVE, K.RESERVE): {"provincial director"},
    (A.REMOVE, K.KEY): {"provincial director"},
}
CLAIM_MOVES: dict[tuple[Action, ClaimStatus], set[str]] = {
    (A.DRAFT, C.ESTIMATED): {"member", "manager"},
    (A.SUBMIT, C.DRAFTED): {"manager"},
    (A.SUBMIT, C.RETURNED): {"manager"},
    (A.REVIEW, C.SUBMITTED): OFFICERS,
    (A.RETURN, C.SUBMITTED): OFFICERS,
    (A.RETURN, C.REVIEWED): OFFICERS,
    (A.REJECT, C.SUBMITTED): OFFICERS,
    (A.ANNOUNCE, C.REVIEWED): OFFICERS,
    (A.REJECT, C.REVIEWED): DIRECTORS,
    (A.REJECT, C.ON_NOTICE): DIRECTORS,
    (A.APPROVE, C.ON_NOTICE): DIRECTORS,
    (A.REVOKE, C.APPROVED): DIRECTORS,
    (A.PAY, C.APPROVED): OFFICERS,
    (A.CLAW_BACK, C.PAID): DIRECTORS,
} | {(A.WITHDRAW, s): {"manager"} for s in (C.ESTIMATED, C.DRAFTED, C.RETURNED, C.SUBMITTED)}


@dataclass
class Stage:
    """A database with one record in each state, and everybody who might want to move it."""

    session: Session
    people: People
    owner: Organization
    other: Organization
    stranger: User
    broker: User | None
    projects: dict[ProjectStage, Project] = field(default_factory=dict)
    orders: dict[OrderStatus, SupervisionOrder] = field(default_factory=dict)
    designations: dict[KeyStatus, KeyDesignation] = field(default_factory=dict)
    claims: dict[ClaimStatus, Claim] = field(default_factory=dict)

    def project(self, **values: Any) -> Project:
        """Make a project of the two sides that nothing keeps from its next stage."""
        made = factories.project(self.owner, self.other, broker=self.broker, **values)
        factories.contract(made)
        factories.milestone(made, done_on=today())
        return made


@pytest.fixture(scope="module")
def stage(backend: Backend) -> Iterator[Stage]:
    """Give a stage that all cases share: each undoes what it did."""
    app = application(backend.copy_of("reference", with_reference))
    with app.app_context():
        session = db.sessionmaker()
    with session:
        factories.use(session)
        made = _stage(session)
        for status in ProjectStage:
            made.projects[status] = made.project(stage=status, no_policy="县里没有相应政策")
        for order_status in OrderStatus:
            made.orders[order_status] = factories.order(made.project(), status=order_status)
        for key_status in KeyStatus:
            made.designations[key_status] = _designation(made, key_status)
        for claim_status in ClaimStatus:
            made.claims[claim_status] = _claim(made, claim_status)
        yield made
    with app.app_context():
        db.engine.dispose()


def _stage(session: Session) -> Stage:
    owner, other = factories.organization(), factories.organization(region=factories.WUHU)
    people = people_around(owner, other)
    people["county director"] = factories.user(Role.DIRECTOR, region=factories.FEIXI)
    people["city director"] = factories.user(Role.DIRECTOR, region=factories.HEFEI)
    stranger = factories.user(Role.OFFICER, region=factories.FEIXI)
    return Stage(session, people, owner, other, stranger, people["broker"])


def _designation(stage: Stage, status: KeyStatus) -> KeyDesignation:
    made = factories.designation(
        stage.project(),
        status=status,
        nominated_by=stage.stranger,
        removal_proposed_by=stage.stranger,
    )
    factories.notice(designation=made)
    return made


def _claim(stage: Stage, status: ClaimStatus) -> Claim:
    people = {"reviewed_by": stage.stranger, "approved_by": stage.stranger}
    made = factories.claim(
        stage.project(), stage.owner, status=status, paid_by=stage.stranger, **people
    )
    factories.notice(claim=made)
    return made


@pytest.fixture
def own(session: Session) -> Stage:
    """Give a stage of one's own, without records yet."""
    return _stage(session)


@pytest.mark.parametrize("persona", EVERYBODY)
@pytest.mark.parametrize("status", ProjectStage)
def test_a_project_moves_as_the_design_says(
    stage: Stage, persona: str, status: ProjectStage
) -> None:
    project = stage.projects[status]
    expect(
        stage.session,
        stage.people[persona],
        persona,
        project,
        PROJECT_MOVES,
        persona in CONCERNED,
    )


@pytest.mark.parametrize("persona", EVERYBODY)
@pytest.mark.parametrize("status", OrderStatus)
def test_an_order_moves_as_the_design_says(stage: Stage, persona: str, status: OrderStatus) -> None:
    order = stage.orders[status]
    expect(stage.session, stage.people[persona], persona, order, ORDER_MOVES, persona in CONCERNED)


@pytest.mark.parametrize("persona", EVERYBODY)
@pytest.mark.parametrize("status", KeyStatus)
def test_a_key_designation_moves_as_the_design_says(
    stage: Stage, persona: str, status: KeyStatus
) -> None:
    designation = stage.designations[status]
    # What is on notice moves only when that is over: the notice of the factory is.
    expect(
        stage.session,
        stage.people[persona],
        persona,
        designation,
        KEY_MOVES,
        persona in CONCERNED,
    )


@pytest.mark.parametrize("persona", EVERYBODY)
@pytest.mark.parametrize("status", ClaimStatus)
def test_a_claim_moves_as_the_design_says(stage: Stage, persona: str, status: ClaimStatus) -> None:
    before_the_bureau = status is not C.ESTIMATED and persona in OFFICERS | DIRECTORS
    seen = persona in {"member", "manager"} or before_the_bureau
    expect(stage.session, stage.people[persona], persona, stage.claims[status], CLAIM_MOVES, seen)


TABLES = [
    (PROJECT, S.LEAD, ProjectStage),
    (SUPERVISION_ORDER, D.ISSUED, OrderStatus),
    (KEY_DESIGNATION, K.NOMINATED, KeyStatus),
    (CLAIM, C.ESTIMATED, ClaimStatus),
]


@pytest.mark.parametrize(("table", "start", "states"), TABLES)
def test_every_state_is_reached(
    table: Sequence[Transition], start: StrEnum, states: type[StrEnum]
) -> None:
    reached = {start}
    for _round in states:
        reached |= {row.target for row in table if row.sources & reached}
    assert reached == set(states)


@pytest.mark.parametrize("origin", ProjectOrigin)
@pytest.mark.parametrize("automatic", [True, False])
def test_no_two_rows_of_a_record_compete(
    session: Session, origin: ProjectOrigin, automatic: bool
) -> None:
    project = factories.project(factories.organization(), factories.organization(), origin=origin)
    claim = factories.claim(project, rule={"automatic": automatic})
    assert is_automatic(claim) is automatic
    for table, _start, _states in TABLES:
        record = claim if table is CLAIM else project
        moves = [
            (row.action, source) for row in table if row.applies(record) for source in row.sources
        ]
        assert len(moves) == len(set(moves))


def _refusal(session: Session, actor: User | None, record: Any, action: Action) -> str:
    with pytest.raises(GuardedError) as refused:
        advance(session, actor, record, action, reason="because")
    return refused.value.reason


def _officer(stage: Stage) -> User | None:
    return stage.people["county officer"]


def test_a_lead_needs_both_parties(own: Stage) -> None:
    lead = factories.project(own.owner, stage=S.LEAD)
    assert _refusal(own.session, _officer(own), lead, A.BEGIN)
    twice = factories.project(own.owner, own.owner, stage=S.LEAD)
    assert _refusal(own.session, _officer(own), twice, A.BEGIN)


def test_tracking_needs_a_contract_in_force_and_a_plan_of_the_whole(own: Stage) -> None:
    project = factories.project(own.owner, own.other, stage=S.MATCHMAKING)
    assert _refusal(own.session, _officer(own), project, A.TRACK)
    contract = factories.contract(project, terminated_on=today())
    factories.milestone(project, weight=99)
    assert _refusal(own.session, _officer(own), project, A.TRACK)
    with transaction(own.session):
        contract.terminated_on = None
    assert "99" in _refusal(own.session, _officer(own), project, A.TRACK)


def test_rewards_need_a_passed_acceptance_or_every_milestone(own: Stage) -> None:
    project = factories.project(own.owner, own.other, stage=S.TRACKING)
    assert _refusal(own.session, _officer(own), project, A.REWARD)
    factories.milestone(project)
    with transaction(own.session):
        project.acceptances.append(Acceptance(held_on=today(), verdict=Verdict.FAILED))
    assert _refusal(own.session, _officer(own), project, A.REWARD)
    with transaction(own.session):
        project.acceptances[0].verdict = Verdict.PASSED
    advance(own.session, _officer(own), project, A.REWARD)
    assert project.stage is S.INCENTIVE


def test_a_project_is_complete_when_its_claims_are_settled_or_no_policy_applies(
    own: Stage,
) -> None:
    project = factories.project(own.owner, own.other, stage=S.INCENTIVE)
    assert _refusal(own.session, _officer(own), project, A.COMPLETE)
    claim = factories.claim(project, own.owner, status=C.APPROVED)
    assert _refusal(own.session, _officer(own), project, A.COMPLETE)
    with transaction(own.session):
        claim.status = C.PAID
    advance(own.session, _officer(own), project, A.COMPLETE)
    assert project.stage.value == "completed"


def _director(stage: Stage) -> User | None:
    return stage.people["provincial director"]


def test_nothing_is_decided_before_its_notice_is_over_and_objections_settled(own: Stage) -> None:
    project = factories.project(own.owner, own.other)
    claim = factories.claim(project, own.owner, status=C.ON_NOTICE)
    assert _refusal(own.session, _director(own), claim, A.APPROVE)
    notice = factories.notice(claim=claim, ends_on=today())
    assert str(today()) in _refusal(own.session, _director(own), claim, A.APPROVE)
    with transaction(own.session):
        notice.ends_on = today() - timedelta(days=1)
        objection = Objection(notice=notice, name="某人", contact="电话", text="不符合条件")
        own.session.add(objection)
    assert _refusal(own.session, _director(own), claim, A.APPROVE)
    with transaction(own.session):
        objection.outcome = ObjectionOutcome.UPHELD
    assert _refusal(own.session, _director(own), claim, A.APPROVE)
    with transaction(own.session):
        objection.outcome = ObjectionOutcome.DISMISSED
    advance(own.session, _director(own), claim, A.APPROVE)


def test_two_persons_decide_on_money_and_on_the_list(own: Stage) -> None:
    director, officer = _director(own), _officer(own)
    project = factories.project(own.owner, own.other)
    on_notice = factories.claim(project, own.owner, status=C.ON_NOTICE, reviewed_by=director)
    factories.notice(claim=on_notice)
    assert _refusal(own.session, director, on_notice, A.APPROVE)
    approved = factories.claim(
        factories.project(own.owner, own.other), status=C.APPROVED, approved_by=officer
    )
    assert _refusal(own.session, officer, approved, A.PAY)
    reserve = factories.designation(project, status=K.RESERVE, nominated_by=director)
    factories.notice(designation=reserve)
    assert _refusal(own.session, director, reserve, A.DESIGNATE)
    advance(own.session, director, reserve, A.PROPOSE_REMOVAL, reason="项目中止")
    with transaction(own.session):
        reserve.removal_proposed_by = director
    assert _refusal(own.session, director, reserve, A.REMOVE)


def test_a_claim_needs_its_evidence_a_sum_and_an_open_year(own: Stage) -> None:
    manager = own.people["manager"]
    claim = factories.claim(
        factories.project(own.owner, own.other),
        own.owner,
        status=C.DRAFTED,
        rule={"evidence": ["登记证明", "付款凭证"]},
        evidence={"登记证明": "2026-1.pdf"},
    )
    assert "付款凭证" in _refusal(own.session, manager, claim, A.SUBMIT)
    with transaction(own.session):
        claim.evidence = {"登记证明": "a", "付款凭证": "b"}
        claim.amount = 0
    assert _refusal(own.session, manager, claim, A.SUBMIT)
    with transaction(own.session):
        claim.amount = 1
        claim.policy.budgets.append(Budget(year=claim.year, amount=1, closed_at=now()))
    assert str(claim.year) in _refusal(own.session, manager, claim, A.SUBMIT)


def test_a_restricted_organization_neither_claims_nor_is_put_on_the_list(own: Stage) -> None:
    project = factories.project(own.owner, own.other)
    claim = factories.claim(project, own.owner, status=C.DRAFTED)
    nominated = factories.designation(project)
    with transaction(own.session):
        own.owner.restrictions.append(
            IntegrityRestriction(
                ground="提供虚假材料", starts_on=date(2026, 1, 1), source_document="通报9号"
            )
        )
    assert "提供虚假材料" in _refusal(own.session, own.people["manager"], claim, A.SUBMIT)
    assert "提供虚假材料" in _refusal(own.session, _director(own), nominated, A.RESERVE)


def test_whoever_issued_an_order_does_not_answer_it(own: Stage) -> None:
    order = factories.order(factories.project(own.owner, own.other), issuer=_officer(own))
    assert _refusal(own.session, _officer(own), order, A.ANSWER)


def test_a_county_does_not_close_what_the_city_watches(own: Stage) -> None:
    project = factories.project(own.owner, own.other)
    order = factories.order(project, status=D.ANSWERED, level=RegionLevel.CITY)
    moves = {(A.RETURN, D.ANSWERED), (A.CLOSE, D.ANSWERED), (A.WITHDRAW, D.ISSUED)}
    allowed = OFFICERS | DIRECTORS
    expected = {move: allowed - {"county officer", "county director"} for move in moves}
    expected[A.ANSWER, D.ISSUED] = PARTIES | OFFICERS
    for persona in ("county officer", "city officer", "county director", "city director"):
        expect(own.session, own.people[persona], persona, order, expected, True)
