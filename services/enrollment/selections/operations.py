"""The first steps of a selection, each within the caller's transaction."""

import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.draws.rules import SEED_BYTES, commitment_of
from services.enrollment.identities.rules import NONCE_BYTES, NikKeys
from services.enrollment.programs.queries import get_program
from services.enrollment.programs.rules import check_owner
from services.enrollment.selections import rules
from services.enrollment.selections.queries import bound_to, get_selection
from services.enrollment.selections.tables import Selection
from services.enrollment.waves.queries import get_wave
from services.enrollment.waves.rules import check_not_cancelled
from services.enrollment.waves.tables import Wave
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.schemas.enrollment import SelectionMoved, SelectionState, Topic
from shared.scope import Scope

_S: Final = SelectionState
# The list as it is published, and its digest: what `draws.rules.line_of` and `list_digest` say.
_FREEZE: Final = text("""
    INSERT INTO enrollment.selection_entry
           (wave_id, application_id, participant_id, facility_ids, class_ids)
    SELECT each.wave_id, each.id, each.participant_id,
           array_agg(choice.facility_id ORDER BY choice.rank),
           array_agg(choice.class_id ORDER BY choice.rank)
      FROM enrollment.application each
      JOIN enrollment.application_choice choice
        ON choice.participant_id = each.participant_id AND choice.application_id = each.id
     WHERE each.wave_id = :wave_id AND each.state = 'SUBMITTED'
     GROUP BY each.wave_id, each.id, each.participant_id
""")
_DIGEST: Final = text("""
    SELECT sha256(convert_to(coalesce(string_agg(line, '' ORDER BY application_id), ''), 'UTF8')),
           count(*)
      FROM (SELECT application_id,
                   application_id || ' ' || array_to_string(
                     ARRAY(SELECT coalesce(wanted.class_id, wanted.facility_id)
                             FROM unnest(facility_ids, class_ids)
                                  WITH ORDINALITY AS wanted (facility_id, class_id, rank)
                            ORDER BY wanted.rank), ' ') || E'\\n' AS line
              FROM enrollment.selection_entry WHERE wave_id = :wave_id) AS lines
""")


async def lock_own(session: AsyncSession, wave_id: UUID, *, scope: Scope) -> Selection:
    """Return a selection of the caller's ministries, locked and fresh.

    Raises:
        SelectionUnknownError: when nothing has been committed to.
        NotYourMinistryError: when the caller's ministries neither own nor co-own the programme.
    """
    check_owner(place_of(await get_selection(session, wave_id)), scope=scope)
    return await get_selection(session, wave_id, for_update=True)


async def commit_selection(
    session: AsyncSession,
    *,
    wave_id: UUID,
    public_source: str | None,
    keys: NikKeys,
    committed_by: str,
    scope: Scope,
    now: datetime,
) -> Selection:
    """Make the seed of a wave's draw, seal it, and publish its hash.

    Raises:
        WaveUnknownError: when there is no such wave.
        NotYourMinistryError: when the caller's ministries neither own nor co-own the programme.
        WaveTakesClaimsError: when the seats are given in the order of arrival.
        WaveCancelledError: when the wave is called off.
        CommitTooLateError: when applications have closed and no public figure is named.
        SelectionCommittedError: when there is a seed.
    """
    wave = await get_wave(session, wave_id)
    program = await get_program(session, wave.program_id)
    check_owner(place_of(program), scope=scope)
    check_not_cancelled(wave.cancelled_at)
    rules.check_commit(
        wave.selection, public_source=public_source, closes_at=wave.closes_at, now=now
    )
    seed = secrets.token_bytes(SEED_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = keys.seal_text(seed.hex(), bound_to=bound_to(wave_id), nonce=nonce)
    selection = Selection(
        wave_id=wave_id,
        program_id=program.id,
        owner_ministry=program.owner_ministry,
        co_ministry=program.co_ministry,
        method=wave.selection,
        state=_S.COMMITTED,
        seed_cipher=sealed.cipher,
        seed_key_id=sealed.key_id,
        commitment=commitment_of(seed),
        committed_at=now,
        committed_by=committed_by,
        public_source=public_source,
        preview=0,
        version=0,
    )
    session.add(selection)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, {"pk_selection": rules.SelectionCommittedError}) from error
    await tell_moved(session, selection, Topic.SELECTION_COMMITTED, before=None, now=now)
    return selection


async def close_selection(
    session: AsyncSession, *, wave_id: UUID, scope: Scope, now: datetime
) -> Selection:
    """Freeze the list of what was submitted, with its digest, which is public from now on.

    The wave is locked, so that no submission is under way.

    Raises:
        SelectionUnknownError: when nothing has been committed to.
        NotYourMinistryError: when the caller's ministries neither own nor co-own the programme.
        SelectionStateError: when the list is frozen.
        WindowStillOpenError: until some seconds after applications close.
    """
    selection = await lock_own(session, wave_id, scope=scope)
    rules.check_step(selection.state, _S.CLOSED)
    wave = (
        await session.scalars(
            select(Wave)
            .where(Wave.id == wave_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).one()
    rules.check_closed(closes_at=wave.closes_at, now=now)
    await session.execute(_FREEZE, {"wave_id": wave_id})
    digest, count = (await session.execute(_DIGEST, {"wave_id": wave_id})).one()
    selection.list_digest, selection.list_count = bytes(digest), count
    selection.state, selection.closed_at = _S.CLOSED, now
    await tell_moved(session, selection, Topic.SELECTION_CLOSED, before=_S.COMMITTED, now=now)
    return selection


async def record_public_value(
    session: AsyncSession,
    *,
    wave_id: UUID,
    value: str,
    recorded_by: str,
    scope: Scope,
    now: datetime,
) -> Selection:
    """Record the public figure that was promised; it goes into every ticket, and stands.

    Raises:
        SelectionUnknownError: when nothing has been committed to.
        NotYourMinistryError: when the caller's ministries neither own nor co-own the programme.
        PublicValueRefusedError: when none was promised, it is recorded, or it is not its time.
    """
    selection = await lock_own(session, wave_id, scope=scope)
    rules.check_public_value(
        state=selection.state,
        source=selection.public_source,
        present=selection.public_value,
        drawn=selection.preview,
    )
    selection.public_value, selection.public_value_by = value, recorded_by
    topic = Topic.SELECTION_VALUE_RECORDED
    await tell_moved(session, selection, topic, before=selection.state, now=now)
    return selection


async def tell_moved(
    session: AsyncSession,
    selection: Selection,
    topic: Topic,
    *,
    before: SelectionState | None,
    now: datetime,
) -> None:
    """Write the step that a locked selection has taken, and tell the other services."""
    selection.version += 1
    await session.flush()
    list_digest, result = selection.list_digest, selection.result_digest
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=selection.wave_id,
        event=SelectionMoved(
            wave_id=selection.wave_id,
            program_id=selection.program_id,
            before=before,
            after=selection.state,
            commitment=selection.commitment.hex(),
            list_digest=None if list_digest is None else list_digest.hex(),
            list_count=selection.list_count,
            result_digest=None if result is None else result.hex(),
            announce_at=selection.announce_at,
            counts=(selection.counts or {}).get("outcomes", {}),
        ),
        place=place_of(selection),
        occurred_at=now,
        version=selection.version,
    )
