"""The `matchmaker` command with one more kind of work: one that takes a minute."""

import time

from matchmaker.cli import main
from matchmaker.jobs import Work, handles


@handles("slow", "slow work")
def slow(work: Work) -> None:
    """Do nothing, step by step."""
    for step in range(600):
        work.progress(step, 600)
        time.sleep(0.1)


if __name__ == "__main__":
    main()
