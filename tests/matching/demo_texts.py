"""The demo's needs and results as documents, with the industry each was posted under."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from matching import Document

_FOLDER = Path(__file__).parents[2] / "seed" / "demo"
_PARTS = {
    "needs": ("background", "problem", "tried"),
    "results": ("abstract", "problem_solved", "advantage", "applications"),
}


@cache
def demo_texts(kind: str) -> tuple[Document, ...]:
    """Return the demo's "needs" or "results"."""
    return tuple(
        _document(row, _PARTS[kind])
        for path in sorted(_FOLDER.glob("*.json"))
        if isinstance(content := json.loads(path.read_text(encoding="utf-8")), dict)
        for row in content.get(kind, ())
    )


def _document(row: dict[str, Any], parts: tuple[str, ...]) -> Document:
    body = "\n".join(row[part] for part in parts)
    return Document(row["key"], row["title"], body, tuple(row["keywords"]), row["industry"])
