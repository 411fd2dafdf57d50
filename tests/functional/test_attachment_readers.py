"""Who may have the files of a need or a result."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.postings import services
from models import Match, MatchStatus, Role, User
from tests import factories
from tests.conftest import SignIn
from tests.functional.files import address_of_the_file, draft_with_file

READERS = ("visitor", "rival", "colleague", "county officer", "other county's officer", "auditor")


def _persona(name: str, poster: User) -> User | None:
    if name == "visitor":
        return None
    if name == "colleague":
        return factories.user(Role.MEMBER, organization=poster.organization)
    if name == "rival":
        return factories.user(Role.MEMBER)
    if name == "auditor":
        return factories.user(Role.AUDITOR)
    region = factories.FEIXI if name == "county officer" else factories.WUHU
    return factories.user(Role.OFFICER, region=region)


@pytest.mark.parametrize(
    ("stage", "allowed"),
    [
        ("draft", {"colleague"}),
        ("submitted", {"colleague", "county officer"}),
        ("public", {*READERS} - {"visitor"}),
        ("masked", {"colleague", "county officer"}),
    ],
)
def test_a_file_is_for_those_who_may_read_the_full_text(
    session: Session,
    app: Flask,
    client: FlaskClient,
    poster: User,
    sign_in: SignIn,
    stage: str,
    allowed: set[str],
) -> None:
    fields = {"public_summary": "一项电池难题。"}
    visibility = "masked" if stage == "masked" else "public"
    need = draft_with_file(client, session, visibility=visibility, **fields)
    if stage != "draft":
        services.submit(session, poster, need)
    if stage in ("public", "masked"):
        services.publish(session, factories.user(Role.OFFICER, region=factories.FEIXI), need)
    address, got, listed = address_of_the_file(session), set(), set()
    for name in READERS:
        reader = app.test_client()
        if persona := _persona(name, poster):
            sign_in(reader, persona)
        answer = reader.get(address)
        assert answer.status_code in (200, 303 if name == "visitor" else 404)
        got |= {name} if answer.status_code == 200 else set()
        listed |= {name} if "报告.pdf" in reader.get(f"/needs/{need.public_id}").text else set()
    assert got == allowed
    assert listed - {"visitor"} == allowed


def test_the_partner_of_an_agreed_match_may_have_the_files_of_a_masked_text(
    session: Session, client: FlaskClient, poster: User, app: Flask, sign_in: SignIn
) -> None:
    need = draft_with_file(client, session, visibility="masked", public_summary="一项电池难题。")
    services.submit(session, poster, need)
    services.publish(session, factories.user(Role.OFFICER, region=factories.FEIXI), need)
    partner = factories.user(Role.MEMBER)
    match = factories.match(need, factories.result(organization=partner.organization))
    reader = app.test_client()
    sign_in(reader, partner)
    assert reader.get(address_of_the_file(session)).status_code == 404
    with transaction(session):
        session.get_one(Match, match.id).status = MatchStatus.AGREED
    assert reader.get(address_of_the_file(session)).status_code == 200
