"""The way to the list of key projects, the counter over real rows, and the frozen year."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.indicators import services, snapshots
from matchmaker.indicators.counter import Rule
from matchmaker.indicators.counting import count, recount
from matchmaker.inputs import InputError
from matchmaker.lifecycle.engine import GuardedError, NotPermittedError, WrongStateError
from matchmaker.permissions import Refused
from matchmaker.publicity import services as publicity
from models import (
    Event,
    IntegrityRestriction,
    KeyDesignation,
    KeyStatus,
    ObjectionOutcome,
    Project,
    Role,
    StatusChange,
)
from tests import factories
from tests.trail import Trail, told

YEAR = today().year


def _end_notice(session: Session, designation: KeyDesignation) -> None:
    with transaction(session):
        for notice in designation.notices:
            notice.starts_on, notice.ends_on = date(2026, 1, 1), today() - timedelta(days=1)


def _key(trail: Trail, project: Project) -> KeyDesignation:
    """Bring a project on to the list."""
    session = trail.session
    designation = services.nominate(session, trail.officer, project, YEAR, "合同与立项文件")
    services.reserve(session, trail.city_director, designation)
    services.announce(session, trail.director, designation)
    _end_notice(session, designation)
    services.designate(session, trail.director, designation)
    return designation


def _counted(session: Session, code: str = factories.ANHUI, year: int = YEAR) -> int:
    region = factories.region(code)
    found = count(session, year, region)
    assert recount(session, year, region) == found
    return found.counted


def test_a_nominated_project_becomes_a_key_project_and_counts(
    session: Session, trail: Trail
) -> None:
    project = trail.tracked()
    designation = services.nominate(session, trail.officer, project, YEAR, "合同与立项文件")
    assert told(session, Event.KEY_NOMINATED) == {trail.city_director.id}
    assert _counted(session) == 0
    services.reserve(session, trail.city_director, designation)
    with pytest.raises(GuardedError):
        services.designate(session, trail.director, designation)
    notice = services.announce(session, trail.director, designation)
    with pytest.raises(GuardedError):
        services.announce(session, trail.director, designation)
    assert (notice.ends_on - today()).days == services.NOTICE_DAYS
    assert publicity.end_notices(session) == 0
    _end_notice(session, designation)
    assert publicity.end_notices(session) == 1
    assert publicity.end_notices(session) == 0
    assert told(session, Event.NOTICE_ENDED) == {trail.director.id, trail.second_director.id}
    assert _counted(session) == 0
    services.designate(session, trail.director, designation)
    counts = {code: _counted(session, code) for code in ("340000", "340100", "340123", "340200")}
    assert counts == {"340000": 1, "340100": 1, "340123": 1, "340200": 0}
    assert _counted(session, year=YEAR - 1) == 0


def test_a_nomination_is_refused_with_its_field(session: Session, trail: Trail) -> None:
    project = trail.tracked()
    for year, evidence, field in ((YEAR, " ", "evidence"), (YEAR + 2, "合同", "year")):
        with pytest.raises(InputError) as refused:
            services.nominate(session, trail.officer, project, year, evidence)
        assert refused.value.field == field
    services.nominate(session, trail.officer, project, YEAR, "合同")
    with pytest.raises(InputError):
        services.nominate(session, trail.city_officer, project, YEAR, "合同")
    for actor in (trail.manager, trail.director):
        with pytest.raises(NotPermittedError):
            services.nominate(session, actor, project, YEAR, "合同")


def test_a_restricted_party_keeps_its_project_off_the_list(session: Session, trail: Trail) -> None:
    project = trail.tracked()
    with transaction(session):
        trail.enterprise.restrictions.append(
            IntegrityRestriction(
                ground="提供虚假材料", starts_on=date(2026, 1, 1), source_document="通报9号"
            )
        )
    with pytest.raises(GuardedError) as refused:
        services.nominate(session, trail.officer, project, YEAR, "合同")
    assert "提供虚假材料" in refused.value.reason


def test_an_upheld_objection_keeps_a_project_off_the_list(session: Session, trail: Trail) -> None:
    designation = services.nominate(session, trail.officer, trail.tracked(), YEAR, "合同")
    services.reserve(session, trail.city_director, designation)
    notice = services.announce(session, trail.director, designation)
    with pytest.raises(InputError) as missing:
        publicity.object_to(session, None, notice, "某人", " ", "合同不实")
    assert missing.value.field == "contact"
    with pytest.raises(Refused):
        auditor = factories.user(Role.AUDITOR)
        publicity.object_to(session, auditor, notice, "某人", "电话", "合同不实")
    objection = publicity.object_to(session, None, notice, "某人", "电话", "合同不实")
    _end_notice(session, designation)
    with pytest.raises(InputError):
        publicity.object_to(session, None, notice, "某人", "电话", "晚了")
    with pytest.raises(GuardedError):
        services.designate(session, trail.director, designation)
    with pytest.raises(Refused):
        publicity.settle(session, trail.manager, objection, ObjectionOutcome.DISMISSED, "无据")
    publicity.settle(session, trail.officer, objection, ObjectionOutcome.UPHELD, "属实")
    with pytest.raises(InputError):
        publicity.settle(session, trail.officer, objection, ObjectionOutcome.DISMISSED, "再议")
    with pytest.raises(GuardedError):
        services.designate(session, trail.director, designation)


def test_two_persons_take_a_project_off_the_list(session: Session, trail: Trail) -> None:
    designation = _key(trail, trail.tracked())
    assert _counted(session) == 1
    with pytest.raises(GuardedError):
        services.remove(session, trail.director, designation)
    services.propose_removal(session, trail.director, designation, "合同被撤销")
    assert told(session, Event.KEY_REMOVAL_PROPOSED) == {trail.second_director.id}
    assert _counted(session) == 1
    with pytest.raises(GuardedError):
        services.remove(session, trail.director, designation)
    services.remove(session, trail.second_director, designation)
    assert (designation.status, designation.reason) == (KeyStatus.REMOVED, "合同被撤销")
    assert _counted(session) == 0
    services.nominate(session, trail.officer, designation.project, YEAR, "新合同")


def test_a_nomination_is_turned_down_with_a_reason(session: Session, trail: Trail) -> None:
    designation = services.nominate(session, trail.officer, trail.tracked(), YEAR, "合同")
    services.dismiss(session, trail.city_director, designation, "证据不足")
    assert (designation.status, designation.reason) == (KeyStatus.REMOVED, "证据不足")
    with pytest.raises(WrongStateError):
        services.announce(session, trail.director, designation)


def test_a_second_project_with_the_same_contract_number_is_excluded(
    session: Session, trail: Trail
) -> None:
    for _number in range(2):
        _key(trail, trail.tracked("HT-同号"))
    found = count(session, YEAR, factories.region(factories.ANHUI))
    assert [entry.rule for entry in found.entries] == [Rule.COUNTS, Rule.SAME_CONTRACT]


def test_a_status_that_was_tampered_with_shows_in_the_recount(
    session: Session, trail: Trail
) -> None:
    designation = services.nominate(session, trail.officer, trail.tracked(), YEAR, "合同")
    with transaction(session):
        designation.status = KeyStatus.KEY
    region = factories.region(factories.ANHUI)
    assert count(session, YEAR, region).counted == 1
    assert recount(session, YEAR, region).counted == 0


def test_a_year_that_is_over_is_frozen_once_and_shows_every_change(
    session: Session, trail: Trail
) -> None:
    project = trail.tracked()
    _key(trail, project)
    with transaction(session):
        session.execute(
            sa.update(StatusChange)
            .where(StatusChange.subject_kind == "Project", StatusChange.target == "tracking")
            .values(at=datetime(YEAR - 1, 6, 1, tzinfo=UTC))
        )
    region = factories.region(factories.ANHUI)
    with pytest.raises(InputError):
        snapshots.freeze(session, trail.director, YEAR, region)
    with pytest.raises(Refused):
        snapshots.freeze(session, trail.city_director, YEAR - 1, region)
    snapshot = snapshots.freeze(session, trail.director, YEAR - 1, region)
    assert snapshot.counted == 1
    assert snapshot.content["entries"][0]["code"] == project.code
    with pytest.raises(InputError):
        snapshots.freeze(session, trail.director, YEAR - 1, region)
    session.expire_all()
    assert snapshots.is_genuine(snapshot)
    with transaction(session):
        entry = snapshot.content["entries"][0] | {"code": "AH-2020-9999"}
        snapshot.content = snapshot.content | {"entries": [entry]}
    assert not snapshots.is_genuine(snapshot)
