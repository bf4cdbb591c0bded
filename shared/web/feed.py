"""The feed of a service's events, for the other services."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from shared.db.events import MAX_FEED, CursorRefusedError, EventColumns, read_feed
from shared.schemas.events import EventFeed
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.openapi import problems
from shared.web.session import SessionDep

EventReader = Annotated[Caller, Depends(Requires(Permission.EVENTS_READ))]


def feed_router(event: type[EventColumns]) -> APIRouter:
    """Return the route that reads the log `event`; the entrance does not lead to it."""
    router = APIRouter(tags=["events"])

    @router.get("/events", response_model=EventFeed, responses=problems(CursorRefusedError))
    async def list_events(
        _: EventReader,
        session: SessionDep,
        after: Annotated[str | None, Query(description="Cursor of the last page.")] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_FEED)] = 1000,
        without: Annotated[
            str | None, Query(max_length=2_000, description="Topics to pass over, by commas.")
        ] = None,
    ) -> Response:
        """List the events that follow a cursor, in the one order that every reader sees."""
        topics = without.split(",") if without else ()
        feed = await read_feed(session, event, after=after, limit=limit, without=topics)
        # Serialized here: a second validation by the response model would double the cost.
        return Response(feed.model_dump_json(by_alias=True), media_type="application/json")

    return router
