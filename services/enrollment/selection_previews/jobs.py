"""The draw is made: read in pieces, computed beside the event loop, kept in pieces."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.enrollment.draws.rules import Drawn, Entry, place, result_digest, ticket_of
from services.enrollment.identities.rules import NikKeys
from services.enrollment.selection_previews import operations, queries, rules
from services.enrollment.selection_previews.queries import Terms
from services.enrollment.selection_previews.schemas import MakePreview
from services.enrollment.selections.queries import get_selection, seed_of
from services.enrollment.selections.tables import Selection
from shared.clock import utc_now
from shared.jobs.context import JobContext, JobHandler

# What is read or written in one transaction, far below a second.
_CHUNK: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Read:
    """All that a draw is made from."""

    selection: Selection
    moment: datetime
    inputs: bytes
    terms: Terms
    entries: list[Entry]


async def _read(context: JobContext, payload: MakePreview) -> _Read | None:
    """Return what the draw is made from; None when another draw was ordered meanwhile."""
    async with context.transaction() as session:
        selection = await get_selection(session, payload.wave_id)
        if selection.preview != payload.number:
            return None
        moment = selection.previewed_at or utc_now()
        inputs = await queries.inputs_digest(session, payload.wave_id, now=moment)
        terms = await queries.read_terms(session, payload.wave_id, now=moment)
    entries: list[Entry] = []
    after: UUID | None = None
    while True:
        async with context.transaction() as session:
            some = await queries.list_entries(session, selection, after=after, limit=_CHUNK)
        entries += some
        if len(some) < _CHUNK:
            return _Read(selection, moment, inputs, terms, entries)
        after = some[-1].id
        await context.progress(0, selection.list_count)


@dataclass(frozen=True, slots=True)
class _Made:
    drawn: list[Drawn]
    counts: dict[str, Any]
    digest: bytes


def _draw(read: _Read, *, seed: bytes) -> _Made:
    digest = read.selection.list_digest or b""
    value = read.selection.public_value or ""
    tickets = {
        each.id: ticket_of(seed, digest=digest, application_id=each.id, public_value=value)
        for each in read.entries
    }
    drawn = place(read.entries, tickets, rooms=read.terms.rooms, quotas=read.terms.quotas)
    members = {each.id: each.quotas for each in read.entries}
    counts = rules.counts_of(drawn, facility_of=read.terms.facility_of)
    quotas = [each.id for each in read.terms.quotas]
    counts["quotas"] = rules.quota_counts(drawn, members=members, quotas=quotas)
    return _Made(drawn, counts, result_digest(drawn, inputs=read.inputs))


async def _forget(context: JobContext, wave_id: UUID, number: int) -> None:
    while True:
        async with context.transaction() as session:
            gone = await operations.forget_results(session, wave_id, number=number, limit=_CHUNK)
        if gone < _CHUNK:
            return


@dataclass(frozen=True, slots=True)
class _Draws:
    """Makes draws; the seeds are sealed with `keys`."""

    keys: NikKeys

    async def __call__(self, context: JobContext, payload: MakePreview) -> dict[str, Any] | None:
        """Make the draw that was ordered, and keep it as the preview; the result counts outcomes.

        What changes while it is made has it made again.
        """
        read = await _read(context, payload)
        if read is None:
            return None
        seed = seed_of(read.selection, self.keys)
        made = await asyncio.to_thread(_draw, read, seed=seed)
        await _forget(context, payload.wave_id, payload.number)
        for first in range(0, len(made.drawn), _CHUNK):
            some = made.drawn[first : first + _CHUNK]
            async with context.transaction() as session:
                await operations.keep_results(
                    session, payload.wave_id, some, number=payload.number, first=first + 1
                )
            await context.progress(first + len(some), len(made.drawn))
        async with context.transaction() as session:
            wanted = await operations.finish_preview(
                session,
                payload.wave_id,
                number=payload.number,
                terms=read.terms,
                counts=made.counts,
                inputs=read.inputs,
                digest=made.digest,
                now=read.moment,
            )
        for number in range(payload.number) if wanted else [payload.number]:
            await _forget(context, payload.wave_id, number)
        outcomes: dict[str, Any] = made.counts["outcomes"]
        return outcomes if wanted else None


def draw_handler(keys: NikKeys) -> JobHandler[MakePreview]:
    """Return the handler of the job that makes draws whose seeds are sealed with `keys`."""
    return JobHandler(MakePreview.kind, MakePreview, _Draws(keys))
