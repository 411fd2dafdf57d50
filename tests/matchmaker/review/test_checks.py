"""What the checklist finds in a text."""

from typing import Any

from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.review.checks import checklist
from models import IntegrityRestriction, Need, ResultProperty, Visibility
from models.enums import PropertyKind, PropertyStatus
from tests import factories

METRIC = {"name": "耐热", "target": "≥180", "unit": "℃"}


def _failed(posting: Any) -> list[str]:
    return [check.found for check in checklist(posting) if not check.passed]


def _masked(summary: str, **values: Any) -> Need:
    return factories.need(
        visibility=Visibility.MASKED,
        public_summary=summary,
        metrics=[METRIC | {"test_method": "GB/T 1"}],
        **values,
    )


def test_a_need_with_tested_metrics_has_nothing_against_it(session: Session) -> None:
    assert _failed(factories.need(metrics=[METRIC | {"test_method": "GB/T 1"}])) == []


def test_a_need_without_metrics_or_without_their_test_is_pointed_at(session: Session) -> None:
    assert len(_failed(factories.need())) == 1
    assert len(_failed(factories.need(metrics=[METRIC]))) == 1


def test_a_result_must_state_readiness_and_rights(session: Session) -> None:
    result = factories.result(trl=None)
    assert len(_failed(result)) == 1
    with transaction(session):
        result.trl = 6
        result.properties = [
            ResultProperty(
                position=0, kind=PropertyKind.SECRET, status=PropertyStatus.GRANTED, number=""
            )
        ]
    assert _failed(result) == []


def test_an_integrity_restriction_is_named(session: Session) -> None:
    need = _masked("某行业的难题")
    with transaction(session):
        need.organization.restrictions.append(
            IntegrityRestriction(
                ground="虚假申报", starts_on=today(), source_document="测〔2026〕1号"
            )
        )
    (found,) = _failed(need)
    assert "虚假申报" in found
    assert "测〔2026〕1号" in found
