"""The public index: what is published is found at once, what is not public never, in every way."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from matching import Document, Matcher
from matchmaker import audit
from matchmaker.db import transaction
from matchmaker.matches import index as module
from matchmaker.matches import rankers
from matchmaker.matches.index import FOLDER, PublicIndex
from models import PostingStatus, Result, StatusChange, Visibility
from tests import factories

MEMBRANE = Document("", "抗污染反渗透膜")


@pytest.fixture
def index(session: Session, tmp_path: Path) -> Iterator[PublicIndex]:
    """Give an index that saves in a folder, with its background work done at the end."""
    index = PublicIndex(_sessions(session), tmp_path)
    yield index
    _wait(index)


def _sessions(session: Session) -> sessionmaker[Session]:
    return sessionmaker(session.get_bind())


def _wait(index: PublicIndex) -> None:
    with index._renewing:
        pass


def _settled(index: PublicIndex, session: Session) -> Matcher:
    """Return the matcher after the background work that a first look sets off."""
    index.current(session)
    _wait(index)
    session.rollback()
    return index.current(session)


def _found(matcher: Matcher, asked: Document = MEMBRANE) -> list[str]:
    return [pair.result_id for pair in matcher.search(asked, reasons=False)]


def _withdraw(session: Session, result: Result) -> None:
    with transaction(session):
        result.status = PostingStatus.WITHDRAWN
        session.add(audit.status_change(result, "published", "withdrawn", "withdraw", None))


def _saved_bytes(folder: Path) -> bytes:
    return b"".join(p.read_bytes() for p in (folder / FOLDER).rglob("*") if p.is_file())


def test_a_published_result_is_found_at_once(index: PublicIndex, session: Session) -> None:
    assert _found(index.current(session)) == []
    result = factories.result(title=MEMBRANE.title)
    assert _found(index.current(session)) == [str(result.id)]


def test_a_withdrawn_result_is_not_found_any_more(index: PublicIndex, session: Session) -> None:
    result, other = factories.result(title=MEMBRANE.title), factories.result(title="反渗透膜组件")
    assert str(result.id) in _found(_settled(index, session))
    _withdraw(session, result)
    assert _found(index.current(session)) == [str(other.id)]


def test_what_is_not_public_is_neither_found_nor_saved(
    index: PublicIndex, session: Session, tmp_path: Path
) -> None:
    factories.result(title="公开的锂电池隔膜")
    factories.need(
        title="绝密的蚀刻线", visibility=Visibility.MASKED, public_summary="一条生产线的改造"
    )
    factories.result(title="定向的光刻胶", visibility=Visibility.INVITED, public_summary="某材料")
    withdrawn = factories.result(title="撤回的减速器")
    assert "撤回的减速器".encode() in _saved_bytes_after(index, session, tmp_path)
    _withdraw(session, withdrawn)
    held = _saved_bytes_after(index, session, tmp_path)
    assert "公开的锂电池隔膜".encode() in held
    assert "一条生产线的改造".encode() in held
    for secret in ("蚀刻线", "光刻胶", "某材料", "减速器"):
        assert secret.encode() not in held
        assert _found(index.current(session), Document("", secret)) == []


def _saved_bytes_after(index: PublicIndex, session: Session, folder: Path) -> bytes:
    _settled(index, session)
    _wait(index)
    return _saved_bytes(folder)


def test_another_process_opens_what_was_saved(
    index: PublicIndex, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = factories.result(title=MEMBRANE.title)
    _settled(index, session)
    later = factories.result(title="反渗透膜")
    monkeypatch.setattr("matchmaker.matches.corpus.published", None)  # nothing is built anew
    other = PublicIndex(_sessions(session), tmp_path)
    assert _found(other.current(session)) == [str(result.id), str(later.id)]
    _wait(other)


def test_merging_answers_as_an_index_built_anew(index: PublicIndex, session: Session) -> None:
    results = [factories.result(title=f"反渗透膜第{number}型") for number in "一二三四五"]
    index.current(session)
    _withdraw(session, results[2])
    factories.result(title="新的反渗透膜")
    merged = _settled(index, session)
    _wait(index)
    merged = index.current(session)
    fresh = PublicIndex(_sessions(session)).current(session)
    assert merged.changed == 0
    assert merged.search(MEMBRANE) == fresh.search(MEMBRANE)


def test_a_damaged_index_is_built_anew_with_a_message(
    index: PublicIndex, session: Session, tmp_path: Path
) -> None:
    result = factories.result(title=MEMBRANE.title)
    _settled(index, session)
    for path in (tmp_path / FOLDER).rglob("*.npy"):
        path.write_bytes(path.read_bytes()[:-1])
    other = PublicIndex(_sessions(session), tmp_path)
    with capture_logs() as logs:
        assert _found(other.current(session)) == [str(result.id)]
    assert ["built anew" in entry["event"] for entry in logs] == [True]
    _wait(other)
    assert _found(PublicIndex(_sessions(session), tmp_path).current(session)) == [str(result.id)]


def test_an_index_of_another_database_is_built_anew(
    index: PublicIndex, session: Session, tmp_path: Path
) -> None:
    result = factories.result(title=MEMBRANE.title)
    _settled(index, session)
    with transaction(session):
        session.execute(sa.update(StatusChange).values(at=sa.func.now()))
        session.execute(sa.update(Result).values(title="齿轮箱"))
    other = PublicIndex(_sessions(session), tmp_path)
    assert _found(other.current(session), Document("", "齿轮箱")) == [str(result.id)]
    _wait(other)


def test_a_change_that_was_committed_late_is_not_missed(
    index: PublicIndex, session: Session
) -> None:
    result = factories.result(title=MEMBRANE.title)
    with transaction(session):  # as if its transaction were still open
        session.execute(
            sa.update(StatusChange)
            .where(StatusChange.subject_kind == "Result")
            .values(subject_kind="Elsewhere")
        )
        result.status = PostingStatus.DRAFT
    factories.result(title="齿轮箱")
    assert str(result.id) not in _found(_settled(index, session))
    with transaction(session):
        late = sa.update(StatusChange).where(StatusChange.subject_kind == "Elsewhere")
        session.execute(late.values(subject_kind="Result"))
        result.status = PostingStatus.PUBLISHED
    assert str(result.id) in _found(index.current(session))


def test_very_many_changes_are_read_in_the_background(
    index: PublicIndex, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.result(title="齿轮箱")
    _settled(index, session)
    monkeypatch.setattr(module, "AT_ONCE", 1)
    monkeypatch.setattr(module, "OVERLAP", 0)
    results = [factories.result(title=MEMBRANE.title) for _ in range(3)]
    index.current(session)
    _wait(index)
    assert _found(index.current(session))[:3] == [str(result.id) for result in results]


def test_an_adopted_ranker_takes_effect_at_once(
    index: PublicIndex, session: Session, tmp_path: Path
) -> None:
    factories.result(title=MEMBRANE.title)
    before = _settled(index, session).version
    shipped = rankers.in_use(None)
    rankers.adopt(tmp_path, type(shipped)(shipped.coefficients, shipped.lengths, fingerprint="x"))
    assert index.current(session).version != before


def test_readers_at_once_all_see_what_was_published(index: PublicIndex, session: Session) -> None:
    _settled(index, session)
    result = factories.result(title=MEMBRANE.title)
    seen: list[list[str]] = []
    sessions = _sessions(session)

    def look() -> None:
        with sessions() as own:
            seen.append(_found(index.current(own)))

    readers = [threading.Thread(target=look) for _ in range(6)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert seen == [[str(result.id)]] * 6
