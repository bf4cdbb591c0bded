"""How sound equipment is, and what the registry refuses of it."""

from enum import StrEnum

from shared.errors import InvalidError, NotFoundError
from shared.i18n import Text


class EquipmentCondition(StrEnum):
    """Baik, rusak ringan, rusak berat: as state assets are counted."""

    GOOD = "GOOD"
    MINOR_DAMAGE = "MINOR_DAMAGE"
    MAJOR_DAMAGE = "MAJOR_DAMAGE"


class EquipmentNotFoundError(NotFoundError):
    """The facility has no equipment of this id."""

    code = "equipment-not-found"
    title = Text("Peralatan tidak ditemukan.", "There is no such equipment.")


class EquipmentSpaceUnknownError(InvalidError):
    """The space is none of the facility's."""

    code = "equipment-space-unknown"
    title = Text("Ruang bukan milik balai ini.", "The facility has no such space.")
