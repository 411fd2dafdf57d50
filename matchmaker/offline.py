"""Matching and measuring on spreadsheets alone, without a database."""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from matching import Document, Judgements, Matcher, evaluation, train
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.spreadsheets import (
    JUDGEMENTS,
    NEEDS,
    RESULTS,
    Column,
    HeaderError,
    MissingColumnError,
    Row,
    RowError,
    RowsError,
    SheetError,
    Table,
    WriteError,
    check_target,
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
    check_target(output, needs_path, results_path, *_given(feedback))
    needs, results = _read_both(needs_path, results_path, overrides)
    judgements = _read_feedback(feedback, needs, results) if feedback else None
    need_titles = {document.id: document.title for document in needs}
    result_titles = {document.id: document.title for document in results}
    with progress_bar(_("Matching")) as progress:
        pairs = Matcher(needs, results).match(top, judgements, progress, result_side_from=None)
    pairs.sort(key=lambda pair: pair.need_rank or 0)
    by_need = defaultdict(list)
    for pair in pairs:
        by_need[pair.need_id].append(pair)
    rows = [
        (
            pair.need_id,
            need_titles[pair.need_id],
            pair.result_id,
            result_titles[pair.result_id],
            pair.need_rank,
            round(pair.score, 4),
            label(MatchGrade(pair.grade)),
            "、".join(f"{reason.term} {reason.share:.0%}" for reason in pair.reasons),
        )
        for need in needs
        for pair in by_need[need.id]
    ]
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
    sources = (needs_path, results_path, judgements_path, *_given(feedback))
    if scores:
        check_target(scores, *sources)
    needs, results = _read_both(needs_path, results_path, overrides)
    judged = read_table(judgements_path, JUDGEMENTS)
    _refuse_unknown(judged, needs, results)
    pairs = [(row.values["need_id"], row.values["result_id"]) for row in judged.rows]
    known = _read_feedback(feedback, needs, results) if feedback else None
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
        plain = {
            name: None if isinstance(figure, float) and math.isnan(figure) else figure
            for name, figure in asdict(figures).items()
        }
        return json.dumps(plain, indent=2, allow_nan=False)
    return _figures_table(figures)


def train_ranker(
    needs_path: Path,
    results_path: Path,
    judgements_path: Path,
    output: Path,
    overrides: Mapping[str, str],
) -> str:
    """Write coefficients fitted to judged pairs to `output`; return their figures, one a line.

    Raises:
        SheetError: a file cannot be read or written, or a judgement names an unknown text.
        MatchingError: the judgements cannot carry a fit.
    """
    needs, results = _read_both(needs_path, results_path, overrides)
    judged = read_table(judgements_path, JUDGEMENTS)
    _refuse_unknown(judged, needs, results)
    ranker = train(needs, results, _levels(judged.rows))
    try:
        ranker.save(output)
    except OSError as error:
        raise WriteError(
            _("%(file)s cannot be written: %(reason)s", file=output, reason=error.strerror)
        ) from error
    return "\n".join(f"{value:>10}  {name}" for name, value in (ranker.metrics or {}).items())


def _given(path: Path | None) -> tuple[Path, ...]:
    return (path,) if path else ()


def _read_feedback(path: Path, needs: list[Document], results: list[Document]) -> Judgements:
    """Return the judgements of texts at hand; say on standard error how many are of others."""
    judged = read_table(path, JUDGEMENTS)
    need_ids, result_ids = _ids(needs), _ids(results)
    usable = [
        row
        for row in judged.rows
        if row.values["need_id"] in need_ids and row.values["result_id"] in result_ids
    ]
    if len(usable) < len(judged.rows):
        click.echo(
            _(
                "%(file)s: %(count)d judgements are of texts that are not in the two files; they"
                " are left out.",
                file=judged.file,
                count=len(judged.rows) - len(usable),
            ),
            err=True,
        )
    return _levels(usable)


def _levels(rows: Iterable[Row]) -> Judgements:
    """Return judged rows as level by need, then result."""
    judgements: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        judgements[row.values["need_id"]][row.values["result_id"]] = int(row.values["level"])
    return judgements


def _ids(documents: list[Document]) -> set[str]:
    return {document.id for document in documents}


def _read_both(
    needs_path: Path, results_path: Path, overrides: Mapping[str, str]
) -> tuple[list[Document], list[Document]]:
    """Return needs and results; a column named by `overrides` must be in one of the two files."""
    missing: list[dict[str, SheetError]] = []
    documents = []
    for path, columns in ((needs_path, NEEDS), (results_path, RESULTS)):
        known = {column.field for column in columns}
        own = {field: header for field, header in overrides.items() if field in known}
        foreign = {field: header for field, header in overrides.items() if field not in known}
        missing.append({})
        for field in foreign:
            missing[-1][field] = _no_such_field(field)
        rows = _read_with(path, columns, own, missing[-1])
        documents.append([_document(row) for row in rows])
    for field in missing[0].keys() & missing[1].keys():
        raise missing[0][field]
    return documents[0], documents[1]


def _read_with(
    path: Path,
    columns: tuple[Column, ...],
    overrides: dict[str, str],
    missing: dict[str, SheetError],
) -> list[Row]:
    """Return the rows; an override whose column is not there is noted in `missing`, and left."""
    while True:
        try:
            return read_table(path, columns, overrides).rows
        except MissingColumnError as error:
            missing[error.field] = error
            overrides = {f: header for f, header in overrides.items() if f != error.field}


def _no_such_field(field: str) -> SheetError:
    names = "、".join(dict.fromkeys(column.field for column in (*NEEDS, *RESULTS)))
    return HeaderError(
        _(
            "There is no field “%(field)s” to map a column to; the fields are %(fields)s.",
            field=field,
            fields=names,
        )
    )


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
    known = {"need_id": _ids(needs), "result_id": _ids(results)}
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
