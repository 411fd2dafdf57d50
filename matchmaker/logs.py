"""Log lines: one JSON object each, on standard error.

Tracebacks name files and lines but hold no local values, which may be confidential texts; what
users typed cannot break a line.
"""

import logging
import sys

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

OTHERS = ("huey", "waitress")


def _to_standard_error(*_: object) -> structlog.PrintLogger:
    """A logger that writes to what is standard error now, not when logging was set up."""
    return structlog.PrintLogger(sys.stderr)


def configure() -> None:
    """Send what this process logs, libraries included, to standard error."""
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(processors=[*shared, renderer], logger_factory=_to_standard_error)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    for name in OTHERS:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
