"""Who gets in where (rows 20, 21, 41 and 47): ASVS 5.0 A8.2.1, A8.2.2, A3.5.1, A16.3.

The table of every route and every persona is access.txt beside this file.
"""

from pathlib import Path

import pytest

from matchmaker.auditing.wording import KINDS, action_words
from matchmaker.permissions import GRANTS
from matchmaker.web.access import required_permission
from models import Role
from tests.sweep import Answer, Sandbox, Visit, contents, sent
from tests.world import PERSONAS

TABLE = Path(__file__).with_name("access.txt")
IN, SIGN_IN = "in", "sign"
FORBIDDEN = 403


def _expected() -> dict[str, dict[str, str]]:
    """Return what the table says by persona and route."""
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]
    personas = [name.replace("-", " ") for name in lines[0].split()]
    rows = {}
    for line in lines[1:]:
        words = line.split()
        rows[" ".join(words[: -len(personas)])] = words[-len(personas) :]
    return {
        persona: {route: row[place] for route, row in rows.items()}
        for place, persona in enumerate(personas)
    }


EXPECTED = _expected()


def _in_words(answer: Answer) -> str:
    return {401: SIGN_IN, 403: "403", 404: "404"}.get(answer.status, IN)


def _compare(persona: str, method: str, answers: list[Answer]) -> None:
    found: dict[str, str] = {}
    for answer in answers:
        found.setdefault(f"{method} {answer.rule}", _in_words(answer))
    wanted = {route: word for route, word in EXPECTED[persona].items() if route.startswith(method)}
    differing = {
        route: f"is {found.get(route)}, the table says {wanted.get(route)}"
        for route in found.keys() | wanted.keys()
        if found.get(route) != wanted.get(route)
    }
    assert not differing, f"{persona}: weigh it against the matrix of the design, then {TABLE}"


def test_every_route_and_every_persona_stands_in_the_table(sandbox: Sandbox) -> None:
    world = sandbox.world
    routes = {
        f"{method} {rule.rule}" for method in ("GET", "POST") for rule in world.routes(method)
    }
    assert set(EXPECTED) == set(PERSONAS)
    missing, surplus = routes - set(EXPECTED["visitor"]), set(EXPECTED["visitor"]) - routes
    assert not missing, f"add them to {TABLE.name}"
    assert not surplus, f"take them out of {TABLE.name}"


def test_no_route_changes_anything_by_another_method(sandbox: Sandbox) -> None:
    methods = set().union(*(rule.methods or () for rule in sandbox.world.app.url_map.iter_rules()))
    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}, "the sweeps send nothing but GET and POST"


def test_pages_open_to_whom_the_table_names(visited: Visit) -> None:
    _compare(visited.persona, "GET", visited.answers)


@pytest.mark.parametrize("persona", PERSONAS)
def test_forms_are_taken_from_whom_the_table_names(sandbox: Sandbox, persona: str) -> None:
    _compare(persona, "POST", [each.answer for each in sent(sandbox, persona)])


HIDDEN = (
    "claim",
    "claim file",
    "draft",
    "typed",
    "session",
    "invitation",
    "member",
    "notice",
    "match",
    "organization",
)
"""Records of the owner's that no other organization knows of."""


def test_another_organizations_records_are_not_there(sandbox: Sandbox) -> None:
    """The stranger may do with records of their own all that the owner may do with these."""
    world = sandbox.world
    hidden = {world.ids[name] for name in HIDDEN}
    asked = [
        (method, rule, address)
        for method in ("GET", "POST")
        for rule in world.routes(method)
        for address in world.addresses(rule)
        if any(part in hidden for part in address.split("/"))
    ]
    assert len(asked) > 30
    for method, rule, address in asked:
        if method == "GET":
            status = world.client("stranger").get(address).status_code
        else:
            status = sandbox.send("stranger", rule, address, key="k" * 16, role="member").status
            sandbox.copy.put_back()
        permission = required_permission(world.app.view_functions[rule.endpoint])
        expected = 404 if permission in GRANTS[Role.MANAGER] else FORBIDDEN
        assert status == expected, (method, rule.rule)


def test_what_is_not_there_and_what_is_hidden_look_the_same(sandbox: Sandbox) -> None:
    world = sandbox.world
    client = world.client("stranger")
    hidden, absent = (
        client.get(f"/needs/{public_id}") for public_id in (world.ids["draft"], "x" * 16)
    )
    assert hidden.status_code == absent.status_code == 404
    assert hidden.text.replace(world.ids["draft"], "x" * 16) == absent.text


@pytest.mark.parametrize("persona", PERSONAS)
def test_no_form_is_taken_without_its_token(sandbox: Sandbox, persona: str) -> None:
    """Each form is sent without a token, with an empty or with a forged one, by each persona.

    Which of the three goes with the form and the persona: several personas send each.
    """
    before = contents(sandbox.world.app)
    tokens: tuple[dict[str, str], ...] = ({}, {"csrf_token": ""}, {"csrf_token": "forged"})
    for place, (rule, address) in enumerate(sandbox.unsafe(), PERSONAS.index(persona)):
        token = tokens[place % len(tokens)]
        answer = sandbox.world.client(persona).post(address, data={"key": "k" * 16, **token})
        assert answer.status_code in (400, 403), rule.rule  # 403: what was typed is shown again
    assert contents(sandbox.world.app) == before


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_write_leaves_an_entry_in_the_trail(sandbox: Sandbox, persona: str) -> None:
    for each in sent(sandbox, persona):
        done = [entry for entry in each.trail if entry.outcome != "refused"]
        assert bool(done) == bool(each.changed), (each.answer.rule, each.changed)


@pytest.mark.parametrize("persona", PERSONAS)
def test_what_the_trail_tells_has_words(sandbox: Sandbox, persona: str) -> None:
    entries = [entry for each in sent(sandbox, persona) for entry in each.trail]
    assert {entry.subject_kind.lower() for entry in entries} - {""} <= KINDS.keys()
    assert not [entry.action for entry in entries if action_words(entry) == entry.action]


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_refusal_leaves_an_entry_in_the_trail(sandbox: Sandbox, persona: str) -> None:
    for each in sent(sandbox, persona):
        refused = [entry for entry in each.trail if entry.outcome == "refused"]
        hidden = each.answer.status == 404 and each.answer.address != "/sign-in/persona"
        if each.answer.status == FORBIDDEN or hidden:
            assert len(refused) == 1, (each.answer.rule, each.answer.status)
            assert (refused[0].actor_id is None) == (persona == "visitor")


def test_a_page_that_was_refused_leaves_an_entry_and_one_that_is_not_there_none(
    sandbox: Sandbox,
) -> None:
    world = sandbox.world
    world.client("stranger").get(f"/needs/{world.ids['draft']}")
    world.client("stranger").get("/admin/users")
    world.client("stranger").get("/needs/nothing-is-here")
    world.client("visitor").get(f"/needs/{world.ids['draft']}")
    trail = [(entry.action, entry.subject_kind, entry.outcome) for entry in sandbox.trail()]
    assert trail == [("portal.need", "Need", "refused"), ("accounts.users", "", "refused")]
