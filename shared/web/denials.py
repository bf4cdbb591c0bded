"""Note in the audit who was denied what, once the refusal has been answered."""

import asyncio
from typing import Final
from uuid import UUID

from starlette.types import Scope

from shared.db.audit import AuditColumns, note_denied
from shared.logging import get_logger
from shared.scope import ANONYMOUS
from shared.web.auth import known_actor, stated_permission
from shared.web.problems import DENIED

# A stream of refused requests must not take the connections of those that are answered.
_AT_ONCE: Final = 2
_DEADLINE_S: Final = 2.0

_log = get_logger(__name__)


class Denials:
    """Writes a row of the audit for each denied attempt of a known caller.

    It holds the route's template, what the route asks for and the id that the path ends with, and
    nothing of the body.
    """

    def __init__(self, audit: type[AuditColumns]) -> None:
        self._audit = audit
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def note(self, scope: Scope, *, route: str) -> None:
        """Note what the request of `scope` was denied, if anything; a failure is logged."""
        code = scope.get(DENIED)
        actor = known_actor(scope)
        if code is None or actor is ANONYMOUS:
            return
        action = f"denied {scope['method']} {route}"
        permission = stated_permission(scope)
        try:
            async with asyncio.timeout(_DEADLINE_S), self._gate:
                await note_denied(
                    scope["state"]["sessions"],
                    self._audit,
                    actor=actor,
                    action=action,
                    subject_id=_subject(scope),
                    detail={"code": code, "permission": permission},
                )
        except Exception as error:  # noqa: BLE001 - the caller has his answer; the log keeps the rest
            _log.warning("denial not noted", action=action, actor=actor.name, error=repr(error))


def _subject(scope: Scope) -> UUID | None:
    """Return the thing that the path names last; a text that is no id may be anything."""
    values = list(scope.get("path_params", {}).values())
    try:
        return UUID(str(values[-1])) if values else None
    except ValueError:
        return None
