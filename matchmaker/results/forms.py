"""Reading from the address what the results hall is asked for."""

from collections.abc import Mapping

from matchmaker.postings.filters import Choices, read_common
from matchmaker.results.queries import SORTS, ResultFilter

LEVELS = range(1, 10)


def read_filter(args: Mapping[str, str], choices: Choices) -> ResultFilter:
    """Return what `args` asks for; a value that cannot be read means any."""
    levels = {str(level): level for level in LEVELS}
    trl = levels.get(args.get("trl", ""))
    return ResultFilter(**read_common(args, choices, SORTS), trl=trl)
