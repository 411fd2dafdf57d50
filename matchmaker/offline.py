"""Matching and measuring on spreadsheets alone, without a database."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from matching import Document, Judgements, Matcher, evaluation
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.spreadsheets import (
    JUDGEMENTS,
    NEEDS,
    RESULTS,
    Column,
    Row,
    RowError,
    RowsError,
    Table,
    read_table,
    split_terms,
    write_table,
)
from models import MatchGrade

HEADER = (
    "need_id",
    "need_title",
    "result_id",
    "result_title",
    "rank",
    "score",
    "grade",
    "reasons",
)
SHOWN_REASONS = 8

ProgressBar = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]


def match(
    needs_path: Path,
    results_path: Path,
    output: Path,
    top: int,
    feedback: Path | None,
    overrides: Mapping[str, str],
    progress_bar: ProgressBar,
) -> str:
    """Write the `top` results of each need to `output`; return a line that says what was done.

    Raises:
        SheetError: a file cannot be read or written.
    """
    needs = _read_documents(needs_path, NEEDS, overrides)
    results = _read_documents(results_path, RESULTS, overrides)
    judgements = read_judgements(feedback) if feedback else None
    titles = {document.id: document.title for document in results}
    matcher = Matcher(needs, results)
    rows = []
    with progress_bar(_("Matching")) as progress:
        for done, need in enumerate(needs, start=1):
            judged = judgements.get(need.id) if judgements else None
            for rank, pair in enumerate(matcher.search(need, top, judged), start=1):
                reasons = "、".join(
                    f"{reason.term} {reason.share:.0%}" for reason in pair.reasons[:SHOWN_REASONS]
                )
                grade = label(MatchGrade(pair.grade))
                place = (need.id, need.title, pair.result_id, titles[pair.result_id])
                rows.append((*place, rank, round(pair.score, 4), grade, reasons))
            progress(done, len(needs))
    write_table(output, HEADER, rows)
    return _(
        "%(needs)d needs × %(results)d results: %(pairs)d pairs in %(file)s",
        needs=len(needs),
        results=len(results),
        pairs=len(rows),
        file=output,
    )


def evaluate(
    needs_path: Path,
    results_path: Path,
    judgements_path: Path,
    feedback: Path | None,
    scores: Path | None,
    as_json: bool,
    overrides: Mapping[str, str],
) -> str:
    """Return the figures of the matcher on judged pairs, as a table or as JSON.

    Raises:
        SheetError: a file cannot be read or written, or a judgement names an unknown text.
    """
    needs = _read_documents(needs_path, NEEDS, overrides)
    results = _read_documents(results_path, RESULTS, overrides)
    judged = read_table(judgements_path, JUDGEMENTS)
    _refuse_unknown(judged, needs, results)
    pairs = [(row.values["need_id"], row.values["result_id"]) for row in judged.rows]
    known = read_judgements(feedback) if feedback else None
    scored = Matcher(needs, results).score(pairs, known)
    figures = evaluation.evaluate(
        [pair.need_id for pair in scored],
        [pair.score for pair in scored],
        [int(row.values["level"]) for row in judged.rows],
        [pair.level for pair in scored],
        [pair.probabilities[1] for pair in scored],
    )
    if scores:
        header = ("need_id", "result_id", "score")
        write_table(scores, header, [(p.need_id, p.result_id, p.score) for p in scored])
    if as_json:
        return json.dumps(asdict(figures), indent=2)
    return _figures_table(figures)


def read_judgements(path: Path) -> Judgements:
    """Return the judgements in a spreadsheet: level by need, then result.

    Raises:
        SheetError: the file cannot be read.
    """
    judgements: dict[str, dict[str, int]] = defaultdict(dict)
    for row in read_table(path, JUDGEMENTS).rows:
        judgements[row.values["need_id"]][row.values["result_id"]] = int(row.values["level"])
    return judgements


def _read_documents(
    path: Path, columns: tuple[Column, ...], overrides: Mapping[str, str]
) -> list[Document]:
    """Return the rows of a spreadsheet as documents; overrides of the other file's are left out."""
    fields = {column.field for column in columns}
    own = {field: header for field, header in overrides.items() if field in fields}
    return [_document(row) for row in read_table(path, columns, own).rows]


def _document(row: Row) -> Document:
    parts = ("background", "text", "tried", "problem_solved", "advantage", "applications")
    body = "\n".join(row.values[part] for part in parts if row.values.get(part))
    return Document(
        id=row.values["id"],
        title=row.values["title"],
        body=body,
        keywords=split_terms(row.values["keywords"]),
    )


def _refuse_unknown(judged: Table, needs: list[Document], results: list[Document]) -> None:
    known = {
        "need_id": {document.id for document in needs},
        "result_id": {document.id for document in results},
    }
    errors = [
        RowError(
            row=row.number,
            column=judged.columns[field],
            reason=_("“%(value)s” is in neither file", value=row.values[field]),
            cure=_("remove the row or add the text to its file"),
        )
        for row in judged.rows
        for field, ids in known.items()
        if row.values[field] not in ids
    ]
    if errors:
        raise RowsError(judged.file, errors)


def _figures_table(figures: evaluation.Evaluation) -> str:
    rows: list[tuple[str, Any]] = [
        (_("Judged pairs"), f"{figures.pairs:,}"),
        (_("Judged needs"), f"{figures.needs:,}"),
        ("nDCG@10", f"{figures.ndcg_at_10:.4f}"),
        ("nDCG@5", f"{figures.ndcg_at_5:.4f}"),
        ("MAP", f"{figures.mean_average_precision:.4f}"),
        ("P@1", f"{figures.precision_at_1:.4f}"),
        ("AUC", f"{figures.auc:.4f}"),
        ("1/(1+MAE)", f"{figures.level_accuracy:.4f}"),
        (_("Calibration error"), f"{figures.calibration_error:.4f}"),
    ]
    return "\n".join(f"{value:>10}  {name}" for name, value in rows)
