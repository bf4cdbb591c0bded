"""The class of a community centre, which follows from the criteria that it meets."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.registry import FacilityKind, MaturityClass

# Community centres are built since 2017.
FIRST_YEAR: Final = 2017

_CLASSES: Final = tuple(MaturityClass)


class CriteriaNotFoundError(NotFoundError):
    """There is no such version of the criteria."""

    code = "maturity-criteria-not-found"
    title = Text("Versi kriteria tidak ditemukan.", "There is no such version of the criteria.")


class CriteriaUnknownError(InvalidError):
    """The assessment names a version of the criteria that was never published."""

    code = "maturity-criteria-unknown"
    title = Text("Versi kriteria tidak dikenal.", "This version of the criteria is not known.")


class CriteriaInvalidError(InvalidError):
    """Criteria have codes of their own, and each class but BARU has one at least."""

    code = "maturity-criteria-invalid"
    title = Text(
        "Kode kriteria harus unik, dan setiap kelas selain BARU memerlukan kriteria.",
        "Each criterion has its own code, and each class but BARU needs one at least.",
    )


class CriteriaVersionTakenError(ConflictError):
    """Another version was published at the same moment."""

    code = "maturity-criteria-version-taken"
    title = Text(
        "Versi kriteria lain baru saja diterbitkan; coba lagi.",
        "Another version was published just now; try again.",
    )


class NotCommunityCentreError(InvalidError):
    """Only community centres are classed and follow the roadmap to self-reliance."""

    code = "facility-not-community"
    title = Text(
        "Hanya BLK Komunitas yang dinilai kematangannya.",
        "Only a community centre (BLKK) is assessed and follows the roadmap.",
    )


class AssessmentNotFoundError(NotFoundError):
    """There is no assessment of this id."""

    code = "maturity-assessment-not-found"
    title = Text("Penilaian tidak ditemukan.", "There is no such assessment.")


class AssessmentIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "maturity-assessment-id-taken"
    title = Text("Id penilaian sudah dipakai.", "An assessment has this id.")


class YearAssessedError(ConflictError):
    """The centre has been assessed for the year: that assessment can be revised."""

    code = "maturity-year-assessed"
    title = Text(
        "Balai sudah dinilai untuk tahun ini; perbaiki penilaian itu.",
        "The centre has been assessed for this year; revise that assessment.",
    )


class AssessmentDayInvalidError(InvalidError):
    """A year is assessed once it has begun and by a day that has come."""

    code = "maturity-assessment-day-invalid"
    title = Text(
        "Tahun penilaian atau tanggalnya belum tiba, atau tanggal mendahului tahunnya.",
        "The year or the day has not come yet, or the day lies before the year.",
    )


class CriterionUnknownError(InvalidError):
    """The version has no criterion of this code, or it is named twice."""

    code = "maturity-criterion-unknown"
    title = Text(
        "Kriteria tidak ada dalam versi ini atau disebut dua kali.",
        "This version has no such criterion, or it is named twice.",
    )


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a centre must meet to be of class `needed_for` or above."""

    code: str
    needed_for: MaturityClass


def check_community(kind: FacilityKind) -> None:
    """Refuse a facility that is no community centre.

    Raises:
        NotCommunityCentreError: for a government centre and every other kind.
    """
    if kind is not FacilityKind.BLKK:
        raise NotCommunityCentreError


def check_criteria(criteria: Sequence[Criterion]) -> None:
    """Refuse criteria from which a class could not be told; BARU is what a centre begins as.

    Raises:
        CriteriaInvalidError
    """
    codes = {each.code for each in criteria}
    if len(codes) != len(criteria) or {each.needed_for for each in criteria} != set(_CLASSES[1:]):
        raise CriteriaInvalidError(pointer="/criteria")


def check_met(met: Sequence[str], *, criteria: Iterable[Criterion]) -> None:
    """Refuse an assessment that names a criterion twice, or one that the version has not.

    Raises:
        CriterionUnknownError: with the place of the first that is wrong.
    """
    left = {each.code for each in criteria}
    for place, code in enumerate(met):
        if code not in left:
            raise CriterionUnknownError(pointer=f"/met/{place}/criterion")
        left.remove(code)


def check_days(*, year: int, assessed_on: date, today: date) -> None:
    """Refuse an assessment of a year or on a day that has not come.

    Raises:
        AssessmentDayInvalidError
    """
    if year > today.year:
        raise AssessmentDayInvalidError(pointer="/year")
    if assessed_on > today or assessed_on.year < year:
        raise AssessmentDayInvalidError(pointer="/assessed_on")


def class_of(criteria: Iterable[Criterion], met: AbstractSet[str]) -> MaturityClass:
    """Return the highest class of which, and of all below which, every criterion is met."""
    needed = list(criteria)
    reached = MaturityClass.BARU
    for step in _CLASSES[1:]:
        if any(each.needed_for is step and each.code not in met for each in needed):
            break
        reached = step
    return reached


def missing_for_next(
    criteria: Iterable[Criterion], met: AbstractSet[str]
) -> tuple[MaturityClass | None, list[str]]:
    """Return the class that follows a centre's own, and what it lacks for it; None for MANDIRI."""
    needed = list(criteria)
    place = _CLASSES.index(class_of(needed, met)) + 1
    if place == len(_CLASSES):
        return None, []
    following = _CLASSES[place]
    return following, [
        each.code for each in needed if each.needed_for is following and each.code not in met
    ]
