"""Changes to agreements, each within the caller's transaction."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.agreements import queries, rules
from services.registry.agreements.rules import KeptState, Verb
from services.registry.agreements.schemas import (
    AgreementChange,
    AgreementCreate,
    AgreementRead,
    AgreementRenewal,
    Document,
    InitialState,
    Party,
    Signatory,
    Signing,
    Termination,
)
from services.registry.agreements.tables import (
    Agreement,
    AgreementDocument,
    AgreementFacility,
    AgreementParty,
    AgreementSignatory,
)
from services.registry.base import Event
from shared.db.base import translate
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.base import Message
from shared.schemas.registry import (
    AgreementChanged,
    AgreementEnded,
    AgreementSigned,
    Topic,
)
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_agreement": rules.AgreementIdTakenError,
    "uq_agreement_number": rules.AgreementNumberTakenError,
    "uq_agreement_document_sha256": rules.DocumentKeptError,
}
# Thousands of facilities in one statement with one parameter.
_COVER: Final = text(
    "INSERT INTO registry.agreement_facility (agreement_id, facility_id, valid_from)"
    " SELECT CAST(:agreement_id AS uuid), unnest(CAST(:facility_ids AS uuid[])),"
    " CAST(:valid_from AS date)"
)
_PLAIN: Final = frozenset(
    {"number", "title", "follows_from_id", "valid_from", "valid_to"}
    | {"trades", "area_codes", "scope"}
)


async def record_agreement(
    session: AsyncSession, body: AgreementCreate, *, scope: Scope, now: datetime, today: date
) -> AgreementRead:
    """Keep an agreement that was signed, or a draft, with its parties and what it covers.

    Its first two ministries are its owner and co-owner; the caller speaks for one of them.

    Raises:
        AgreementPartiesInvalidError, AgreementPeriodInvalidError, AgreementBasisRefusedError,
        SignatoryPartyUnknownError: when it is not sound.
        OutOfScopeError: when none of its ministries is the caller's.
        InstitutionUnknownError, CoveredFacilityUnknownError, AreaUnknownError: when it names what
            is not there.
        AgreementIdTakenError, AgreementNumberTakenError: when it is kept already.
    """
    return await _record(session, body, renews=None, scope=scope, now=now, today=today)


async def renew_agreement(
    session: AsyncSession,
    agreement_id: UUID,
    body: AgreementRenewal,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> AgreementRead:
    """Make the successor of an agreement, which ends when the successor begins.

    While the successor is a draft, the agreement lives on.

    Raises:
        AgreementNotFoundError, OutOfScopeError: when it is not there, or not the caller's.
        AgreementStateRefusedError: when it cannot be renewed any more.
        AgreementRenewalInvalidError: when the successor does not begin after it.
        And what `record_agreement` raises.
    """
    renewed = await queries.get_agreement_for_change(session, agreement_id, scope=scope)
    rules.check_verb(renewed.term, Verb.RENEW, today=today)
    rules.check_renewal(renewed.term, valid_from=body.valid_from)
    stays = await _content_of(session, renewed)
    said = {name: getattr(body, name) for name in type(body).model_fields}
    content = stays.model_copy(
        update={
            "id": None,
            "valid_to": None,
            "signatories": [],
            "facility_ids": await queries.covered_after(session, agreement_id, day=body.valid_from),
            **{name: value for name, value in said.items() if value is not None},
            "signed_on": body.signed_on,
        }
    )
    return await _record(session, content, renews=renewed, scope=scope, now=now, today=today)


async def change_draft(
    session: AsyncSession,
    agreement: Agreement,
    change: AgreementChange,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> None:
    """Change the members of a locked draft that the patch names.

    Raises:
        AgreementStateRefusedError: when it is a draft no more.
        And what `record_agreement` raises about its content.
    """
    rules.check_verb(agreement.term, Verb.CHANGE, today=today)
    named = {name: getattr(change, name) for name in change.model_fields_set}
    content = (await _content_of(session, agreement)).model_copy(update=named)
    wanted = _agreement_of(content, now=agreement.created_at)
    check_within(scope, place_of(wanted))
    await _check(session, content, scope=scope, today=today)
    for name in named.keys() & _PLAIN:
        setattr(agreement, name, named[name])
    agreement.owner_ministry = wanted.owner_ministry
    agreement.co_ministry = wanted.co_ministry
    agreement.version += 1
    await _flush(session)
    await _replace_parts(session, agreement, change)
    await _tell(session, agreement, Topic.AGREEMENT_CHANGED, _changed(agreement), now=now)


async def sign_agreement(
    session: AsyncSession,
    agreement_id: UUID,
    body: Signing,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> AgreementRead:
    """Turn a draft into a signed agreement; what it renews ends when it begins.

    Raises:
        AgreementNotFoundError, OutOfScopeError: when it is not there, or not the caller's.
        AgreementStateRefusedError: when it is signed already, or what it renews is at its end.
        AgreementBasisRefusedError, SignatoryPartyUnknownError: when it is not sound.
    """
    agreement = await queries.get_agreement_for_change(session, agreement_id, scope=scope)
    rules.check_verb(agreement.term, Verb.SIGN, today=today)
    content = await _content_of(session, agreement)
    named = {"state": InitialState.SIGNED, "signatories": body.signatories or content.signatories}
    await _check(session, content.model_copy(update=named), scope=scope, today=today)
    if agreement.renews_id is not None:
        renewed = await queries.get_agreement_for_change(session, agreement.renews_id, scope=scope)
        rules.check_verb(renewed.term, Verb.RENEW, today=today)
        rules.check_renewal(renewed.term, valid_from=agreement.valid_from)
        await _end_by_renewal(session, renewed, successor=agreement, now=now, today=today)
    agreement.state = KeptState.SIGNED
    agreement.signed_on = body.signed_on
    agreement.version += 1
    await _flush(session)
    if body.signatories is not None:
        await _put_signatories(session, agreement.id, body.signatories)
    return await _announce(session, agreement, scope=scope, now=now, today=today)


async def terminate_agreement(
    session: AsyncSession,
    agreement_id: UUID,
    body: Termination,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> AgreementRead:
    """End an agreement before its time: on `day` it holds no more.

    Raises:
        AgreementNotFoundError, OutOfScopeError: when it is not there, or not the caller's.
        AgreementStateRefusedError: when it is a draft or has ended.
        AgreementEndInvalidError: when it would not hold on that day anyway.
    """
    agreement = await queries.get_agreement_for_change(session, agreement_id, scope=scope)
    rules.check_verb(agreement.term, Verb.TERMINATE, today=today)
    rules.check_end(agreement.term, day=body.day)
    before = agreement.term.state_on(today)
    agreement.state = KeptState.TERMINATED
    agreement.ended_on = body.day
    agreement.end_reason = body.reason
    agreement.version += 1
    await _flush(session)
    ended = _ended(agreement, before=before, successor_id=None)
    await _tell(session, agreement, Topic.AGREEMENT_TERMINATED, ended, now=now)
    return await queries.get_agreement(session, agreement.id, scope=scope, on=today)


async def _record(
    session: AsyncSession,
    content: AgreementCreate,
    *,
    renews: Agreement | None,
    scope: Scope,
    now: datetime,
    today: date,
) -> AgreementRead:
    agreement = _agreement_of(content, now=now)
    check_within(scope, place_of(agreement))
    await _check(session, content, scope=scope, today=today)
    if renews is not None:
        agreement.renews_id = renews.id
        if agreement.state is KeptState.SIGNED:
            await _end_by_renewal(session, renews, successor=agreement, now=now, today=today)
    session.add(agreement)
    session.add_all(new_document(agreement.id, each, now=now) for each in content.documents)
    await _flush(session)
    await session.execute(insert(AgreementParty), _parties(agreement.id, content.parties))
    await _cover(session, agreement, content.facility_ids)
    await _put_signatories(session, agreement.id, content.signatories)
    return await _announce(session, agreement, scope=scope, now=now, today=today)


def _agreement_of(content: AgreementCreate, *, now: datetime) -> Agreement:
    ministries = [party.ministry for party in content.parties if party.ministry is not None]
    rules.check_parties(content.parties, ministries=ministries)
    rules.check_period(valid_from=content.valid_from, valid_to=content.valid_to)
    rules.check_signatories(
        [each.party for each in content.signatories], parties=len(content.parties)
    )
    return Agreement(
        **{name: getattr(content, name) for name in _PLAIN | {"kind", "signed_on", "synthetic"}},
        id=content.id or new_id(),
        state=KeptState(content.state),
        renews_id=None,
        ended_on=None,
        end_reason=None,
        owner_ministry=ministries[0],
        co_ministry=ministries[1] if len(ministries) > 1 else None,
        version=1,
        created_at=now,
    )


async def _content_of(session: AsyncSession, agreement: Agreement) -> AgreementCreate:
    """Return what is said of a kept agreement; facilities and documents stay where they are."""
    parties = (await queries.parties_of(session, [agreement.id]))[agreement.id]
    signatories = await queries.all_signatories(session, agreement.id)
    return AgreementCreate.model_construct(
        **{name: getattr(agreement, name) for name in _PLAIN | {"id", "kind", "synthetic"}},
        state=InitialState.DRAFT,
        signed_on=None,
        parties=[Party(**each.model_dump()) for each in parties],
        facility_ids=[],
        signatories=[
            Signatory(party=each.party, name=each.name, position=each.position)
            for each in signatories
        ],
        documents=[],
    )


async def _check(
    session: AsyncSession, content: AgreementCreate, *, scope: Scope, today: date
) -> None:
    """Refuse what does not agree with what is kept; the content itself is sound."""
    basis = None
    if content.follows_from_id is not None:
        basis = await queries.basis_of(session, content.follows_from_id, scope=scope)
        if basis is None:
            raise rules.AgreementBasisRefusedError(pointer="/follows_from_id")
    rules.check_basis(
        content.kind,
        valid_from=content.valid_from,
        basis=basis,
        draft=content.state is InitialState.DRAFT,
    )
    rules.check_signatories(
        [each.party for each in content.signatories], parties=len(content.parties)
    )
    await queries.check_names(session, content, today=today)


def _parties(agreement_id: UUID, parties: list[Party]) -> list[dict[str, Any]]:
    return [
        {"agreement_id": agreement_id, "position": place, **party.model_dump()}
        for place, party in enumerate(parties)
    ]


def new_document(agreement_id: UUID, document: Document, *, now: datetime) -> AgreementDocument:
    """Return a document of an agreement, still to be added to a session."""
    return AgreementDocument(
        id=new_id(), agreement_id=agreement_id, added_at=now, **document.model_dump()
    )


async def _replace_parts(
    session: AsyncSession, agreement: Agreement, change: AgreementChange
) -> None:
    if change.parties is not None:
        await session.execute(
            delete(AgreementParty).where(AgreementParty.agreement_id == agreement.id)
        )
        await session.execute(insert(AgreementParty), _parties(agreement.id, change.parties))
    if change.facility_ids is not None:
        await session.execute(
            delete(AgreementFacility).where(AgreementFacility.agreement_id == agreement.id)
        )
        await _cover(session, agreement, change.facility_ids)
    elif change.valid_from is not None:
        await session.execute(
            update(AgreementFacility)
            .where(AgreementFacility.agreement_id == agreement.id)
            .values(valid_from=change.valid_from)
        )
    if change.signatories is not None:
        await _put_signatories(session, agreement.id, change.signatories)


async def _cover(session: AsyncSession, agreement: Agreement, facility_ids: list[UUID]) -> None:
    covered = {
        "agreement_id": agreement.id,
        "facility_ids": sorted(set(facility_ids)),
        "valid_from": agreement.valid_from,
    }
    await session.execute(_COVER, covered)


async def _put_signatories(
    session: AsyncSession, agreement_id: UUID, signatories: list[Signatory]
) -> None:
    await session.execute(
        delete(AgreementSignatory).where(AgreementSignatory.agreement_id == agreement_id)
    )
    if signatories:
        rows = [
            {"agreement_id": agreement_id, "ordinal": place, **each.model_dump()}
            for place, each in enumerate(signatories)
        ]
        await session.execute(insert(AgreementSignatory), rows)


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error


async def _end_by_renewal(
    session: AsyncSession, renewed: Agreement, *, successor: Agreement, now: datetime, today: date
) -> None:
    before = renewed.term.state_on(today)
    renewed.state = KeptState.RENEWED
    renewed.ended_on = successor.valid_from
    renewed.version += 1
    ended = _ended(renewed, before=before, successor_id=successor.id)
    await _tell(session, renewed, Topic.AGREEMENT_RENEWED, ended, now=now)


def _changed(agreement: Agreement) -> AgreementChanged:
    return AgreementChanged(
        agreement_id=agreement.id,
        kind=agreement.kind,
        number=agreement.number,
        state=agreement.state,
    )


def _ended(agreement: Agreement, *, before: str, successor_id: UUID | None) -> AgreementEnded:
    return AgreementEnded(
        agreement_id=agreement.id,
        kind=agreement.kind,
        before=before,
        after=agreement.state,
        ended_on=agreement.ended_on,
        successor_id=successor_id,
    )


async def _announce(
    session: AsyncSession, agreement: Agreement, *, scope: Scope, now: datetime, today: date
) -> AgreementRead:
    """Tell of an agreement that was drafted or signed, and return it."""
    read = await queries.get_agreement(session, agreement.id, scope=scope, on=today)
    if agreement.state is KeptState.DRAFT:
        await _tell(session, agreement, Topic.AGREEMENT_DRAFTED, _changed(agreement), now=now)
        return read
    signed = AgreementSigned(
        agreement_id=agreement.id,
        kind=agreement.kind,
        number=agreement.number,
        facilities=read.facilities,
    )
    await _tell(session, agreement, Topic.AGREEMENT_SIGNED, signed, now=now)
    return read


async def _tell(
    session: AsyncSession, agreement: Agreement, topic: Topic, event: Message, *, now: datetime
) -> None:
    draft = Draft(
        topic=topic,
        stream_id=agreement.id,
        event=event,
        place=place_of(agreement),
        occurred_at=now,
        version=agreement.version,
    )
    await emit_all(session, Event, [draft])
