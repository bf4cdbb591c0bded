"""What the registry refuses of modules."""

from shared.errors import ConflictError, NotFoundError
from shared.i18n import Text


class NoSuchModuleError(NotFoundError):
    """There is no module of this id."""

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
