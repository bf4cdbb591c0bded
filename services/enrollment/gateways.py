"""What enrollment asks of other services, over HTTP and never inside a transaction."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
from pydantic import BaseModel

from shared.db.idempotency import KeyInFlightError, KeyReusedError
from shared.errors import ServiceError
from shared.http.client import UpstreamRefusedError, get_json, post_json, put_json
from shared.ids import new_id
from shared.logging import get_logger
from shared.schemas.enrollment import (
    Doing,
    Doings,
    DoingsAsked,
    PersonErasure,
    PersonRecords,
)
from shared.schemas.paging import Page
from shared.schemas.registry import (
    AreaLevel,
    AreaRead,
    ClassCheck,
    ClassReservation,
    ClassReserved,
    ClassResources,
    ClassStanding,
    ClassStandings,
    ReferralBooked,
    ReferralBooking,
    ReferralBookingNamed,
    ReferralCheck,
    ReferralTarget,
    ReservationNamed,
    ReserveMode,
    StandingAsk,
    StandingsAsk,
    TenantCheck,
)

_PAGE: Final = 200
_DEADLINE_S: Final = 4.0
# A year of a log is read to the end.
_SEARCH_S: Final = 60.0
# As many as the registry tells of at once.
_STANDINGS: Final = 1000
_NOT_RESERVED: Final = "class-not-reserved"
_NOT_BOOKED: Final = "referral-not-booked"
# Of classes and of keys: somebody else has planned it with this very reservation, or is about to.
_CLASS_IS_THERE: Final = frozenset(
    {"id-taken", "class-code-taken", KeyInFlightError.code, KeyReusedError.code}
)
# The services besides this one that keep something of people, as their clients are called.
OTHERS: Final = ("registry", "reporting")
_log = get_logger(__name__)


async def check_class(registry: httpx.AsyncClient, check: ClassCheck) -> ClassResources:
    """Return what a class may use, or the registry's refusal.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
        UpstreamRefusedError: when something cannot be used; it carries the registry's own problem.
    """
    answer = await post_json(
        registry, "/v1/class-checks", body=check, deadline_s=_DEADLINE_S, retry_safe=True
    )
    return ClassResources.model_validate(answer)


async def reserve_class(
    registry: httpx.AsyncClient, class_id: UUID, wanted: ClassReservation
) -> ClassReserved:
    """Hold the space and the instructors of a class, or return the registry's refusal.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
        UpstreamRefusedError: when something cannot be had; it carries the registry's own problem.
    """
    path = f"/v1/class-reservations/{class_id}"
    answer = await put_json(registry, path, body=wanted, deadline_s=_DEADLINE_S)
    return ClassReserved.model_validate(answer)


async def confirm_class(registry: httpx.AsyncClient, class_id: UUID, *, booking_id: UUID) -> bool:
    """Let a class keep what it holds; tell whether it still held it.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
        UpstreamRefusedError: when it refuses for any other reason.
    """
    try:
        await _turn(registry, class_id, "confirm", booking_id=booking_id)
    except UpstreamRefusedError as error:
        if error.upstream_code != _NOT_RESERVED:
            raise
        return False
    return True


async def release_class(registry: httpx.AsyncClient, class_id: UUID, *, booking_id: UUID) -> None:
    """Give up what a class holds or has; it may be gone already.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
    """
    await _turn(registry, class_id, "release", booking_id=booking_id)


async def give_back(
    registry: httpx.AsyncClient, class_id: UUID, reserved: ClassReserved, *, refusal: ServiceError
) -> None:
    """Release what was held for a class that was then refused, if the registry can be reached.

    Otherwise the hold lapses by itself. Where the class is there, or its request is still being
    answered, what is held is that class's own.
    """
    if refusal.code in _CLASS_IS_THERE:
        return
    try:
        await release_class(registry, class_id, booking_id=reserved.booking_id)
    except ServiceError as error:
        _log.warning("hold-left", class_id=str(class_id), code=error.code)


async def try_class(
    registry: httpx.AsyncClient, class_id: UUID, wanted: ClassReservation
) -> ClassReserved:
    """Return what `reserve_class` would give, or its refusal; nothing changes.

    Raises:
        RegistryUnavailableError, UpstreamRefusedError: as `reserve_class`.
    """
    path = f"/v1/class-reservations/{class_id}?mode={ReserveMode.VALIDATE.value}"
    answer = await put_json(registry, path, body=wanted, deadline_s=_DEADLINE_S)
    return ClassReserved.model_validate(answer)


async def class_standings(
    registry: httpx.AsyncClient, classes: Sequence[StandingAsk]
) -> list[ClassStanding]:
    """Return how classes stand at the registry at this moment, in the order asked for.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
    """
    found: list[ClassStanding] = []
    for first in range(0, len(classes), _STANDINGS):
        asked = StandingsAsk(classes=list(classes[first : first + _STANDINGS]))
        answer = await post_json(
            registry, "/v1/class-standings", body=asked, deadline_s=_DEADLINE_S, retry_safe=True
        )
        found += ClassStandings.model_validate(answer).items
    return found


async def _turn(
    registry: httpx.AsyncClient, class_id: UUID, verb: str, *, booking_id: UUID
) -> None:
    path = f"/v1/class-reservations/{class_id}/{verb}"
    await _say(registry, path, ReservationNamed(booking_id=booking_id))


async def _say(registry: httpx.AsyncClient, path: str, body: BaseModel) -> None:
    # It may be said again at will: the key only lets one request be tried twice.
    await post_json(
        registry,
        path,
        body=body,
        deadline_s=_DEADLINE_S,
        idempotency_key=str(new_id()),
        retry_safe=True,
    )


async def check_referral(registry: httpx.AsyncClient, check: ReferralCheck) -> ReferralTarget:
    """Return what somebody would be referred to, or the registry's refusal.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
        UpstreamRefusedError: when it takes nobody; it carries the registry's own problem.
    """
    answer = await post_json(
        registry, "/v1/referral-checks", body=check, deadline_s=_DEADLINE_S, retry_safe=True
    )
    return ReferralTarget.model_validate(answer)


async def check_tenant(registry: httpx.AsyncClient, check: TenantCheck) -> None:
    """Refuse a tenant whom the registry does not know as that participant.

    Raises:
        RegistryUnavailableError, UpstreamRefusedError: as `check_referral`.
    """
    await post_json(
        registry, "/v1/referral-checks/tenants", body=check, deadline_s=_DEADLINE_S, retry_safe=True
    )


async def book_hours(
    registry: httpx.AsyncClient, referral_id: UUID, wanted: ReferralBooking
) -> ReferralBooked:
    """Hold hours of a production house for a referral, or return the registry's refusal.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
        UpstreamRefusedError: when they cannot be had; it carries the registry's own problem.
    """
    path = f"/v1/referral-bookings/{referral_id}"
    answer = await put_json(registry, path, body=wanted, deadline_s=_DEADLINE_S)
    return ReferralBooked.model_validate(answer)


async def confirm_hours(
    registry: httpx.AsyncClient, referral_id: UUID, *, booking_id: UUID
) -> bool:
    """Let a referral keep its hours; tell whether it still held them.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
        UpstreamRefusedError: when it refuses for any other reason.
    """
    path = f"/v1/referral-bookings/{referral_id}/confirm"
    try:
        await _say(registry, path, ReferralBookingNamed(booking_id=booking_id))
    except UpstreamRefusedError as error:
        if error.upstream_code != _NOT_BOOKED:
            raise
        return False
    return True


async def release_hours(
    registry: httpx.AsyncClient, referral_id: UUID, *, booking_id: UUID
) -> None:
    """Give up the hours of a referral; they may be gone already.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
    """
    path = f"/v1/referral-bookings/{referral_id}/release"
    await _say(registry, path, ReferralBookingNamed(booking_id=booking_id))


async def units_of_module(registry: httpx.AsyncClient, module_id: UUID) -> list[dict[str, str]]:
    """Return the units of a version of a module, {code, title}; they never change.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
        UpstreamRefusedError: when there is no such module.
    """
    answer = await get_json(registry, f"/v1/modules/{module_id}", deadline_s=_DEADLINE_S)
    return [{"code": str(each["code"]), "title": str(each["title"])} for each in answer["units"]]


async def name_of_facility(registry: httpx.AsyncClient, facility_id: UUID) -> str:
    """Return what a facility is called today; one that was merged, as the one that stays.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
        UpstreamRefusedError: when there is no such facility.
    """
    answer = await get_json(registry, f"/v1/facilities/{facility_id}", deadline_s=_DEADLINE_S)
    return str(answer["name"])


async def page_of_areas(
    registry: httpx.AsyncClient, *, level: AreaLevel, after: str | None
) -> tuple[list[AreaRead], str | None]:
    """Return one page of the areas in force of a level, and the cursor of the next.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
    """
    params: dict[str, str | int] = {"level": level.value, "limit": _PAGE}
    if after is not None:
        params["after"] = after
    answer = await get_json(registry, "/v1/areas", params=params)
    page = Page[AreaRead].model_validate(answer)
    return page.items, _cursor_of(page.next)


def _cursor_of(address: str | None) -> str | None:
    """Return the cursor in the address of a page: the address itself is that of the entrance."""
    if address is None:
        return None
    return parse_qs(urlsplit(address).query)["after"][0]


async def person_records(client: httpx.AsyncClient, participant_id: UUID) -> PersonRecords:
    """Return all that another service keeps of a person.

    Raises:
        UpstreamUnavailableError: when it does not answer in time.
    """
    path = f"/v1/person-records/{participant_id}"
    return PersonRecords.model_validate(await get_json(client, path, deadline_s=_DEADLINE_S))


async def erase_person(
    client: httpx.AsyncClient, participant_id: UUID, *, idempotency_key: str
) -> PersonErasure:
    """Have another service erase what it keeps of a person, and return what it did.

    Raises:
        UpstreamUnavailableError: when it does not answer in time.
    """
    answer = await post_json(
        client,
        f"/v1/person-records/{participant_id}/erase",
        body={},
        deadline_s=_DEADLINE_S,
        idempotency_key=idempotency_key,
        retry_safe=True,
    )
    return PersonErasure.model_validate(answer)


async def doings(client: httpx.AsyncClient, asked: DoingsAsked) -> list[Doing]:
    """Return whose data somebody read or changed in another service.

    Raises:
        UpstreamUnavailableError: when it does not answer in time.
    """
    found: list[Doing] = []
    while True:
        answer = await post_json(
            client,
            "/v1/person-records/doings",
            body=asked,
            deadline_s=_SEARCH_S,
            retry_safe=True,
        )
        page = Doings.model_validate(answer).doings
        if not page:
            return found
        found.extend(page)
        asked = asked.model_copy(update={"after": page[-1]})
