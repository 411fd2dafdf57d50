"""The table of projects and the board by stage: who sees what, filters, giving, moving, export."""

import io
from collections.abc import Callable, Sized
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.projects import milestones
from models import (
    AuditEntry,
    Event,
    KeyStatus,
    Light,
    Project,
    ProjectStage,
    Role,
    now,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import links, send, titles, walk
from tests.trail import Trail, halves, told

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
TRACKING = ProjectStage.TRACKING


def _project(trail: Trail, title: str, **values: Any) -> Project:
    return factories.project(trail.enterprise, trail.university, title=title, **values)


def _tick(*projects: Project) -> list[str]:
    return [f"{one.public_id}:{one.version}" for one in projects]


def test_everybody_sees_their_own_projects_and_no_others(
    session: Session, trail: Trail, client: FlaskClient, sign_in: SignIn
) -> None:
    _project(trail, "双方的", broker=trail.broker)
    wuhu = factories.region(factories.WUHU)
    factories.project(factories.organization(), title="外市的", region=wuhu)
    factories.project(factories.organization(), title="同县的")
    seen = {
        "member": {"双方的"},
        "researcher": {"双方的"},
        "rival": set(),
        "broker": {"双方的"},
        "officer": {"双方的", "同县的"},
        "city_director": {"双方的", "同县的"},
        "director": {"双方的", "同县的", "外市的"},
    }
    for persona, wanted in seen.items():
        sign_in(client, getattr(trail, persona))
        page = client.get("/projects").text
        assert set(titles(page)) == wanted, persona
        board = client.get("/projects/board").text
        assert {title for title in ("双方的", "同县的", "外市的") if title in board} == wanted
        leads = links(page, "/projects/new")
        assert bool(leads) == (persona == "officer")
        assert bool(links(page, "/projects/dispatch")) == (
            persona in ("officer", "city_director", "director")
        )
    sign_in(client, trail.rival)
    assert _("No project yet") in client.get("/projects").text


def test_each_filter_narrows_the_table_the_board_and_the_export(
    session: Session, trail: Trail, client: FlaskClient, sign_in: SignIn
) -> None:
    need = factories.need(industry="nev-battery")
    first = _project(
        trail,
        "甲项目",
        stage=TRACKING,
        light=Light.RED,
        need=need,
        officer=trail.officer,
        broker=trail.broker,
        reference="台账-7",
    )
    factories.designation(first, status=KeyStatus.RESERVE)
    other = factories.project(
        factories.organization(name="乙方公司"),
        title="乙项目",
        region=factories.region(factories.HEFEI),
    )
    with transaction(session):
        other.created_at = now() - timedelta(days=400)
    year = today().year
    found = {
        "stage=tracking": {"甲项目"},
        "light=red": {"甲项目"},
        f"region={factories.FEIXI}": {"甲项目"},
        f"region={factories.HEFEI}": {"甲项目", "乙项目"},
        "industry=nev": {"甲项目"},
        f"officer={trail.officer.public_id}": {"甲项目"},
        "officer=none": {"乙项目"},
        f"broker={trail.broker.public_id}": {"甲项目"},
        "broker=none": {"乙项目"},
        f"year={year}": {"甲项目"},
        "key=reserve": {"甲项目"},
        "key=key": set(),
        "q=台账-7": {"甲项目"},
        "q=乙方公司": {"乙项目"},
        "q=没有这样的": set(),
        "stage=x&light='&region=%00&officer=%01&year=99999999999&sort=;&after=%00": {
            "甲项目",
            "乙项目",
        },
    }
    sign_in(client, trail.city_officer)
    for query, wanted in found.items():
        page = client.get(f"/projects?{query}")
        assert (page.status_code, set(titles(page.text))) == (200, wanted), query
        assert client.get(f"/projects/board?{query}").status_code == 200
    content = client.get("/projects.xlsx?stage=tracking").data
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert len(sheet) == 2
    row = dict(zip(sheet[0], sheet[1], strict=True))
    assert (row[_("Project code")], row[_("Title")], row[_("Light")]) == (
        first.code,
        "甲项目",
        label(Light.RED),
    )
    assert row[_("Officer")] == trail.officer.name
    assert row[_("Key project")] == label(KeyStatus.RESERVE)


def test_the_most_urgent_come_first_and_every_order_pages_without_loss(
    session: Session,
    trail: Trail,
    client: FlaskClient,
    sign_in: SignIn,
    count_queries: Callable[[], Sized],
) -> None:
    sign_in(client, trail.officer)
    asked = []
    for wanted in (5, 40):
        for number in range(wanted):
            light = (None, Light.RED, Light.YELLOW, Light.GREEN)[number % 4]
            project = _project(trail, f"{wanted}-{number}", light=light, stage=TRACKING)
            factories.milestone(project, due_on=today() + timedelta(days=number % 7))
            factories.order(project)
        counts = []
        for address in ("/projects", "/projects/board", "/projects.xlsx"):
            counter = count_queries()
            assert client.get(address).status_code == 200
            counts.append(len(counter))
        asked.append(counts)
    assert asked[0] == asked[1]
    for sort in ("urgent", "due", "newest", "code"):
        pages = walk(client, f"/projects?sort={sort}")
        assert [len(page) for page in pages] == [20, 20, 5], sort
        assert len({title for page in pages for title in page}) == 45
    lights = dict(session.execute(sa.select(Project.title, Project.light)).all())
    order = [Light.RED, Light.YELLOW, Light.GREEN, None]
    places = [order.index(lights[one]) for page in walk(client, "/projects") for one in page]
    assert places == sorted(places)


def test_projects_are_given_to_somebody_after_a_look_at_the_change(
    session: Session, trail: Trail, client: FlaskClient, sign_in: SignIn
) -> None:
    first, second = _project(trail, "甲"), _project(trail, "乙")
    hefei = factories.project(title="市级的", region=factories.region(factories.HEFEI))
    sign_in(client, trail.city_officer)

    def give(*projects: Project, **fields: Any) -> Any:
        given = {"officer": trail.second_officer.public_id, "next": "/projects?sort=code"} | fields
        return send(client, "/projects/assign", "/projects", project=_tick(*projects), **given)

    assert give().headers["Location"] == "/projects?sort=code"
    assert _("Tick projects, and choose an officer or a broker to give them to.") in (
        client.get("/projects").text
    )
    assert give(first, officer="", broker="").status_code == 303
    asked = give(first, second, broker=trail.broker.public_id)
    assert asked.status_code == 200
    assert all(name in asked.text for name in ("甲", "乙", trail.second_officer.name))
    session.rollback()
    assert not first.officer_id
    done = give(first, second, broker=trail.broker.public_id, confirmed="1")
    assert done.headers["Location"] == "/projects?sort=code"
    session.rollback()
    assert {one.officer for one in (first, second)} == {trail.second_officer}
    assert {one.broker for one in (first, second)} == {trail.broker}
    assert trail.broker.id in told(session, Event.PROJECT_OPENED)

    beyond = give(first, hefei, officer=trail.officer.public_id, confirmed="1")
    assert beyond.status_code == 400
    assert "市级的" in beyond.text
    session.rollback()
    assert first.officer == trail.second_officer
    ticked = _tick(second)
    with transaction(session):
        second.title = "改过的"
    fields = {"officer": trail.officer.public_id, "confirmed": "1"}
    stale = send(client, "/projects/assign", "/projects", project=ticked, **fields)
    assert stale.status_code == 409
    session.rollback()
    assert second.officer == trail.second_officer


def _move(client: FlaskClient, project: Project, action: str, **fields: Any) -> Any:
    known = {"version": str(project.version), "action": action} | fields
    address = f"/projects/board/{project.public_id}?region={factories.FEIXI}"
    return send(client, address, "/projects/board", **known)


def test_a_card_is_moved_on_and_a_refusal_is_told_in_words(
    session: Session, trail: Trail, client: FlaskClient, sign_in: SignIn
) -> None:
    project = trail.lead()
    sign_in(client, trail.officer)
    stale = project.version
    moved = _move(client, project, "begin")
    assert moved.status_code == 303
    assert f"region={factories.FEIXI}" in moved.headers["Location"]
    assert moved.headers["Location"].endswith(f"#card-{project.public_id}")
    session.rollback()
    assert project.stage is ProjectStage.MATCHMAKING
    board = client.get("/projects/board").text
    assert _("Record the signed contract first.") in board
    guarded = _move(client, project, "track")
    assert guarded.status_code == 409
    assert guarded.text.count(_("Record the signed contract first.")) == 2
    late = _move(client, project, "terminate", reason="市场变化", version=str(stale))
    assert (late.status_code, "市场变化" in late.text) == (409, True)
    silent = _move(client, project, "terminate", reason=" ")
    assert (silent.status_code, _("Give a reason.") in silent.text) == (400, True)
    assert _move(client, project, "expire").status_code == 303
    session.rollback()
    assert project.stage is ProjectStage.MATCHMAKING
    trail.signed(project)
    milestones.plan(session, trail.officer, project, halves())
    assert _move(client, project, "track").status_code == 303
    session.rollback()
    assert (project.stage, project.light) == (TRACKING, Light.GREEN)
    refused = sa.select(AuditEntry.id).where(AuditEntry.outcome == "refused")
    assert len(session.scalars(refused).all()) == 3


@ON_SQLITE
def test_only_who_runs_a_project_may_move_its_card(
    session: Session, trail: Trail, client: FlaskClient, sign_in: SignIn
) -> None:
    project = trail.lead()
    far = factories.user(Role.OFFICER, region=factories.WUHU)
    for persona, status in ((trail.member, 403), (trail.director, 403), (far, 404)):
        sign_in(client, persona)
        assert f"/projects/board/{project.public_id}" not in client.get("/projects/board").text
        answer = send(
            client,
            f"/projects/board/{project.public_id}",
            "/account/password",
            action="begin",
            version="1",
        )
        assert answer.status_code == status
    session.rollback()
    assert project.stage is ProjectStage.LEAD
