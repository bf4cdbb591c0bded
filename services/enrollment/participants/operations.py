"""Changes to participants, and the reads that leave an audit row."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.areas.queries import check_known
from services.enrollment.base import Audit, Event
from services.enrollment.duplicate_candidates.operations import find_duplicates
from services.enrollment.identities.rules import (
    NONCE_BYTES,
    Nik,
    NikKeys,
    SealedNik,
    check_digits,
    nik_warnings,
)
from services.enrollment.identities.tables import IdentityClaim
from services.enrollment.participants import queries, rules
from services.enrollment.participants.rules import Registrant, Sized
from services.enrollment.participants.schemas import (
    NameSearch,
    ParticipantChange,
    ParticipantCreate,
)
from services.enrollment.participants.tables import Participant, ParticipantRevision
from services.enrollment.person_names.rules import likeness, name_key
from services.enrollment.programs.rules import SIZE_RULE_VERSION, age_on
from shared.db.audit import note_read, note_reads
from shared.db.base import translate
from shared.db.events import Draft, emit, emit_all
from shared.ids import new_id
from shared.schemas.enrollment import ParticipantChanged, ParticipantRegistered, Sex, Topic
from shared.scope import Scope

_REFUSALS: Final = {
    "pk_participant": rules.ParticipantIdTakenError,
    "pk_identity_claim": rules.IdentityKnownError,
}
_AS_GIVEN: Final = (
    "name",
    "birth_date",
    "sex",
    "phone",
    "email",
    "home_area_code",
    "language",
    "disability",
)
_NO_BUSINESS: Final = dict.fromkeys(
    ("nib", "kbli", "kbli_scheme", "founded_on", "capital_rupiah", "annual_sales_rupiah")
)
# More than that nobody reads: the name has to be said in full.
_FOUND: Final = 20
_OF_ONE_DAY: Final = 1_000
_LIKE: Final = 75.0


@dataclass(frozen=True, slots=True)
class NikPolicy:
    """The keys that NIKs are sealed with, and whether synthetic ones are accepted."""

    keys: NikKeys
    allow_synthetic: bool


async def register_participant(
    session: AsyncSession,
    *,
    body: ParticipantCreate,
    policy: NikPolicy,
    scope: Scope,
    now: datetime,
    today: date,
) -> Participant:
    """Add a person, seal the NIK, and tell the other services coarsely who it is.

    Raises:
        NotYourselfError: when a participant registers somebody else.
        LegalBasisMissingError: when nothing allows the processing.
        BirthDateError: when nobody alive can have the birth date.
        NikMalformedError, NikSyntheticError: when the NIK is refused.
        BusinessMissingError, BusinessUnexpectedError, FoundedInFutureError, SizeUnknownError,
            BusinessTooLargeError: when the size class cannot be told.
        UnknownAreaError: when the home area is not in force.
        IdentityKnownError: when somebody with this NIK has registered.
        ParticipantIdTakenError: when the id is in use.
    """
    participant_id = rules.registered_id(body.id, scope=scope) or new_id()
    said = _said(body)
    nik, sized = rules.judge(said, allow_synthetic=policy.allow_synthetic, today=today)
    known = await check_known(
        session, [said.home_area_code], pointer="/home_area_code", beside=[nik.district_code]
    )
    values = columns_of(
        said,
        participant_id=participant_id,
        nik=nik,
        sized=sized,
        district_known=nik.district_code in known,
        keys=policy.keys,
        nonce=secrets.token_bytes(NONCE_BYTES),
        now=now,
    )
    person = Participant(**values)
    await _add(session, person)
    await find_duplicates(session, [person.id], now=now, fresh=True)
    await emit_all(session, Event, [registered(values, today=today, now=now)])
    return person


def _said(body: ParticipantCreate) -> Registrant:
    return Registrant(
        digits=body.nik.get_secret_value(),
        **{name: getattr(body, name) for name in _AS_GIVEN},
        entrant_kind=body.entrant_kind,
        business=None if body.business is None else body.business.model_dump(),
        legal_basis=body.legal_basis,
        consents=[each.model_dump(mode="json") for each in body.consents],
        synthetic=body.synthetic,
    )


def columns_of(
    said: Registrant,
    *,
    participant_id: UUID,
    nik: Nik,
    sized: Sized,
    district_known: bool,
    keys: NikKeys,
    nonce: bytes,
    now: datetime,
) -> dict[str, Any]:
    """Return the row of somebody whom `rules.judge` let pass, the NIK sealed; see `NikKeys.seal`.

    The names stand in the same order for everybody.
    """
    home = said.home_area_code
    warnings = nik_warnings(
        nik,
        birth_date=said.birth_date,
        female=said.sex is Sex.FEMALE,
        district_known=district_known,
    )
    return {
        "id": participant_id,
        **_sealed(nik, participant_id=participant_id, keys=keys, nonce=nonce),
        "name": said.name,
        "birth_date": said.birth_date,
        "sex": said.sex,
        "phone": said.phone,
        "email": said.email,
        "home_area_code": home,
        "language": said.language,
        "disability": said.disability,
        "name_key": name_key(said.name),
        **(said.business or _NO_BUSINESS),
        "entrant_kind": sized.entrant_kind,
        "kind_by_capital": sized.kind_by_capital,
        "kind_by_sales": sized.kind_by_sales,
        "size_criterion": sized.criterion,
        "rule_version": SIZE_RULE_VERSION,
        "legal_basis": said.legal_basis,
        "consents": [{**each, "at": now.isoformat()} for each in said.consents],
        "home_province_code": home[:2],
        "home_regency_code": home[:5],
        "synthetic": said.synthetic or nik.synthetic,
        "warnings": [*warnings, *sized.warnings],
        "version": 1,
        "created_at": now,
    }


def _sealed(nik: Nik, *, participant_id: UUID, keys: NikKeys, nonce: bytes) -> dict[str, Any]:
    sealed = keys.seal(nik.digits, participant_id=participant_id, nonce=nonce)
    return {
        "nik_cipher": sealed.cipher,
        "nik_key_id": sealed.key_id,
        "nik_index": keys.index_of(nik.digits),
        "nik_masked": nik.masked,
    }


async def _add(session: AsyncSession, person: Participant) -> None:
    """Insert the claim first: of two people with one NIK, the second waits for the first."""
    session.add(IdentityClaim(nik_index=person.nik_index, participant_id=person.id))
    try:
        await session.flush()
        session.add(person)
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error


def registered(values: Mapping[str, Any], *, today: date, now: datetime) -> Draft:
    """Return the event that tells coarsely who has registered."""
    participant_id = values["id"]
    return Draft(
        topic=Topic.PARTICIPANT_REGISTERED,
        stream_id=participant_id,
        event=ParticipantRegistered(
            participant_id=participant_id,
            sex=values["sex"],
            age_band=rules.age_band(age_on(values["birth_date"], today)),
            entrant_kind=values["entrant_kind"],
            home_province_code=values["home_province_code"],
            home_regency_code=values["home_regency_code"],
            synthetic=values["synthetic"],
        ),
        place=rules.place_of(participant_id, home_area_code=values["home_area_code"]),
        occurred_at=now,
    )


async def change_participant(
    session: AsyncSession,
    person: Participant,
    change: ParticipantChange,
    *,
    now: datetime,
    today: date,
) -> bool:
    """Change what the patch names of a locked person; tell whether anything changed.

    Enrollments keep what they copied.

    Raises:
        UnknownAreaError: when the new home area is not in force.
    """
    wanted = change.model_dump(exclude_unset=True)
    members = sorted(name for name, value in wanted.items() if getattr(person, name) != value)
    if not members:
        return False
    if "home_area_code" in members:
        home = wanted["home_area_code"]
        await check_known(session, [home], pointer="/home_area_code")
        person.home_province_code, person.home_regency_code = home[:2], home[:5]
    for name in members:
        setattr(person, name, wanted[name])
    for name in rules.unproved(members):
        setattr(person, name, None)
    person.name_key = name_key(person.name)
    await note_change(session, person, members, now=now, today=today)
    return True


async def note_change(
    session: AsyncSession,
    person: Participant,
    members: Sequence[str],
    *,
    now: datetime,
    today: date,
) -> None:
    """Raise the version of a person who has changed, note who changed what, and tell coarsely."""
    person.version += 1
    session.add(
        ParticipantRevision(
            participant_id=person.id,
            id=new_id(),
            members=list(members),
            actor=session.info["actor"].name,
            version=person.version,
            at=now,
        )
    )
    await session.flush()
    if rules.compared(members):
        await find_duplicates(session, [person.id], now=now)
    await emit(
        session,
        Event,
        topic=Topic.PARTICIPANT_CHANGED,
        stream_id=person.id,
        event=ParticipantChanged(
            participant_id=person.id,
            members=list(members),
            sex=person.sex,
            age_band=rules.age_band(age_on(person.birth_date, today)),
            entrant_kind=person.entrant_kind,
            disability=person.disability,
            home_province_code=person.home_province_code,
            home_regency_code=person.home_regency_code,
            synthetic=person.synthetic,
        ),
        place=rules.place_of(person.id, home_area_code=person.home_area_code),
        occurred_at=now,
    )


async def search_by_name(
    session: AsyncSession, search: NameSearch, *, scope: Scope
) -> tuple[list[Participant], bool]:
    """Return those of a name within the caller's scope, and whether there are more; note them.

    Raises:
        NameTooShortError: when too little is left of the name.
    """
    key = rules.searched_key(name_key(search.name))
    if search.birth_date is None:
        statement = queries.named(key, scope=scope, limit=_FOUND + 1)
        found = list(await session.scalars(statement))
    else:
        statement = queries.born_on(search.birth_date, scope=scope, limit=_OF_ONE_DAY)
        found = _alike(key, list(await session.scalars(statement)))
    shown = found[:_FOUND]
    await note_reads(
        session,
        Audit,
        action="participant.search",
        subject_ids=[each.id for each in shown] or [None],
    )
    return shown, len(found) > _FOUND


def _alike(key: str, people: list[Participant]) -> list[Participant]:
    """Return those whose name begins with `key` or is written much like it, the likest first."""
    scored = [
        (100.0 if each.name_key.startswith(key) else likeness(key, each.name_key), each)
        for each in people
    ]
    alike = [pair for pair in scored if pair[0] >= _LIKE]
    return [each for _, each in sorted(alike, key=lambda pair: -pair[0])]


async def read_revisions(
    session: AsyncSession, participant_id: UUID, *, scope: Scope, before: UUID | None, limit: int
) -> Sequence[ParticipantRevision]:
    """Return what was changed of a person, the newest first.

    Raises:
        ParticipantUnknownError: when there is none within the caller's scope.
    """
    person = await read_participant(session, participant_id, scope=scope)
    return await queries.list_revisions(session, person.id, before=before, limit=limit)


async def read_participant(
    session: AsyncSession, participant_id: UUID, *, scope: Scope, follow: bool = False
) -> Participant:
    """Return one person and, unless he reads himself, note that he was read.

    With `follow` the id of somebody who was merged gives the one who stays.

    Raises:
        ParticipantMergedError: when the person was merged and is not to be followed.
        ParticipantUnknownError: when there is none within the caller's scope.
    """
    get = queries.get_standing if follow else queries.get_participant
    person = await get(session, participant_id, scope=scope)
    if not rules.is_self(person.id, scope=scope):
        await note_read(session, Audit, action="participant.read", subject_id=person.id)
    return person


async def search_participant(
    session: AsyncSession, *, digits: str, keys: NikKeys, scope: Scope
) -> Participant | None:
    """Return the person with a NIK within the caller's scope, and note the search.

    Raises:
        NikMalformedError: when it is not 16 digits.
    """
    person = await queries.find_by_nik(session, keys.index_of(check_digits(digits)), scope=scope)
    await note_read(
        session,
        Audit,
        action="participant.search",
        subject_id=None if person is None else person.id,
    )
    return person


async def read_nik(
    session: AsyncSession, participant_id: UUID, *, keys: NikKeys, scope: Scope
) -> str:
    """Return a NIK in full, and note that it was read.

    Raises:
        ParticipantUnknownError: when there is none within the caller's scope.
    """
    person = await queries.get_participant(session, participant_id, scope=scope)
    await note_read(session, Audit, action="participant.nik.read", subject_id=person.id)
    sealed = SealedNik(cipher=person.nik_cipher, key_id=person.nik_key_id)
    return keys.unseal(sealed, participant_id=person.id)
