"""What is asked of a person who registers, stated without a database."""

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from services.enrollment.identities.rules import Nik, parse_nik
from services.enrollment.programs.rules import SizeCriterion, age_on
from shared.errors import ConflictError, ForbiddenError, HiddenError, InvalidError
from shared.i18n import Text
from shared.schemas.enrollment import AgeBand, EntrantKind, Sex
from shared.scope import Place, Reach, Scope

_BILLION: Final = 1_000_000_000
_ADULT: Final = 18
_OLDEST: Final = 120
_SEARCHED: Final = 3
# PP 7/2021 came into force on this day.
_CAPITAL_COUNTS_FROM: Final = date(2021, 2, 2)
# The facility of a grant that names no place: such an office registers nobody.
_NOWHERE: Final = UUID(int=0)


class SizeClass(StrEnum):
    """Size class of a business; PP 7/2021 is not for the large."""

    MICRO = "MICRO"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"


_CAPITAL_LIMITS: Final = (
    (1 * _BILLION, SizeClass.MICRO),
    (5 * _BILLION, SizeClass.SMALL),
    (10 * _BILLION, SizeClass.MEDIUM),
)
_SALES_LIMITS: Final = (
    (2 * _BILLION, SizeClass.MICRO),
    (15 * _BILLION, SizeClass.SMALL),
    (50 * _BILLION, SizeClass.MEDIUM),
)


class LegalBasis(StrEnum):
    """Why a person's data may be processed for seat and selection.

    Source: UU 27/2022 (PDP), article 20.
    """

    PUBLIC_TASK = "PUBLIC_TASK"
    LEGAL_OBLIGATION = "LEGAL_OBLIGATION"
    CONSENT = "CONSENT"


class Purpose(StrEnum):
    """What a person may consent to; only SEAT_AND_SELECTION can have another legal basis."""

    SEAT_AND_SELECTION = "SEAT_AND_SELECTION"
    FOLLOW_UP = "FOLLOW_UP"
    REFERRAL = "REFERRAL"
    PUBLICATION = "PUBLICATION"


class LegalBasisMissingError(InvalidError):
    """No legal basis for seat and selection was stated."""

    code = "legal-basis-missing"
    title = Text(
        "Dasar pemrosesan data pribadi belum dinyatakan, atau persetujuannya belum diberikan.",
        "The legal basis for processing is missing, or the consent that it rests on.",
    )


class BusinessMissingError(InvalidError):
    """A size class was declared, but no business."""

    code = "business-missing"
    title = Text(
        "Skala usaha dinyatakan tanpa data usaha.", "A size class was declared without a business."
    )


class BusinessUnexpectedError(InvalidError):
    """Somebody who has a business was declared a prospective entrepreneur."""

    code = "business-unexpected"
    title = Text(
        "Calon wirausaha (PROSPECTIVE) belum memiliki usaha.",
        "A prospective entrepreneur has no business yet.",
    )


class SizeUnknownError(InvalidError):
    """Neither the figure that decides the size class nor a declared size class was given."""

    code = "size-unknown"
    title = Text(
        "Sebutkan modal (usaha sejak 2 Februari 2021) atau hasil penjualan tahunan, atau skalanya.",
        "State the capital (founded since 2 February 2021) or the annual sales, or the size class.",
    )


class BusinessTooLargeError(InvalidError):
    """The business is larger than a medium one."""

    code = "business-too-large"
    title = Text("Usaha melebihi skala menengah.", "The business is larger than medium.")


class FoundedInFutureError(InvalidError):
    """The business would be founded after today."""

    code = "founded-in-future"
    title = Text("Tanggal berdiri usaha di masa depan.", "The founding date lies in the future.")


class NameTooShortError(InvalidError):
    """Of the name too little is left to look for somebody by it."""

    code = "name-too-short"
    title = Text(
        "Tulis sedikitnya tiga huruf nama, tanpa gelar.",
        "Write at least three letters of the name, without titles.",
    )


class GuardianMissingError(ConflictError):
    """A minor has no guardian who consents."""

    code = "guardian-missing"
    title = Text(
        "Peserta di bawah 18 tahun memerlukan persetujuan wali.",
        "A participant under 18 needs the consent of a guardian.",
    )


