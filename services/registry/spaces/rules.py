"""Kinds of spaces, and what the registry refuses of them."""

from enum import StrEnum

from shared.errors import ConflictError, NotFoundError
from shared.i18n import Text


class SpaceKind(StrEnum):
    """What a space is."""

    ROOM = "ROOM"
    WORKSHOP = "WORKSHOP"
    PRODUCTION_LINE = "PRODUCTION_LINE"


class SpaceIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "space-id-taken"
    title = Text("Id ruang sudah dipakai.", "A space has this id.")


class SpaceNameTakenError(ConflictError):
    """The facility has a space of this name."""

    code = "space-name-taken"
    title = Text(
        "Balai ini sudah mempunyai ruang bernama sama.", "The facility has a space of this name."
    )


class SpaceNotFoundError(NotFoundError):
    """There is no space of this id."""

    code = "space-not-found"
    title = Text("Ruang tidak ditemukan.", "There is no such space.")


class SpaceClosedError(ConflictError):
    """The space is out of use for good."""

    code = "space-closed"
    title = Text("Ruang sudah ditutup.", "The space is closed.")
