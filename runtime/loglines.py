"""Log lines as JSON, each with the call that it belongs to."""

import logging
from datetime import UTC, datetime

import orjson

from runtime import tracing


class JsonLines(logging.Formatter):
    """One object a line: time, level, logger, message; session, trace, plugin and workspace where there is a call."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "thread": record.threadName,
            "process": record.process,
        }
        if (session := tracing.session.get()) is not None:
            line |= {
                "session": session.id,
                "trace": session.traceparent[3:35] or tracing.trace_of(session),
                "plugin": session.plugin,
                "workspace": session.workspace,
            }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()