class PersonRestrictedError(ConflictError):
    """The person has asked that the data be kept and not used, or they were erased.

    Source: UU 27/2022 (PDP), articles 10 and 11.
    """

    code = "person-restricted"
    title = Text(
        "Pemrosesan data orang ini sedang dibatasi.",
        "The processing of this person's data is restricted.",
    )


class BirthDateError(InvalidError):
    """The birth date is not that of somebody who could register."""

    code = "birth-date-invalid"
    title = Text("Tanggal lahir tidak masuk akal.", "The birth date cannot be right.")


class ParticipantUnknownError(HiddenError):
    """There is no such participant, or the caller may not know that there is."""

    code = "participant-unknown"
    title = Text("Peserta tidak ditemukan.", "There is no such participant.")


class ParticipantMergedError(ConflictError):
    """The person was merged into another one, who goes by another id."""

    code = "participant-merged"
    title = Text(
        "Peserta ini sudah digabung ke peserta lain; gunakan id peserta itu.",
        "This person was merged into another one; use the id of that one.",
    )


class IdentityKnownError(ConflictError):
    """Somebody with this NIK has registered already."""

    code = "identity-known"
    title = Text("NIK ini sudah terdaftar.", "Somebody with this NIK has registered already.")


class ParticipantIdTakenError(ConflictError):
    """The id that the client chose is in use."""

    code = "id-taken"
    title = Text("Id sudah dipakai.", "The id is in use.")


class NotYourselfError(ForbiddenError):
    """A participant may register nobody but himself."""

    code = "not-yourself"
    title = Text(
        "Peserta hanya dapat mendaftarkan dirinya sendiri.",
        "A participant may register nobody but himself.",
    )


class OfficeOnlyError(ForbiddenError):
    """Only an office does this: who asks is the person himself."""

    code = "office-only"
    title = Text("Hanya dinas yang dapat melakukan ini.", "Only an office does this.")


@dataclass(frozen=True, slots=True)
class BusinessFacts:
    """The figures of a business that decide its size class."""

    founded_on: date
    capital_rupiah: int | None
    annual_sales_rupiah: int | None


@dataclass(frozen=True, slots=True)
class Sized:
    """The size class of an entrant, by the law and by either figure, and what decided it."""

    entrant_kind: EntrantKind
    kind_by_capital: SizeClass | None = None
    kind_by_sales: SizeClass | None = None
    criterion: SizeCriterion | None = None
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Registrant:
    """What is said of a person who registers, whether over HTTP or in a row of a file.

    `business` are the columns of a business; `consents` are {purpose, given, version}.
    """

    digits: str = field(repr=False)
    name: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex
    home_area_code: str
    legal_basis: LegalBasis | None
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    language: str = "id"
    disability: bool = False
    entrant_kind: EntrantKind | None = None
    business: Mapping[str, Any] | None = field(default=None, repr=False)
    consents: Sequence[Mapping[str, Any]] = ()
    synthetic: bool = False


def judge(said: Registrant, *, allow_synthetic: bool, today: date) -> tuple[Nik, Sized]:
    """Return the NIK and the size class of somebody who may register, with what is still missing.

    Raises:
        LegalBasisMissingError, BirthDateError: as `check_legal_basis` and `check_birth_date`.
        NikMalformedError, NikSyntheticError: as `parse_nik`.
        BusinessMissingError, BusinessUnexpectedError, FoundedInFutureError, SizeUnknownError,
            BusinessTooLargeError: as `size_entrant`.
    """
    consented = [Purpose(each["purpose"]) for each in said.consents if each["given"]]
    check_legal_basis(said.legal_basis, consented=consented)
    check_birth_date(said.birth_date, today=today)
    nik = parse_nik(
        said.digits, declared_birth_date=said.birth_date, allow_synthetic=allow_synthetic
    )
    facts = None
    if said.business is not None:
        facts = BusinessFacts(
            founded_on=said.business["founded_on"],
            capital_rupiah=said.business["capital_rupiah"],
            annual_sales_rupiah=said.business["annual_sales_rupiah"],
        )
    sized = size_entrant(business=facts, declared=said.entrant_kind, today=today)
    told = tuple(with_guarding(sized.warnings, said.birth_date, None, on=today))
    return nik, sized if told == sized.warnings else replace(sized, warnings=told)


