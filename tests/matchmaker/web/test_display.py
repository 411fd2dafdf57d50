"""Figures as readers write them."""

import pytest

from matchmaker.web.display import file_size

MB = 1024**2


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (1, "1 KB"),
        (1_025, "2 KB"),
        (MB - 1024, "1,023 KB"),
        (MB, "1.0 MB"),
        (20 * MB, "20.0 MB"),
    ],
)
def test_the_size_of_a_file_is_written_as_file_managers_do(size: int, shown: str) -> None:
    assert file_size(size) == shown
