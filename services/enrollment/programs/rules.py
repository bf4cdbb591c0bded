"""Whom a programme is for, stated without a database."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from shared.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.enrollment import EntrantKind
from shared.scope import Place, Scope

# Source: PP 7/2021, articles 35 and 36. A later regulation gets its own version.
SIZE_RULE_VERSION: Final = "PP-7-2021"


class SizeCriterion(StrEnum):
    """The figure by which a programme tells micro, small and medium businesses apart.

    BY_FOUNDING: capital for businesses founded since PP 7/2021, annual sales for older ones.
    """

    CAPITAL = "CAPITAL"
    SALES = "SALES"
    BY_FOUNDING = "BY_FOUNDING"


class Refusal(StrEnum):
    """Why a person is not eligible."""

    KIND = "not-eligible-kind"
    AGE = "not-eligible-age"
    AREA = "not-eligible-area"


REFUSAL_TEXT: Final = {
    Refusal.KIND: Text(
        "Program ini tidak ditujukan bagi skala usaha tersebut.",
        "The programme is not for businesses of this size.",
    ),
    Refusal.AGE: Text(
        "Usia berada di luar rentang usia program.",
        "The age lies outside the programme's range.",
    ),
    Refusal.AREA: Text(
        "Domisili berada di luar wilayah program.",
        "The home lies outside the programme's area.",
    ),
}


class ProgramUnknownError(NotFoundError):
    """There is no such programme."""

    code = "program-unknown"
    title = Text("Program tidak ditemukan.", "There is no such programme.")


class ProgramCodeTakenError(ConflictError):
    """Another programme has the code."""

    code = "program-code-taken"
    title = Text("Kode program sudah dipakai.", "Another programme has this code.")


class ProgramIdTakenError(ConflictError):
    """Another programme has the id that the client chose."""

    code = "id-taken"
    title = Text("Id sudah dipakai.", "The id is in use.")


class NotYourMinistryError(ForbiddenError):
    """The caller's ministries neither own nor co-own the programme."""

    code = "not-your-ministry"
    title = Text(
        "Kementerian Anda bukan pemilik atau mitra program ini.",
        "Your ministry neither owns nor co-owns this programme.",
    )


class AgeRangeError(InvalidError):
    """The least age is above the greatest."""

    code = "age-range-invalid"
    title = Text("Usia minimum melebihi usia maksimum.", "The least age is above the greatest.")


@dataclass(frozen=True, slots=True)
class ProgramTerms:
    """What a programme asks of a person; no `area_codes` means everywhere."""

    entrant_kinds: tuple[str, ...]
    size_criterion: SizeCriterion
    min_age: int
    max_age: int
    area_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What eligibility needs to know of a person."""

    birth_date: date
    entrant_kind: EntrantKind
    kind_by_capital: str | None
    kind_by_sales: str | None
    home_province_code: str
    home_regency_code: str


def age_on(birth_date: date, day: date) -> int:
    """Return the age in full years; who was born on 29 February is a year older on 1 March."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (not had_birthday)


def judged_kind(criterion: SizeCriterion, facts: PersonFacts) -> str:
    """Return the size class by the programme's own criterion, or the person's when it is unknown.

    In SQL: `CASE size_criterion WHEN 'CAPITAL' THEN coalesce(kind_by_capital, entrant_kind)
    WHEN 'SALES' THEN coalesce(kind_by_sales, entrant_kind) ELSE entrant_kind END`.
    """
    if criterion is SizeCriterion.CAPITAL:
        return facts.kind_by_capital or facts.entrant_kind
    if criterion is SizeCriterion.SALES:
        return facts.kind_by_sales or facts.entrant_kind
    return facts.entrant_kind


def refusal(terms: ProgramTerms, facts: PersonFacts, *, on: date) -> Refusal | None:
    """Return why a person may not join a programme on a day, or None when it may.

    Kind is judged before age, and age before area. `on` is the day in Jakarta.
    """
    if judged_kind(terms.size_criterion, facts) not in terms.entrant_kinds:
        return Refusal.KIND
    if not terms.min_age <= age_on(facts.birth_date, on) <= terms.max_age:
        return Refusal.AGE
    homes = {facts.home_province_code, facts.home_regency_code}
    if terms.area_codes and homes.isdisjoint(terms.area_codes):
        return Refusal.AREA
    return None


def check_ages(*, min_age: int, max_age: int) -> None:
    """Refuse a range that nobody can be in.

    Raises:
        AgeRangeError: when the least age is above the greatest.
    """
    if min_age > max_age:
        raise AgeRangeError(pointer="/min_age")


def check_owner(place: Place, *, scope: Scope) -> None:
    """Refuse to act for a programme of ministries that are not the caller's.

    Raises:
        NotYourMinistryError: when none of them is within the caller's scope.
    """
    if not scope.admits(place, write=True):
        raise NotYourMinistryError
