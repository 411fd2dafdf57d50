"""Officers hear once a day how many strong pairs await them, and nothing of what is in them."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.i18n import _
from matchmaker.matches import decisions
from matchmaker.matches.awaiting import tell_officers
from models import Event, MatchGrade, Notification, Role, Visibility, now
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import titles
from tests.mailbox import ADDRESS, Mailbox

TITLE = "鸮羽硼烯的制备"


def _pair(grade: MatchGrade = MatchGrade.STRONG, **of_need: object) -> None:
    elsewhere = factories.organization(region=factories.WUHU)
    need = factories.need(**{"title": TITLE, **of_need})
    factories.match(need, factories.result(organization=elsewhere), grade=grade)


def _told(session: Session) -> list[tuple[int, int]]:
    statement = sa.select(Notification).where(Notification.event == Event.MATCHES_TO_RECOMMEND)
    found = session.scalars(statement.order_by(Notification.id)).all()
    return [(one.user_id, one.payload["count"]) for one in found]


def test_the_officers_nearest_to_the_need_are_told_once_a_day(session: Session) -> None:
    county = factories.user(Role.OFFICER, region=factories.FEIXI)
    city = factories.user(Role.OFFICER, region=factories.HEFEI)
    factories.user(Role.OFFICER, region=factories.WUHU)
    factories.user(Role.DIRECTOR, region=factories.FEIXI)
    _pair()
    _pair()
    _pair(MatchGrade.FAIR)
    _pair(organization=factories.organization(region=factories.HEFEI))
    assert (tell_officers(session), tell_officers(session)) == (2, 0)
    assert sorted(_told(session)) == sorted([(county.id, 2), (city.id, 1)])
    yesterday = {"created_at": now() - timedelta(days=1)}
    session.execute(sa.update(Notification).values(yesterday))
    session.commit()
    assert tell_officers(session) == 2
    assert len(_told(session)) == 4


def test_what_is_recommended_awaits_nobody(session: Session) -> None:
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    match = factories.match(
        factories.need(),
        factories.result(organization=factories.organization(region=factories.WUHU)),
        grade=MatchGrade.STRONG,
    )
    decisions.recommend(session, officer, match)
    assert tell_officers(session) == 0


def test_the_notice_names_no_text_and_leads_to_the_strong_proposals(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    _pair(visibility=Visibility.MASKED, public_summary="一种二维材料。")
    _pair(MatchGrade.WEAK)
    tell_officers(session)
    sign_in(client, officer)
    page = client.get("/notices").text
    assert TITLE not in page
    address = "/matches?status=proposed&grade=strong"
    assert address.replace("&", "&amp;") in page
    assert titles(client.get(address).text) == [TITLE]


def test_the_mail_says_how_many_and_names_no_text(
    app: Flask, session: Session, mailbox: Mailbox
) -> None:
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    _pair(visibility=Visibility.MASKED, public_summary="一种二维材料。")
    tell_officers(session)
    (letter,) = mailbox.letters(officer.email)
    assert _("Strong pairs: %(count)d", count=1) in letter
    assert f"{ADDRESS}/notices/" in letter
    assert TITLE not in letter
    assert "二维材料" not in letter
