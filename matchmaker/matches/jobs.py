"""Background work of matches."""

from datetime import timedelta
from typing import Any

from flask import current_app

from matching.retraining import TooFewError
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.jobs import Work, handles
from matchmaker.matches import announcing, awaiting, decisions, rankers, services
from models import Need

LIMIT = timedelta(hours=2)


@handles("propose", _l("Matching of needs"), limit=LIMIT)
def propose(work: Work, need_id: int) -> dict[str, Any] | None:
    """Match one need that has been published; one withdrawn since is left alone."""
    need = work.session.get(Need, need_id)
    if need is None:
        return None
    try:
        return _propose(work, need)
    except services.NotPublishedError:
        return None


@handles("propose_all", _l("Matching of everything"), limit=LIMIT)
def propose_all(work: Work) -> dict[str, Any]:
    """Match all published needs with all published results."""
    return _propose(work, None)


@handles("lapse_matches", _l("Lapse of unanswered matches"))
def lapse_matches(work: Work) -> dict[str, Any]:
    """Let the matches lapse that nobody answered in time."""
    return {"lapsed": decisions.lapse_overdue(work.session)}


@handles("remind_unanswered", _l("Reminders of matches"))
def remind_unanswered(work: Work) -> dict[str, Any]:
    """Remind those who have yet to answer a match."""
    return {"reminded": decisions.remind_unanswered(work.session)}


@handles("push_proposals", _l("News of proposed pairs"), limit=LIMIT)
def push_proposals(work: Work) -> dict[str, Any]:
    """Tell posters of the pairs that have been proposed for their texts."""
    return {"told": announcing.announce(work.session)}


@handles("tell_officers", _l("News of strong pairs for officers"), limit=LIMIT)
def tell_officers(work: Work) -> dict[str, Any]:
    """Tell officers how many strong pairs await their recommendation."""
    return {"told": awaiting.tell_officers(work.session)}


@handles("retrain", _l("Training of the matcher"), limit=LIMIT)
def retrain(work: Work) -> dict[str, Any]:
    """Fit the ranker to what people have judged and adopt it if it is better."""
    try:
        done = services.retrain_ranker(work.session, None, current_app.config["DATA"])
    except TooFewError:
        return {"verdict": "too_few"}
    return {"verdict": done.verdict, "pairs": done.pairs, "needs": done.needs}


def _propose(work: Work, need: Need | None) -> dict[str, Any]:
    ranker = rankers.in_use(current_app.config["DATA"])
    done = services.propose(work.session, None, need, work.progress, work.job, ranker=ranker)
    return {"added": done.added, "changed": done.changed, "removed": done.removed}
