"""What every answer carries, and that reading changes nothing (rows 32, 39, 40, 42 and 44).

ASVS 5.0 A3.4, A3.2.1, A5.4, A14.3.2. Unknown hosts and the headers of a broken page:
tests/functional/test_headers.py; mail links and mail headers: tests/matchmaker/test_mail.py.
"""

import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Role
from tests import factories
from tests.conftest import SignIn
from tests.sweep import Page, Visit, unpacked

HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
OF_ONE_READER = (
    *(
        "/account",
        "/admin/bureaus",
        "/admin/users",
        "/email/",
        "/join/",
        "/organization",
        "/password",
        "/register",
    ),
    "/sign-in",
)
"""How the addresses begin that may hold a secret or a name before anybody has signed in."""
FORMULAS = ("=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(1)", "\t=1+1")
SAVED_AS = re.compile(r"attachment(; filename=[^;]+)?(; filename\*=UTF-8''[\w.%!~-]+)?", re.ASCII)


def test_every_answer_carries_the_headers(visited: Visit) -> None:
    for answer in visited.answers:
        headers = answer.response.headers
        missing = [name for name, part in HEADERS.items() if part not in headers.get(name, "")]
        assert not missing, (answer.address, missing)
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_pages_of_the_signed_in_are_kept_nowhere(visited: Visit) -> None:
    for answer in visited.answers:
        for_all = visited.persona == "visitor" and not answer.address.startswith(OF_ONE_READER)
        wanted = "private, no-cache" if for_all else "no-store"
        assert answer.response.headers["Cache-Control"] == wanted, answer.address


def test_no_page_needs_what_the_policy_forbids(visited: Visit) -> None:
    for answer in visited.answers:
        if "html" not in answer.response.content_type:
            continue
        page = Page.of(answer.response.text)
        assert not page.scripts, answer.address
        for tag, attributes in page.elements:
            handlers = [name for name in attributes if name.startswith("on") or name == "style"]
            assert not handlers, (answer.address, tag, handlers)
            assert tag != "style", answer.address


def test_reading_changes_nothing(visited: Visit) -> None:
    """But the audit trail, which keeps what was refused; when one was seen is in the cookie."""
    assert visited.changed == []


def test_files_are_saved_and_not_opened(visited: Visit) -> None:
    files = [each for each in visited.answers if "html" not in each.response.content_type]
    for answer in files:
        headers = answer.response.headers
        assert SAVED_AS.fullmatch(headers["Content-Disposition"]), answer.address
        assert "filename" in headers["Content-Disposition"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert files or visited.persona != "county officer", "there is nothing to save"


def test_a_formula_is_text_in_every_export(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    for formula in FORMULAS:
        for _twice in range(2):  # two needs make a common technology
            factories.need(title=formula, problem="锂电池隔膜耐热涂层高温收缩，需要耐热涂层。")
    sign_in(client, factories.user(Role.OFFICER, region=factories.FEIXI))
    text = unpacked(client.get("/common-technologies.xlsx").data)
    assert all(formula.strip() in text for formula in FORMULAS)
    assert "<f>" not in text
    assert "<f " not in text
