"""The column sets: no header may mean two fields, and every value is one that the records hold."""

from collections import Counter

import pytest

from matchmaker.spreadsheets import (
    JUDGEMENTS,
    NEED_RECORDS,
    NEEDS,
    RESULT_RECORDS,
    RESULTS,
    Columns,
    requiring,
)
from matchmaker.spreadsheets.cells import squeeze
from matchmaker.spreadsheets.headers import normalise
from matchmaker.spreadsheets.rights import NUMBERED, PARTS, field_of
from models import CooperationMode, Need, NeedKind, Result, ResultAttribute, ResultStage

SETS = {
    "needs": NEEDS,
    "results": RESULTS,
    "need records": NEED_RECORDS,
    "result records": RESULT_RECORDS,
    "judgements": JUDGEMENTS,
}


@pytest.mark.parametrize("columns", SETS.values(), ids=SETS.keys())
def test_no_header_means_two_fields(columns: Columns) -> None:
    names = Counter(squeeze(name) for c in columns for name in (*c.aliases, *c.fallbacks))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("columns", SETS.values(), ids=SETS.keys())
def test_headers_are_written_as_they_are_compared(columns: Columns) -> None:
    names = {name for c in columns for name in (*c.aliases, *c.fallbacks)}
    assert {name for name in names if normalise(name) != squeeze(name)} == set()


def test_the_words_offered_are_those_of_the_records() -> None:
    parsers = {c.field: c.parse for c in (*NEED_RECORDS, *RESULT_RECORDS) if c.parse}
    for field, words in {
        "modes": CooperationMode,
        "stage": ResultStage,
        "attribute": ResultAttribute,
        "kind": NeedKind,
    }.items():
        assert [parsers[field](word, "") for word in words] == list(words)


@pytest.mark.parametrize(("columns", "model"), [(NEED_RECORDS, Need), (RESULT_RECORDS, Result)])
def test_every_column_has_its_place_in_the_record(columns: Columns, model: type) -> None:
    other = {"id": "reference", "text": "problem" if model is Need else "abstract"}
    other |= dict.fromkeys(("contact_name", "contact_phone", "contact_email"), "contact")
    other |= {field_of(part, n): "properties" for part in PARTS for n in NUMBERED}
    for column in columns:
        name = other.get(column.field, column.field)
        assert hasattr(model, name)
        length = getattr(getattr(getattr(model, name), "type", None), "length", None)
        if length is not None and column.parse is None:
            assert column.max_length is not None
            assert column.max_length <= length


def test_further_columns_can_be_required() -> None:
    required = {c.field for c in requiring(NEEDS, "text") if c.required}
    assert required == {"title", "text"}
