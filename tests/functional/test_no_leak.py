"""No word of a masked need reaches anybody but its organization and its region's bureau.

The pages that lead to it are read here one by one; test_no_leak_anywhere.py sweeps all routes.
"""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.disclosure import search_text
from matchmaker.matches import decisions, messages
from matchmaker.matches.services import propose
from models import (
    Attachment,
    Match,
    MatchStatus,
    Need,
    PostingInvitation,
    Result,
    Role,
    TypedForm,
    User,
    Visibility,
    new_public_id,
)
from tests import factories
from tests.conftest import SignIn

CANARIES = ("鸮羽硼烯", "烛龙窑", "QX9471")


@pytest.fixture
def masked(session: Session) -> Need:
    """Give a masked need whose full text holds the canaries, matched with a result that fits."""
    need = factories.need(
        title="鸮羽硼烯涂层在烛龙窑中开裂",
        problem="鸮羽硼烯涂层在烛龙窑高温段开裂剥落，QX9471批次最重。",
        keywords=["鸮羽硼烯"],
        metrics=[{"name": "烛龙窑寿命", "target": "≥300", "unit": "h"}],
        visibility=Visibility.MASKED,
        public_summary="高温窑炉内衬涂层寿命不足，寻求材料方案。",
    )
    factories.result(title="高温窑炉涂层抗开裂技术", abstract="适用于窑炉内衬的涂层，抗剥落。")
    factories.result(title="鸮羽硼烯", abstract="鸮羽硼烯")
    propose(session, None)
    return need


def _persona(session: Session, name: str, need: Need) -> User | None:
    bureau = factories.organization(region=factories.ANHUI)
    result_owner = session.scalars(sa.select(Result)).first()
    assert result_owner is not None
    makers: dict[str, Callable[[], User | None]] = {
        "visitor": lambda: None,
        "rival": lambda: factories.user(Role.MEMBER),
        "researcher": lambda: factories.user(Role.MEMBER, organization=result_owner.organization),
        "broker": lambda: factories.user(Role.BROKER),
        "other city's officer": lambda: factories.user(
            Role.OFFICER, organization=bureau, region=factories.WUHU
        ),
        "auditor": lambda: factories.user(Role.AUDITOR, organization=bureau),
        "admin": lambda: factories.user(Role.ADMIN, organization=bureau),
        "owner": lambda: factories.user(Role.MEMBER, organization=need.organization),
        "county officer": lambda: factories.user(
            Role.OFFICER, organization=bureau, region=factories.FEIXI
        ),
    }
    return makers[name]()


def _addresses(session: Session, need: Need) -> list[str]:
    results = [f"/results/{result.public_id}" for result in session.scalars(sa.select(Result))]
    searches = [f"{place}?q={word}" for word in CANARIES for place in ("/", "/needs", "/results")]
    typed = "/?q=窑炉内衬涂层开裂"
    pages = ["/", typed, "/needs", "/results", "/mine", "/about", "/help"]
    return [*pages, f"/needs/{need.public_id}", *results, *searches]


STRANGERS = ["visitor", "rival", "broker", "other city's officer", "auditor", "admin"]


@pytest.mark.parametrize("name", STRANGERS)
@pytest.mark.parametrize("partial", [False, True])
def test_nobody_else_reads_a_word_of_it(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    masked: Need,
    name: str,
    partial: bool,
) -> None:
    persona = _persona(session, name, masked)
    if persona:
        sign_in(client, persona)
    headers = {"HX-Request": "true"} if partial else {}
    allowed = _results_of_their_own(session)
    for address in _addresses(session, masked):
        page = client.get(address, headers=headers).text
        for known in allowed:
            page = page.replace(known, "")
        if "?q=" in address:  # what the reader typed comes back in the box
            page = page.replace(address.split("?q=")[1], "")
        leaked = [canary for canary in CANARIES if canary in page]
        assert not leaked, (name, address, leaked)


@pytest.mark.parametrize("name", STRANGERS)
def test_nobody_else_finds_it_by_its_words(
    session: Session, client: FlaskClient, sign_in: SignIn, masked: Need, name: str
) -> None:
    persona = _persona(session, name, masked)
    if persona:
        sign_in(client, persona)
    for canary in CANARIES:
        assert masked.public_id not in client.get(f"/needs?q={canary}").text
    assert masked.public_id in client.get("/needs?q=窑炉").text