def size_by_capital(rupiah: int) -> SizeClass:
    """Return the size class by capital without land and buildings.

    Source: PP 7/2021, article 35 (3): micro up to Rp1 bn, small 5 bn, medium 10 bn.
    """
    return _size(rupiah, _CAPITAL_LIMITS)


def size_by_sales(rupiah: int) -> SizeClass:
    """Return the size class by annual sales.

    Source: PP 7/2021, article 35 (5): micro up to Rp2 bn, small 15 bn, medium 50 bn.
    """
    return _size(rupiah, _SALES_LIMITS)


def _size(rupiah: int, limits: Sequence[tuple[int, SizeClass]]) -> SizeClass:
    return next((size for limit, size in limits if rupiah <= limit), SizeClass.LARGE)


def criterion_of(founded_on: date) -> SizeCriterion:
    """Return the figure that decides for a business of this founding date.

    Source: PP 7/2021, articles 35 and 36: capital at founding, annual sales for those that are
    older than the regulation.
    """
    return SizeCriterion.CAPITAL if founded_on >= _CAPITAL_COUNTS_FROM else SizeCriterion.SALES


def size_entrant(
    *, business: BusinessFacts | None, declared: EntrantKind | None, today: date
) -> Sized:
    """Return the size class: computed from the figures when they are given, else as declared.

    A declared size class that the figures contradict is a warning, and the figures count.

    Raises:
        BusinessMissingError: when a size class was declared without a business.
        BusinessUnexpectedError: when a business came with PROSPECTIVE.
        FoundedInFutureError: when it was founded after `today`.
        SizeUnknownError: when nothing tells the size class.
        BusinessTooLargeError: when it is larger than medium.
    """
    if business is None:
        if declared not in (None, EntrantKind.PROSPECTIVE):
            raise BusinessMissingError(pointer="/business")
        return Sized(EntrantKind.PROSPECTIVE)
    if declared is EntrantKind.PROSPECTIVE:
        raise BusinessUnexpectedError(pointer="/entrant_kind")
    if business.founded_on > today:
        raise FoundedInFutureError(pointer="/business/founded_on")
    return _size_business(business, declared)


@lru_cache(maxsize=16_384)
def _size_business(business: BusinessFacts, declared: EntrantKind | None) -> Sized:
    capital, sales = business.capital_rupiah, business.annual_sales_rupiah
    by_capital = None if capital is None else size_by_capital(capital)
    by_sales = None if sales is None else size_by_sales(sales)
    criterion = criterion_of(business.founded_on)
    decided = by_capital if criterion is SizeCriterion.CAPITAL else by_sales
    if decided is SizeClass.LARGE:
        raise BusinessTooLargeError(pointer="/business")
    if decided is None:
        if declared is None:
            raise SizeUnknownError(pointer="/business")
        return Sized(declared, by_capital, by_sales, None, ("entrant-kind-declared",))
    kind = EntrantKind(decided.value)
    differs = declared is not None and declared is not kind
    return Sized(
        kind, by_capital, by_sales, criterion, ("entrant-kind-differs",) if differs else ()
    )


def check_birth_date(birth_date: date, *, today: date) -> None:
    """Refuse a birth date in the future or more than 120 years ago.

    Raises:
        BirthDateError: when nobody alive can have it.
    """
    if not 0 <= age_on(birth_date, today) <= _OLDEST:
        raise BirthDateError(pointer="/birth_date")


def check_legal_basis(basis: LegalBasis | None, *, consented: Sequence[Purpose]) -> LegalBasis:
    """Return the legal basis for seat and selection.

    Raises:
        LegalBasisMissingError: when none was stated, or it is consent and none was given for it.

    Source: UU 27/2022 (PDP), article 20.
    """
    if basis is None:
        raise LegalBasisMissingError(pointer="/legal_basis")
    if basis is LegalBasis.CONSENT and Purpose.SEAT_AND_SELECTION not in consented:
        raise LegalBasisMissingError(pointer="/consents")
    return basis


def is_minor(birth_date: date, *, on: date) -> bool:
    """Tell whether a guardian has to consent for a person.

    Source: UU 35/2014 (child protection), article 1 (1): a child is under 18. Marriage does not
    change it here: whether somebody is married is not known, and is not asked.
    """
    return age_on(birth_date, on) < _ADULT


