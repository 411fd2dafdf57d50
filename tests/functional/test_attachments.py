"""Files of a need or a result: who may put them there, what is taken, and who may have them."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker import storage
from matchmaker.postings import attachments, revisions, services
from models import (
    Attachment,
    AuditEntry,
    Need,
    Result,
    Revision,
    Role,
    TypedForm,
    User,
    Visibility,
    now,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.files import PDF, PNG, address_of_the_file, draft_with_file, office, send
from tests.functional.forms import NEED, RESULT, english, hidden, only, press, token


def _count(session: Session, kind: type[Attachment | Need]) -> int | None:
    session.rollback()
    return session.scalar(sa.select(sa.func.count(kind.id)))


def test_a_file_is_kept_with_the_draft_and_comes_back_as_it_was(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = draft_with_file(client, session)
    (file,) = need.attachments
    assert (file.name, file.media_type, file.size) == ("报告.pdf", "application/pdf", len(PDF))
    assert (file.organization_id, file.uploaded_by_id) == (poster.organization_id, poster.id)
    for place in ("edit", "preview", ""):
        assert (
            f"/attachments/{file.public_id}"
            in client.get(f"/needs/{need.public_id}/{place}".rstrip("/")).text
        )
    answer = client.get(f"/attachments/{file.public_id}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''%E6%8A%A5%E5%91%8A.pdf"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "application/pdf"
    actions = set(session.scalars(sa.select(AuditEntry.action)))
    assert {"attachment:upload", "attachment:attach"} <= actions


def test_a_result_has_files_too(session: Session, client: FlaskClient, poster: User) -> None:
    data = hidden(client.get("/results/new").text) | RESULT
    client.post("/results/new", data=data | {"files": (io.BytesIO(PNG), "照片.png")})
    assert [file.name for file in only(session, Result).attachments] == ["照片.png"]


def test_files_are_uploaded_and_removed_while_writing_without_saving(
    session: Session, client: FlaskClient, poster: User
) -> None:
    page = send(client, "/needs/new", ("报告.pdf", PDF), go="upload").text
    assert "报告.pdf" in page
    assert "零下二十度快充时负极析锂。" in page
    assert _count(session, Need) == 0
    form = only(session, TypedForm)
    file = only(session, Attachment)
    assert form.fields["attachments"] == [file.public_id]
    assert "报告.pdf" in client.get(f"/needs/new?form={form.public_id}").text
    part = send(client, "/needs/new", page=page, go=f"detach-{file.public_id}")
    assert "报告.pdf" not in part.text
    assert only(session, TypedForm).fields.get("attachments") is None


def test_scripts_get_the_files_alone(session: Session, client: FlaskClient, poster: User) -> None:
    data = hidden(client.get("/needs/new").text) | NEED
    data |= {"files": (io.BytesIO(PDF), "报告.pdf"), "go": "upload"}
    part = client.post("/needs/new", data=data, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "报告.pdf" in part
    assert 'id="attachments"' in part


@pytest.mark.parametrize(
    ("name", "content", "cure"),
    [
        ("页.html", b"<html></html>", "Attach one of: .pdf"),
        ("程序.pdf", b"MZ" + bytes(60), "Its content is not .pdf"),
        ("宏.docx", office("word/document.xml", "word/vbaProject.bin"), "It holds macros"),
        ("大.pdf", PDF + bytes(20 * 1024**2), "It is larger than 20 MB"),
    ],
)
def test_what_is_not_taken_is_named_with_the_cure_and_the_rest_is_kept(
    session: Session, client: FlaskClient, poster: User, name: str, content: bytes, cure: str
) -> None:
    client.post("/language", data={"csrf_token": token(client), "locale": "en"})
    page = send(client, "/needs/new", (name, content), ("好.pdf", PDF)).text
    assert f"“{name}”: " in page
    assert cure in page
    assert "零下二十度快充时负极析锂。" in page
    assert _count(session, Need) == 0
    assert only(session, Attachment).name == "好.pdf"
    assert "好.pdf" in page


def test_an_eleventh_file_is_refused(session: Session, client: FlaskClient, poster: User) -> None:
    client.post("/language", data={"csrf_token": token(client), "locale": "en"})
    files = [(f"{n}.pdf", PDF) for n in range(11)]
    page = send(client, "/needs/new", *files, go="upload").text
    assert "There are 10 files already." in page
    assert _count(session, Attachment) == 10
    assert 'type="file"' not in page


def test_more_than_a_form_may_send_is_refused_and_a_visitor_may_send_less_still(
    session: Session, app: Flask, client: FlaskClient, poster: User
) -> None:
    large = [(f"{n}.pdf", PDF + bytes(18 * 1024**2)) for n in range(3)]
    assert send(client, "/needs/new", *large).status_code == 413
    visitor = app.test_client()
    page = client.get("/needs/new").text
    fitting = ("a.pdf", PDF + bytes(2 * 1024**2))
    assert send(visitor, "/needs/new", fitting, page=page).status_code == 413
    assert send(client, "/notices/x/read", fitting, page=page).status_code == 413
    assert _count(session, Attachment) == 0


def test_a_file_removed_from_the_draft_is_not_its_any_more(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = draft_with_file(client, session)
    version = need.version
    edit = f"/needs/{need.public_id}/edit"
    client.post(edit, data=hidden(client.get(edit).text) | NEED)  # the file is not named
    need = only(session, Need)
    assert need.attachments == []
    assert need.version > version
    assert client.get(f"/needs/{need.public_id}").text.count("/attachments/") == 0


def test_files_of_a_form_that_is_saved_unchanged_stay(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = draft_with_file(client, session)
    version = need.version
    send(client, f"/needs/{need.public_id}/edit")
    need = only(session, Need)
    assert (need.version, len(need.attachments)) == (version, 1)


def test_a_colleague_who_removes_a_file_is_noticed_by_a_stale_editor(
    session: Session, app: Flask, client: FlaskClient, poster: User, sign_in: SignIn
) -> None:
    need = draft_with_file(client, session)
    edit = f"/needs/{need.public_id}/edit"
    mine = client.get(edit).text
    other = app.test_client()
    sign_in(other, factories.user(Role.MEMBER, organization=poster.organization))
    other.post(edit, data=hidden(other.get(edit).text) | NEED)
    answer = send(client, edit, page=mine, title="我的标题")
    assert answer.status_code == 409
    assert "报告.pdf" in answer.text
    send(client, edit, page=answer.text, title="我的标题")
    assert len(only(session, Need).attachments) == 1  # back again, for it was not thrown away


def test_a_file_of_somebody_elses_form_or_posting_is_not_taken_over(
    session: Session, app: Flask, client: FlaskClient, poster: User, sign_in: SignIn
) -> None:
    draft_with_file(client, session)
    stolen = only(session, Attachment).public_id
    rival = app.test_client()
    sign_in(rival, factories.user(Role.MEMBER))
    data = hidden(rival.get("/needs/new").text) | NEED | {"attachments": stolen}
    page = rival.post("/needs/new", data=data)
    assert page.status_code == 200  # the form again, with the file named as gone
    assert _count(session, Need) == 1
    assert rival.get(f"/attachments/{stolen}").status_code == 404


def test_what_nobody_has_saved_is_for_whoever_put_it_there(
    session: Session, app: Flask, client: FlaskClient, poster: User, sign_in: SignIn
) -> None:
    send(client, "/needs/new", ("报告.pdf", PDF), go="upload")
    address = address_of_the_file(session)
    assert client.get(address).status_code == 200
    colleague = app.test_client()
    sign_in(colleague, factories.user(Role.MEMBER, organization=poster.organization))
    assert colleague.get(address).status_code == 404


def test_a_published_texts_files_change_when_the_change_is_approved(
    session: Session, app: Flask, client: FlaskClient, poster: User, sign_in: SignIn
) -> None:
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    need = draft_with_file(client, session)
    services.submit(session, poster, need)
    services.publish(session, officer, need)
    edit = f"/needs/{need.public_id}/edit"
    before = need.attachments[0].public_id
    page = send(client, edit, ("报告.pdf", PDF + b"2"), go="upload").text
    page = send(client, edit, page=page, go=f"detach-{before}").text
    send(client, edit, page=page, go="preview")
    press(client, f"/needs/{need.public_id}/revise")
    revision = only(session, Revision)
    assert [file.public_id for file in revision.posting.attachments] == [before]
    (after,) = revision.values["attachments"]
    reviewer, rival = app.test_client(), app.test_client()
    sign_in(reviewer, officer)
    sign_in(rival, factories.user(Role.MEMBER))
    record = reviewer.get(f"/review/revision/{revision.public_id}").text
    assert record.count("报告.pdf") >= 3  # before, after, and the link
    assert reviewer.get(f"/attachments/{after}").data == PDF + b"2"
    assert rival.get(f"/attachments/{after}").status_code == 404
    revisions.approve(session, officer, revision)
    need = only(session, Need)
    assert [file.public_id for file in need.attachments] == [after]
    assert rival.get(f"/attachments/{after}").status_code == 200
    assert rival.get(f"/attachments/{before}").status_code == 404


def test_a_change_of_the_files_alone_is_a_change(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = factories.need(organization=poster.organization, title=NEED["title"])
    edit = f"/needs/{need.public_id}/edit"
    send(client, edit, ("报告.pdf", PDF), go="preview")
    assert "报告.pdf" in client.get(f"/needs/{need.public_id}/preview").text
    press(client, f"/needs/{need.public_id}/revise")
    assert len(only(session, Revision).values["attachments"]) == 1


def test_a_copy_has_no_files(session: Session, client: FlaskClient, poster: User) -> None:
    need = draft_with_file(client, session)
    press(client, f"/needs/{need.public_id}/copy", key="abcdefghijklmnop")
    session.rollback()
    copy = session.scalars(sa.select(Need).where(Need.id != need.id)).one()
    assert copy.attachments == []
    assert len(need.attachments) == 1


def test_a_file_whose_row_cannot_be_written_does_not_stay(
    session: Session, app: Flask, client: FlaskClient, poster: User
) -> None:
    send(client, "/needs/new", ("报告.pdf", PDF), go="upload")
    form = only(session, TypedForm)
    with app.app_context():
        kept = list(storage.kept_before(now() + timedelta(minutes=1)))

        @sa.event.listens_for(session, "before_flush")
        def fail(*_args: Any) -> None:
            raise OSError("the disk is full")

        with pytest.raises(OSError, match="full"):
            attachments.upload(session, poster, form, "b.pdf", PDF)
        assert list(storage.kept_before(now() + timedelta(minutes=1))) == kept


def test_files_that_nothing_names_are_thrown_away_after_a_week(
    session: Session, app: Flask, client: FlaskClient, poster: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    need = draft_with_file(client, session)  # named by a text
    send(client, "/needs/new", ("写着.pdf", PDF), go="upload")  # by an unsaved form
    edit = f"/needs/{need.public_id}/edit"
    page = send(client, edit, ("删去.pdf", PDF), go="upload").text
    send(client, edit, page=page)
    session.rollback()
    removed = session.scalars(sa.select(Attachment).where(Attachment.name == "删去.pdf")).one()
    page = client.get(edit).text.replace(removed.public_id, "")
    send(client, edit, page=page, title="再改")
    with app.app_context():
        storage.put("attachment-nobody", b"a row that was never written")
        storage.put("import-1", b"another feature's")
        assert attachments.throw_away_unused(session) == 0
        monkeypatch.setattr(attachments, "KEPT_UNUSED", -timedelta(minutes=1))
        assert attachments.throw_away_unused(session) == 2
        assert attachments.throw_away_unused(session) == 0
        left = set(storage.kept_before(now() + timedelta(minutes=1)))
    session.expire_all()
    assert removed.deleted_at is not None
    assert client.get(f"/attachments/{removed.public_id}").status_code == 404
    assert "import-1" in left
    assert len(left) == 3
    assert "报告.pdf" in client.get(f"/needs/{need.public_id}").text


def test_a_file_that_the_store_has_lost_is_not_found(
    session: Session, app: Flask, client: FlaskClient, poster: User
) -> None:
    draft_with_file(client, session)
    with app.app_context():
        storage.delete(only(session, Attachment).key)
    assert client.get(address_of_the_file(session)).status_code == 404


def test_a_page_takes_as_many_queries_with_ten_files_as_with_two(
    session: Session, client: FlaskClient, poster: User, count_queries: Callable[[], Any]
) -> None:
    def shown(files: int) -> list[int]:
        answer = send(client, "/needs/new", *[(f"{n}.pdf", PDF) for n in range(files)])
        one = answer.location.removesuffix("/edit")
        counts = []
        for place in ("", "/edit", "/preview"):
            client.get(one + place)
            counted = count_queries()
            assert client.get(one + place).status_code == 200
            counts.append(len(counted))
        return counts

    shown(2)  # from now on a text is compared with others of one's own
    assert shown(2) == shown(10)


def test_the_text_says_the_visibility_of_what_it_is(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = draft_with_file(client, session, visibility="masked", public_summary="一项电池难题。")
    assert need.visibility is Visibility.MASKED
    page = english(client, f"/needs/{need.public_id}/preview")
    public = page[page.index('class="previewed"') : page.index("previewed-whole")]
    assert "报告.pdf" not in public
    assert "报告.pdf" in page
