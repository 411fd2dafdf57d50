"""Retraining from what is in the database; adopting, refusing and going back; what is said."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from matching import Ranker
from matching.retraining import Figures, Retraining, Shortage, TooFewError, Verdict
from matchmaker.db import db, transaction
from matchmaker.matches import rankers, reports, services
from matchmaker.matches.index import PublicIndex
from models import AuditEntry, Match, MatchGrade, MatchJudgement, Role
from tests import factories

SUBJECTS = [chr(0x4E00 + 40 * number) for number in range(25)]
LEVELS = (1, 2, 3, 4)


@pytest.fixture
def judged(session: Session) -> int:
    """Judge four results of each of 25 needs; only the nearly equal text fits. Return how many."""
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    needs = [factories.need(title=_text(subject, 20), problem="") for subject in SUBJECTS]
    results = [
        [factories.result(title=_text(subject, 4 * level + 1), abstract="") for level in LEVELS]
        for subject in SUBJECTS
    ]
    pairs = [
        (need, result, level)
        for need, own in zip(needs, results, strict=True)
        for result, level in zip(own, LEVELS, strict=True)
    ]
    with transaction(session):
        for need, result, level in pairs:
            match = Match(
                need=need, result=result, score=0, grade=MatchGrade.WEAK, engine_version=""
            )
            session.add(match)
            session.flush()
            session.add(MatchJudgement(match_id=match.id, user_id=officer.id, level=level))
    return len(pairs)


def _text(subject: str, length: int) -> str:
    """Return the first characters of a subject's own text, filled up to 20 with common ones."""
    own = "".join(chr(ord(subject) + offset) for offset in range(length))
    return own + "龘靐齉爩籱灪麤鱻驫飝鱺鸞灩爨钃厵滟飍籲鬱"[: 20 - length]


@pytest.fixture
def better(monkeypatch: pytest.MonkeyPatch) -> Ranker:
    """Let every retraining find a better ranker, and give that."""
    found = Ranker.load()
    done = Retraining(Verdict.BETTER, 9, 3, Figures(1.2, 0.7), Figures(1.1, 0.7), (-0.2, -0.1))

    def retrain(*_arguments: object, **_options: object) -> Retraining:
        return replace(done, ranker=found)

    monkeypatch.setattr(services, "retrain", retrain)
    return found


def test_all_that_was_judged_of_published_texts_is_learnt_from(
    session: Session, judged: int, tmp_path: Path
) -> None:
    done = services.retrain_ranker(session, None, tmp_path)
    assert (done.pairs, done.needs) == (judged, len(SUBJECTS))
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "match:retrain")).one()
    assert entry.detail["verdict"] == done.verdict
    assert (tmp_path / rankers.FILE).exists() == (done.verdict is Verdict.BETTER)


def test_too_few_judgements_are_refused(session: Session, tmp_path: Path) -> None:
    with pytest.raises(TooFewError):
        services.retrain_ranker(session, None, tmp_path)


def test_a_better_ranker_is_in_use_until_the_shipped_one_is_restored(
    session: Session, tmp_path: Path, better: Ranker
) -> None:
    services.retrain_ranker(session, None, tmp_path / "new")
    assert rankers.in_use(tmp_path / "new") == better
    assert [path.name for path in (tmp_path / "new").iterdir()] == [rankers.FILE]
    assert services.restore_ranker(session, None, tmp_path / "new")
    assert not services.restore_ranker(session, None, tmp_path / "new")
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id))
    assert list(actions)[-2:] == ["match:retrain", "match:restore_ranker"]


def test_a_trial_changes_nothing(session: Session, tmp_path: Path, better: Ranker) -> None:
    before = session.scalar(sa.select(sa.func.count(AuditEntry.id)))
    services.retrain_ranker(session, None, tmp_path, dry_run=True)
    assert list(tmp_path.iterdir()) == []
    assert session.scalar(sa.select(sa.func.count(AuditEntry.id))) == before


def test_a_ranker_that_cannot_be_written_leaves_no_entry_and_no_part_of_a_file(
    session: Session, tmp_path: Path, better: Ranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("matchmaker.matches.rankers.os.fsync", fail)
    before = session.scalar(sa.select(sa.func.count(AuditEntry.id)))
    with pytest.raises(OSError, match="No space"):
        services.retrain_ranker(session, None, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert session.scalar(sa.select(sa.func.count(AuditEntry.id))) == before


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"coefficients": [[1]]}', "\x00\xff"])
def test_a_broken_ranker_is_passed_over_with_a_warning(tmp_path: Path, content: str) -> None:
    (tmp_path / rankers.FILE).write_text(content, encoding="latin-1")
    with capture_logs() as logs:
        assert rankers.in_use(tmp_path) == Ranker.load()
    assert [entry["log_level"] for entry in logs] == ["warning"]


def test_without_a_folder_the_shipped_ranker_is_in_use(tmp_path: Path) -> None:
    assert rankers.in_use(None) == rankers.in_use(tmp_path) == Ranker.load()


def test_proposals_are_scored_by_the_ranker_in_use(app: Flask, session: Session) -> None:
    factories.need()
    factories.result()
    shipped = Ranker.load()
    services.propose(session, None)
    first = session.scalars(sa.select(Match)).one()
    score, version = first.score, first.engine_version
    one, two, three = ((row[0] - 1, *row[1:]) for row in shipped.coefficients)
    harsher = Ranker((one, two, three), shipped.lengths, fingerprint="0123456789")
    services.propose(session, None, ranker=harsher)
    session.refresh(first)
    assert first.score < score
    assert first.engine_version != version


def test_a_running_server_takes_the_adopted_ranker_up(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    factories.need()
    factories.result()
    with app.app_context():
        index = PublicIndex(db.sessionmaker, tmp_path)
    shipped = index.current(session).version
    rankers.adopt(tmp_path, replace(Ranker.load(), fingerprint="0123456789"))
    _wait_until(lambda: index.current(session).version != shipped)
    rankers.restore(tmp_path)
    _wait_until(lambda: index.current(session).version == shipped)
    for thread in threading.enumerate():
        if thread.name == "public-index":
            thread.join()


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


FIGURES = Figures(1.25, 0.71)


@pytest.mark.parametrize(
    ("done", "dry_run", "said"),
    [
        (
            Retraining(
                Verdict.BETTER, 120, 30, FIGURES, Figures(1.15, 0.72), (-0.2, -0.01), Ranker.load()
            ),
            False,
            ["120", "30", "1.2500", "0.7100", "1.1500", "0.7200", "-0.1000", "-0.0100", "启用"],
        ),
        (
            Retraining(
                Verdict.BETTER, 120, 30, FIGURES, Figures(1.15, 0.72), (-0.2, -0.01), Ranker.load()
            ),
            True,
            ["试算"],
        ),
        (
            Retraining(Verdict.NOT_BETTER, 120, 30, FIGURES, Figures(1.3, 0.71), (0.01, 0.1)),
            False,
            ["+0.0500", "继续使用"],
        ),
        (Retraining(Verdict.UNLEARNABLE, 120, 30, FIGURES), False, ["继续使用"]),
    ],
)
def test_both_figures_and_the_decision_are_told(
    done: Retraining, dry_run: bool, said: list[str]
) -> None:
    text = reports.retrained(done, dry_run=dry_run)
    assert [word for word in said if word not in text] == []


def test_what_is_missing_is_told_in_numbers() -> None:
    text = reports.too_few(Shortage(needs=7, reached={4: 12}, missed={2: 5}))
    assert all(number in text for number in ("7", "12", "5"))
    assert len(text.splitlines()) == 4