def is_adult(birth_date: date, *, on: date) -> bool:
    """Tell whether a birth date is that of an adult who may be alive; see `check_birth_date`."""
    return _ADULT <= age_on(birth_date, on) <= _OLDEST


def last_adult_birth(on: date) -> date:
    """Return the last birth date of those who are adults on a day; it agrees with `is_minor`."""
    year = on.year - _ADULT
    day = min(on.day, monthrange(year, on.month)[1])
    return on.replace(year=year, day=day)


def with_guarding(
    warnings: Sequence[str], birth_date: date, guardian_consent_at: datetime | None, *, on: date
) -> list[str]:
    """Return a person's warnings with the one that a minor has nobody who consents, or without."""
    others = [each for each in warnings if each != GuardianMissingError.code]
    missing = guardian_consent_at is None and is_minor(birth_date, on=on)
    return [*others, GuardianMissingError.code] if missing else others


def check_guarded(birth_date: date, guardian_consent_at: datetime | None, *, on: date) -> None:
    """Refuse to give a minor a seat for good before a guardian has consented.

    Raises:
        GuardianMissingError: when the person is a minor and no guardian has.
    """
    if guardian_consent_at is None and is_minor(birth_date, on=on):
        raise GuardianMissingError


def check_unrestricted(restricted_at: datetime | None) -> None:
    """Refuse to begin anything new with a person whose data may not be processed.

    Raises:
        PersonRestrictedError: when they may not.
    """
    if restricted_at is not None:
        raise PersonRestrictedError


def searched_key(key: str) -> str:
    """Return the key of a name that is long enough to look for somebody by.

    Raises:
        NameTooShortError: when it has fewer than three letters.
    """
    if len(key) < _SEARCHED:
        raise NameTooShortError(pointer="/name")
    return key


def unproved(members: Collection[str]) -> list[str]:
    """Return which proofs of contacts are void once these members have changed."""
    return [f"{each}_verified_at" for each in ("phone", "email") if each in members]


def age_band(age: int) -> AgeBand:
    """Return the band that figures are cut by."""
    bounds = (
        (18, AgeBand.UNDER_18),
        (25, AgeBand.FROM_18_TO_24),
        (35, AgeBand.FROM_25_TO_34),
        (45, AgeBand.FROM_35_TO_44),
        (55, AgeBand.FROM_45_TO_54),
    )
    return next((band for below, band in bounds if age < below), AgeBand.FROM_55)


def registered_id(asked: UUID | None, *, scope: Scope) -> UUID | None:
    """Return the id to register under; None lets the service choose.

    An office registers anybody who comes to it. A participant registers himself, under the id that
    his token carries.

    Raises:
        NotYourselfError: when a participant asks for another id than his own.
    """
    if scope.system or any(_is_office(reach) for reach in scope.reaches):
        return asked
    own = [reach.participant_id for reach in scope.reaches if reach.participant_id is not None]
    if len(own) != 1 or (asked is not None and asked != own[0]):
        raise NotYourselfError
    return own[0]


def _is_office(reach: Reach) -> bool:
    return reach.participant_id is None and _NOWHERE not in reach.facilities


def check_office(scope: Scope) -> None:
    """Refuse a caller who acts for a person and for no office.

    Raises:
        OfficeOnlyError: when all that the caller reaches is a person.
    """
    if not scope.system and all(reach.participant_id is not None for reach in scope.reaches):
        raise OfficeOnlyError


def is_self(participant_id: UUID, *, scope: Scope) -> bool:
    """Tell whether the caller is the person."""
    return not scope.system and any(
        reach.participant_id == participant_id for reach in scope.reaches
    )


def place_of(participant_id: UUID, *, home_area_code: str) -> Place:
    """Return where a person's row and events lie."""
    return Place(
        participant_id=participant_id,
        home_province_code=home_area_code[:2],
        home_regency_code=home_area_code[:5],
    )


_COMPARED: Final = frozenset(
    {"name", "birth_date", "sex", "phone", "email", "phone_verified_at", "email_verified_at", "nib"}
)


def compared(members: Collection[str]) -> bool:
    """Tell whether members that changed are among those by which people are found to be alike."""
    return not _COMPARED.isdisjoint(members)
