"""The match board page by page: what the reader sees, once each and in its order."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.matches import board
from matchmaker.matches.board import PAGE_SIZE, read_board, read_waiting
from matchmaker.matches.board_filter import BoardFilter
from matchmaker.postings import leads
from models import Match, MatchGrade, MatchStatus, Need, Role, User, Visibility
from tests import factories

GRADES = list(MatchGrade)


@pytest.fixture
def officer() -> User:
    return factories.user(Role.OFFICER, region=factories.FEIXI)


@pytest.fixture
def seen() -> list[Match]:
    """Give matches of results of the officer's county, with those of needs kept from it between.

    The best of them by score are nearly all of the latter kind.
    """
    university = factories.organization(region=factories.FEIXI)
    elsewhere = factories.organization(region=factories.WUHU)

    def need(visibility: Visibility) -> Need:
        return factories.need(
            organization=elsewhere, visibility=visibility, public_summary="一项难题"
        )

    hidden, shown = need(Visibility.INVITED), need(Visibility.PUBLIC)
    matches = []
    with factories.together():
        for number in range(2 * PAGE_SIZE + 5):
            result = factories.result(organization=university)
            score, grade = 0.9 - number / 100, GRADES[number % len(GRADES)]
            if number < PAGE_SIZE + 3 and number != 2:
                factories.match(hidden, result, score=score + 0.005, grade=grade)
            matches.append(factories.match(shown, result, score=score / 2, grade=grade))
    return matches


@pytest.mark.parametrize("few", [0, leads.FEW])
@pytest.mark.parametrize("sort", ["score", "grade", "newest", "oldest"])
def test_pages_give_what_is_seen_once_and_in_order(
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    officer: User,
    seen: list[Match],
    sort: str,
    few: int,
) -> None:
    monkeypatch.setattr(leads, "FEW", few)
    orders = {
        "score": lambda match: -match.score,
        "grade": lambda match: (GRADES.index(match.grade), -match.score),
        "newest": lambda match: -match.id,
        "oldest": lambda match: match.id,
    }
    expected = [match.id for match in sorted(seen, key=orders[sort])]
    found: list[int] = []
    after: str | None = ""
    while after is not None:
        page = read_board(session, officer, BoardFilter(sort=sort, after=after))
        assert len(page.matches) == min(PAGE_SIZE, len(expected) - len(found))
        found += [match.id for match in page.matches]
        after = page.following
    assert found == expected


def test_however_few_are_looked_at_together_a_page_is_filled(
    session: Session, monkeypatch: pytest.MonkeyPatch, officer: User, seen: list[Match]
) -> None:
    monkeypatch.setattr(board, "MOST_AT_ONCE", 3)
    page = read_board(session, officer, BoardFilter())
    assert [match.id for match in page.matches] == [match.id for match in seen[:PAGE_SIZE]]


def test_nothing_seen_is_an_empty_page(session: Session, seen: list[Match]) -> None:
    stranger = factories.user(Role.OFFICER, region="340500")
    page = read_board(session, stranger, BoardFilter())
    assert (list(page.matches), page.following) == ([], None)


def test_what_awaits_an_answer_comes_page_by_page_those_that_lapse_first_ahead(
    session: Session,
) -> None:
    need, days = factories.need(), itertools.cycle(range(5))
    reader = factories.user(Role.MEMBER, organization=need.organization)
    matches = [
        factories.match(
            need,
            factories.result(),
            status=MatchStatus.RECOMMENDED,
            recommended_on=today() - timedelta(days=next(days)),
        )
        for _number in range(2 * PAGE_SIZE + 5)
    ]
    expected = [row.id for row in sorted(matches, key=lambda row: (row.recommended_on, row.id))]
    found: list[int] = []
    after: str | None = ""
    while after is not None:
        page = read_waiting(session, reader, after)
        assert len(page.matches) == min(PAGE_SIZE, len(expected) - len(found))
        found += [match.id for match in page.matches]
        after = page.following
    assert found == expected
