"""Tokens that are believed no more although they have not expired."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from shared.logging import get_logger

# Asked at every request, so that the file is looked at this often at most.
_PAUSE_S: Final = 1.0
_Stamp: TypeAlias = tuple[int, int, int]

_log = get_logger(__name__)


class DenyList:
    """The ids of denied tokens: the lines of a file, read again when the file has changed."""

    def __init__(self, path: Path | None, *, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock
        self._ids: frozenset[str] = frozenset()
        self._stamp: _Stamp | None = None
        self._looked_at = float("-inf")
        self._missing = False

    def __contains__(self, jti: str) -> bool:
        """Tell whether the token with this id is denied."""
        if self._path is not None:
            now = self._clock().timestamp()
            if not 0 <= now - self._looked_at < _PAUSE_S:
                self._looked_at = now
                self._look(self._path)
        return jti in self._ids

    def _look(self, path: Path) -> None:
        try:
            found = path.stat()
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            if stamp != self._stamp:
                lines = path.read_text().splitlines()
                self._ids = frozenset(line.strip() for line in lines) - {""}
                self._stamp = stamp
        except (OSError, ValueError) as error:
            # What was denied stays denied: a file that is gone must not let anybody in again.
            if not self._missing:
                _log.warning("denied tokens cannot be read", path=str(path), error=repr(error))
            self._missing = True
        else:
            self._missing = False
