"""What a retraining came to, in words."""

from matching.retraining import Figures, Retraining, Shortage, Verdict
from matchmaker.i18n import _


def retrained(done: Retraining, *, dry_run: bool) -> str:
    """Return the figures of both rankers and which of them is used from now on."""
    lines = [
        _("%(pairs)d judged pairs of %(needs)d needs.", pairs=done.pairs, needs=done.needs),
        _figures(_("Present ranker"), done.present),
    ]
    if done.trained and done.interval:
        low, high = done.interval
        lines += [
            _figures(_("Trained ranker"), done.trained),
            _(
                "Difference in log loss: %(difference)s, 95 %% between %(low)s and %(high)s.",
                difference=f"{done.trained.log_loss - done.present.log_loss:+.4f}",
                low=f"{low:+.4f}",
                high=f"{high:+.4f}",
            ),
        ]
    return "\n".join([*lines, _verdict(done.verdict, dry_run=dry_run)])


def restored(adopted: bool) -> str:
    """Return whether going back to the shipped ranker has changed anything."""
    if not adopted:
        return _("The shipped ranker is in use already.")
    return _(
        "The shipped ranker is in use again. Run “matchmaker propose --all” to bring the proposals"
        " up to date."
    )


def too_few(shortage: Shortage) -> str:
    """Return what more must be judged before anything can be learnt."""
    lines = [_("There are too few judgements to retrain from. At least these are missing:")]
    if shortage.needs:
        lines.append(_("- judgements of %(count)d more needs", count=shortage.needs))
    for level, count in shortage.reached.items():
        lines.append(
            _("- %(count)d more pairs of level %(level)d or higher", count=count, level=level)
        )
    for level, count in shortage.missed.items():
        lines.append(_("- %(count)d more pairs below level %(level)d", count=count, level=level))
    return "\n".join(lines)


def _figures(name: str, figures: Figures) -> str:
    return _(
        "%(name)s: log loss %(loss)s, nDCG@10 %(ndcg)s",
        name=name,
        loss=f"{figures.log_loss:.4f}",
        ndcg=f"{figures.ndcg_at_10:.4f}",
    )


def _verdict(verdict: Verdict, *, dry_run: bool) -> str:
    match verdict:
        case Verdict.BETTER if dry_run:
            return _("The trained ranker is better. Nothing was changed.")
        case Verdict.BETTER:
            return _(
                "The trained ranker is better and in use from now on. Run “matchmaker propose"
                " --all” to bring the proposals up to date."
            )
        case Verdict.NOT_BETTER:
            return _("The present ranker stays: the trained one is not better beyond doubt.")
        case Verdict.UNLEARNABLE:
            return _(
                "The present ranker stays: the judged levels do not rise with the likeness of the"
                " texts."
            )
