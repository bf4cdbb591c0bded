"""What an institution can be to a facility, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class FacilityRole(StrEnum):
    """What an institution is to a facility."""

    OWNER = "OWNER"
    HOST = "HOST"
    PARTNER = "PARTNER"
    FUNDER = "FUNDER"
    HIRING_PARTNER = "HIRING_PARTNER"


# A facility has one owner and one host at a time; of the others, as many as there are.
SINGLE = frozenset({FacilityRole.OWNER, FacilityRole.HOST})


class RoleNotFoundError(NotFoundError):
    """The facility has no such role of an institution."""

    code = "facility-role-not-found"
    title = Text("Peran lembaga tidak ditemukan.", "There is no such role of an institution.")


class RoleIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "facility-role-id-taken"
    title = Text("Id peran sudah dipakai.", "A role has this id.")


class RoleOverlapsError(ConflictError):
    """The institution, or another one, has the role at that time already."""

    code = "facility-role-overlaps"
    title = Text(
        "Peran ini sudah dipegang pada masa yang sama.",
        "The role is held at that time already.",
    )


class RolePeriodInvalidError(InvalidError):
    """The role ends before it begins."""

    code = "facility-role-period-invalid"
    title = Text("Peran berakhir sebelum dimulai.", "The role ends before it begins.")


class CommitmentRefusedError(InvalidError):
    """How many graduates are hired by when is said of a hiring partner, and of no other."""

    code = "hiring-commitment-refused"
    title = Text(
        "Jumlah dan tenggat serapan hanya, dan harus, diisi untuk mitra penyerap.",
        "A hiring partner, and no other, says how many graduates it hires and by when.",
    )


@dataclass(frozen=True, slots=True)
class Term:
    """From the first to the last day; open when there is no last."""

    valid_from: date
    valid_to: date | None

    def overlaps(self, other: "Term") -> bool:
        """Tell whether the two share a day."""
        return (other.valid_to is None or self.valid_from <= other.valid_to) and (
            self.valid_to is None or other.valid_from <= self.valid_to
        )


def check_term(term: Term) -> None:
    """Refuse a term that ends before it begins.

    Raises:
        RolePeriodInvalidError
    """
    if term.valid_to is not None and term.valid_to < term.valid_from:
        raise RolePeriodInvalidError(pointer="/valid_to")


def check_commitment(role: FacilityRole, *, hires: int | None, hires_by: date | None) -> None:
    """Refuse a hiring partner who says not how many and by when, and anybody else who does.

    Raises:
        CommitmentRefusedError
    """
    said = (hires is not None, hires_by is not None)
    wanted = role is FacilityRole.HIRING_PARTNER
    if said != (wanted, wanted):
        raise CommitmentRefusedError(pointer="/hires")


def check_alone(role: FacilityRole, term: Term, *, others: Sequence[Term]) -> None:
    """Refuse a second owner or host at one time; `others` are the terms of the same role.

    Raises:
        RoleOverlapsError
    """
    if role in SINGLE and any(term.overlaps(other) for other in others):
        raise RoleOverlapsError(pointer="/valid_from")
