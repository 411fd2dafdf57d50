"""What happens by the clock: which job, and when."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from matchmaker import outbox
from matchmaker.db import transaction
from matchmaker.i18n import CHINA


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day, at an hour of China's clock."""

    at: time

    def latest(self, moment: datetime) -> datetime:
        """Return the last time that this was due, not after `moment`."""
        today = datetime.combine(moment.astimezone(CHINA).date(), self.at, CHINA)
        return today if today <= moment else today - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hourly:
    """Once an hour, at a minute of the clock."""

    at: int

    def latest(self, moment: datetime) -> datetime:
        """Return the last time that this was due, not after `moment`."""
        this_hour = moment.astimezone(CHINA).replace(minute=self.at, second=0, microsecond=0)
        return this_hour if this_hour <= moment else this_hour - timedelta(hours=1)


SCHEDULE: tuple[tuple[str, Daily | Hourly], ...] = (
    ("forget_uploads", Hourly(40)),
    ("follow_organizations", Daily(time(0, 5))),
    ("expire_postings", Daily(time(0, 10))),
    ("lapse_matches", Daily(time(0, 20))),
    ("refresh_lights", Daily(time(0, 30))),
    ("climb_orders", Daily(time(0, 40))),
    ("end_notices", Daily(time(0, 50))),
    ("forget_signing_in", Daily(time(2, 0))),
    ("throw_away_files", Daily(time(2, 5))),
    ("retrain", Daily(time(2, 10))),
    ("propose_all", Daily(time(2, 30))),
    ("check_trail", Daily(time(3, 30))),
    ("remind_unanswered", Daily(time(8, 0))),
    ("remind_expiring", Daily(time(8, 2))),
    ("push_texts", Daily(time(8, 5))),
    ("push_proposals", Daily(time(8, 10))),
    ("tell_officers", Daily(time(8, 15))),
    ("remind_reports", Daily(time(8, 10))),
    ("digests", Daily(time(8, 30))),
)


def note_due(session: Session, moment: datetime) -> None:
    """Note every job of the table that has become due, once, however many workers look.

    What was missed while no worker ran is made good for, but once only. A database that has never
    seen the job begins with it.
    """
    with transaction(session):
        for kind, when in SCHEDULE:
            outbox.later(session, kind, key=f"{kind} {when.latest(moment).isoformat()}")
