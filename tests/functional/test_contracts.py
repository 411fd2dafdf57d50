"""Contracts on their pages: signed, registered, amended, paid, terminated, and refused in words."""

import io
from collections.abc import Callable, Sized
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import today
from models import Attachment, Contract, Payment
from tests import factories
from tests.conftest import SignIn
from tests.functional.files import PDF
from tests.functional.forms import only
from tests.functional.pages import link, send, token
from tests.trail import Trail

TODAY = today().isoformat()
LATER = (today() + timedelta(days=365)).isoformat()


def _terms(**changes: str) -> dict[str, str]:
    return {
        "kind": "development",
        "amount": "1,000,000.10",
        "technology_amount": "８０００００元",
        "signed_on": TODAY,
        "starts_on": TODAY,
        "ends_on": LATER,
        "document": "档案 2026-17",
    } | changes


def _signed(trail: Trail, **changes: str) -> dict[str, str]:
    parties = {"buyer": trail.enterprise.public_id, "seller": trail.university.public_id}
    return _terms() | {"number": "HT-2026-9", **parties} | changes


def _file(name: str = "合同.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(PDF), name


def _now(session: Session) -> dict[str, Any]:
    """Return the version that the one contract has now."""
    return {"version": only(session, Contract).version}


def _key(page: str) -> str:
    return page.split('name="key"')[1].split('value="')[1][:16]


def test_a_contract_is_signed_registered_amended_paid_and_terminated(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.begun()
    sign_in(client, trail.officer)
    here = f"/projects/{project.public_id}"
    new = f"{here}/contracts/new"
    form = client.get(new).text
    sent = _signed(trail) | {"csrf_token": token(client, new), "key": _key(form)}
    answer = client.post(new, data=sent | {"file": _file()})
    assert answer.status_code == 303
    assert client.post(new, data=sent | {"file": _file()}).status_code == 303  # a double click
    contract = only(session, Contract)
    assert only(session, Attachment).name == "合同.pdf"
    page = client.get(here).text
    assert "1,000,000.10" in page
    one = link(page, f"contracts/{contract.public_id}")
    assert one
    assert "800,000.00" in client.get(one).text
    registered = {"registration_no": "2026340100001", "registered_on": TODAY}
    send(client, f"{one}/register", **_now(session), **registered)
    amended = _terms(amount="1200000", reason="增加中试一轮", changed_on=TODAY)
    send(client, f"{one}/amend", **_now(session), **amended)
    pay = f"{one}/pay"
    key = _key(client.get(pay).text)
    paid = {"paid_on": TODAY, "amount": "300000.05", "evidence": "回单 0001"}
    data = paid | {"csrf_token": token(client, pay), "key": key}
    assert client.post(pay, data=data | {"file": _file("回单.pdf")}).status_code == 303
    client.post(pay, data=data)
    payment = only(session, Payment)
    page = client.get(one).text
    for shown in ("1,200,000.00", "1,000,000.10", "增加中试一轮", "2026340100001", "档案 2026-17"):
        assert shown in page
    assert "899,999.95" in page  # still to come
    assert "合同.pdf" in page
    assert "回单.pdf" in page
    cancel = f"{here}/payments/{payment.public_id}/cancel"
    send(client, cancel, reason="录入错误")
    assert "录入错误" in client.get(one).text
    assert only(session, Contract).paid == 0
    ended = {"changed_on": TODAY, "reason": "双方协商解除"}
    send(client, f"{one}/terminate", **_now(session), **ended)
    page = client.get(one).text
    assert "双方协商解除" in page
    assert link(page, "/amend") is None
    assert [one.ordinal for one in only(session, Contract).versions] == [1, 2, 3]


def test_what_makes_no_sense_is_refused_at_its_field_with_what_was_typed(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.begun()
    sign_in(client, trail.officer)
    new = f"/projects/{project.public_id}/contracts/new"
    before = (today() - timedelta(days=1)).isoformat()
    for field, typed in (
        ("amount", "0"),
        ("amount", "1" + "0" * 15),
        ("amount", "1e999999"),
        ("amount", "壹佰万"),
        ("ends_on", before),
        ("signed_on", LATER),
        ("technology_amount", "1000000.11"),
        ("number", " "),
        ("seller", trail.enterprise.public_id),
        ("kind", ""),
    ):
        answer = send(client, new, key="k" * 16, **_signed(trail, **{field: typed}))
        assert answer.status_code == 400, (field, typed)
        assert f'id="{field}-error"' in answer.text, (field, typed)
        assert "档案 2026-17" in answer.text
        assert typed.strip() in answer.text
    wrong = send(client, new, key="k" * 16, **_signed(trail), file=(io.BytesIO(b"MZ"), "合同.exe"))
    assert 'id="file-error"' in wrong.text
    session.rollback()
    assert session.query(Contract).count() == 0
    assert session.query(Attachment).count() == 0


def test_a_stale_or_repeated_form_is_refused_and_good_for_another_try(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.begun()
    contract = trail.signed(project)
    sign_in(client, trail.officer)
    one = f"/projects/{project.public_id}/contracts/{contract.public_id}"
    late = _terms(amount="2000000", reason="晚到的修改", changed_on=TODAY, version="1")
    send(client, f"{one}/amend", **_terms(reason="先到的修改", changed_on=TODAY, version="1"))
    answer = send(client, f"{one}/amend", **late)
    assert answer.status_code == 409
    assert "晚到的修改" in answer.text
    assert "1,000,000.10" in answer.text  # what stands now
    assert 'name="version" type="hidden" value="2"' in answer.text
    paid = {"paid_on": TODAY, "amount": "10", "evidence": "回单", "key": "k" * 16}
    assert send(client, f"{one}/pay", **paid).status_code == 303
    answer = send(client, f"{one}/pay", **(paid | {"amount": "11"}))
    assert answer.status_code == 409
    again = paid | {"amount": "11", "key": _key(answer.text)}
    assert send(client, f"{one}/pay", **again).status_code == 303
    answer = send(client, f"{one}/pay", **(paid | {"amount": "1000000", "key": "n" * 16}))
    assert answer.status_code == 400
    assert 'id="amount-error"' in answer.text
    session.rollback()
    assert session.query(Payment).count() == 2


def test_others_read_no_contract_and_parties_change_none(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.begun()
    contract = trail.signed(project)
    elsewhere = trail.begun()
    one = f"/projects/{project.public_id}/contracts/{contract.public_id}"
    sign_in(client, trail.officer)
    send(client, f"{one}/attach", file=_file())
    file = only(session, Attachment)
    assert client.get(f"/attachments/{file.public_id}").data == PDF
    crossed = f"/projects/{elsewhere.public_id}/contracts/{contract.public_id}"
    assert client.get(crossed).status_code == 404
    away = f"/projects/{elsewhere.public_id}/files/{file.public_id}/remove"
    assert send(client, away, page=f"{one}/attach").status_code == 404
    sign_in(client, trail.member)
    assert client.get(one).status_code == 200
    assert client.get(f"/attachments/{file.public_id}").status_code == 200
    assert client.get(f"{one}/pay").status_code == 403
    sign_in(client, trail.rival)
    assert client.get(one).status_code == 404
    assert client.get(f"/attachments/{file.public_id}").status_code == 404
    sign_in(client, trail.officer)
    away = f"/projects/{project.public_id}/files/{file.public_id}/remove"
    assert send(client, away, page=one).status_code == 303
    assert client.get(f"/attachments/{file.public_id}").status_code == 404


def test_more_contracts_and_payments_ask_the_database_no_more(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    count_queries: Callable[[], Sized],
    trail: Trail,
) -> None:
    project = trail.begun()
    contract = trail.signed(project)
    sign_in(client, trail.officer)
    here = f"/projects/{project.public_id}"
    asked = []
    for wanted in (5, 45):
        for number in range(wanted):
            more = factories.contract(project)
            factories.payment(contract, author=factories.user(), evidence=f"回单 {number}")
            factories.payment(more)
        for address in (here, f"{here}/contracts/{contract.public_id}"):
            counter = count_queries()
            assert client.get(address).status_code == 200
            asked.append(len(counter))
    assert asked[:2] == asked[2:]
