"""What can be wrong with a spreadsheet: each message says where, what, and the cure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matchmaker.i18n import _

if TYPE_CHECKING:
    from collections.abc import Sequence


MAX_ERRORS = 200


class SheetError(Exception):
    """A spreadsheet cannot be read or written; `str()` is a message for the reader."""


class FileError(SheetError):
    """The file as a whole cannot be opened as a table."""


class TooLargeError(FileError):
    """The file, or what it unpacks to, is more than the limits allow."""


class PasswordError(FileError):
    """The workbook is protected with a password."""


class HeaderError(SheetError):
    """The columns wanted are not there, or are not clear."""


class MissingColumnError(HeaderError):
    """The header that `field` was mapped to is not there."""

    def __init__(self, message: str, field: str) -> None:
        self.field = field
        super().__init__(message)


class WriteError(SheetError):
    """A table cannot be written; the target is as it was."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One cell that cannot be taken: `row` as numbered in Excel, `column` as its header reads.

    `value` is what stands in the cell.
    """

    row: int
    column: str
    reason: str
    cure: str
    value: str = ""

    def __str__(self) -> str:
        return _(
            "Row %(row)d, column “%(column)s”: %(reason)s; %(cure)s",
            row=self.row,
            column=self.column,
            reason=self.reason,
            cure=self.cure,
        )


class RowsError(SheetError):
    """Rows that cannot be taken: the first of them in `errors`, and how many `more` there are."""

    def __init__(self, table: str, errors: Sequence[RowError], more: int = 0) -> None:
        self.table = table
        self.errors = tuple(errors[:MAX_ERRORS])
        self.more = more + len(errors) - len(self.errors)
        super().__init__(table, self.errors, self.more)

    def __str__(self) -> str:
        count = len(self.errors) + self.more
        lines = [_("%(table)s: %(count)d problems:", table=self.table, count=count)]
        lines += map(str, self.errors)
        if self.more:
            lines.append(_("… and %(count)d more.", count=self.more))
        return "\n".join(lines)
