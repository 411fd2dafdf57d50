"""Log lines: one JSON object each, on standard error.

Tracebacks name files and lines but hold no local values, which may be confidential texts; what
users typed cannot break a line.
"""

import sys

import structlog


def configure() -> None:
    """Send what this process logs to standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
