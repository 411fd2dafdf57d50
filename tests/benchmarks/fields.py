"""What each field adds: the demo's needs and results, ranked with ever more of their text.

A result counts as relevant to a need when both are of one branch of industry, which the texts
themselves do not say. The texts are fictional, so the figures compare fields and nothing else.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from click import echo

from matching import Document, Evaluation, Matcher, evaluate

DEMO = Path(__file__).parents[2] / "seed" / "demo"
RELEVANT = 4
NEED_FIELDS = ("background", "problem", "tried", "metrics")
RESULT_FIELDS = ("abstract", "problem_solved", "advantage", "applications")
STEPS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("titles", (), ()),
    ("+ problem, abstract", ("problem",), ("abstract",)),
    ("+ background, problem solved", ("problem", "background"), ("abstract", "problem_solved")),
    ("+ tried so far, advantage", ("problem", "background", "tried"), RESULT_FIELDS[:3]),
    ("+ metrics, applications", NEED_FIELDS, RESULT_FIELDS),
    ("+ keywords", (*NEED_FIELDS, "keywords"), (*RESULT_FIELDS, "keywords")),
)


def run() -> bool:
    """Print the table; return whether all fields rank better than titles alone."""
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(DEMO.glob("*.json"))]
    branches = [record for record in records if "needs" in record]
    needs = [need for branch in branches for need in branch["needs"]]
    results = [result for branch in branches for result in branch["results"]]
    echo(f"\nfields: {len(needs)} needs, {len(results)} results of the demo,", nl=False)
    echo(" relevant when of one branch of industry")
    echo(f"{'text used':34}{'nDCG@10':>8}{'MAP':>8}{'P@1':>8}")
    figures = [_figures(needs, results, *fields) for _, *fields in STEPS]
    for (name, *_), measured in zip(STEPS, figures, strict=True):
        columns = (measured.ndcg_at_10, measured.mean_average_precision, measured.precision_at_1)
        echo(f"{name:34}" + "".join(f"{figure:>8.4f}" for figure in columns))
    return figures[-1].ndcg_at_10 > figures[0].ndcg_at_10


def _figures(
    needs: list[dict[str, Any]],
    results: list[dict[str, Any]],
    need_fields: tuple[str, ...],
    result_fields: tuple[str, ...],
) -> Evaluation:
    matcher = Matcher(
        [_document(need, need_fields) for need in needs],
        [_document(result, result_fields) for result in results],
    )
    pairs = [(need["key"], result["key"]) for need in needs for result in results]
    relevant = [need["industry"] == result["industry"] for need in needs for result in results]
    scores = [pair.text_score for pair in matcher.score(pairs)]
    levels = np.where(relevant, RELEVANT, 1)
    return evaluate([need for need, _ in pairs], scores, levels, levels, scores)


def _document(record: Mapping[str, Any], fields: tuple[str, ...]) -> Document:
    texts = [_text(record[field]) for field in fields if field != "keywords"]
    keywords = tuple(record["keywords"]) if "keywords" in fields else ()
    return Document(record["key"], record["title"], "\n".join(texts), keywords)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "；".join(f"{metric['name']} {metric['target']}{metric['unit']}" for metric in value)


if __name__ == "__main__":
    raise SystemExit(not run())
