"""What the registry refuses of instructors."""

from shared.errors import ConflictError, HiddenError, InvalidError
from shared.i18n import Text


class InstructorNotFoundError(HiddenError):
    """There is no instructor of this id within the caller's scope."""

    code = "instructor-not-found"
    title = Text("Instruktur tidak ditemukan.", "There is no such instructor.")


class InstructorIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "instructor-id-taken"
    title = Text("Id instruktur sudah dipakai.", "An instructor has this id.")


class InstructorCodeTakenError(ConflictError):
    """Another instructor has the code."""

    code = "instructor-code-taken"
    title = Text("Kode instruktur sudah dipakai.", "Another instructor has this code.")


class HomeFacilityUnknownError(InvalidError):
    """A body names a home facility that the registry does not have."""

    code = "home-facility-unknown"
    title = Text("Balai asal tidak dikenal.", "The home facility is not known.")
