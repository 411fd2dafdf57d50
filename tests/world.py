"""A small platform with one record of every kind and everybody who might ask for it.

What nobody but those concerned may read begins with `zqxjvk`, too long to come about by chance in
an id or a key; the letter after it says what it is:

* `d` a draft, `s` a text before the bureau, `t` the full text of a masked need,
* `i` a text for the researcher's organization alone, `m` a message between the sides,
* `c` a contact, `n` what one side noted with its answer, `w` who posts,
* `e` the evidence of a claim, in words and as a file.

Tests sweep it route by route. A route whose addresses cannot be made says what to add here.
"""

import secrets
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from matchmaker import jobs
from matchmaker.clock import today
from matchmaker.db import db, transaction
from models import User, UserSession, key_digest, now
from tests import factories
from tests import world_records as records

PERSONAS = (
    "visitor",
    "owner",
    "stranger",
    "rival",
    "partner",
    "transfer office",
    "researcher",
    "broker",
    "assigned broker",
    "county officer",
    "other officer",
    "director",
    "admin",
    "auditor",
)


@dataclass
class World:
    """The platform; `ids` are public ids by name, `keys` the personas' open sessions."""

    app: Flask
    ids: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def client(self, persona: str) -> FlaskClient:
        """Return a browser in which the persona is signed in."""
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["csrf_token"] = "the token of every browser here"
            if persona != "visitor":
                known = {"_user_id": self.keys[persona], "_fresh": True, "seen": int(time.time())}
                cookie.update(known)
        return client

    @property
    def token(self) -> str:
        """The token that forms of these browsers carry."""
        signer = URLSafeTimedSerializer(self.app.config["SECRET_KEY"], salt="wtf-csrf-token")
        return str(signer.dumps("the token of every browser here"))

    def routes(self, method: str) -> list[Rule]:
        """Return the routes that answer a method, by address."""
        found = [rule for rule in self.app.url_map.iter_rules() if method in (rule.methods or ())]
        return sorted((rule for rule in found if rule.endpoint != "static"), key=lambda r: r.rule)

    def addresses(self, rule: Rule) -> list[str]:
        """Return the addresses of a route's records, the one that concerns most first."""
        arguments = rule.arguments - set(rule.defaults or {})
        if not arguments:
            return [rule.rule]
        known = (start for start in self._filled if rule.rule.startswith(start))
        choices = self._filled.get(max(known, key=len, default=""), [])
        fitting = [each for each in choices if arguments <= each.keys()]
        assert fitting, f"add the arguments of {rule.rule} to World._filled in tests/world.py"
        adapter = self.app.url_map.bind("localhost")
        return [
            adapter.build(rule.endpoint, {name: each[name] for name in arguments})
            for each in fitting
        ]

    @property
    def _filled(self) -> dict[str, list[dict[str, str]]]:
        """The arguments by how a route begins."""
        ids = self.ids

        def named(*names: str, **more: str) -> list[dict[str, str]]:
            return [{"public_id": ids[name]} | more for name in names]

        guest = {"organization_id": ids["guest"]}
        return {
            "/account/sessions": named("session"),
            "/admin/document-templates": [{"kind": "progress"}],
            "/admin/mails": [{"name": ids["mail"]}],
            "/admin/messages": named("message"),
            "/admin/users": named("member"),
            "/attachments": named("draft file", "masked file", "claim file"),
            "/budgets": [{"policy_id": ids["policy"], "year": str(today().year)}],
            "/claims": [{"claim_id": ids["claim"]}],
            "/documents": [
                {
                    "contract_id": ids["contract"],
                    "project_id": ids["project"],
                    "order_id": ids["order"],
                    "notice_id": ids["public notice"],
                }
            ],
            "/email": [{"link": "no-such-link"}],
            "/imports": named("import"),
            "/join": [{"link": "no-such-link"}],
            "/key-projects": [{"key_id": ids["designation"]}],
            "/matches": named("match", "rival match"),
            "/messages": named("said"),
            "/needs": named("masked", "draft", "submitted", "public", "invited", **guest),
            "/needs/typed": [{"key": ids["typed"]}],
            "/notices": named("notice"),
            "/organization/invitations": named("invitation"),
            "/organization/members": named("member"),
            "/organizations": [
                {"public_id": ids["pending"], "restriction_id": ids["restriction"]},
                {"public_id": ids["organization"], "restriction_id": ids["restriction"]},
            ],
            "/password": [{"link": "no-such-link"}],
            "/policies": [{"policy_id": ids["policy"]}],
            "/projects": [
                {
                    "project_id": ids["project"],
                    "contract_id": ids["contract"],
                    "payment_id": ids["payment"],
                    "milestone_id": ids["milestone"],
                    "issue_id": ids["issue"],
                    "file_id": ids["project file"],
                    "action": "pay",
                }
            ],
            "/projects/ledger": [{"batch_id": ids["ledger"]}],
            "/projects/orders": [{"order_id": ids["order"]}],
            "/public-notices": [
                {"notice_id": ids["public notice"], "objection_id": ids["objection"]}
            ],
            "/register": [{"link": "no-such-link"}],
            "/results": named("result", "rival result", **guest),
            "/results/typed": [{"key": ids["typed"]}],
            "/review": [
                *named("submitted", "masked", "draft", kind="need"),
                *named("revision", kind="revision"),
                *named("result", kind="result"),
                {"which": "needs"},
                {"which": "results"},
            ],
            "/subscriptions": named("search", upto="0"),
            "/subscriptions/new": [{"kind": "need"}, {"kind": "result"}],
        }


def build(app: Flask, *, agreed: bool = False) -> World:
    """Fill an application's database, which holds regions and industries, with the world.

    With `agreed` both sides have agreed to the match; otherwise only the need's has.
    """
    with app.app_context(), db.sessionmaker() as session:
        factories.use(session)
        world = World(app)
        people = records.everybody()
        records.post(session, world.ids, people)
        _work_off(app)
        records.match(session, world.ids, people, agreed=agreed)
        records.surround(session, world.ids, people)
        _work_off(app)
        world.ids["mail"] = next((Path(app.config["DATA"]) / "mail" / "new").iterdir()).name
        _sign_in(session, world, people)
    return world


def _sign_in(session: Session, world: World, people: dict[str, User]) -> None:
    with transaction(session):
        for persona in PERSONAS[1:]:
            key = world.keys[persona] = secrets.token_urlsafe(32)
            opened = UserSession(
                user=people[persona],
                key_digest=key_digest(key),
                address="127.0.0.1",
                browser="",
                second_factor_at=now(),
                opened_at=now(),
            )
            session.add(opened)
            if persona == "owner":
                session.flush()
                world.ids["session"] = opened.public_id


def _work_off(app: Flask) -> None:
    with app.app_context():
        jobs.drain(db.sessionmaker, threading.Event())
