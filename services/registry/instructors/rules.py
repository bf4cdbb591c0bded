"""Who may teach what, and what the registry refuses of instructors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from services.registry.modules.rules import Demands
from shared.errors import ConflictError, HiddenError, InvalidError, NotFoundError
from shared.i18n import Text


class Employment(StrEnum):
    """How an instructor serves: PNS, PPPK, by contract, freelance, or as a volunteer."""

    CIVIL_SERVANT = "CIVIL_SERVANT"
    GOVERNMENT_CONTRACT = "GOVERNMENT_CONTRACT"
    EMPLOYEE = "EMPLOYEE"
    FREELANCE = "FREELANCE"
    VOLUNTEER = "VOLUNTEER"


class InstructorNotFoundError(HiddenError):
    """There is no instructor of this id within the caller's scope."""

    code = "instructor-not-found"
    title = Text("Instruktur tidak ditemukan.", "There is no such instructor.")


class InstructorUnknownError(NotFoundError):
    """One of the instructors is not known."""

    code = "instructor-unknown"
    title = Text("Instruktur tidak dikenal.", "An instructor is not known.")


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


class InstructorLeftError(ConflictError):
    """The instructor has left service, or does so before the last day."""

    code = "instructor-left"
    title = Text(
        "Instruktur sudah tidak bertugas pada hari itu.",
        "The instructor is no longer in service on that day.",
    )


class CompetenceMissingError(ConflictError):
    """The module asks for a competence that the instructor has not."""

    code = "instructor-competence-missing"
    title = Text(
        "Instruktur tidak mempunyai kompetensi yang diminta modul.",
        "The instructor lacks a competence that the module asks for.",
    )


class CertificateMissingError(ConflictError):
    """The module asks for a certificate, and the instructor has none in its field."""

    code = "instructor-certificate-missing"
    title = Text(
        "Modul meminta sertifikat, tetapi instruktur belum mempunyainya.",
        "The module asks for a certificate that the instructor has not.",
    )


class CertificateExpiredError(ConflictError):
    """No certificate that the instructor has in the field is valid through the last day."""

    code = "instructor-certificate-expired"
    title = Text(
        "Sertifikat instruktur tidak berlaku sampai hari terakhir.",
        "The instructor's certificate is not valid through the last day.",
    )


class CertificateNotFoundError(NotFoundError):
    """The instructor has no certificate of this id."""

    code = "certificate-not-found"
    title = Text("Sertifikat tidak ditemukan.", "There is no such certificate.")


class CertificateIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "certificate-id-taken"
    title = Text("Id sertifikat sudah dipakai.", "A certificate has this id.")


class CertificateNumberTakenError(ConflictError):
    """The certificate of this number and issuer is recorded already."""

    code = "certificate-number-taken"
    title = Text(
        "Sertifikat dengan nomor dan penerbit ini sudah dicatat.",
        "The certificate of this number and issuer is recorded already.",
    )


class CertificatePeriodInvalidError(InvalidError):
    """The certificate ends before it begins."""

    code = "certificate-period-invalid"
    title = Text("Masa berlaku berakhir sebelum dimulai.", "The certificate ends before it begins.")


class CertificateRevokedError(ConflictError):
    """The certificate is revoked already."""

    code = "certificate-revoked"
    title = Text("Sertifikat sudah dicabut.", "The certificate is revoked already.")


@dataclass(frozen=True, slots=True)
class Proof:
    """A certificate as the rules see it; `valid_to` is its last day, open when None."""

    competences: frozenset[str]
    valid_from: date
    valid_to: date | None
    revoked: bool

    def holds(self, *, first_day: date, last_day: date) -> bool:
        """Tell whether it is valid on every day from the first to the last."""
        open_end = self.valid_to is None or last_day <= self.valid_to
        return not self.revoked and self.valid_from <= first_day and open_end


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may teach: what she can do, what proves it, and her last day in service."""

    competences: frozenset[str]
    proofs: Sequence[Proof]
    left_on: date | None


def check_fit(
    candidate: Candidate,
    demands: Demands,
    *,
    first_day: date,
    last_day: date,
    pointer: str | None = None,
) -> None:
    """Refuse somebody who may not teach a module from `first_day` to `last_day`.

    Who has certificates in the module's field, none of which holds on all these days, is refused;
    who has none in it is refused only where the module asks for one.

    `pointer` names her in the body of the request.

    Raises:
        InstructorLeftError, CompetenceMissingError, CertificateMissingError,
        CertificateExpiredError: the first thing that is wrong, in this order.
    """
    if candidate.left_on is not None and candidate.left_on < last_day:
        raise InstructorLeftError(pointer=pointer)
    if not demands.competences <= candidate.competences:
        raise CompetenceMissingError(pointer=pointer)
    field = demands.fields | demands.competences
    proofs = [each for each in candidate.proofs if not field.isdisjoint(each.competences)]
    if not proofs and demands.certificate:
        raise CertificateMissingError(pointer=pointer)
    if proofs and not any(each.holds(first_day=first_day, last_day=last_day) for each in proofs):
        raise CertificateExpiredError(pointer=pointer)


def check_period(*, valid_from: date, valid_to: date | None) -> None:
    """Refuse a certificate that ends before it begins; `valid_to` is its last day.

    Raises:
        CertificatePeriodInvalidError
    """
    if valid_to is not None and valid_to < valid_from:
        raise CertificatePeriodInvalidError(pointer="/valid_to")


# What refuses an instructor to a class: she is not there, or `check_fit` says no.
UNFIT: Final = (
    InstructorUnknownError,
    InstructorLeftError,
    CompetenceMissingError,
    CertificateMissingError,
    CertificateExpiredError,
)
