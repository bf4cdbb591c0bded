"""What a version of a module may hold, and how its life goes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class ModuleState(StrEnum):
    """The life of a version: written, taught, no longer begun."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"


class NoSuchModuleError(NotFoundError):
    """There is no module of this id, or it is a draft of another ministry."""

    code = "module-not-found"
    title = Text("Modul tidak ditemukan.", "There is no such module.")


class ModuleIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "module-id-taken"
    title = Text("Id modul sudah dipakai.", "A module has this id.")


class ModuleVersionTakenError(ConflictError):
    """The module has this version; a change is a new version."""

    code = "module-version-taken"
    title = Text(
        "Versi modul ini sudah ada; perubahan memerlukan versi baru.",
        "The module has this version; a change needs a new one.",
    )


class ModuleNotDraftError(ConflictError):
    """Only a draft changes; what was published is taught as it is."""

    code = "module-not-draft"
    title = Text(
        "Hanya rancangan modul yang dapat diubah; buat versi baru.",
        "Only a draft can be changed; make a new version.",
    )


class ModuleStateRefusedError(ConflictError):
    """The version cannot go from its present state to the one asked for."""

    code = "module-state-refused"
    title = Text(
        "Status modul saat ini tidak mengizinkan perubahan ini.",
        "The module's present state does not allow this change.",
    )


class ModuleHoursExceededError(InvalidError):
    """The units take more hours than the module has."""

    code = "module-hours-exceeded"
    title = Text(
        "Jumlah jam unit melebihi jam modul.", "The units take more hours than the module has."
    )


class ModuleUnitRepeatedError(InvalidError):
    """A unit of competence is named twice."""

    code = "module-unit-repeated"
    title = Text("Unit kompetensi disebut dua kali.", "A unit of competence is named twice.")


class ModuleOwnerDiffersError(ConflictError):
    """The code belongs to a module of another ministry."""

    code = "module-owner-differs"
    title = Text(
        "Kode ini milik modul kementerian lain.", "The code is of another ministry's module."
    )


@dataclass(frozen=True, slots=True)
class Demands:
    """What a version of a module asks of whom teaches it.

    `fields` are its trade and its units of competence: a certificate in any of them counts.
    """

    fields: frozenset[str]
    competences: frozenset[str]
    certificate: bool


_NEXT: Final[Mapping[ModuleState, ModuleState]] = {
    ModuleState.DRAFT: ModuleState.PUBLISHED,
    ModuleState.PUBLISHED: ModuleState.RETIRED,
}


def check_turn(*, present: ModuleState, wanted: ModuleState) -> None:
    """Refuse what the life DRAFT > PUBLISHED > RETIRED does not know.

    Raises:
        ModuleStateRefusedError: when `wanted` does not follow `present`.
    """
    if _NEXT.get(present) is not wanted:
        raise ModuleStateRefusedError(
            Text(
                f"Modul berstatus {present} tidak dapat menjadi {wanted}.",
                f"A module that is {present} cannot become {wanted}.",
            )
        )


def check_content(*, hours: int, units: Sequence[tuple[str, int]]) -> None:
    """Refuse units (code, hours) that do not fit into the `hours` of a module.

    The units may take fewer hours than the module: the rest is for what no unit names, such as an
    introduction, practice or a final project. They never take more.

    Raises:
        ModuleUnitRepeatedError: when a unit is named twice.
        ModuleHoursExceededError: when the units take more than `hours`.
    """
    often = Counter(code for code, _ in units)
    for place, (code, _) in enumerate(units):
        if often[code] > 1:
            raise ModuleUnitRepeatedError(pointer=f"/units/{place}/code")
    total = sum(each for _, each in units)
    if total > hours:
        raise ModuleHoursExceededError(
            Text(
                f"Unit memakai {total} jam, modul {hours} jam.",
                f"The units take {total} hours, the module has {hours}.",
            ),
            pointer="/units",
        )
