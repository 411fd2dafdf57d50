"""How many key projects a region is to have a year: dated data in `seed/targets.json`."""

import json
from dataclasses import dataclass
from functools import cache

from matchmaker.config import ROOT


@dataclass(frozen=True, slots=True)
class Target:
    """A region's figure from the year `since` on; `source` is the document that sets it."""

    region: str
    since: int
    figure: int
    source: str


def target_of(code: str, year: int) -> Target | None:
    """Return the target of the region with this code in a year, None if nobody has set one."""
    return next((target for target in in_force(year) if target.region == code), None)


def in_force(year: int) -> list[Target]:
    """Return the targets that hold in a year, at most one a region."""
    return list({each.region: each for each in _by_year() if each.since <= year}.values())


@cache
def _by_year() -> list[Target]:
    rows = json.loads((ROOT / "seed" / "targets.json").read_text(encoding="utf-8"))
    targets = [
        Target(row["region"], row["from"], row["target"], row["source"])
        for row in rows
        if row["indicator"] == "key_projects"
    ]
    return sorted(targets, key=lambda target: target.since)
