"""Words that say little about what a text is about, read from the lists beside this file."""

from pathlib import Path


def _listed(name: str) -> frozenset[str]:
    return frozenset(Path(__file__).with_name(name).read_text(encoding="utf-8").split())


BOILERPLATE = _listed("boilerplate.txt")
"""Phrases of project titles and problem statements: they count less, and name no reason."""

STOPWORDS = BOILERPLATE | _listed("stopwords.txt")
"""Words that never appear as a reason."""
