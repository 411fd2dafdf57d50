"""Jobs and mail as an administrator sees them, and as nobody else does."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker import mail, outbox
from matchmaker.config import Settings
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.jobs import title_of
from matchmaker.schedule import SCHEDULE
from models import AuditEntry, Job, JobStatus, MessageStatus, OutboxMessage, Role, User, now
from tests import factories
from tests.conftest import SECRET, SignIn
from tests.functional.pages import link, links
from tests.matchmaker.test_jobs import work_off
from tests.matchmaker.test_outbox import note

PAGES = ("/admin/jobs", "/admin/mails")


@pytest.fixture
def admin(session: Session, client: FlaskClient, sign_in: SignIn) -> User:
    """Give an administrator, signed in."""
    user = factories.user(Role.ADMIN, email="admin@example.com")
    sign_in(client, user)
    return user


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    """Let mails go into a folder."""
    _configure(app, data=tmp_path)
    return tmp_path / "mail" / "new"


def _configure(app: Flask, **settings: Any) -> None:
    mail.init_app(app, Settings(database_url="sqlite:///x", secret_key=SECRET, **settings))


def _post(client: FlaskClient, address: str, page: str, **fields: str) -> tuple[int, str]:
    token = re.search(r'name="csrf_token"\s+value="([^"]+)"', client.get(page).text)
    assert token
    answer = client.post(address, data={"csrf_token": token[1], **fields})
    return answer.status_code, answer.location or ""


def _given_up(session: Session, kind: str = "propose") -> OutboxMessage:
    message = note(session, kind, need_id=0)
    with transaction(session):
        message.status, message.error = MessageStatus.FAILED, "ValueError"
        for job in session.scalars(sa.select(Job)):
            job.status, job.error = JobStatus.FAILED, "ValueError"
    return message


@pytest.mark.parametrize("address", [*PAGES, "/admin/mails/aaaaaaaaaaaaaaaa"])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_administrators_look_at_them(
    client: FlaskClient, session: Session, sign_in: SignIn, role: Role, address: str
) -> None:
    assert client.get(address).status_code == 303
    sign_in(client, factories.user(role, region=factories.ANHUI))
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", ["/admin/mails/test", "/admin/messages/{}/retry"])
def test_only_administrators_act_on_them(
    client: FlaskClient, session: Session, sign_in: SignIn, address: str
) -> None:
    message = _given_up(session)
    sign_in(client, factories.user(Role.OFFICER, region=factories.ANHUI))
    status, _place = _post(client, address.format(message.public_id), "/")
    assert status == 403
    session.refresh(message)
    assert message.status is MessageStatus.FAILED


def test_without_a_job_the_page_says_so(client: FlaskClient, admin: User) -> None:
    assert _("No job has run yet") in client.get("/admin/jobs").text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_all_that_is_done_by_the_clock_is_listed_with_what_it_came_to(
    app: Flask, client: FlaskClient, session: Session, admin: User
) -> None:
    for kind, _hour in SCHEDULE:
        note(session, kind)
    work_off(app)
    page = client.get("/admin/jobs")
    assert page.status_code == 200
    assert [job.kind for job in session.scalars(sa.select(Job)) if not job.outcome] == []


def test_a_running_job_shows_its_progress_and_the_page_follows_it(
    client: FlaskClient, session: Session, admin: User
) -> None:
    with transaction(session):
        session.add(Job(kind="propose_all", status=JobStatus.RUNNING, done=30, total=120))
    page = client.get("/admin/jobs").text
    assert "25%" in page
    assert re.search(r'<progress value="30"\s+max="120"', page)
    assert 'hx-trigger="every 2s"' in page


def test_a_page_on_which_nothing_moves_is_not_asked_for_again(
    client: FlaskClient, session: Session, admin: User
) -> None:
    _given_up(session)
    assert "hx-trigger" not in client.get("/admin/jobs").text.split('id="jobs"')[1]


def test_what_was_given_up_is_tried_again_once(
    app: Flask, client: FlaskClient, session: Session, admin: User
) -> None:
    message = _given_up(session)
    page = client.get("/admin/jobs").text
    assert "ValueError" in page
    address = f"/admin/messages/{message.public_id}/retry"
    assert address in page
    assert _post(client, address, "/admin/jobs", next="/admin/jobs") == (303, "/admin/jobs")
    assert _post(client, address, "/admin/jobs")[0] == 409
    work_off(app)
    session.rollback()
    assert session.scalars(sa.select(Job.status)).one() is JobStatus.DONE
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "job:retry")).one()
    assert (entry.actor_id, entry.subject_id) == (admin.id, message.id)


def test_jobs_are_listed_page_by_page(client: FlaskClient, session: Session, admin: User) -> None:
    with transaction(session):
        session.add_all(Job(kind=f"kind-{number:03}") for number in range(120))
    seen: list[str] = []
    address: str | None = "/admin/jobs"
    while address:
        page = client.get(address).text
        seen += re.findall(r"kind-\d{3}(?=</th>)", page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = older[1] if older else None
    assert seen == [f"kind-{number:03}" for number in reversed(range(120))]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["digests", "retrain", "digests", "gone"]),
        ("kind=digests", ["digests", "digests"]),
        ("status=failed", ["digests", "gone"]),
        ("status=queued", []),
        ("kind=digests&status=failed", ["digests"]),
        ("kind=gone&status=lost&before=%00", ["digests", "retrain", "digests", "gone"]),
    ],
)
def test_jobs_are_narrowed_by_kind_and_status(
    client: FlaskClient, session: Session, admin: User, asked: str, found: list[str]
) -> None:
    with transaction(session):
        for kind, status in (
            ("gone", JobStatus.FAILED),
            ("digests", JobStatus.FAILED),
            ("retrain", JobStatus.DONE),
            ("digests", JobStatus.DONE),
        ):
            session.add(Job(kind=kind, status=status))
            session.flush()
    page = client.get(f"/admin/jobs?{asked}").text
    assert re.findall(r'<th scope="row">(.*)</th>', page) == [title_of(kind) for kind in found]
    assert (_("No job fits") in page) == (not found)


def test_the_pages_of_narrowed_jobs_stay_narrowed(
    client: FlaskClient, session: Session, admin: User
) -> None:
    with transaction(session):
        for number in range(120):
            status = JobStatus.FAILED if number % 2 else JobStatus.DONE
            session.add(Job(kind="digests", status=status, error=f"Error{number:03}"))
    first = client.get("/admin/jobs?kind=digests&status=failed").text
    assert '<option value="failed" selected>' in first
    second = client.get(link(first, 'rel="next"') or "").text
    failed = [f"Error{number:03}" for number in reversed(range(1, 120, 2))]
    assert re.findall(r"Error\d{3}", first + second) == failed
    assert "/admin/jobs?kind=digests&status=failed" in links(second, "href")


def test_only_jobs_that_are_handled_are_offered(client: FlaskClient, admin: User) -> None:
    offered = re.findall(r'<option value="([^"]*)"', client.get("/admin/jobs").text)
    assert {kind for kind, _hour in SCHEDULE} <= set(offered)
    assert outbox.MAIL not in offered


@pytest.mark.parametrize("address", ["/admin/jobs", "/admin/jobs?status=failed"])
def test_the_list_takes_as_many_queries_for_fifty_jobs_as_for_five(
    client: FlaskClient,
    session: Session,
    admin: User,
    count_queries: Callable[[], Any],
    address: str,
) -> None:
    for _number in range(5):
        _given_up(session)
    counted = []
    for _round in range(2):
        counter = count_queries()
        assert client.get(address).status_code == 200
        counted.append(len(counter))
        for _number in range(45):
            _given_up(session)
    assert counted[0] == counted[1]


def test_a_test_mail_reaches_the_administrator_and_can_be_read(
    app: Flask, client: FlaskClient, session: Session, admin: User, folder: Path
) -> None:
    assert _("No mail yet") in client.get("/admin/mails").text
    assert _post(client, "/admin/mails/test", "/admin/mails") == (303, "/admin/mails")
    page = client.get("/admin/mails").text
    assert "admin/test" in page
    work_off(app)
    page = client.get("/admin/mails").text
    assert _("No mail is in this state") in page
    assert "admin/test" in client.get("/admin/mails?status=sent").text
    assert "admin@example.com" in page
    (name,) = [path.name for path in folder.iterdir()]
    assert f"/admin/mails/{name}" in page
    assert _("Mail from this platform reaches you.") in client.get(f"/admin/mails/{name}").text


def test_a_mail_that_was_given_up_can_be_tried_again(
    client: FlaskClient, session: Session, admin: User, folder: Path
) -> None:
    message = _given_up(session, outbox.MAIL)
    address = f"/admin/messages/{message.public_id}/retry"
    assert address in client.get("/admin/mails").text
    assert _post(client, address, "/admin/mails", next="/admin/mails") == (303, "/admin/mails")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["waiting", "failed"]),
        ("status=waiting", ["waiting"]),
        ("status=failed", ["failed"]),
        ("status=sent", ["sent"]),
        ("status=lost&after=x", ["waiting", "failed"]),
    ],
)
def test_mails_are_narrowed_by_status(
    client: FlaskClient, session: Session, admin: User, asked: str, found: list[str]
) -> None:
    with transaction(session):
        for status in MessageStatus:
            _note_mail(session, f"letter/{status}", status)
    page = client.get(f"/admin/mails?{asked}").text
    assert sorted(re.findall("letter/([a-z]+)", page)) == sorted(found)


def test_mails_are_listed_page_by_page(client: FlaskClient, session: Session, admin: User) -> None:
    with transaction(session):
        for number in range(120):
            _note_mail(session, f"letter/{number:03}", MessageStatus.FAILED)
    seen: list[str] = []
    address: str | None = "/admin/mails?status=failed"
    while address:
        page = client.get(address).text
        seen += re.findall(r"letter/(\d{3})", page)
        address = link(page, 'rel="next"')
    assert seen == [f"{number:03}" for number in range(120)]


def _note_mail(session: Session, template: str, status: MessageStatus) -> None:
    payload = {"template": template}
    session.add(OutboxMessage(kind=outbox.MAIL, payload=payload, status=status, sent_at=now()))
    session.flush()


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fqueue", "a" * 16, "a", "aaaaaaaaaaaaaaa%00"])
def test_no_other_file_is_read(
    client: FlaskClient, session: Session, admin: User, folder: Path, name: str
) -> None:
    folder.mkdir(parents=True)
    assert client.get(f"/admin/mails/{name}").status_code in (308, 404)


@pytest.mark.parametrize("kind", ["production", "server"])
def test_nobody_reads_other_peoples_mail_where_it_is_real(
    app: Flask, client: FlaskClient, session: Session, admin: User, folder: Path, kind: str
) -> None:
    _post(client, "/admin/mails/test", "/admin/mails")
    work_off(app)
    (name,) = [path.name for path in folder.iterdir()]
    if kind == "production":
        app.config["PRODUCTION"] = True
    else:
        _configure(app, data=folder.parent.parent, smtp_url="smtp://127.0.0.1")
    assert client.get(f"/admin/mails/{name}").status_code == 404
    assert name not in client.get("/admin/mails").text


def test_a_mail_is_shown_as_text(
    client: FlaskClient, session: Session, admin: User, folder: Path
) -> None:
    folder.mkdir(parents=True)
    payload = "<img src=x onerror=alert(1)>"
    (folder / ("m" * 16)).write_bytes(
        f"Subject: {payload}\r\nTo: {payload}\r\n\r\n{payload}\r\n".encode()
    )
    for page in ("/admin/mails", f"/admin/mails/{'m' * 16}"):
        assert "<img" not in client.get(page).text
