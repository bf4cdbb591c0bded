"""What refuses the resources that a class would use."""

from shared.errors import ConflictError, NotFoundError
from shared.i18n import Text


class FacilityUnknownError(NotFoundError):
    """There is no such facility."""

    code = "facility-unknown"
    title = Text("Balai tidak dikenal.", "The facility is not known.")


class FacilityNotActiveError(ConflictError):
    """The facility is planned, suspended or closed."""

    code = "facility-not-active"
    title = Text("Balai sedang tidak aktif.", "The facility is not active.")


class SpaceUnknownError(NotFoundError):
    """The facility has no such space."""

    code = "space-unknown"
    title = Text("Balai tidak mempunyai ruang ini.", "The facility has no such space.")


class AgreementUnknownError(NotFoundError):
    """There is no such agreement."""

    code = "agreement-unknown"
    title = Text("Perjanjian tidak dikenal.", "The agreement is not known.")


class AgreementNotInForceError(ConflictError):
    """The class would start before the agreement begins or after it ends."""

    code = "agreement-not-in-force"
    title = Text(
        "Perjanjian tidak berlaku pada hari kelas dimulai.",
        "The agreement is not in force on the day on which the class starts.",
    )


class AgreementNotCoveringError(ConflictError):
    """The agreement does not cover the facility."""

    code = "agreement-not-covering"
    title = Text(
        "Perjanjian tidak mencakup balai ini.", "The agreement does not cover the facility."
    )


class ModuleUnknownError(NotFoundError):
    """There is no such version of a module."""

    code = "module-unknown"
    title = Text("Modul tidak dikenal.", "The module is not known.")


class ModuleNotPublishedError(ConflictError):
    """The version is still a draft, or retired: no class begins with it."""

    code = "module-not-published"
    title = Text(
        "Versi modul ini belum terbit atau sudah ditarik.",
        "This version of the module is a draft or retired.",
    )
