"""Whatever is asked, nothing breaks (rows 29 and 31): ASVS 5.0 A2.2, A1.2.4."""

import time
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matchmaker.web.limits import limiter
from tests.functional.pages import titles
from tests.world import PERSONAS, World

PARAMETERS = (
    *("q", "after", "before", "sort", "industry", "region", "mode", "status", "kind", "trl"),
    *("need_q", "result_q", "next", "unread", "form", "overdue", "organization", "age", "grade"),
    *("broker", "go", "key", "version", "match", "chosen", "action", "reason", "title", "roles"),
    *("budget_min", "deadline", "valid_until", "email", "password", "code", "metrics-0-name"),
)
NASTY = (
    *(
        "",
        " ",
        "0",
        "-1",
        "9" * 40,
        "1e309",
        "NaN",
        "２０",
        "true",
        "null",
        "[]",
        "{}",
        "%00",
        "\0",
    ),
    *("2026-02-30", "9999-12-31", "0000-00-00", "=1+1", "'", '"', "`", "\\", "%", "_", "../../etc"),
    *(
        "need:x:99999999999999999999",
        "typed-x",
        "industry-x",
        "row-metrics",
        "😀",
        "\u202e",
    ),
    "x" * 5000,
)
EDGES = ("9" * 10, "9" * 40, "\0", "9999-12-31", "0000-00-00")
"""What is just beyond what numbers, days and texts may be."""
INJECTIONS = (
    "' OR '1'='1",
    "' UNION SELECT id, email, password_hash FROM user --",
    "'; DROP TABLE need; --",
    "1; SELECT pg_sleep(5)",
    "' || pg_sleep(5) --",
    "1 AND (SELECT COUNT(*) FROM generate_series(1, 1000000000)) > 0",
    "1 AND randomblob(1000000000)",
    "need.title; --",
    "%' OR title LIKE '%",
    "\\",
)
SECONDS = 4
"""Less than the injections sleep, more than any page takes on a busy machine."""

_words = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.integers().map(str),
)
_parameters = st.dictionaries(st.sampled_from(PARAMETERS), _words, max_size=6)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_request_breaks_the_platform(world: World, data: Any) -> None:
    limiter.reset()
    method = data.draw(st.sampled_from(["GET", "POST"]))
    rule = data.draw(st.sampled_from(world.routes(method)))
    address = data.draw(st.sampled_from(world.addresses(rule)))
    if data.draw(st.booleans()):
        wild = data.draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
        address = f"{address.rpartition('/')[0]}/{quote(wild, safe='')}"
    client = world.client(data.draw(st.sampled_from(PERSONAS)))
    form = data.draw(_parameters) | {"csrf_token": world.token}
    answer = client.open(
        address,
        method=method,
        query_string=data.draw(_parameters),
        data=form if method == "POST" else None,
    )
    assert answer.status_code < 500


@pytest.mark.parametrize("persona", ["owner", "county officer", "admin", "auditor"])
def test_no_value_breaks_a_list(world: World, persona: str) -> None:
    client = world.client(persona)
    lists = [rule.rule for rule in world.routes("GET") if not rule.arguments]
    for address in lists:
        limiter.reset()
        for value in EDGES:
            answer = client.get(address, query_string=dict.fromkeys(PARAMETERS, value))
            assert answer.status_code < 500, (address, value)


@pytest.mark.parametrize("header", ["Referer", "Cookie", "Accept-Language", "HX-Target"])
@pytest.mark.parametrize("value", ["http://[", "//", "\\", "=", ";;", "x" * 5000, "zh;q=x,*"])
def test_no_header_breaks_a_form(world: World, header: str, value: str) -> None:
    limiter.reset()
    client = world.client("admin")
    for rule in ("/admin/users/new", "/account/email", "/language", "/sign-in/confirm"):
        for method in ("GET", "POST"):
            answer = client.open(
                rule, method=method, headers={header: value}, data={"csrf_token": world.token}
            )
            assert answer.status_code < 500, rule


@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("persona", ["visitor", "county officer", "admin"])
def test_an_injection_is_a_word_like_any_other(world: World, persona: str, injection: str) -> None:
    limiter.reset()
    client = world.client(persona)
    lists = [rule.rule for rule in world.routes("GET") if not rule.arguments]
    for address in lists:
        begun = time.monotonic()
        query = dict.fromkeys(PARAMETERS[:20], injection)
        assert client.get(address, query_string=query).status_code < 500, address
        assert time.monotonic() - begun < SECONDS, address


@pytest.mark.parametrize("hall", ["/needs", "/results"])
def test_a_condition_in_the_words_decides_nothing(world: World, hall: str) -> None:
    client = world.client("visitor")
    assert titles(client.get(hall).text)
    for words in ("涂层' OR '1'='1", "涂层' AND '1'='2", "涂层%", "涂_"):
        assert titles(client.get(hall, query_string={"q": words}).text) == [], words


def test_the_order_is_one_of_those_offered(world: World) -> None:
    client = world.client("visitor")
    usual = titles(client.get("/needs").text)
    for sort in ("title", "need.title", "id DESC", "(SELECT 1)", "newest; --"):
        assert titles(client.get("/needs", query_string={"sort": sort}).text) == usual
