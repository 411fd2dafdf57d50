"""The map of addresses, pinned: each with its methods and the permission it asks for."""

from flask import Flask

from matchmaker.web.access import required_permission

ROUTES = {
    "/": ("GET", "portal:read"),
    "/about": ("GET", "portal:read"),
    "/common-technologies": ("GET", "common_technology:read"),
    "/common-technologies.xlsx": ("GET", "common_technology:read"),
    "/help": ("GET", "portal:read"),
    "/language": ("POST", "portal:read"),
    "/matches/<public_id>/judgement": ("POST", "match:judge"),
    "/mine": ("GET", "organization:read_own"),
    "/needs": ("GET", "need:read"),
    "/needs/<public_id>": ("GET", "need:read"),
    "/results": ("GET", "result:read"),
    "/results/<public_id>": ("GET", "result:read"),
    "/sign-in": ("GET POST", "account:sign_in"),
    "/sign-out": ("POST", "account:sign_out"),
    "/static/<path:filename>": ("GET", None),
}


def test_every_address_has_its_permission(app: Flask) -> None:
    found = {}
    for rule in app.url_map.iter_rules():
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        permission = required_permission(app.view_functions[rule.endpoint])
        found[rule.rule] = (" ".join(methods), permission.value if permission else None)
    assert found == ROUTES
