"""A spreadsheet comes in whole or not at all."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.imports.services import import_postings
from matchmaker.spreadsheets import RowsError, SheetError, write_table
from models import (
    AuditEntry,
    CooperationMode,
    ImportBatch,
    Need,
    PostingStatus,
    Result,
    ResultStage,
    StatusChange,
)
from tests import factories

NEEDS = ("需求编号", "需求名称", "需求描述", "所属行业", "预算上限（万元）", "截止日期", "合作方式")


def _count(session: Session, kind: type) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0


def _needs_file(folder: Path, *rows: tuple[object, ...]) -> Path:
    path = folder / "需求.xlsx"
    write_table(path, NEEDS, rows)  # type: ignore[arg-type]
    return path


def test_every_row_becomes_a_published_need(session: Session, tmp_path: Path) -> None:
    path = _needs_file(
        tmp_path,
        ("N-1", "隔膜耐热", "高温收缩", "动力电池", 120.5, "2027-06-30", "合作开发；委托开发"),
        ("N-2", "浆料分散", "团聚", "没有这个行业", "", "", ""),
    )
    organization = factories.organization()
    done = import_postings(session, None, "needs", organization, path, {})
    first, second = session.scalars(sa.select(Need).order_by(Need.id))
    assert (done.rows, done.unclassified) == (2, 1)
    assert first.status is PostingStatus.PUBLISHED
    assert first.industry is not None
    assert first.industry.code == "nev-battery"
    assert first.budget_max == 120_500_000  # fen
    assert str(first.deadline) == "2027-06-30"
    assert first.modes == [CooperationMode.COMMISSION, CooperationMode.JOINT]
    assert first.region_id == organization.region_id
    assert "高温收缩" in first.search_text
    assert second.industry is None


def test_the_import_leaves_its_trail(session: Session, tmp_path: Path) -> None:
    path = _needs_file(tmp_path, ("N-1", "隔膜耐热", "高温收缩", "", "", "", ""))
    import_postings(session, None, "needs", factories.organization(), path, {})
    batch = session.scalars(sa.select(ImportBatch)).one()
    change = session.scalars(sa.select(StatusChange)).one()
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "needs:import")).one()
    assert (batch.file_name, batch.row_count) == ("需求.xlsx", 1)
    assert (change.action, change.target) == ("import", "published")
    assert entry.detail == {"rows": 1}


def test_one_bad_row_keeps_all_rows_out_and_is_named(session: Session, tmp_path: Path) -> None:
    path = _needs_file(
        tmp_path,
        ("N-1", "隔膜耐热", "高温收缩", "", "", "", ""),
        ("N-2", "", "没有名称", "", "", "", ""),
        ("N-3", "浆料", "团聚", "", "", "明年", ""),
    )
    with pytest.raises(RowsError) as caught:
        import_postings(session, None, "needs", factories.organization(), path, {})
    assert [(error.row, error.column) for error in caught.value.errors] == [
        (3, "需求名称"),
        (4, "截止日期"),
    ]
    assert _count(session, Need) == 0


def test_a_file_sent_twice_is_refused_row_by_row(session: Session, tmp_path: Path) -> None:
    path = _needs_file(tmp_path, ("N-1", "隔膜耐热", "高温收缩", "", "", "", ""))
    organization = factories.organization()
    import_postings(session, None, "needs", organization, path, {})
    with pytest.raises(RowsError, match="N-1"):
        import_postings(session, None, "needs", organization, path, {})
    assert _count(session, Need) == 1
    import_postings(session, None, "needs", factories.organization(), path, {})
    assert _count(session, Need) == 2


def test_rows_without_numbers_may_come_again(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    write_table(path, ("成果名称",), [("甲",), ("乙",)])
    organization = factories.organization()
    for _ in range(2):
        import_postings(session, None, "results", organization, path, {})
    assert _count(session, Result) == 4


def test_a_dry_run_writes_nothing(session: Session, tmp_path: Path) -> None:
    path = _needs_file(tmp_path, ("N-1", "隔膜耐热", "高温收缩", "", "", "", ""))
    organization = factories.organization()
    done = import_postings(session, None, "needs", organization, path, {}, dry_run=True)
    assert done.rows == 1
    assert _count(session, Need) == _count(session, ImportBatch) == 0


def test_results_keep_readiness_stage_and_price(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "成果.xlsx"
    header = ("成果名称", "成果简介", "技术就绪度", "成果阶段", "转让价格（万元）", "关键词")
    write_table(path, header, [("涂覆隔膜", "耐热", "6级", "中试", "80", "隔膜；涂覆")])
    import_postings(session, None, "results", factories.organization(), path, {})
    result = session.scalars(sa.select(Result)).one()
    assert (result.trl, result.stage) == (6, ResultStage.PILOT)
    assert result.asking_price == 80_000_000  # fen
    assert result.keywords == ["隔膜", "涂覆"]


def test_a_header_nobody_knows_can_be_mapped(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    write_table(path, ("攻关方向",), [("隔膜耐热",)])
    organization = factories.organization()
    with pytest.raises(SheetError, match="title"):
        import_postings(session, None, "needs", organization, path, {})
    import_postings(session, None, "needs", organization, path, {"title": "攻关方向"})
    assert session.scalars(sa.select(Need.title)).one() == "隔膜耐热"


def test_a_row_without_a_number_among_numbered_ones_gets_none(
    session: Session, tmp_path: Path
) -> None:
    path = _needs_file(tmp_path, ("N-1", "甲", "", "", "", "", ""), ("", "乙", "", "", "", "", ""))
    import_postings(session, None, "needs", factories.organization(), path, {})
    assert list(session.scalars(sa.select(Need.reference).order_by(Need.id))) == ["N-1", None]


def test_a_budget_from_high_to_low_is_named(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "needs.csv"
    header = ("需求名称", "预算下限（万元）", "预算上限（万元）")
    write_table(path, header, [("隔膜", "80", "50")])
    with pytest.raises(RowsError) as caught:
        import_postings(session, None, "needs", factories.organization(), path, {})
    assert [(e.row, e.column) for e in caught.value.errors] == [(2, "预算下限（万元）")]


def test_a_registration_number_used_twice_is_named(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    write_table(path, ("成果名称", "成果登记号"), [("甲", "AH2026000001"), ("乙", "AH2026000001")])
    organization = factories.organization()
    with pytest.raises(RowsError) as caught:
        import_postings(session, None, "results", organization, path, {})
    assert [(e.row, e.column) for e in caught.value.errors] == [(3, "成果登记号")]
