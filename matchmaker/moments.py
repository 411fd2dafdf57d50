"""What happened to a record, as its page tells it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened; `who` is "" where it was the platform."""

    at: datetime
    what: str
    who: str
    reason: str = ""
