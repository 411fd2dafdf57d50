"""How the time that a piece of work takes grows with its input, whatever the machine."""

import time
import timeit
from collections.abc import Callable

LINEAR = 30
"""Ten times the input may take this many times as long; quadratic work takes a hundred times."""

_LEAST = 0.001  # seconds; below it the clock tells noise


def seconds(work: Callable[[], object]) -> float:
    """Return the seconds of this thread's own work, without collections of garbage."""
    return timeit.timeit(work, timer=time.thread_time, number=1)


def growth(work: Callable[[int], object], size: int) -> float:
    """Return how many times as long `size` takes as a tenth of it, each the quickest of three."""
    whole, tenth = (
        min(seconds(lambda of=of: work(of)) for _try in range(3))  # type: ignore[misc]
        for of in (size, size // 10)
    )
    return whole / max(tenth, _LEAST)
