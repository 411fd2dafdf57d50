"""An officer's judgement: who may give it, what it does at once, what goes wrong in words."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matchmaker.db import db, transaction
from matchmaker.i18n import _
from matchmaker.matches import services
from matchmaker.matches.reranking import unlisted
from matchmaker.matches.services import GoneError, judge, propose
from matchmaker.permissions import Permission, Refused, can
from models import (
    AuditEntry,
    Match,
    MatchJudgement,
    MatchStatus,
    Need,
    PostingStatus,
    Role,
    User,
    Visibility,
)
from tests import factories
from tests.conftest import QueryCounter, SignIn


@pytest.fixture
def officer(session: Session) -> User:
    """Give the officer of the county that the enterprises are in."""
    bureau = factories.organization(region=factories.FEIXI)
    return factories.user(Role.OFFICER, organization=bureau, region=factories.FEIXI)


@pytest.fixture
def need(session: Session) -> Need:
    """Give a need about two subjects, with five results for each of them."""
    need = factories.need(title="隔膜涂层与电解液配方", problem="隔膜涂层耐热，电解液配方低温")
    with factories.together():
        for number in range(5):
            factories.result(title=f"耐热隔膜涂层{number}", abstract="隔膜涂层耐热性")
            factories.result(title=f"低温电解液配方{number}", abstract="电解液低温配方")
    factories.result(title="玉米收割机", abstract="割台")
    propose(session, None)
    return need


def _post(client: FlaskClient, address: str, **form: str) -> TestResponse:
    """Send a form with its token, as the page does."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)
    assert token
    return client.post(address, data=form | {"csrf_token": token[1]})


def _address(match: Match) -> str:
    return f"/matches/{match.public_id}/judgement"


def _proposals(session: Session) -> list[Match]:
    session.rollback()
    order = (Match.need_rank.is_(None), Match.need_rank, Match.id)
    return list(session.scalars(sa.select(Match).order_by(*order)))


def _order(session: Session) -> list[tuple[int, float, int | None]]:
    """Return result, score and rank of each proposal, in the need's order."""
    return [(m.result_id, round(m.score, 6), m.need_rank) for m in _proposals(session)]


def _subjects(session: Session) -> list[str]:
    return [match.result.title[:4] for match in _proposals(session) if match.need_rank]


def _about(session: Session, subject: str) -> Match:
    return next(match for match in _proposals(session) if subject in match.result.title)


def test_a_judgement_ranks_the_other_proposals_of_the_need_anew(
    app: Flask, session: Session, officer: User, need: Need
) -> None:
    with app.app_context():
        judge(session, officer, _about(session, "涂层0"), 1)
        judge(session, officer, _about(session, "配方0"), 4)
    assert set(_subjects(session)[:5]) == {"低温电解"}
    ranks = [match.need_rank for match in _proposals(session) if match.need_rank]
    assert ranks == list(range(1, len(ranks) + 1))


def test_a_judgement_taken_back_leaves_no_trace_in_the_order(
    app: Flask, session: Session, officer: User, need: Need
) -> None:
    before = _order(session)
    match = _proposals(session)[0]
    with app.app_context():
        judge(session, officer, match, 1)
        changed = _order(session)
        judge(session, officer, match, None)
    assert changed != before
    assert _order(session) == before


def test_what_is_ranked_at_once_is_what_the_next_run_over_all_ranks(
    app: Flask, session: Session, officer: User, need: Need
) -> None:
    with app.app_context():
        judge(session, officer, _about(session, "涂层0"), 1)
    at_once = _order(session)
    propose(session, None)
    assert _order(session) == at_once


def test_a_judged_pair_is_not_removed_when_it_is_no_longer_among_the_best(
    app: Flask, session: Session, officer: User, need: Need
) -> None:
    judged = _about(session, "涂层0")
    strong = judged.score
    with app.app_context():
        judge(session, officer, judged, 1)
    for number in range(12):
        factories.result(title=f"隔膜涂层与电解液配方{number}", abstract="耐热低温")
    propose(session, None)
    session.refresh(judged)
    assert judged.need_rank is None
    assert judged.score < strong


def test_a_pair_that_was_decided_on_stays_as_it_is(
    app: Flask, session: Session, officer: User, need: Need
) -> None:
    decided = _about(session, "涂层1")
    with transaction(session):
        decided.status, decided.score = MatchStatus.RECOMMENDED, 0.123
    with app.app_context():
        judge(session, officer, _about(session, "涂层0"), 1)
    session.refresh(decided)
    assert (decided.status, decided.score) == (MatchStatus.RECOMMENDED, 0.123)


