"""The page of a project: who sees what of it, and how it is run from lead to completion."""

import html
import re
from collections.abc import Callable, Sized
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.matches import decisions
from matchmaker.projects import issues, milestones, orders, services
from models import (
    ClaimStatus,
    Event,
    Notification,
    OrganizationKind,
    Project,
    ProjectStage,
    Role,
    StatusChange,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.forms import only
from tests.functional.pages import send
from tests.trail import Trail, halves, told

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def _here(project: Project) -> str:
    return f"/projects/{project.public_id}"


def _timeline(page: str) -> list[list[str]]:
    """Return the cells of the timeline's rows: time, what happened, who, and the reason."""
    rows = page[page.index('id="timeline-heading"') :].split("<tr>")[2:]
    return [
        [
            html.unescape(" ".join(re.sub(r"<[^>]+>", "", cell).split()))
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]


def _version(client: FlaskClient, project: Project) -> str:
    """Return the version that the forms of the project's page carry, "" where there are none."""
    found = re.search(r'name="version" value="(\d+)"', client.get(_here(project)).text)
    return found[1] if found else ""


def _run(client: FlaskClient, project: Project, do: str, **fields: object) -> tuple[int, str]:
    """Press a button on the project's page; return the status and the page that follows."""
    fields.setdefault("version", _version(client, project))
    sent = send(client, f"{_here(project)}/run", _here(project), do=do, **fields)
    status = sent.status_code
    page = client.get(_here(project)).text if status == 303 else sent.text
    return status, html.unescape(page)


def test_a_project_is_run_on_its_page_from_the_lead_to_its_completion(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.lead()
    sign_in(client, trail.officer)
    page = client.get(_here(project)).text
    assert all(word in page for word in (project.code, "需方企业", "供方高校", trail.officer.name))
    status, page = _run(client, project, "begin")
    assert status == 303
    refusal = _("Record the signed contract first.")
    assert refusal in page  # before it is pressed
    assert 'value="track"' not in page
    status, page = _run(client, project, "track")
    assert (status, refusal in page) == (409, True)
    trail.signed(project)
    milestones.plan(session, trail.officer, project, halves())
    old = _version(client, project)
    assert _run(client, project, "track")[0] == 303
    status, page = _run(client, project, "track", version=old)  # a double click
    assert status == 409
    assert only(session, Project).stage is ProjectStage.TRACKING
    assert _("No milestone is overdue.") in page

    typed = {"held_on": "2099-01-01", "verdict": "passed", "experts": "张三，李四", "opinion": "好"}
    status, page = _run(client, project, "accept", **typed)
    assert (status, "张三，李四" in page) == (400, True)
    assert _("This day is still to come.") in page
    assert _run(client, project, "accept", **typed | {"held_on": today().isoformat()})[0] == 303
    assert only(session, Project).acceptances[0].experts == ["张三", "李四"]
    assert _run(client, project, "reward")[0] == 303
    status, page = _run(client, project, "complete")
    assert (status, _("Record why no policy applies, or let the claims be estimated.") in page) == (
        409,
        True,
    )
    assert _run(client, project, "no_policy", reason=" ")[0] == 400
    assert _run(client, project, "no_policy", reason="合同额低于门槛")[0] == 303
    status, page = _run(client, project, "complete")
    assert _("Nothing is awaited of anybody.") in page
    assert only(session, Project).stage is ProjectStage.COMPLETED

    rows = _timeline(page)
    assert len(rows[0]) == 4
    happened = [row[1] for row in rows]
    for what in ("线索", "撮合", "跟踪", "激励", "HT-2026-1"):
        assert any(what in one for one in happened), (what, happened)
    assert all(row[2] for row in rows)
    assert rows[0][0] >= rows[-1][0]
    assert next(row[3] for row in rows if _("Recorded that no policy applies") in row[1]) == (
        "合同额低于门槛"
    )


@ON_SQLITE
def test_a_project_is_for_its_parties_its_broker_and_its_bureaus(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.tracked()
    services.assign(session, trail.officer, [project], broker=trail.broker)
    elsewhere = factories.user(
        Role.OFFICER, organization=factories.organization(), region=factories.WUHU
    )
    for stranger in (trail.rival, elsewhere):
        sign_in(client, stranger)
        assert client.get(_here(project)).status_code == 404
    sign_in(client, elsewhere)
    sent = send(client, f"{_here(project)}/run", "/projects", do="terminate", version=1)
    assert sent.status_code == 404
    buttons = {}
    for person in (trail.member, trail.researcher, trail.broker, trail.director, trail.officer):
        sign_in(client, person)
        answer = client.get(_here(project))
        assert answer.status_code == 200
        buttons[person] = 'name="do"' in answer.text
    assert [person for person, any_ in buttons.items() if any_] == [trail.officer]
    sign_in(client, trail.member)
    sent = send(client, f"{_here(project)}/run", "/needs/new", do="terminate", version=1)
    assert sent.status_code == 403


@ON_SQLITE
def test_a_party_sees_its_own_claims_and_names_of_its_own_people_alone(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.tracked()
    services.assign(session, trail.officer, [project], officer=trail.second_officer)
    mine = factories.claim(project, trail.enterprise, status=ClaimStatus.ESTIMATED, amount=12_300)
    milestones.reach(session, trail.researcher, project.milestones[0], today(), "检测报告")
    sign_in(client, trail.member)
    page = client.get(_here(project)).text
    assert f"/claims/{mine.public_id}" in page
    assert "123.00" in page
    who = {row[2] for row in _timeline(page)}
    assert trail.university.name in who
    assert trail.researcher.name not in page
    sign_in(client, trail.researcher)
    page = client.get(_here(project)).text
    assert f"/claims/{mine.public_id}" not in page
    assert trail.researcher.name in {row[2] for row in _timeline(page)}
    sign_in(client, trail.officer)
    assert trail.researcher.name in client.get(_here(project)).text


@ON_SQLITE
def test_a_stale_page_changes_nothing_and_says_so(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.begun()
    seen = project.version
    services.assign(session, trail.second_officer, [project], broker=trail.broker)
    sign_in(client, trail.officer)
    for do, more in (
        ("terminate", {"reason": "企业停产"}),
        ("no_policy", {"reason": "没有政策"}),
        ("assign", {"officer": trail.second_officer.public_id, "broker": ""}),
    ):
        status, page = _run(client, project, do, version=seen, **more)
        assert status == 409, do
        assert _("It was changed meanwhile. Open it again, compare, and repeat your change.") in (
            page
        )
    found = only(session, Project)
    assert (found.stage, found.no_policy, found.officer_id) == (
        ProjectStage.MATCHMAKING,
        "",
        trail.officer.id,
    )
    assert _run(client, project, "nonsense")[0] == 400


@ON_SQLITE
def test_a_project_is_terminated_with_a_reason_that_the_parties_read(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.tracked()
    orders.issue(session, trail.city_officer, project, "请说明进度。", today())
    sign_in(client, trail.officer)
    status, page = _run(client, project, "terminate", reason="")
    assert (status, _("This is missing.") in page) == (400, True)
    assert _run(client, project, "terminate", reason="企业停产")[0] == 303
    assert only(session, Project).stage is ProjectStage.TERMINATED
    sign_in(client, trail.manager)
    page = client.get(_here(project)).text
    assert "企业停产" in page
    assert 'class="step step-ended"' in page
    notices = client.get("/notices").text
    assert "企业停产" in notices
    assert _here(project) in notices


@ON_SQLITE
def test_parties_are_found_added_and_taken_out_again(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.begun()
    trail.signed(project)
    bank = factories.organization(name="皖江银行", kind=OrganizationKind.FINANCE)
    sign_in(client, trail.officer)
    page = client.get(f"{_here(project)}?party=皖江").text
    assert bank.public_id in page
    assert '<option selected value="finance">' in page
    assert client.get(f"{_here(project)}?party=没有这家").text.count("notice-warning") == 1
    chosen = {"organization": bank.public_id, "role": "finance"}
    assert "皖江银行" in _run(client, project, "add_party", **chosen)[1]
    status, page = _run(client, project, "add_party", **chosen)
    assert (status, _("It takes part in this way already.") in page) == (400, True)
    assert _run(client, project, "add_party", organization="x", role="finance")[0] == 400
    member = factories.user(Role.MEMBER, organization=bank)
    sign_in(client, member)
    assert client.get(_here(project)).status_code == 200
    sign_in(client, trail.officer)
    for _twice in range(2):
        assert _run(client, project, "remove_party", **chosen)[0] == 303
    buyer = {"organization": trail.enterprise.public_id, "role": "enterprise"}
    status, page = _run(client, project, "remove_party", **buyer)
    assert (status, _("A contract of the project names it.") in page) == (400, True)
    sign_in(client, member)
    assert client.get(_here(project)).status_code == 404
    sign_in(client, trail.officer)
    assert any("皖江银行" in row[1] for row in _timeline(client.get(_here(project)).text))


@ON_SQLITE
def test_a_project_is_given_to_an_officer_of_its_region_and_to_a_broker(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.begun()
    elsewhere = factories.user(
        Role.OFFICER, organization=factories.organization(), region=factories.WUHU
    )
    sign_in(client, trail.officer)
    page = client.get(_here(project)).text
    assert trail.second_officer.public_id in page
    assert elsewhere.public_id not in page
    people = {"officer": trail.second_officer.public_id, "broker": trail.broker.public_id}
    assert _run(client, project, "assign", **people)[0] == 303
    assert _run(client, project, "assign", **people)[0] == 303  # a double click, and stale
    assert _run(client, project, "assign", officer=elsewhere.public_id, broker="")[0] == 400
    found = only(session, Project)
    assert (found.officer, found.broker) == (trail.second_officer, trail.broker)
    assert trail.broker.id in told(session, Event.PROJECT_OPENED)


@ON_SQLITE
def test_a_project_of_a_match_leads_back_to_it_and_to_its_messages(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    need = factories.need(organization=trail.enterprise, title="隔膜耐热需求")
    result = factories.result(organization=trail.university, title="陶瓷隔膜成果")
    match = factories.match(need, result)
    decisions.recommend(session, trail.officer, match)
    decisions.consent(session, trail.manager, match, "")
    project = decisions.consent(session, trail.researcher, match, "")
    assert project is not None
    sign_in(client, trail.member)
    page = client.get(_here(project)).text
    assert f"/matches/{match.public_id}#messages" in page
    assert "陶瓷隔膜成果" in page
    happened = [row[1] for row in _timeline(page)]
    assert any(_("One side agrees to the match") in one for one in happened)
    assert _here(project) in client.get(f"/matches/{match.public_id}").text
    services.add_party(
        session, trail.officer, project, trail.rival.organization, OrganizationKind.FINANCE
    )
    sign_in(client, trail.rival)
    assert f"/matches/{match.public_id}" not in client.get(_here(project)).text


@ON_SQLITE
def test_what_is_told_of_a_project_leads_to_its_page(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.tracked()
    issues.raise_issue(session, trail.officer, project, "场地未落实", trail.member, today())
    with transaction(session):
        month = {"month": today().isoformat()}
        session.add(
            Notification(
                user=trail.member,
                kind="reminder",
                event=Event.REPORT_DUE,
                subject_kind="Project",
                subject_id=project.id,
                payload=month,
            )
        )
    sign_in(client, trail.member)
    page = client.get("/notices").text
    assert f"{_here(project)}#issues" in page
    assert f'value="{_here(project)}"' in page
    assert project.title in page


def test_a_longer_history_asks_the_database_no_more(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    trail: Trail,
    count_queries: Callable[[], Sized],
) -> None:
    project = trail.tracked()
    sign_in(client, trail.officer)
    asked: list[int] = []
    for wanted in (5, 45):
        with transaction(session):
            session.add_all(
                StatusChange(
                    subject_kind="Project",
                    subject_id=project.id,
                    target="tracking",
                    action="track",
                    actor_id=trail.officer.id,
                )
                for _number in range(wanted)
            )
        with factories.together():
            for _number in range(wanted):
                contract = factories.contract(project)
                factories.payment(contract)
                factories.order(project, issuer=trail.officer)
                factories.issue(project, owner=trail.member, raised_by=trail.officer)
                factories.claim(project, trail.enterprise, year=2000 + len(asked) * 50 + _number)
        client.get(_here(project))
        counter = count_queries()
        assert client.get(_here(project)).status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]
    assert asked[0] <= 60
    page = client.get(_here(project)).text
    assert len(_timeline(page)) == 30
    assert len(_timeline(client.get(f"{_here(project)}?timeline=all").text)) > 50


@ON_SQLITE
def test_the_page_says_what_is_awaited_of_whom_by_when(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.tracked()
    with transaction(session):
        for milestone in project.milestones:
            milestone.starts_on = today() - timedelta(days=60)
        project.milestones[0].due_on = today() - timedelta(days=3)
    sign_in(client, trail.member)
    page = client.get(_here(project)).text
    awaited = page[page.index('class="next-step"') : page.index('class="split split-aside"')]
    assert "样机" in awaited
    assert _("overdue") in awaited
