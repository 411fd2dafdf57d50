"""Codes of projects: province, year and a running number, as in AH-2026-0001."""

import itertools
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import Project, Region

LETTERS = {
    "11": "BJ",
    "12": "TJ",
    "13": "HE",
    "14": "SX",
    "15": "NM",
    "21": "LN",
    "22": "JL",
    "23": "HL",
    "31": "SH",
    "32": "JS",
    "33": "ZJ",
    "34": "AH",
    "35": "FJ",
    "36": "JX",
    "37": "SD",
    "41": "HA",
    "42": "HB",
    "43": "HN",
    "44": "GD",
    "45": "GX",
    "46": "HI",
    "50": "CQ",
    "51": "SC",
    "52": "GZ",
    "53": "YN",
    "54": "XZ",
    "61": "SN",
    "62": "GS",
    "63": "QH",
    "64": "NX",
    "65": "XJ",
    "71": "TW",
    "81": "HK",
    "82": "MO",
}
"""The letters of each province, by the first two digits of its code (GB/T 2260)."""


def next_code(session: Session, region: Region, year: int) -> str:
    """Return the code after the last one of the region's province in that year.

    The caller holds the lock that keeps others from taking the same.
    """
    return next(next_codes(session, region, year))


def next_codes(session: Session, region: Region, year: int) -> Iterator[str]:
    """Yield the codes that follow, as many as are asked for, as `next_code` does the first."""
    prefix = f"{LETTERS[region.code[:2]]}-{year}-"
    numbers = sa.cast(sa.func.substr(Project.code, len(prefix) + 1), sa.Integer)
    last = session.scalar(sa.select(sa.func.max(numbers)).where(Project.code.startswith(prefix)))
    return (f"{prefix}{number:04d}" for number in itertools.count((last or 0) + 1))