def test_one_row_changed_in_place_with_its_trail(
    app: Flask, session: Session, officer: User, need: Need
) -> None:
    match = _proposals(session)[0]
    with app.app_context():
        for level, comment in ((3, ""), (3, ""), (2, "指标差得远"), (None, ""), (None, "")):
            judge(session, officer, match, level, comment)
    assert session.scalar(sa.select(sa.func.count(MatchJudgement.id))) == 0
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "match:judge"))
    details = [(entry.detail["before"], entry.detail["level"]) for entry in entries]
    assert details == [(None, 3), (3, 2), (2, None)]
    assert "指标" not in str(details)


def test_a_match_that_is_gone_is_told(
    app: Flask, session: Session, officer: User, need: Need
) -> None:
    match = _proposals(session)[0]
    with app.app_context(), db.sessionmaker() as other, transaction(other):
        other.execute(sa.delete(Match).where(Match.id == match.id))
    with app.app_context(), pytest.raises(GoneError):
        judge(session, officer, match, 3)


def test_a_withdrawn_result_is_not_judged(
    app: Flask, session: Session, officer: User, need: Need
) -> None:
    match = _proposals(session)[0]
    with transaction(session):
        match.result.status = PostingStatus.WITHDRAWN
    with app.app_context(), pytest.raises(Refused) as told:
        judge(session, officer, match, 3)
    assert told.value.decision.reason == _("One of the two is no longer published.")


def test_an_officer_who_cannot_read_one_of_the_texts_does_not_judge_the_pair(
    session: Session, officer: User
) -> None:
    elsewhere = factories.organization(region=factories.WUHU)
    hidden = factories.result(
        organization=elsewhere, visibility=Visibility.MASKED, public_summary="一项涂层成果"
    )
    match = factories.match(factories.need(), hidden)
    assert can(officer, Permission.MATCH_READ, match)
    assert not can(officer, Permission.MATCH_JUDGE, match)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICER])
def test_other_roles_judge_nothing(session: Session, role: Role, need: Need) -> None:
    actor = factories.user(role, organization=need.organization, region=factories.FEIXI)
    assert not can(actor, Permission.MATCH_JUDGE, _proposals(session)[0])


def test_two_clicks_at_once_keep_one_judgement(
    app: Flask, session: Session, officer: User, need: Need
) -> None:
    match_id, officer_id = _proposals(session)[0].id, officer.id

    def click() -> None:
        with app.app_context(), db.sessionmaker() as own:
            match, actor = own.get(Match, match_id), own.get(User, officer_id)
            assert match is not None
            assert actor is not None
            judge(own, actor, match, 3)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(click), pool.submit(click)]:
            done.result()
    session.rollback()
    assert len(session.scalars(sa.select(MatchJudgement)).all()) == 1
    entries = sa.select(AuditEntry).where(AuditEntry.action == "match:judge")
    assert len(session.scalars(entries).all()) == 1