@pytest.mark.parametrize("name", STRANGERS)
def test_a_result_with_its_words_does_not_lead_to_it(
    session: Session, client: FlaskClient, sign_in: SignIn, masked: Need, name: str
) -> None:
    persona = _persona(session, name, masked)
    if persona:
        sign_in(client, persona)
    twin = session.scalars(sa.select(Result).where(Result.title == CANARIES[0])).one()
    page = client.get(f"/results/{twin.public_id}").text
    assert masked.public_id not in page
    assert "<mark>" not in page
    assert twin.public_id not in client.get(f"/needs/{masked.public_id}").text


def test_a_text_masked_since_the_index_was_built_shows_none_of_its_words(
    session: Session, client: FlaskClient
) -> None:
    need = factories.need(title="石墨烯散热膜", problem="石墨烯散热膜在折叠屏中开裂")
    result = factories.result(title="石墨烯散热膜制备", abstract="石墨烯")
    assert "<mark>石墨烯" in client.get(f"/results/{result.public_id}").text
    with transaction(session):
        need.visibility = Visibility.MASKED
        need.public_summary = "消费电子领域的一项材料难题"
        need.search_text = search_text(need)
    page = client.get(f"/results/{result.public_id}").text
    assert "<mark>" not in page
    assert "折叠屏" not in page


def test_a_masked_result_does_not_show_its_registration_number(
    session: Session, client: FlaskClient
) -> None:
    result = factories.result(
        visibility=Visibility.MASKED, public_summary="一项涂层成果", registration_no="QX9471000001"
    )
    assert "QX9471000001" not in client.get(f"/results/{result.public_id}").text


def _results_of_their_own(session: Session) -> list[str]:
    """Return the public texts that hold a canary by themselves, longest first."""
    twin = session.scalars(sa.select(Result).where(Result.title == CANARIES[0])).one()
    return [twin.title]


@pytest.mark.parametrize("name", ["owner", "county officer"])
def test_its_organization_and_its_bureau_read_all_of_it(
    session: Session, client: FlaskClient, sign_in: SignIn, masked: Need, name: str
) -> None:
    persona = _persona(session, name, masked)
    assert persona
    sign_in(client, persona)
    page = client.get(f"/needs/{masked.public_id}").text
    assert all(canary in page for canary in CANARIES)


def test_it_is_matched_on_its_full_text(session: Session, masked: Need) -> None:
    best = session.scalars(sa.select(Match).order_by(Match.score.desc())).first()
    assert best is not None
    assert (best.need_id, best.result.title) == (masked.id, CANARIES[0])


def test_others_see_its_summary(session: Session, client: FlaskClient, masked: Need) -> None:
    page = client.get(f"/needs/{masked.public_id}").text
    assert masked.public_summary in page


SECRETS = (*CANARIES, "烛龙联系人", "0551-9471", "烛龙答复人", "鸮羽公司")


def _asked_about(session: Session, masked: Need, stage: str) -> None:
    """Bring all matches of the masked need as far as `stage`, short of both consents."""
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    member = factories.user(Role.MEMBER, organization=masked.organization, name="烛龙答复人")
    with transaction(session):
        masked.organization.name = "鸮羽公司"
        masked.contact = {"name": "烛龙联系人", "phone": "0551-9471"}
    for match in session.scalars(sa.select(Match).where(Match.need_id == masked.id)).all():
        if stage != "proposed":
            decisions.recommend(session, officer, match)
        if stage == "one side agrees":
            decisions.consent(session, member, match, "QX9471批次可提供样品")


@pytest.mark.parametrize("stage", ["proposed", "recommended", "one side agrees"])
@pytest.mark.parametrize("name", [*STRANGERS, "researcher", "assigned broker"])
def test_no_page_of_a_match_tells_a_word_or_a_contact_before_both_agree(
    session: Session, client: FlaskClient, sign_in: SignIn, masked: Need, name: str, stage: str
) -> None:
    _asked_about(session, masked, stage)
    matches = session.scalars(sa.select(Match)).all()
    persona = _persona(session, "broker" if name == "assigned broker" else name, masked)
    if name == "assigned broker":
        with transaction(session):
            for match in matches:
                match.broker = persona
    if persona:
        sign_in(client, persona)
    statuses = ("proposed", "recommended", "agreed", "declined", "lapsed", "dismissed")
    boards = [f"/matches?status={status}" for status in statuses]
    pages = [f"/matches/{match.public_id}" for match in matches]
    seen = 0
    for address in [*boards, *pages, "/matches/waiting", "/matches/new?need_q=窑炉"]:
        answer = client.get(address)
        page = answer.text
        for known in _results_of_their_own(session):
            page = page.replace(known, "")
        leaked = [secret for secret in SECRETS if secret in page]
        assert not leaked, (name, address, leaked)
        seen += address in pages and answer.status_code == 200
    assert bool(seen) == (name in ("researcher", "assigned broker"))


