"""Matching and measuring on spreadsheets alone, without a database."""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from matching import Document, Judgements, Matcher, evaluation, train
from matching.conditions import Offered, Wanted
from matching.conditions import conditions as terms
from matching.metrics import compare
from matching.targets import Target, target, targets_in
from matchmaker.i18n import CHINA, _
from matchmaker.labels import label
from matchmaker.matches.wording import conditions_cell, outcomes_cell
from matchmaker.spreadsheets import (
    JUDGEMENTS,
    NEED_RECORDS,
    NEEDS,
    RESULT_RECORDS,
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
from matchmaker.spreadsheets.cells import CellError
from matchmaker.spreadsheets.metrics import metrics_in
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
    "metrics",
    "conditions",
)
CONDITION_FIELDS = frozenset({"metrics", "modes", "budget_max", "deadline", "asking_price", "trl"})

Parser = Callable[[str, str], str]
ProgressBar = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]


def _conditions_among(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns that conditions are read from; a cell that says none (面议) is empty."""
    return tuple(
        replace(column, parse=partial(_or_nothing, column.parse))
        for column in columns
        if column.field in CONDITION_FIELDS and column.parse
    )


def _or_nothing(parse: Parser, text: str, header: str) -> str:
    try:
        return parse(text, header)
    except CellError:
        return ""


NEED_CONDITIONS = _conditions_among(NEED_RECORDS)
RESULT_CONDITIONS = _conditions_among(RESULT_RECORDS)


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
    need_rows, result_rows = _read_rows(needs_path, results_path, overrides, conditions=True)
    needs, results = [_document(row) for row in need_rows], [_document(row) for row in result_rows]
    judgements = _read_feedback(feedback, needs, results) if feedback else None
    need_of, result_of = ({document.id: document for document in side} for side in (needs, results))
    wanted = {row.values["id"]: _wanted(row) for row in need_rows}
    targets = {row.values["id"]: _targets(row, need_of) for row in need_rows}
    offered = {row.values["id"]: _offered(row) for row in result_rows}
    today = datetime.now(CHINA).date()
    with progress_bar(_("Matching")) as progress:
        pairs = Matcher(needs, results).match(top, judgements, progress, result_side_from=None)
    pairs.sort(key=lambda pair: pair.need_rank or 0)
    by_need = defaultdict(list)
    for pair in pairs:
        by_need[pair.need_id].append(pair)
    rows = [
        (
            pair.need_id,
            need_of[pair.need_id].title,
            pair.result_id,
            result_of[pair.result_id].title,
            pair.need_rank,
            round(pair.score, 4),
            label(MatchGrade(pair.grade)),
            "、".join(
                [f"{reason.term} {reason.share:.0%}" for reason in pair.reasons]
                + [
                    f"{_('field: %(name)s', name=topic.name)} {topic.share:.0%}"
                    for topic in pair.topics
                ]
            ),
            outcomes_cell(compare(targets[need.id], result_of[pair.result_id])),
            conditions_cell(terms(wanted[pair.need_id], offered[pair.result_id], today)),
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
    needs, results = _read_rows(needs_path, results_path, overrides, conditions=False)
    return [_document(row) for row in needs], [_document(row) for row in results]


def _read_rows(
    needs_path: Path, results_path: Path, overrides: Mapping[str, str], *, conditions: bool
) -> tuple[list[Row], list[Row]]:
    """Return the rows of both files, with what their columns say of conditions if wanted."""
    missing: list[dict[str, SheetError]] = []
    read = []
    for path, columns, more in (
        (needs_path, NEEDS, NEED_CONDITIONS),
        (results_path, RESULTS, RESULT_CONDITIONS),
    ):
        known = {column.field for column in columns}
        own = {field: header for field, header in overrides.items() if field in known}
        foreign = {field: header for field, header in overrides.items() if field not in known}
        missing.append({})
        for field in foreign:
            missing[-1][field] = _no_such_field(field)
        if conditions:
            read.append(_read_leniently(path, columns, more, own, missing[-1]))
        else:
            read.append(_read_with(path, columns, own, missing[-1]))
    for field in missing[0].keys() & missing[1].keys():
        raise missing[0][field]
    return read[0], read[1]


def _read_leniently(
    path: Path,
    columns: tuple[Column, ...],
    more: tuple[Column, ...],
    overrides: dict[str, str],
    missing: dict[str, SheetError],
) -> list[Row]:
    """Return the rows; without what `more` adds where its columns cannot be read, and say so."""
    try:
        return _read_with(path, (*columns, *more), overrides, missing)
    except (HeaderError, RowsError) as error:
        rows = _read_with(path, columns, overrides, missing)
        click.echo(_("The conditions are left out: %(reason)s", reason=error), err=True)
        return rows


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
    texts = [row.values[part] for part in parts if row.values.get(part)]
    metrics = "；".join(f"{each['name']} {each['target']}{each['unit']}" for each in _metrics(row))
    body = "\n".join([*texts, metrics] if metrics else texts)
    return Document(
        id=row.values["id"],
        title=row.values["title"],
        body=body,
        keywords=split_terms(row.values["keywords"]),
    )


def _metrics(row: Row) -> list[dict[str, str]]:
    return metrics_in(row.values.get("metrics", ""))


def _targets(row: Row, needs: Mapping[str, Document]) -> tuple[Target, ...]:
    """Return what a need asks for: in its column of metrics or, where that is empty, its text."""
    rows = tuple(target(each["name"], each["target"], each["unit"]) for each in _metrics(row))
    return rows or targets_in(needs[row.values["id"]].body)


def _wanted(row: Row) -> Wanted:
    deadline, most = row.values.get("deadline"), row.values.get("budget_max")
    return Wanted(
        modes=_modes(row),
        budget_max=int(most) if most else None,
        deadline=date.fromisoformat(deadline) if deadline else None,
    )


def _offered(row: Row) -> Offered:
    price, trl = row.values.get("asking_price"), row.values.get("trl")
    return Offered(
        modes=_modes(row), price=int(price) if price else None, trl=int(trl) if trl else None
    )


def _modes(row: Row) -> frozenset[str]:
    return frozenset(mode for mode in row.values.get("modes", "").split(";") if mode)


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
