"""Files of nominations and acceptances, and the list of all that a project has."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.indicators import services as key_projects
from matchmaker.lifecycle.engine import NotPermittedError, NotVisibleError
from matchmaker.postings.file_types import accepted
from matchmaker.projects import acceptances
from matchmaker.projects import files as project_files
from models import Attachment, KeyDesignation, KeyStatus, Record, Verdict
from tests import factories
from tests.conftest import SignIn
from tests.functional.evidence import around, chosen, download, readers
from tests.functional.files import PDF, PNG
from tests.functional.forms import only
from tests.functional.pages import send
from tests.trail import Trail

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
YEAR = today().year


def test_a_nomination_takes_files_until_the_list_is_decided(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.tracked()
    sign_in(client, trail.officer)
    nominate = f"/key-projects/nominate?project={project.public_id}"
    said: dict[str, Any] = {"year": YEAR, "evidence": "合同登记证明"}
    wrong = send(client, nominate, **said, files=[chosen("报告.pdf"), chosen("宏.exe", b"MZ")])
    assert wrong.status_code == 400
    assert 'id="files-error"' in wrong.text
    assert "合同登记证明" in wrong.text
    assert session.scalar(sa.select(sa.func.count(Attachment.id))) == 0
    assert send(client, nominate, **said, files=[chosen("报告.pdf")]).status_code == 303
    own, report = only(session, KeyDesignation), only(session, Attachment)
    page = f"/key-projects/{own.public_id}"
    assert "报告.pdf" in client.get(page).text
    assert "报告.pdf" in client.get(f"/projects/{project.public_id}").text
    parties = {trail.member, trail.manager, trail.researcher}
    bureaus = {trail.officer, trail.city_officer, trail.director}
    assert readers(client, sign_in, report, around(trail)) == parties | bureaus

    client.delete_cookie("session")
    sign_in(client, trail.second_officer)
    more = f"{page}/files"
    assert send(client, more, page).status_code == 400
    for _click in range(2):
        assert send(client, more, page, files=[chosen("检测.png", PNG)]).status_code == 303
    assert send(client, more, page, remove=report.public_id).status_code == 303
    session.rollback()
    assert [one.name for one in project_files.files_of(session, own)] == ["检测.png"]
    assert download(client, report) == 404
    client.delete_cookie("session")
    sign_in(client, trail.member)
    shown = client.get(page).text
    assert "检测.png" in shown
    assert 'name="files"' not in shown
    with transaction(session):
        own.status = KeyStatus.KEY
    client.delete_cookie("session")
    sign_in(client, trail.officer)
    assert 'name="files"' not in client.get(page).text
    late = send(client, more, "/account", files=[chosen("迟到.pdf")])
    assert late.status_code == 409
    (kept,) = project_files.files_of(session, own)
    away = f"/projects/{project.public_id}/files/{kept.public_id}/remove"
    assert send(client, away, "/account").status_code == 409
    assert project_files.files_of(session, own) == [kept]


@ON_SQLITE
def test_who_may_not_nominate_gives_no_files(app: Flask, session: Session, trail: Trail) -> None:
    own = key_projects.nominate(session, trail.officer, trail.tracked(), YEAR, "合同")
    file = accepted("一.pdf", PDF)
    with app.app_context():
        for person in (trail.member, trail.city_director):
            with pytest.raises(NotPermittedError):
                project_files.keep(session, person, own, file)
        with pytest.raises(NotVisibleError):
            project_files.keep(session, trail.rival, own, file)


@ON_SQLITE
def test_an_acceptance_takes_its_minutes_as_achosen(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.tracked()
    here = f"/projects/{project.public_id}"
    sign_in(client, trail.officer)
    said = {
        "do": "accept",
        "held_on": today().isoformat(),
        "verdict": Verdict.PASSED.value,
        "experts": "甲、乙",
    }
    wrong = send(client, f"{here}/run", here, **said, file=chosen("意见.exe", b"MZ"))
    assert wrong.status_code == 400
    assert 'id="file-error"' in wrong.text
    assert "甲、乙" in wrong.text
    assert send(client, f"{here}/run", here, **said, file=chosen("意见.pdf")).status_code == 303
    file = only(session, Attachment)
    assert file.subject_kind == "Acceptance"
    page = client.get(here).text
    assert page.count("意见.pdf</a>") == 2  # with the verdict, and among all files
    sign_in(client, trail.member)
    assert download(client, file) == 200
    sign_in(client, trail.officer)
    away = f"{here}/files/{file.public_id}/remove"
    assert send(client, away, here).status_code == 303
    assert "意见.pdf" not in client.get(here).text


@ON_SQLITE
def test_a_project_lists_all_its_files_with_what_they_belong_to(
    app: Flask, session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.tracked()
    parts: dict[str, Record] = {
        "合同.pdf": project.contracts[0],
        "回单.pdf": factories.payment(project.contracts[0]),
        "样机.pdf": project.milestones[0],
        "验收.pdf": acceptances.record(
            session, trail.officer, project, today(), Verdict.PASSED, ["甲"]
        ),
        "推荐.pdf": key_projects.nominate(session, trail.officer, project, YEAR, "合同"),
    }
    for number, (name, part) in enumerate(parts.items()):
        file = accepted(name, PDF + bytes([number]))
        with app.app_context():
            project_files.keep(session, trail.officer, part, file)
    sign_in(client, trail.researcher)
    page = client.get(f"/projects/{project.public_id}").text
    listed = page[page.index('id="files"') :]
    for name in parts:
        assert name in listed
    assert "/remove" not in listed
    sign_in(client, trail.officer)
    page = client.get(f"/projects/{project.public_id}").text
    assert page.count("/remove") == len(parts) - 1  # the nomination's stands on its own page
