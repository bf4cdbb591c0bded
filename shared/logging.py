"""Structured logs: one JSON object a line, with the request's id and without anybody's NIK."""

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from contextvars import ContextVar, Token
from typing import Final, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from shared.ids import HEX_ID

_request_id: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)

# A run of exactly sixteen digits is taken for a NIK, wherever it stands but inside an id.
_NIK: Final = re.compile(rf"{HEX_ID}|(?<!\d)(?P<nik>\d{{16}})(?!\d)")
_MASK: Final = "*" * 16

# PostgreSQL tells the whole row in the detail of an error, asyncpg an argument it could not send.
_ROW_TOLD: Final = re.compile(
    r"(DETAIL: |invalid input for query argument \$\d+: ).*?(?=\n\[|\n\n|\Z)", re.DOTALL
)


def bind_request(request_id: str | None) -> Token[str | None]:
    """Make `request_id` the id of everything that this task logs, emits or asks others."""
    return _request_id.set(request_id)


def unbind_request(token: Token[str | None]) -> None:
    """Undo `bind_request`."""
    _request_id.reset(token)


def current_request_id() -> str | None:
    """Return the id of the request that is being answered, if one is."""
    return _request_id.get()


def mask_niks(text: str) -> str:
    """Return `text` with every run of sixteen digits blotted out, but those inside ids."""
    return _NIK.sub(lambda found: _MASK if found["nik"] else found[0], text)


def _masked(value: object) -> object:
    if isinstance(value, str):
        return mask_niks(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return mask_niks(str(value)) if 10**15 <= value < 10**16 else value
    if isinstance(value, Mapping):
        return {_masked(key): _masked(member) for key, member in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [_masked(member) for member in value]
    if value is None or isinstance(value, bool | float):
        return value
    return mask_niks(str(value))


def _hide_rows(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Cut out of a traceback what the database told of the row that it refused."""
    if isinstance(event.get("exception"), str):
        event["exception"] = _ROW_TOLD.sub(r"\1(hidden)", event["exception"])
    return event


def _mask_event(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: _masked(value) for key, value in event.items()}


def _add_request_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    request_id = _request_id.get()
    if request_id is not None:
        event.setdefault("request_id", request_id)
    return event


def _drop_color(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)  # uvicorn's second copy of its message
    return event


def _processors(service: str) -> list[Processor]:
    def add_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_service,
        _add_request_id,
        structlog.processors.format_exc_info,
        _hide_rows,
        _mask_event,
    ]


def _configure(service: str, *, level: str, final: bool) -> None:
    structlog.configure(
        processors=[*_processors(service), structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout if final else None),
        cache_logger_on_first_use=final,
    )


def configure_logging(service: str, *, level: str = "INFO") -> None:
    """Send all logs, also those of libraries, to standard output as JSON."""
    _configure(service, level=level, final=True)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.ExtraAdder(),
                structlog.stdlib.add_logger_name,
                *_processors(service),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _drop_color,
                _mask_event,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def get_logger(name: str) -> FilteringBoundLogger:
    """Return the logger of one module; its lines carry `module: name`."""
    if not structlog.is_configured():
        # structlog's own default prints local variables beside a traceback: tokens, names, NIKs.
        _configure("balai", level="INFO", final=False)
    return cast("FilteringBoundLogger", structlog.get_logger(module=name))
