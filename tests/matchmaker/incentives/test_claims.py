"""Claims: estimated from the contract on, claimed once, paid from a budget that holds."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.incentives import budgets, claims, policies
from matchmaker.inputs import InputError
from matchmaker.lifecycle.engine import (
    GuardedError,
    NotPermittedError,
    NotVisibleError,
    WrongStateError,
)
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Refused, visible
from matchmaker.projects import contracts, services
from models import (
    Budget,
    Claim,
    ClaimStatus,
    Contract,
    Event,
    PolicyVersion,
    Project,
    PublicNotice,
)
from tests import factories
from tests.trail import YUAN, Trail, told

YEAR = today().year
C = ClaimStatus


def _claims(session: Session) -> list[Claim]:
    return list(session.scalars(sa.select(Claim).order_by(Claim.id)))


def _only(session: Session) -> Claim:
    (claim,) = _claims(session)
    return claim


@pytest.fixture
def project(trail: Trail) -> Project:
    """Give a project in matchmaking, without a contract."""
    return trail.begun()


def _paid(trail: Trail, contract: Contract, amount: int) -> None:
    contracts.pay(trail.session, trail.officer, contract, today(), amount, "银行回单")


def _on_notice(trail: Trail, claim: Claim) -> None:
    """Bring an estimated claim as far as the end of its public notice."""
    session = trail.session
    claims.draft(session, trail.member, claim)
    claims.submit(session, trail.manager, claim)
    claims.review(session, trail.officer, claim)
    claims.announce(session, trail.officer, claim)
    with transaction(session):
        for notice in claim.notices:
            notice.starts_on, notice.ends_on = date(2026, 1, 1), today() - timedelta(days=1)


def test_a_claim_is_estimated_from_the_day_of_the_contract(
    session: Session, trail: Trail, project: Project
) -> None:
    factories.policy()
    contract = trail.signed(project)
    claim = _only(session)
    assert (claim.status, claim.amount) == (C.ESTIMATED, 150_000 * YUAN)
    assert (claim.organization, claim.year) == (trail.enterprise, YEAR)
    assert [line["step"] for line in claim.arithmetic] == ["deal", "sum", "percent"]
    assert told(session, Event.CLAIM_ESTIMATED) == {trail.manager.id}
    _paid(trail, contract, 200_000 * YUAN)
    assert _only(session).amount == 30_000 * YUAN


def test_an_estimate_is_seen_by_its_organization_alone(
    session: Session, trail: Trail, project: Project
) -> None:
    factories.policy()
    trail.signed(project)
    people = {"member": 1, "manager": 1, "researcher": 0, "rival": 0, "officer": 0, "director": 0}
    for name, count in people.items():
        seen = session.scalars(visible(getattr(trail, name), Claim)).all()
        assert len(seen) == count, name


def test_what_is_claimed_is_what_was_paid_not_what_was_expected(
    session: Session, trail: Trail, project: Project
) -> None:
    factories.policy()
    contract = trail.signed(project)
    with pytest.raises(GuardedError):
        claims.draft(session, trail.member, _only(session))
    _paid(trail, contract, 1_000 * YUAN)
    claims.draft(session, trail.member, _only(session))
    assert _only(session).amount == 150 * YUAN
    with pytest.raises(NotPermittedError):
        claims.submit(session, trail.member, _only(session))
    with pytest.raises(NotVisibleError):
        claims.submit(session, trail.rival, _only(session))


def test_a_claim_goes_all_the_way_to_its_payment(
    session: Session, trail: Trail, project: Project
) -> None:
    policy = factories.policy(rule={"evidence": ["付款凭证"]})
    _paid(trail, trail.signed(project), 1_000 * YUAN)
    claim = _only(session)
    claims.draft(session, trail.member, claim)
    with pytest.raises(GuardedError):
        claims.submit(session, trail.manager, claim)
    with pytest.raises(InputError):
        claims.add_evidence(session, trail.member, claim, {"别的": "x"})
    claims.add_evidence(session, trail.member, claim, {"付款凭证": "回单1.pdf"})
    claims.submit(session, trail.manager, claim)
    with pytest.raises(WrongStateError):
        claims.add_evidence(session, trail.member, claim, {"付款凭证": "回单2.pdf"})
    claims.review(session, trail.officer, claim)
    claims.announce(session, trail.officer, claim)
    with pytest.raises(GuardedError):
        claims.approve(session, trail.director, claim)
    notice = session.scalars(sa.select(PublicNotice)).one()
    assert (notice.ends_on - today()).days == 7
    with transaction(session):
        notice.starts_on, notice.ends_on = date(2026, 1, 1), today() - timedelta(days=1)
    with pytest.raises(GuardedError) as refused:
        claims.approve(session, trail.director, claim)
    assert str(YEAR) in refused.value.reason
    budget = budgets.set_amount(session, trail.director, policy, YEAR, 1_000 * YUAN)
    claims.approve(session, trail.director, claim)
    assert (budget.committed, budget.paid) == (150 * YUAN, 0)
    for day, reference, field in (
        (today() + timedelta(days=1), "支付1", "paid_on"),
        (today(), " ", "reference"),
    ):
        with pytest.raises(InputError) as wrong:
            claims.pay(session, trail.officer, claim, day, reference)
        assert wrong.value.field == field
    claims.pay(session, trail.officer, claim, today(), "支付1")
    assert (budget.committed, budget.paid) == (150 * YUAN, 150 * YUAN)
    assert claim.status is C.PAID
    claims.claw_back(session, trail.director, claim, "材料不实")
    assert (budget.committed, budget.paid) == (0, 0)
    assert claim.status.value == "clawed_back"


def test_a_revoked_approval_gives_the_budget_its_money_back(
    session: Session, trail: Trail, project: Project
) -> None:
    policy = factories.policy()
    budget = budgets.set_amount(session, trail.director, policy, YEAR, 1_000 * YUAN)
    _paid(trail, trail.signed(project), 1_000 * YUAN)
    claim = _only(session)
    _on_notice(trail, claim)
    claims.approve(session, trail.director, claim)
    claims.revoke(session, trail.director, claim, "复核不符")
    assert (budget.committed, claim.status) == (0, C.REJECTED)


def test_a_budget_is_never_overdrawn_nor_cut_below_what_is_committed(
    session: Session, trail: Trail, project: Project
) -> None:
    policy = factories.policy()
    budget = budgets.set_amount(session, trail.director, policy, YEAR, 149 * YUAN)
    _paid(trail, trail.signed(project), 1_000 * YUAN)
    claim = _only(session)
    _on_notice(trail, claim)
    with pytest.raises(GuardedError) as refused:
        claims.approve(session, trail.director, claim)
    assert "149.00" in refused.value.reason
    assert (budget.committed, claim.status) == (0, C.ON_NOTICE)
    budgets.set_amount(session, trail.director, policy, YEAR, 150 * YUAN)
    claims.approve(session, trail.director, claim)
    with pytest.raises(InputError):
        budgets.set_amount(session, trail.director, policy, YEAR, 149 * YUAN)
    with pytest.raises(Refused):
        budgets.set_amount(session, trail.officer, policy, YEAR, 200 * YUAN)


def test_a_closed_year_takes_no_claims_and_drops_what_was_not_handed_in(
    session: Session, trail: Trail, project: Project
) -> None:
    policy = factories.policy()
    budget = budgets.set_amount(session, trail.director, policy, YEAR, 1_000 * YUAN)
    _paid(trail, trail.signed(project), 1_000 * YUAN)
    estimated = _only(session)
    drafted = factories.claim(trail.begun(), trail.enterprise, status=C.DRAFTED, policy=policy)
    budgets.close(session, trail.director, budget)
    assert (estimated.status, drafted.status) == (C.WITHDRAWN, C.WITHDRAWN)
    late = factories.claim(trail.begun(), trail.enterprise, status=C.DRAFTED, policy=policy)
    with pytest.raises(GuardedError) as refused:
        claims.submit(session, trail.manager, late)
    assert str(YEAR) in refused.value.reason
    with pytest.raises(InputError):
        budgets.set_amount(session, trail.director, policy, YEAR, 2_000 * YUAN)


def test_two_claims_of_one_stacking_group_are_not_both_made(
    session: Session, trail: Trail, project: Project
) -> None:
    factories.policy(title="甲政策", rule={"stacking_group": "技术交易"})
    factories.policy(
        title="乙政策",
        rule={"stacking_group": "技术交易", "formula": {"kind": "percent", "rate": 1000}},
    )
    _paid(trail, trail.signed(project), 1_000 * YUAN)
    first, second = _claims(session)
    claims.draft(session, trail.member, first)
    with pytest.raises(GuardedError) as refused:
        claims.draft(session, trail.member, second)
    assert "甲政策" in refused.value.reason
    claims.withdraw(session, trail.manager, first)
    claims.draft(session, trail.member, second)


def test_a_claim_that_needs_no_asking_drafts_itself_once_there_is_money(
    session: Session, trail: Trail, project: Project
) -> None:
    factories.policy(rule={"automatic": True})
    contract = trail.signed(project)
    assert (_only(session).status, _only(session).amount) == (C.ESTIMATED, 150_000 * YUAN)
    _paid(trail, contract, 1_000 * YUAN)
    assert (_only(session).status, _only(session).amount) == (C.DRAFTED, 150 * YUAN)
    assert told(session, Event.CLAIM_DRAFTED) == {trail.manager.id}
    with pytest.raises(NotPermittedError):
        claims.draft(session, trail.member, factories.claim(project, rule={"automatic": True}))


def test_a_claim_for_the_year_adds_up_what_was_registered_in_it(
    session: Session, trail: Trail
) -> None:
    slabs = {"kind": "slabs", "slabs": [[1_500_000 * YUAN, 1], [2_000_000 * YUAN, 20_000 * YUAN]]}
    rule = {"formula": slabs, "scope": "year", "basis": "amount", "registered": True}
    factories.policy(rule=rule)
    for number in ("HT-1", "HT-2"):
        contract = trail.signed(trail.begun(), number)
        assert _claims(session) == []
        contracts.register(session, trail.officer, contract, f"登记{number}", today())
    claim = _only(session)
    assert (claim.project, claim.amount) == (None, 20_000 * YUAN)


def test_the_cap_of_a_year_is_for_all_projects_together(session: Session, trail: Trail) -> None:
    policy = factories.policy(rule={"cap_per_year": 200 * YUAN})
    budgets.set_amount(session, trail.director, policy, YEAR, 10_000 * YUAN)
    for number in ("HT-1", "HT-2", "HT-3"):
        _paid(trail, trail.signed(trail.begun(), number), 1_000 * YUAN)
    amounts = []
    for claim in _claims(session)[:2]:
        _on_notice(trail, claim)
        claims.approve(session, trail.director, claim)
        amounts.append(claim.amount)
    assert amounts == [150 * YUAN, 50 * YUAN]
    with pytest.raises(GuardedError):
        claims.draft(session, trail.member, _claims(session)[2])


def test_the_money_of_the_county_is_for_the_county(session: Session, trail: Trail) -> None:
    factories.policy(region=factories.WUHU)
    trail.signed(trail.begun())
    assert _claims(session) == []


def test_what_ends_with_the_project_is_not_claimed(
    session: Session, trail: Trail, project: Project
) -> None:
    factories.policy()
    trail.signed(project)
    services.move(session, trail.officer, project, Action.TERMINATE, "企业停产")
    assert _only(session).status is C.WITHDRAWN


def test_the_money_of_a_province_is_not_a_countys_to_give(
    session: Session, trail: Trail, project: Project
) -> None:
    factories.policy(region=factories.ANHUI)
    _paid(trail, trail.signed(project), 1_000 * YUAN)
    claim = _only(session)
    _on_notice(trail, claim)
    with pytest.raises(NotPermittedError):
        claims.approve(session, trail.city_director, claim)
    with pytest.raises(GuardedError):
        claims.approve(session, trail.director, claim)


PERCENT: dict[str, Any] = {"formula": {"kind": "percent", "rate": 1500}}


def test_a_policy_binds_from_the_publication_of_a_version_on(
    session: Session, trail: Trail, project: Project
) -> None:
    region = factories.region(factories.FEIXI)
    county_director = factories.user(trail.director.role_rows[0].role, region=factories.FEIXI)
    policy = policies.create(session, trail.officer, "补助办法", "科技局", "〔2026〕1号", region)
    first = policies.draft_version(session, trail.officer, policy, PERCENT, date(2026, 1, 1))
    trail.signed(project)
    assert _claims(session) == []
    (row,) = policies.preview(session, trail.officer, first)
    assert (row.organization, row.found.amount) == (trail.enterprise, 150_000 * YUAN)
    policies.publish(session, county_director, first)
    second = policies.draft_version(session, trail.officer, policy, PERCENT, date(2026, 1, 1))
    with pytest.raises(InputError):
        policies.publish(session, county_director, second)
    second = policies.draft_version(session, trail.officer, policy, PERCENT, date(2027, 1, 1))
    policies.publish(session, county_director, second)
    assert first.valid_until == date(2026, 12, 31)
    versions = session.scalars(sa.select(PolicyVersion.ordinal)).all()
    assert sorted(versions) == [1, 2]
    with pytest.raises(Refused):
        policies.publish(session, trail.officer, second)
    with pytest.raises(InputError):
        policies.draft_version(session, trail.officer, policy, {}, date(2028, 1, 1))


def test_the_books_hold_what_the_claims_add_up_to(session: Session, trail: Trail) -> None:
    policy = factories.policy()
    budgets.set_amount(session, trail.director, policy, YEAR, 400 * YUAN)
    for number in range(3):
        contract = trail.signed(trail.begun(), f"HT-{number}")
        _paid(trail, contract, 1_000 * YUAN)
    for number, claim in enumerate(_claims(session)):
        _on_notice(trail, claim)
        if number < 2:
            claims.approve(session, trail.director, claim)
            claims.pay(session, trail.officer, claim, today(), f"支付{number}")
        else:
            with pytest.raises(GuardedError):
                claims.approve(session, trail.director, claim)
    budget = session.scalars(sa.select(Budget)).one()
    paid = sum(claim.amount for claim in _claims(session) if claim.status is C.PAID)
    assert budget.paid == budget.committed == paid == 300 * YUAN
