"""Files as evidence of claims: who gives them, who reads them, and until when."""

import html
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matchmaker import storage
from matchmaker.clock import today
from matchmaker.db import db, transaction
from matchmaker.i18n import _
from matchmaker.incentives import claims
from matchmaker.lifecycle.engine import NotVisibleError
from matchmaker.permissions import visible
from matchmaker.postings.file_types import MOST_FILES, UnacceptableFileError, accepted
from matchmaker.projects import contracts
from models import Attachment, AuditEntry, Claim, ClaimStatus, User, now
from tests import factories
from tests.conftest import SignIn
from tests.functional.evidence import around, chosen, download, readers
from tests.functional.files import PDF, PNG
from tests.functional.forms import only
from tests.functional.pages import send
from tests.trail import YUAN, Trail

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
AT_ONCE = 10
LIST = {"evidence": ["付款凭证", "发票"]}


def _give(client: FlaskClient, claim: Claim, action: str = "keep", **fields: Any) -> TestResponse:
    """Send the evidence of a claim."""
    address = f"/claims/{claim.public_id}"
    return send(client, address, action=action, **{"version": claim.version, **fields})


def _fields(**values: Any) -> dict[str, Any]:
    """Return fields by names as forms have them: with dashes."""
    return {name.replace("_", "-"): value for name, value in values.items()}


def test_a_claim_is_proved_by_files_that_nobody_else_reads(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    factories.policy(rule=LIST)
    project = trail.tracked()
    claim = only(session, Claim)
    contract = project.contracts[0]
    contracts.pay(session, trail.officer, contract, today(), 1_000 * YUAN, "银行回单")
    address = f"/claims/{claim.public_id}"
    sign_in(client, trail.member)
    version = claim.version
    for status in (303, 409):  # a double click
        sent = _fields(files_0=chosen("回单.pdf"), evidence_1="发票9号", version=version)
        assert _give(client, claim, **sent).status_code == status
    session.rollback()
    proof = only(session, Attachment)
    assert (proof.claim_id, proof.evidence, proof.project_id) == (claim.id, "付款凭证", None)
    page = client.get(address).text
    assert page.index("付款凭证") < page.index("回单.pdf") < page.index("发票9号")
    here = f"/projects/{project.public_id}"
    assert "回单.pdf" in client.get(here).text

    refused = _give(
        client,
        claim,
        **_fields(
            evidence_0="回单1号",
            files_0=chosen("回单.exe", b"MZ"),
            evidence_1="发票10号",
            files_1=[chosen("发票.png", PNG)],
        ),
    )
    assert refused.status_code == 400
    assert 'id="files-0-error"' in refused.text
    assert "回单.exe" in refused.text
    for typed in ("回单1号", "发票10号"):
        assert f'value="{typed}"' in refused.text
    assert "发票.png" in refused.text
    words = _("A file could not be kept. It is named below; your words are not saved yet.")
    assert words in html.unescape(refused.text)
    session.rollback()
    assert claim.evidence["发票"] == "发票9号"

    allowed = {trail.member, trail.manager}
    assert readers(client, sign_in, proof, around(trail)) == allowed  # it is estimated yet
    with transaction(session):
        claim.status = ClaimStatus.DRAFTED
    picture = next(one for one in claim.files if one.name == "发票.png")
    client.delete_cookie("session")
    sign_in(client, trail.manager)
    lacking = _give(client, claim, "submit", **_fields(evidence_1="", remove=picture.public_id))
    assert lacking.status_code == 409
    assert _("Missing evidence: %(names)s.", names="发票") in html.unescape(lacking.text)
    assert "checked" in lacking.text
    session.rollback()
    assert len(claim.files) == 2
    done = _give(client, claim, "submit", **_fields(evidence_1=" ", evidence_0=""))
    assert done.status_code == 303
    session.rollback()
    assert claim.status is ClaimStatus.SUBMITTED

    allowed |= {trail.officer, trail.city_officer, trail.director}
    assert readers(client, sign_in, proof, around(trail)) == allowed
    client.delete_cookie("session")
    sign_in(client, trail.officer)
    assert "回单.pdf" in client.get(address).text
    assert "回单.pdf" in client.get(here).text
    assert _give(client, claim, **_fields(files_0=chosen("添.pdf", PDF + b"2"))).status_code == 403
    client.delete_cookie("session")
    sign_in(client, trail.researcher)
    shown = client.get(here)
    assert (shown.status_code, "回单.pdf" in shown.text) == (200, False)
    client.delete_cookie("session")
    sign_in(client, trail.member)
    late = _give(
        client, claim, **_fields(files_0=chosen("迟.pdf", PDF + b"3"), remove=proof.public_id)
    )
    assert late.status_code == 409
    assert {one.name for one in session.scalars(sa.select(Attachment))} == {"回单.pdf", "发票.png"}


def test_a_years_claim_takes_files_and_gives_up_a_mistaken_one(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    claim = factories.claim(None, trail.enterprise, rule=LIST, status=ClaimStatus.RETURNED)
    sign_in(client, trail.member)
    several = [chosen("一.pdf"), chosen("二.png", PNG)]
    assert _give(client, claim, **_fields(files_0=several)).status_code == 303
    session.rollback()
    mistaken, right = claim.files
    gone = _give(client, claim, **_fields(evidence_1="发票1号", remove=mistaken.public_id))
    assert gone.status_code == 303
    session.rollback()
    assert claim.files == [right]
    assert claim.evidence["发票"] == "发票1号"
    assert download(client, mistaken) == 404
    session.rollback()
    noted = sa.select(AuditEntry.action).where(
        AuditEntry.subject_kind == Attachment.__name__, AuditEntry.outcome == "done"
    )
    assert session.scalars(noted.order_by(AuditEntry.id)).all() == [
        "attachment:upload",
        "attachment:upload",
        "attachment:detach",
    ]


@ON_SQLITE
def test_an_item_has_no_more_files_than_any_text(
    app: Flask, session: Session, trail: Trail
) -> None:
    claim = factories.claim(None, trail.enterprise, rule=LIST)
    files = [accepted(f"{number}.pdf", PDF + bytes([number])) for number in range(MOST_FILES + 1)]
    with app.app_context():
        for file in files[:MOST_FILES]:
            claims.add_file(session, trail.member, claim, "发票", file)
        with pytest.raises(UnacceptableFileError):
            claims.add_file(session, trail.member, claim, "发票", files[-1])
        claims.add_file(session, trail.member, claim, "付款凭证", files[-1])
        with pytest.raises(NotVisibleError):
            claims.add_file(session, trail.researcher, claim, "付款凭证", files[0])
    assert len(session.scalars(visible(trail.member, Attachment)).all()) == MOST_FILES + 1
    assert session.scalars(visible(trail.researcher, Attachment)).all() == []


def test_a_file_sent_by_many_at_once_is_there_once(
    app: Flask, session: Session, trail: Trail
) -> None:
    claim_id = factories.claim(None, trail.enterprise, rule=LIST).id
    member_id = trail.member.id
    session.rollback()

    def send_it(_number: int) -> int:
        with app.app_context(), db.sessionmaker() as own:
            claim, actor = own.get_one(Claim, claim_id), own.get_one(User, member_id)
            return claims.add_file(own, actor, claim, "发票", accepted("发票.pdf", PDF)).id

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert len(set(pool.map(send_it, range(AT_ONCE)))) == 1
    assert only(session, Attachment).claim_id == claim_id
    with app.app_context():
        kept = list(storage.kept_before(now() + timedelta(days=1)))
    assert kept == [only(session, Attachment).key]
