"""Nobody is led to another site."""

import pytest

from matchmaker.web.addresses import own_path


@pytest.mark.parametrize("target", ["/needs", "/needs?industry=nev&sort=newest", "/results/x"])
def test_an_own_path_passes(target: str) -> None:
    assert own_path(target, "/") == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        None,
        "//evil",
        "///evil",
        "////evil.example",
        "/\\evil",
        "/\\\\evil",
        "/%09/evil\t",
        "/\t/evil",
        "/\n/evil",
        "http:///evil",
        "https://evil.example",
        "javascript:alert(1)",
        "evil.example",
        "\\evil",
    ],
)
def test_anything_else_leads_home(target: str | None) -> None:
    assert own_path(target, "/") == "/"
