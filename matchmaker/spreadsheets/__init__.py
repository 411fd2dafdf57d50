"""Spreadsheets in and out: tables read with every fault named, and tables written whole."""

from matchmaker.spreadsheets.cells import split_terms
from matchmaker.spreadsheets.columns import (
    JUDGEMENTS,
    NEED_RECORDS,
    NEEDS,
    RESULT_RECORDS,
    RESULTS,
    Column,
    Columns,
    requiring,
)
from matchmaker.spreadsheets.errors import (
    FileError,
    HeaderError,
    MissingColumnError,
    PasswordError,
    RowError,
    RowsError,
    SheetError,
    TooLargeError,
    WriteError,
)
from matchmaker.spreadsheets.files import Limits
from matchmaker.spreadsheets.rows import Row
from matchmaker.spreadsheets.tables import Checked, Table, check_table, read_table
from matchmaker.spreadsheets.writing import check_target, write_table

__all__ = [
    "JUDGEMENTS",
    "NEEDS",
    "NEED_RECORDS",
    "RESULTS",
    "RESULT_RECORDS",
    "Checked",
    "Column",
    "Columns",
    "FileError",
    "HeaderError",
    "Limits",
    "MissingColumnError",
    "PasswordError",
    "Row",
    "RowError",
    "RowsError",
    "SheetError",
    "Table",
    "TooLargeError",
    "WriteError",
    "check_table",
    "check_target",
    "read_table",
    "requiring",
    "split_terms",
    "write_table",
]
