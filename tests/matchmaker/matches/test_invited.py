"""A text for invited organizations is matched in full, with their texts and no others."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.matches import services
from matchmaker.postings import invitations
from models import Match, Need, Organization, Result, Role, User, Visibility
from tests import factories

PROBLEM = "磷酸铁锂电池在零下二十度快充时负极析锂，容量衰减快。"
SOLUTION = "磷酸铁锂电池低温电解液，抑制零下快充时负极析锂。"


@pytest.fixture
def poster(session: Session) -> User:
    """Give a member of an enterprise."""
    return factories.user(Role.MEMBER)


def _need(session: Session, poster: User, *guests: Organization) -> Need:
    need = factories.need(
        organization=poster.organization,
        title="低温快充析锂",
        problem=PROBLEM,
        visibility=Visibility.INVITED,
        public_summary="一项难题",
    )
    for guest in guests:
        invitations.invite(session, poster, need, guest.public_id)
    return need


def _results(count: int) -> list[Result]:
    return [factories.result(title=f"低温电解液{n}", abstract=SOLUTION) for n in range(count)]


def _proposed(session: Session) -> set[tuple[int, int]]:
    session.rollback()
    return {(row[0], row[1]) for row in session.execute(sa.select(Match.need_id, Match.result_id))}


def test_it_is_proposed_to_the_texts_of_those_invited_alone(session: Session, poster: User) -> None:
    others = _results(12)  # which would fill its list
    guest = factories.organization()
    theirs = factories.result(organization=guest, title="电解液", abstract="电池低温用的电解液")
    need = _need(session, poster, guest)
    done = services.propose(session, None)
    assert {pair for pair in _proposed(session) if pair[0] == need.id} == {(need.id, theirs.id)}
    (match,) = session.scalars(sa.select(Match).where(Match.need_id == need.id))
    assert (match.need_rank, match.result_rank) == (1, 1)
    assert match.reasons
    assert done.added == len(_proposed(session))
    assert all(result.id != theirs.id for result in others)


def test_it_takes_no_place_in_the_lists_of_others(session: Session, poster: User) -> None:
    for _ in range(12):
        _need(session, poster)
    need = factories.need(title="低温快充析锂", problem=PROBLEM)
    result = factories.result(title="低温电解液", abstract=SOLUTION)
    services.propose(session, None)
    assert _proposed(session) == {(need.id, result.id)}
    assert session.scalars(sa.select(Match.result_rank)).all() == [1]


def test_among_open_texts_it_has_the_place_that_its_score_gives_it(
    session: Session, poster: User
) -> None:
    guest = factories.organization()
    result = factories.result(organization=guest, title="低温电解液", abstract=SOLUTION)
    far = factories.need(title="电池包结构", problem="电池包在低温下变形，需要结构方案。")
    near = _need(session, poster, guest)
    services.propose(session, None)
    rows = session.execute(sa.select(Match.need_id, Match.result_rank, Match.score))
    by_need = {row[0]: row[1:] for row in rows}
    assert by_need[near.id][0] == 1
    assert by_need.get(far.id, (2, 0.0))[0] == 2
    assert {pair[1] for pair in _proposed(session)} == {result.id}


def test_of_two_texts_for_guests_each_must_invite_the_other(session: Session, poster: User) -> None:
    host = factories.user(Role.MEMBER)
    need = _need(session, poster, host.organization)
    result = factories.result(
        organization=host.organization,
        title="低温电解液",
        abstract=SOLUTION,
        visibility=Visibility.INVITED,
        public_summary="一项成果",
    )
    services.propose(session, None)
    assert _proposed(session) == set()
    invitations.invite(session, host, result, poster.organization.public_id)
    services.propose(session, None, need)
    assert _proposed(session) == {(need.id, result.id)}


def test_an_invitation_taken_back_ends_in_no_proposal(session: Session, poster: User) -> None:
    guest = factories.organization()
    factories.result(organization=guest, title="低温电解液", abstract=SOLUTION)
    need = _need(session, poster, guest)
    services.propose(session, None)
    assert len(_proposed(session)) == 1
    invitations.uninvite(session, poster, need, guest.public_id)
    with transaction(session):
        session.execute(sa.delete(Match))
    services.propose(session, None)
    assert _proposed(session) == set()


def test_judging_it_brings_no_text_of_others_in(session: Session, app: Flask, poster: User) -> None:
    _results(5)
    guest = factories.organization()
    for n in range(3):
        factories.result(organization=guest, title=f"电解液{n}", abstract=SOLUTION)
    need = _need(session, poster, guest)
    services.propose(session, None)
    before = _proposed(session)
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    match = session.scalars(sa.select(Match).where(Match.need_id == need.id)).first()
    assert match is not None
    with app.app_context():
        services.judge(session, officer, match, 4)
    assert _proposed(session) == before
    assert len(before) == 3
