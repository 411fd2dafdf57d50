"""A saved index is whole or refused: killed writers, two writers, damage, other versions."""

import json
import mmap
import multiprocessing
import multiprocessing.synchronize
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from matching import Document, Matcher, store
from matching.store import UnusableIndexError

QUERY = Document("", "锂离子电池正极材料")
TEXTS = ["锂离子电池正极材料", "水处理膜", "\ud800 机器视觉\x00", "", "茶叶杀青机"]


def _matcher(copies: int = 1) -> Matcher:
    needs = [Document("n", TEXTS[0], TEXTS[1], ("电池", "正极"), "C39")]
    results = [Document(f"r{i}", text, text) for i, text in enumerate(TEXTS * copies)]
    return Matcher(needs, results)


def _generation(folder: Path) -> Path:
    return folder / (folder / "current").read_text()


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    _matcher().save(tmp_path, state="as of now")
    return tmp_path


def _owner(table: object) -> object:
    while isinstance(table, np.ndarray) and table.base is not None:
        table = table.base
    return table


def test_an_opened_index_answers_as_the_saved_one(saved: Path) -> None:
    opened, matcher = Matcher.open(saved), _matcher()
    assert opened.state == "as of now"
    assert opened.search(QUERY) == matcher.search(QUERY)
    assert opened.match() == matcher.match()
    assert opened.score([("n", "r1")]) == matcher.score([("n", "r1")])


def test_the_arrays_are_mapped_from_the_files(saved: Path) -> None:
    opened = Matcher.open(saved)
    for table in opened._results.tables().values():
        assert not table.flags.writeable
        assert isinstance(_owner(table), mmap.mmap)


def test_a_later_save_takes_the_place_of_the_one_before(saved: Path) -> None:
    before = Matcher.open(saved)
    before.without(result_ids=["r0"]).save(saved, state="later")
    assert [path.name for path in saved.iterdir() if path.is_dir()] == [_generation(saved).name]
    after = Matcher.open(saved)
    assert (after.state, after.has_result("r0")) == ("later", False)
    assert before.search(QUERY)[0].result_id == "r0"  # still mapped by who had it open


def test_nothing_saved_is_said_to_be_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnusableIndexError, match="no saved index"):
        Matcher.open(tmp_path)


def test_every_file_is_guarded_against_every_kind_of_damage(saved: Path, tmp_path: Path) -> None:
    for path in sorted(_generation(saved).iterdir()):
        whole = path.read_bytes()
        middle = len(whole) - 1 - (len(whole) - 1) // 4
        for damaged in (
            whole[:-1],
            whole[: len(whole) // 2],
            b"",
            whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        ):
            path.write_bytes(damaged)
            with pytest.raises(UnusableIndexError):
                Matcher.open(saved)
        path.unlink()
        with pytest.raises(UnusableIndexError, match="missing"):
            Matcher.open(saved)
        path.write_bytes(whole)
    Matcher.open(saved)


@pytest.mark.parametrize("pointer", ["", "../../etc", "no-such", "\xff"])
def test_a_damaged_pointer_is_refused(saved: Path, pointer: str) -> None:
    (saved / "current").write_text(pointer, encoding="utf-8")
    with pytest.raises(UnusableIndexError):
        Matcher.open(saved)


@pytest.mark.parametrize(("key", "value"), [("format", 0), ("method", "older")])
def test_an_index_of_another_version_is_refused(saved: Path, key: str, value: object) -> None:
    manifest = _generation(saved) / "manifest.json"
    stored = json.loads(manifest.read_text())
    del stored["digest"]
    stored[key] = value
    manifest.write_text(json.dumps({"digest": store._digest(stored), **stored}))
    with pytest.raises(UnusableIndexError, match="another version"):
        Matcher.open(saved)


def test_what_a_killed_writer_left_is_removed_after_a_day(saved: Path) -> None:
    left, fresh = saved / "1-0123abcd", saved / "2-0123abcd"
    for path in (left, fresh):
        path.mkdir()
    os.utime(left, (0, 0))
    _matcher().save(saved)
    assert not left.exists()
    assert fresh.exists()


_WRITER = """
import sys
from pathlib import Path
from tests.matching.test_store import _matcher
print("ready", flush=True)
for turn in range(int(sys.argv[3])):
    _matcher(40).save(Path(sys.argv[1]), state=f"{sys.argv[2]} {turn}")
"""


def _writer(folder: Path, name: str, turns: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WRITER, str(folder), name, str(turns)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own


def test_a_writer_killed_at_any_moment_leaves_a_whole_index(saved: Path) -> None:
    rng = random.Random(0)  # noqa: S311 - moments, not secrets
    for turn in range(6):
        writer = _writer(saved, f"killed {turn}", 1000)
        with writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(rng.uniform(0.02, 0.4))
            writer.send_signal(signal.SIGKILL)
        opened = Matcher.open(saved)
        assert opened.search(QUERY)[0].result_id == "r0"


def test_two_writers_and_a_reader_never_see_a_torn_index(saved: Path) -> None:
    writers = [_writer(saved, name, 6) for name in ("one", "other")]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        opened = Matcher.open(saved)
        assert opened.search(QUERY)[0].result_id == "r0"
        seen.add(opened.state)
    assert [writer.wait() for writer in writers] == [0, 0]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.close()
    assert Matcher.open(saved).state in {"one 5", "other 5"}
    assert len(seen) > 1


@pytest.fixture
def large(tmp_path: Path) -> Iterator[Path]:
    Matcher([], [Document(f"r{i}", f"{i}号" * 30, TEXTS[i % 5]) for i in range(20_000)]).save(
        tmp_path
    )
    yield tmp_path
    shutil.rmtree(tmp_path)


def _mapped_kilobytes(folder: Path) -> dict[str, int]:
    """Return how much of the index's files this process holds, and its own share of it."""
    found = {"Rss": 0, "Pss": 0}
    inside = False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        name, *rest = line.split()
        if "-" in name and not name.endswith(":"):
            inside = str(folder) in line
        elif inside and name[:-1] in found:
            found[name[:-1]] += int(rest[0])
    return found


def _opened_and_read(folder: Path) -> Matcher:
    """Open an index and read all of it, so that its pages are in memory."""
    held = Matcher.open(folder)
    for table in held._results.tables().values():
        store._checksum(table)
    return held


def _hold(
    folder: Path, ready: "multiprocessing.Queue[int]", done: "multiprocessing.synchronize.Event"
) -> None:
    held = _opened_and_read(folder)
    ready.put(held.size)
    done.wait(60)


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="needs Linux")
def test_two_processes_share_the_pages(large: Path) -> None:
    spawned = multiprocessing.get_context("spawn")
    ready, done = spawned.Queue(), spawned.Event()
    other = spawned.Process(target=_hold, args=(large, ready, done))
    other.start()
    try:
        assert ready.get(timeout=60) == 20_000
        held = _opened_and_read(large)
        memory = _mapped_kilobytes(large)
        assert held.size == 20_000
        assert memory["Rss"] > 5_000
        assert memory["Pss"] < 0.6 * memory["Rss"]
    finally:
        done.set()
        other.join(60)
