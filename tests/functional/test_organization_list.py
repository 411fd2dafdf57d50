"""An officer's list of organizations: searched, narrowed, sorted, turned and taken away."""

import html
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.labels import label
from models import OrganizationKind, OrganizationStatus, User, UserSession, now
from tests import factories
from tests.functional.pages import link

PENDING = OrganizationStatus.PENDING


def _listed(client: FlaskClient, address: str) -> list[str]:
    rows = re.findall(r'<a href="/organizations/[^"]+">([^<]+)</a>', client.get(address).text)
    return [html.unescape(name) for name in rows]


def test_the_list_is_searched_by_name_or_code_and_narrowed_and_sorted(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    made = [
        factories.organization(status=PENDING, name=name, kind=kind)
        for name, kind in (
            ("皖中试剂有限公司", OrganizationKind.ENTERPRISE),
            ("皖中材料学院", OrganizationKind.UNIVERSITY),
            ("江淮试剂研究所", OrganizationKind.INSTITUTE),
        )
    ]
    factories.organization(status=OrganizationStatus.APPROVED, name="皖中试剂研究会")
    factories.organization(status=PENDING, name="芜湖试剂厂", region=factories.WUHU)
    names = [one.name for one in made]
    page = "/organizations"
    assert _listed(client, page) == names
    assert _listed(client, f"{page}?sort=newest") == names[::-1]
    assert _listed(client, f"{page}?q=试剂") == [names[0], names[2]]
    assert _listed(client, f"{page}?q=皖中 试剂") == [names[0]]
    assert _listed(client, f"{page}?q=皖中、试剂") == [names[0]]
    assert _listed(client, f"{page}?q={made[1].uscc[:12].lower()}") == [
        one.name for one in made if one.uscc.startswith(made[1].uscc[:12])
    ]
    assert _listed(client, f"{page}?q={made[1].uscc}") == [names[1]]
    assert _listed(client, f"{page}?kind=university") == [names[1]]
    assert _listed(client, f"{page}?region={factories.WUHU}") == names, "no region of the officer's"
    assert _listed(client, f"{page}?status=approved&q=试剂") == ["皖中试剂研究会"]
    with client.application.test_request_context():
        for status, count in (("pending", 2), ("approved", 1), ("suspended", 0)):
            words = label(OrganizationStatus(status))
            counted = _("%(status)s (%(count)s)", status=words, count=count)
            assert counted in client.get(f"{page}?q=试剂").text


@pytest.mark.parametrize("sort", ["oldest", "newest"])
def test_pages_follow_each_other_without_gaps(
    session: Session, client: FlaskClient, reviewer: User, sort: str
) -> None:
    with factories.together():
        made = [factories.organization(status=PENDING).name for _number in range(51)]
    first = client.get(f"/organizations?sort={sort}").text
    second = link(first, 'rel="next"')
    assert second
    listed = _listed(client, f"/organizations?sort={sort}") + _listed(client, second)
    assert listed == (made if sort == "oldest" else made[::-1])


def test_the_list_is_taken_away_as_it_is_filtered(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    chosen = factories.organization(status=PENDING, name="=皖中试剂", tiers=["链主"])
    factories.organization(status=PENDING, name="别家")
    answer = client.get("/organizations.xlsx?q=试剂")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert len(rows) == 2
    assert rows[1][:2] == ["=皖中试剂", chosen.uscc]


def test_the_list_is_taken_away_only_by_who_has_proved_lately_who_they_are(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    with transaction(session):
        session.execute(sa.update(UserSession).values(confirmed_at=now() - timedelta(hours=1)))
    assert "/confirm" in client.get("/organizations.xlsx").location
