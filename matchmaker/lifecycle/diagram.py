"""The tables as Mermaid diagrams: `python -m matchmaker.lifecycle.diagram > docs/lifecycles.md`."""

import sys
from collections.abc import Sequence

from matchmaker.lifecycle.claim import CLAIM
from matchmaker.lifecycle.key_designation import KEY_DESIGNATION
from matchmaker.lifecycle.match import MATCH
from matchmaker.lifecycle.posting import POSTING
from matchmaker.lifecycle.project import PROJECT
from matchmaker.lifecycle.revision import REVISION
from matchmaker.lifecycle.supervision import SUPERVISION_ORDER
from matchmaker.lifecycle.transition import Transition

CHAPTERS = {
    "Need and result": POSTING,
    "Revision of a published text": REVISION,
    "Match": MATCH,
    "Project": PROJECT,
    "Supervision order": SUPERVISION_ORDER,
    "Key project": KEY_DESIGNATION,
    "Claim": CLAIM,
}
PREFACE = """\
# Lifecycles

Made from the tables in `matchmaker/lifecycle/` by `python -m matchmaker.lifecycle.diagram`; a test
holds it to them. An arrow names its action and, in brackets, the permission that it asks for;
“by itself” is what the clock does or what follows from another act.
"""


def document() -> str:
    """Return the whole page."""
    chapters = [f"## {title}\n\n{mermaid(table)}" for title, table in CHAPTERS.items()]
    return "\n".join([PREFACE, *chapters])


def mermaid(table: Sequence[Transition]) -> str:
    """Return a table as a Mermaid state diagram in a fenced block."""
    arrows = [
        f"    {source} --> {row.target}: {row.action} ({_whose(row)})"
        for row in table
        for source in sorted(row.sources)
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```", ""])


def _whose(row: Transition) -> str:
    """Name the permission; a colon would end the label."""
    return row.permission.replace(":", " ") if row.permission else "by itself"


if __name__ == "__main__":
    sys.stdout.write(document())