def test_a_run_over_all_does_not_undo_what_was_judged_while_it_ran(
    app: Flask,
    session: Session,
    officer: User,
    need: Need,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged = _about(session, "涂层0").id

    def meanwhile(*arguments: object) -> object:
        with app.app_context(), db.sessionmaker() as own:
            match, actor = own.get(Match, judged), own.get(User, officer.id)
            assert match is not None
            assert actor is not None
            judge(own, actor, match, 1)
        return unlisted(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "unlisted", meanwhile)
    propose(session, None)
    monkeypatch.undo()
    during = _order(session)
    propose(session, None)
    assert _order(session) == during


def test_the_page_shows_four_choices_and_keeps_the_one_taken(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User, need: Need
) -> None:
    sign_in(client, officer)
    address = f"/needs/{need.public_id}"
    match = _proposals(session)[0]
    page = client.get(address).text
    assert page.count('name="level"') == 4 * len(_proposals(session)[:10])
    assert 'aria-pressed="true"' not in page
    answer = _post(client, _address(match), level="2", comment="差一点", next=address)
    assert answer.status_code == 303
    assert answer.location == f"{address}#match-{match.public_id}"
    page = client.get(address).text
    assert page.count('aria-pressed="true"') == 1
    assert "差一点" in page
    assert _("Take back") in page
    _post(client, _address(match), level="0")
    page = client.get(address).text
    assert 'aria-pressed="true"' not in page
    assert "差一点" not in page


def test_what_one_has_judged_stays_on_the_page(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    need = factories.need()
    matches = [
        factories.match(need, factories.result(), need_rank=place if place <= 10 else None)
        for place in range(1, 13)
    ]
    *_listed, unlisted, judged = [f"match-{match.public_id}" for match in matches]
    with transaction(session):
        session.add(MatchJudgement(match_id=matches[-1].id, user_id=officer.id, level=1))
    sign_in(client, officer)
    page = client.get(f"/needs/{need.public_id}").text
    assert judged in page
    assert unlisted not in page


def test_a_result_page_takes_judgements_too_and_comes_back_to_itself(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User, need: Need
) -> None:
    own = factories.result(
        title="隔膜涂层", organization=factories.organization(region=factories.FEIXI)
    )
    propose(session, None)
    sign_in(client, officer)
    address = f"/results/{own.public_id}"
    match = session.scalars(sa.select(Match).where(Match.result_id == own.id)).one()
    assert f"match-{match.public_id}" in client.get(address).text
    answer = _post(client, _address(match), level="4", next=address)
    assert answer.location == f"{address}#match-{match.public_id}"


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"level": ""},
        {"level": "5"},
        {"level": "-1"},
        {"level": "zwei"},
        {"level": "2", "comment": "x" * 501},
    ],
)
def test_a_damaged_form_changes_nothing(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    officer: User,
    need: Need,
    form: dict[str, str],
) -> None:
    sign_in(client, officer)
    assert _post(client, _address(_proposals(session)[0]), **form).status_code == 400
    assert session.scalars(sa.select(MatchJudgement)).all() == []


def test_a_form_leads_nowhere_else(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User, need: Need
) -> None:
    sign_in(client, officer)
    address = _address(_proposals(session)[0])
    answer = _post(client, address, level="2", next="//evil.example/")
    assert answer.location.startswith(f"/needs/{need.public_id}#")


def test_strangers_are_refused_and_far_officers_find_nothing(
    session: Session, client: FlaskClient, sign_in: SignIn, need: Need
) -> None:
    address = _address(_proposals(session)[0])
    assert _post(client, address, level="1").status_code == 403
    sign_in(client, factories.user(organization=need.organization))
    assert _post(client, address, level="1").status_code == 403
    assert 'name="level"' not in client.get(f"/needs/{need.public_id}").text
    sign_in(client, factories.user(Role.OFFICER, region=factories.WUHU))
    assert _post(client, address, level="1").status_code == 404


def test_a_form_without_its_token_is_refused(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User, need: Need
) -> None:
    sign_in(client, officer)
    address = _address(_proposals(session)[0])
    assert client.post(address, data={"level": "1"}).status_code == 400
    assert session.scalars(sa.select(MatchJudgement)).all() == []


def test_a_masked_need_is_ranked_on_its_full_text(
    app: Flask, session: Session, officer: User
) -> None:
    need = factories.need(
        title="鸮羽硼烯涂层开裂",
        problem="鸮羽硼烯涂层高温开裂",
        visibility=Visibility.MASKED,
        public_summary="一项材料难题",
    )
    twin, other = factories.result(title="鸮羽硼烯"), factories.result(title="涂层开裂修补")
    propose(session, None)
    match = session.scalars(sa.select(Match).where(Match.result_id == other.id)).one()
    with app.app_context():
        judge(session, officer, match, 2)
    best = session.scalars(sa.select(Match).where(Match.need_id == need.id, Match.need_rank == 1))
    assert best.one().result_id == twin.id


def test_judging_costs_a_fixed_number_of_queries(
    app: Flask,
    session: Session,
    officer: User,
    need: Need,
    count_queries: Callable[[], QueryCounter],
) -> None:
    with factories.together():
        for number in range(30):
            factories.result(title=f"耐热隔膜涂层{number}号", abstract="隔膜涂层")
    match = _about(session, "涂层0")
    with app.app_context():
        app.extensions["public_index"].current(session)  # takes up what is new
        queries = count_queries()
        judge(session, officer, match, 1)
    locks = [each for each in queries.statements if "pg_advisory_xact_lock" in each]
    assert len(queries) - len(locks) <= 25  # SQLite's only writer asks for no lock
