"""Where the two texts of a match come from stands on the match, whoever made it."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.matches.adding import add_by_hand
from matchmaker.matches.board import read_board
from matchmaker.matches.board_filter import SORTS, BoardFilter
from matchmaker.matches.services import propose
from matchmaker.postings import leads
from models import Industry, Match, MatchStatus, Need, Result, Role, User
from tests import factories


def _as_its_texts(session: Session) -> bool:
    """Return whether every match says of its texts what they say."""
    session.rollback()
    rows = session.execute(
        sa.select(Match, Need, Result)
        .join(Need, Need.id == Match.need_id)
        .join(Result, Result.id == Match.result_id)
    ).all()
    return bool(rows) and all(
        (match.need_region_id, match.need_industry_id) == (need.region_id, need.industry_id)
        and (match.result_region_id, match.result_industry_id)
        == (result.region_id, result.industry_id)
        for match, need, result in rows
    )


@pytest.fixture
def need(session: Session) -> Need:
    """Give a need of a branch, with a result elsewhere."""
    factories.result(organization=factories.organization(region=factories.WUHU))
    return factories.need(industry="nev-battery")


def test_a_match_that_the_matcher_proposes_knows_its_places(session: Session, need: Need) -> None:
    propose(session, None)
    assert _as_its_texts(session)


def test_a_match_put_together_by_hand_knows_its_places(
    app: Flask, session: Session, need: Need
) -> None:
    officer = factories.user(Role.OFFICER, region=factories.ANHUI)
    with app.app_context():
        add_by_hand(session, officer, need, session.scalars(sa.select(Result)).one())
    assert _as_its_texts(session)


def test_a_match_follows_its_text_into_another_branch(session: Session, need: Need) -> None:
    propose(session, None)
    with transaction(session):
        other = session.scalars(sa.select(Industry).where(Industry.code == "ai-robot")).one()
        need.industry = other
    assert _as_its_texts(session)
    assert session.scalars(sa.select(Match.need_industry_id)).one() == other.id


@pytest.mark.parametrize("few", [0, leads.FEW])
@pytest.mark.parametrize(
    ("region", "expected"),
    [(factories.FEIXI, 3), (factories.HEFEI, 3), (factories.WUHU, 5), (factories.ANHUI, 6)],
)
def test_the_board_shows_the_same_whatever_the_database_begins_with(
    session: Session, monkeypatch: pytest.MonkeyPatch, few: int, region: str, expected: int
) -> None:
    monkeypatch.setattr(leads, "FEW", few)
    places = [factories.FEIXI, factories.WUHU]
    pairs = [(a, b) for a in places for b in places] + [(factories.WUHU, factories.WUHU)] * 2
    for number, (one, other) in enumerate(pairs):
        factories.match(
            factories.need(organization=factories.organization(region=one)),
            factories.result(organization=factories.organization(region=other)),
            score=number / 10,
        )
    officer: User = factories.user(Role.OFFICER, region=region)
    for sort in SORTS:
        shown = read_board(session, officer, BoardFilter(sort=sort)).matches
        assert len(shown) == expected
        assert {match.status for match in shown} == {MatchStatus.PROPOSED}