def _agree(session: Session, masked: Need) -> Match:
    """Let both sides of the masked need's best match agree, and write to each other."""
    _asked_about(session, masked, "one side agrees")
    match = session.scalars(sa.select(Match).order_by(Match.score.desc())).first()
    assert match is not None
    partner = factories.user(Role.MEMBER, organization=match.result.organization)
    decisions.consent(session, partner, match)
    messages.write(session, partner, match, new_public_id(), "QX9471批次收到，请寄样品。")
    return match


def test_after_both_agree_the_other_side_reads_the_text_and_the_contact(
    session: Session, client: FlaskClient, sign_in: SignIn, masked: Need
) -> None:
    match = _agree(session, masked)
    sign_in(client, factories.user(Role.MEMBER, organization=match.result.organization))
    for address in (f"/needs/{masked.public_id}", f"/matches/{match.public_id}"):
        page = client.get(address).text
        unread = [word for word in (*CANARIES, "烛龙联系人", "0551-9471") if word not in page]
        assert not unread, address


@pytest.mark.parametrize("name", [*STRANGERS, "researcher"])
def test_after_both_agree_nobody_but_the_two_reads_more_than_before(
    session: Session, client: FlaskClient, sign_in: SignIn, masked: Need, name: str
) -> None:
    match = _agree(session, masked)
    third = factories.result(title="高温窑炉涂层")
    other = factories.match(masked, third, status=MatchStatus.DECLINED)
    persona = (
        factories.user(Role.MEMBER, organization=third.organization)
        if name == "researcher"
        else _persona(session, name, masked)
    )
    if persona:
        sign_in(client, persona)
    match_pages = [f"/matches/{each.public_id}" for each in (match, other)]
    talk = f"/matches/{match.public_id}/messages"
    for address in [*_addresses(session, masked), *match_pages, talk, "/messages", "/notices"]:
        page = client.get(address).text
        for known in _results_of_their_own(session):
            page = page.replace(known, "")
        if "?q=" in address:
            page = page.replace(address.split("?q=")[1], "")
        leaked = [secret for secret in SECRETS if secret in page]
        assert not leaked, (name, address, leaked)


def _with_a_file(session: Session, need: Need) -> Attachment:
    """Give a need a file whose name holds a canary."""
    author = factories.user(Role.MEMBER, organization=need.organization)
    with transaction(session):
        form = TypedForm(user_id=author.id, subject_kind="Need", saved=True)
        session.add(form)
        session.flush()
        file = Attachment(
            organization_id=need.organization_id,
            uploaded_by_id=author.id,
            typed_form_id=form.id,
            need_id=need.id,
            attached=True,
            name="烛龙窑.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
            key="attachment-1",
        )
        session.add(file)
    return file


@pytest.mark.parametrize("visibility", [Visibility.MASKED, Visibility.INVITED])
@pytest.mark.parametrize("name", [*STRANGERS, "researcher"])
def test_nobody_else_sees_its_files_or_where_it_is_for_others_that_it_is_there(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    masked: Need,
    name: str,
    visibility: Visibility,
) -> None:
    guest = factories.user(Role.MANAGER)
    theirs = factories.result(organization=guest.organization, abstract="鸮羽硼烯涂层")
    file = _with_a_file(session, masked)
    with transaction(session):
        masked.visibility = visibility
        masked.invitations = [
            PostingInvitation(organization_id=guest.organization_id, invited_by_id=guest.id)
        ]
    propose(session, None)
    matches = session.scalars(sa.select(Match).where(Match.need_id == masked.id)).all()
    if visibility is Visibility.INVITED:
        assert {match.result_id for match in matches} == {theirs.id}
    persona = _persona(session, name, masked)
    if persona:
        sign_in(client, persona)
    pages = [*_addresses(session, masked), *(f"/matches/{match.public_id}" for match in matches)]
    allowed = [*_results_of_their_own(session), theirs.abstract]
    for address in [*pages, f"/attachments/{file.public_id}", "/matches", "/notices"]:
        page = client.get(address).text
        for known in allowed:
            page = page.replace(known, "")
        if "?q=" in address:
            page = page.replace(address.split("?q=")[1], "")
        hidden = (*CANARIES, masked.public_id) if visibility is Visibility.INVITED else CANARIES
        own_address = address if masked.public_id in address else ""
        leaked = [word for word in hidden if word in page.replace(own_address or "\0", "")]
        assert not leaked, (name, address, leaked)
    if visibility is Visibility.INVITED:
        assert client.get(f"/needs/{masked.public_id}").status_code == 404
