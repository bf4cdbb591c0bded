"""One request, one transaction."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import transaction
from shared.web.auth import present_actor


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    state = request.scope["state"]
    actor = await present_actor(request)
    async with transaction(
        state["sessions"], scope=actor.scope(), actor=actor, ring=state["ring"]
    ) as session:
        yield session


# scope="function": the commit happens before the response is sent, so that a commit that fails is
# an error response, and the caller can read his own write. With the default scope he was told 200.
SessionDep = Annotated[AsyncSession, Depends(_session, scope="function")]
