"""`matchmaker retrain`: its exit codes and what it says."""

from pathlib import Path

import pytest

from tests.matchmaker.test_cli import run


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with an empty and up-to-date database."""
    folder = tmp_path_factory.mktemp("installation")
    assert run(folder, "db", "upgrade").returncode == 0
    return folder


def test_too_few_judgements_are_told_with_how_many_are_missing(installation: Path) -> None:
    done = run(installation, "retrain")
    assert done.returncode == 1
    assert done.stdout == ""
    assert [line for line in done.stderr.splitlines() if "20" in line]
    assert "Traceback" not in done.stderr
    assert not (installation / "data" / "ranker.json").exists()


def test_the_shipped_ranker_is_restored_over_a_broken_one(installation: Path) -> None:
    broken = installation / "data" / "ranker.json"
    broken.write_text("{", encoding="utf-8")
    assert run(installation, "retrain", "--restore").returncode == 0
    assert not broken.exists()
    assert run(installation, "retrain", "--restore").returncode == 0


def test_a_trial_and_a_restoration_at_once_are_refused(installation: Path) -> None:
    assert run(installation, "retrain", "--dry-run", "--restore").returncode == 2
