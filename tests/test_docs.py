"""The documents keep up with the code: commands, settings, links, translations."""

import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from matchmaker.cli import command
from matchmaker.config import ROOT
from matchmaker.i18n import TRANSLATIONS

DOCUMENTS = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted(ROOT.glob("docs/**/*.md"))]
CATALOGUE = TRANSLATIONS / "zh" / "LC_MESSAGES" / "messages.po"


def _verbs(group: click.Group, before: str = "matchmaker") -> list[str]:
    verbs = []
    for name, verb in group.commands.items():
        called = f"{before} {name}"
        verbs += _verbs(verb, called) if isinstance(verb, click.Group) else [called]
    return verbs


@pytest.mark.parametrize("verb", _verbs(command))
def test_every_command_is_documented(verb: str) -> None:
    assert verb in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_setting_is_documented() -> None:
    source = (ROOT / "matchmaker" / "config.py").read_text(encoding="utf-8")
    settings = set(re.findall(r'(?:env\.get\(|_integer\(env, )"([A-Z_]+)"', source))
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert len(settings) > 5
    assert {name for name in settings if f"`{name}`" not in text} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [name for name in targets if not (document.parent / name).exists()] == []


def test_every_word_is_translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = tmp_path / "messages.pot"
    monkeypatch.chdir(ROOT)
    command_line = "pybabel -q extract -F babel.cfg -k _l --ignore-dirs .* -o"
    run: Callable[[list[str]], object] = CommandLineInterface().run
    run([*command_line.split(), str(template), "."])
    with template.open("rb") as file:
        wanted = {message.id for message in read_po(file) if message.id}
    with CATALOGUE.open("rb") as file:
        have = {message.id: message for message in read_po(file) if message.id}
    assert {word for word in wanted if word not in have or not have[word].string} == set()
    assert set(have) - wanted == set()
    faults = {str(m.id): e for m in have.values() for e in [list(m.check())] if e}
    assert faults == {}
