"""Where log lines go."""

import io
import sys

import pytest
import structlog

from matchmaker import logs


def test_a_line_goes_to_what_is_standard_error_when_it_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = structlog.get_logger()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", io.StringIO())
        logs.configure()
        sys.stderr.close()
    log.info("after another had taken standard error and closed it")
    assert "taken standard error" in capsys.readouterr().err
