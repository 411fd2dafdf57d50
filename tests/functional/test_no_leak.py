"""No word of a masked need reaches anybody but its organisation and its region's bureau."""

import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.matches.services import propose
from models import Need, Result, Role, User, Visibility
from tests import factories

CANARIES = ("鸮羽硼烯", "烛龙窑", "QX9471")
SignIn = Callable[[FlaskClient, User], None]


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
    factories.result(title="硼烯涂层制备", abstract="二维硼烯涂层，高温稳定。")
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


@pytest.mark.parametrize(
    "name",
    ["visitor", "rival", "researcher", "broker", "other city's officer", "auditor", "admin"],
)
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
    for address in _addresses(session, masked):
        page = client.get(address, headers=headers).text
        if "?q=" in address:  # what the reader typed comes back in the box
            typed = address.split("?q=")[1]
            page = page.replace(typed, "")
        leaked = [canary for canary in CANARIES if canary in page]
        assert not leaked, (name, address, leaked)


@pytest.mark.parametrize("name", ["owner", "county officer"])
def test_its_organisation_and_its_bureau_read_all_of_it(
    session: Session, client: FlaskClient, sign_in: SignIn, masked: Need, name: str
) -> None:
    persona = _persona(session, name, masked)
    assert persona
    sign_in(client, persona)
    page = client.get(f"/needs/{masked.public_id}").text
    assert all(canary in page for canary in CANARIES)


def test_it_is_matched_on_its_full_text(session: Session, masked: Need) -> None:
    from models import Match

    best = session.scalars(sa.select(Match).order_by(Match.score.desc())).first()
    assert best is not None
    assert best.need_id == masked.id
    assert "涂层" in json.dumps(best.reasons, ensure_ascii=False)


def test_others_see_its_summary(session: Session, client: FlaskClient, masked: Need) -> None:
    page = client.get(f"/needs/{masked.public_id}").text
    assert masked.public_summary in page
