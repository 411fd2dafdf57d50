"""Reading from the address what the needs hall is asked for."""

from collections.abc import Mapping

from matchmaker.needs.queries import SORTS, NeedFilter
from matchmaker.postings.filters import Choices, one_of, read_common
from models import NeedKind


def read_filter(args: Mapping[str, str], choices: Choices) -> NeedFilter:
    """Return what `args` asks for; a value that cannot be read means any."""
    kind = one_of(NeedKind, args.get("kind", ""))
    return NeedFilter(**read_common(args, choices, SORTS), kind=kind)
