"""The command: what it does, what it says, and its exit codes."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from matchmaker.cli import main
from matchmaker.spreadsheets import write_table

NEEDS = [
    ("N1", "锂电池隔膜耐热涂层", "隔膜高温收缩，需要耐热涂层"),
    ("N2", "茶叶杀青不匀", "滚筒杀青温度不匀，叶片焦边"),
]
RESULTS = [
    ("R1", "陶瓷涂覆隔膜制备", "隔膜涂层耐热，高温收缩小"),
    ("R2", "滚筒杀青机", "茶叶杀青温度均匀控制"),
    ("R3", "污水除磷", "化学除磷"),
]


def run(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command in `folder` as a user would."""
    program = Path(sys.executable).with_name("matchmaker")
    env = os.environ | {"MATCHMAKER_DATA": str(folder / "data"), "DATABASE_URL": ""} | environ
    return subprocess.run(  # noqa: S603
        [program, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


@dataclass
class Done:
    """How the command ended, and what it said."""

    code: object
    stdout: str
    stderr: str


Here = Callable[..., Done]


@pytest.fixture
def run_here(
    files: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Here:
    """Give a function that runs the command among `files` in this process: a second less each."""

    def run_main(*arguments: str, **environ: str) -> Done:
        monkeypatch.chdir(files)
        monkeypatch.setattr(sys, "argv", ["matchmaker", *arguments])
        known = {"MATCHMAKER_DATA": str(files / "data"), "DATABASE_URL": ""} | environ
        for name, value in known.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as left:
            main()
        return Done(left.value.code, *capfd.readouterr())

    return run_main


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Give a folder with needs, results and judgements."""
    write_table(tmp_path / "needs.xlsx", ("编号", "需求名称", "需求描述"), NEEDS)
    write_table(tmp_path / "results.csv", ("编号", "成果名称", "成果简介"), RESULTS)
    judged = [("N1", "R1", 4), ("N1", "R3", 1), ("N2", "R2", 4), ("N2", "R1", 1)]
    write_table(tmp_path / "judged.csv", ("need_id", "result_id", "level"), judged)
    return tmp_path


def test_two_spreadsheets_in_a_ranked_and_explained_pairing_out(files: Path) -> None:
    done = run(files, "match", "needs.xlsx", "results.csv", "--output", "pairs.csv", "--top", "1")
    assert done.returncode == 0, done.stderr
    header, *rows = (files / "pairs.csv").read_text("utf-8-sig").splitlines()
    texts = "need_id,need_title,result_id,result_title"
    assert header == f"{texts},rank,score,grade,reasons,metrics,conditions"
    assert [row.split(",")[0] + row.split(",")[2] for row in rows] == ["N1R1", "N2R2"]
    assert "隔膜" in rows[0]


def test_it_needs_no_network_and_no_database(files: Path) -> None:
    done = run(
        files,
        *("match", "needs.xlsx", "results.csv", "--output", "out.xlsx"),
        DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/nothing",
    )
    assert done.returncode == 0, done.stderr
    assert (files / "out.xlsx").stat().st_size > 0
    assert not (files / "data").exists()


def test_judgements_given_as_feedback_change_the_ranking(files: Path, run_here: Here) -> None:
    write_table(files / "said.csv", ("need_id", "result_id", "level"), [("N1", "R1", 1)])
    command = ["match", "needs.xlsx", "results.csv", "--output"]
    run_here(*command, "plain.csv")
    run_here(*command, "told.csv", "--feedback", "said.csv")
    plain, told = ((files / name).read_text("utf-8-sig") for name in ("plain.csv", "told.csv"))
    assert plain != told


def test_evaluate_prints_its_figures_and_writes_the_scores(files: Path, run_here: Here) -> None:
    arguments = ["evaluate", "needs.xlsx", "results.csv", "judged.csv"]
    table = run_here(*arguments, "--scores", "scores.csv")
    figures = json.loads(run_here(*arguments, "--json").stdout)
    assert table.code == 0, table.stderr
    assert "nDCG@10" in table.stdout
    assert figures["ndcg_at_10"] == pytest.approx(1.0)
    assert len((files / "scores.csv").read_text("utf-8-sig").splitlines()) == 5


def test_a_judgement_of_an_unknown_text_is_named(files: Path, run_here: Here) -> None:
    write_table(files / "bad.csv", ("need_id", "result_id", "level"), [("N1", "R9", 2)])
    done = run_here("evaluate", "needs.xlsx", "results.csv", "bad.csv")
    assert done.code == 1
    assert "R9" in done.stderr
    assert "2" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("--help", 0),
        ("match --help", 0),
        ("evaluate --help", 0),
        ("train --help", 0),
        ("train needs.xlsx results.csv judged.csv --output ranker.json", 1),  # too few judgements
        ("db --help", 0),
        ("db upgrade --help", 0),
        ("db check --help", 0),
        ("db reset --help", 0),
        ("seed --help", 0),
        ("import --help", 0),
        ("propose --help", 0),
        ("serve --help", 0),
        ("worker --help", 0),
        ("demo --help", 0),
        ("match missing.xlsx results.csv --output x.csv", 1),
        ("match needs.xlsx results.csv --output x.pdf", 1),
        ("match needs.xlsx results.csv", 2),
        ("match needs.xlsx results.csv --output x.csv --top 0", 2),
        ("match needs.xlsx results.csv --output x.csv --map title", 2),
        ("match needs.xlsx results.csv --output x.csv --map title=没有", 1),
        ("propose", 2),
        ("propose --all --need x", 2),
        ("import patents needs.xlsx --organization x", 2),
        ("import needs needs.xlsx --organization 91340100MA0000001X", 1),
        ("propose --all", 1),
        ("serve", 1),
        ("demo", 1),
        ("seed --demo", 1),
        ("nonsense", 2),
    ],
)
def test_exit_codes(run_here: Here, arguments: str, code: int) -> None:
    done = run_here(*arguments.split(), MATCHMAKER_DEMO="")
    assert done.code == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout or done.stderr


def test_the_database_is_made_checked_and_reset(tmp_path: Path) -> None:
    assert run(tmp_path, "db", "check").returncode == 1
    assert run(tmp_path, "db", "upgrade").returncode == 0
    assert run(tmp_path, "db", "check").returncode == 0
    assert run(tmp_path, "seed").returncode == 0
    assert run(tmp_path, "db", "reset", "--yes").returncode == 0
    assert run(tmp_path, "propose", "--all").returncode == 0


def test_a_busy_port_is_told_with_the_cure(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(tmp_path, "demo", MATCHMAKER_DEMO="1", PORT=str(port))
    assert done.returncode == 1
    assert str(port) in done.stderr
    assert f"PORT={port + 1}" in done.stderr
    assert not (tmp_path / "data" / "matchmaker.sqlite").exists()


def test_every_way_to_save_the_same_table_gives_the_same_pairs(files: Path, run_here: Here) -> None:
    text = (files / "results.csv").read_text("utf-8-sig")
    (files / "office.csv").write_text(text, "gb18030")
    (files / "plain.csv").write_text(text, "utf-8")
    write_table(
        files / "book.xlsx", ("成果简介", "编号", "成果名称"), [(c, a, b) for a, b, c in RESULTS]
    )
    pairs = []
    for name in ("results.csv", "office.csv", "plain.csv", "book.xlsx"):
        done = run_here("match", "needs.xlsx", name, "--output", "pairs.csv")
        assert done.code == 0, done.stderr
        pairs.append((files / "pairs.csv").read_text("utf-8-sig"))
    assert len(set(pairs)) == 1


@pytest.mark.parametrize(
    "rows",
    [
        [("R1", "隔膜涂层", "")],
        [("R1", "同样的话", "同样的话"), ("R2", "同样的话", "同样的话")],
        [("R1", "😀𠮷龘", "１２３ ＡＢＣ"), ("R2", "=1+1", "@SUM(A1)")],
        [("R1", "，。！", "")],
    ],
)
def test_a_corpus_of_any_kind_goes_through(
    files: Path, run_here: Here, rows: list[tuple[str, str, str]]
) -> None:
    write_table(files / "few.xlsx", ("编号", "名称", "简介"), rows)
    done = run_here("match", "few.xlsx", "few.xlsx", "--output", "pairs.csv")
    assert done.code == 0, done.stderr


def test_a_table_without_rows_is_told(files: Path, run_here: Here) -> None:
    write_table(files / "none.xlsx", ("编号", "成果名称"), [])
    done = run_here("match", "needs.xlsx", "none.xlsx", "--output", "pairs.csv")
    assert done.code == 1
    assert "none.xlsx" in done.stderr
    assert not (files / "pairs.csv").exists()


@pytest.mark.parametrize("option", ["--output needs.xlsx", "--output ../none/pairs.csv"])
def test_a_target_that_would_be_a_loss_is_refused_before_any_work(
    files: Path, run_here: Here, option: str
) -> None:
    before = (files / "needs.xlsx").read_bytes()
    done = run_here("match", "needs.xlsx", "results.csv", *option.split())
    assert done.code == 1
    assert (files / "needs.xlsx").read_bytes() == before


def test_a_mapped_column_may_stand_in_one_of_the_two_files(files: Path, run_here: Here) -> None:
    write_table(files / "odd.csv", ("攻关方向", "说明"), [("隔膜耐热", "收缩")])
    arguments = ["match", "odd.csv", "results.csv", "--output", "pairs.csv"]
    assert run_here(*arguments, "--map", "title=攻关方向").code == 0
    nowhere = run_here(*arguments, "--map", "title=攻关方向", "--map", "text=没有")
    assert nowhere.code == 1
    assert "没有" in nowhere.stderr
    assert run_here(*arguments, "--map", "colour=说明").code == 1


def test_feedback_on_texts_that_are_not_at_hand_is_left_out_and_said(
    files: Path, run_here: Here
) -> None:
    said = [("N9", "R1", 1), ("N1", "R9", 2), ("N1", "R1", 1)]
    write_table(files / "said.csv", ("need_id", "result_id", "level"), said)
    arguments = ["evaluate", "needs.xlsx", "results.csv", "judged.csv", "--json"]
    done = run_here(*arguments, "--feedback", "said.csv")
    assert done.code == 0
    assert "said.csv" in done.stderr
    assert "2" in done.stderr
    assert json.loads(done.stdout)["pairs"] == 4


def test_json_figures_that_do_not_exist_are_null(files: Path, run_here: Here) -> None:
    write_table(files / "all.csv", ("need_id", "result_id", "level"), [("N1", "R1", 1)])
    done = run_here("evaluate", "needs.xlsx", "results.csv", "all.csv", "--json")
    assert json.loads(done.stdout)["mean_average_precision"] is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "garbage"),
        ("DATABASE_URL", "mysql://root@127.0.0.1/x"),
        ("DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing"),
        ("DATABASE_URL", "sqlite:////proc/none/x.sqlite"),
        ("DATABASE_URL", "sqlite:///needs.xlsx"),
        ("PORT", "99999"),
        ("MATCHMAKER_ENV", "prod"),
        ("MATCHMAKER_DATA", "/proc/none"),
    ],
)
def test_a_setting_that_cannot_work_is_told_in_words(run_here: Here, name: str, value: str) -> None:
    done = run_here("serve", **{name: value})
    assert done.code == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_coefficients_are_fitted_to_ones_own_judgements(tmp_path: Path) -> None:
    words = ["隔膜", "涂层", "电池", "杀青", "茶叶", "污水", "除磷", "轴承"]
    texts = [(f"T{n}", words[n % 8] + words[n // 8] + words[n * 3 % 8]) for n in range(64)]
    write_table(tmp_path / "texts.csv", ("编号", "名称"), texts)
    judged = [
        (one, other, 1 + len(set(title) & set(wanted)) * 3 // max(len(set(wanted)), 1))
        for one, wanted in texts
        for other, title in texts
    ]
    write_table(tmp_path / "judged.csv", ("need_id", "result_id", "level"), judged)
    arguments = ["train", "texts.csv", "texts.csv", "judged.csv", "--output", "ranker.json"]
    done = run(tmp_path, *arguments)
    assert done.returncode == 0, done.stderr
    fitted = json.loads((tmp_path / "ranker.json").read_text())
    assert all(rising > 0 for _, rising, *_ in fitted["coefficients"])
    assert fitted["metrics"]["pairs"] == len(judged)
