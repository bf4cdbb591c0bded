"""The life of a certificate and its number, stated without a database."""

import re
from collections.abc import Mapping
from typing import Final

from shared.errors import ConflictError, NotFoundError, UnavailableError
from shared.i18n import Text
from shared.schemas.enrollment import CertificateState, ClassState

_TRAINED: Final = (ClassState.OPENED, ClassState.COMPLETED)
# Crockford's base32: nothing in it is taken for something else when it is typed off a paper.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# 50 random bits: numbers run on, but nobody finds the next one by counting.
CHECK_LENGTH: Final = 10
_SERIAL_DIGITS: Final = 5
_NOT_IN_NUMBER: Final = re.compile(r"[^A-Z0-9]+")
_MEANT: Final = str.maketrans("OIL", "011")

_ALLOWED: Final[Mapping[CertificateState, tuple[CertificateState, ...]]] = {
    CertificateState.VALID: (CertificateState.REVOKED, CertificateState.REISSUED),
    CertificateState.REVOKED: (),
    CertificateState.REISSUED: (),
}


class CertificateUnknownError(NotFoundError):
    """There is no such certificate, or it lies outside the scope."""

    code = "certificate-unknown"
    title = Text("Sertifikat tidak ditemukan.", "There is no such certificate.")


class CertificateStateError(ConflictError):
    """The certificate has been revoked, or another took its place."""

    code = "certificate-state-refused"
    title = Text("Status sertifikat menolak ini.", "The certificate's state refuses this.")


class ClassNotTrainedError(ConflictError):
    """Nobody has been trained in the class."""

    code = "class-not-trained"
    title = Text(
        "Kelas belum dibuka atau dibatalkan: belum ada yang dilatih.",
        "The class has not opened or was called off: nobody has been trained.",
    )


class PaperNotReadyError(UnavailableError):
    """The certificate is being typeset at this moment."""

    code = "certificate-not-ready"
    title = Text("Berkas sertifikat sedang dibuat.", "The certificate is being typeset.")


class PaperErasedError(NotFoundError):
    """The paper was destroyed with the key of the person."""

    code = "certificate-erased"
    title = Text(
        "Berkas sertifikat telah dihapus bersama data pribadi.",
        "The certificate was erased with the personal data.",
    )


def check_trained(state: ClassState) -> None:
    """Refuse to certify where nobody can have completed.

    Raises:
        ClassNotTrainedError: with the present state and those in which people are certified.
    """
    if state not in _TRAINED:
        allowed = [each.value for each in _TRAINED]
        raise ClassNotTrainedError(extra={"present": state.value, "allowed": allowed})


def check_turn(present: CertificateState, wanted: CertificateState) -> None:
    """Refuse what the life of a certificate does not allow.

    Raises:
        CertificateStateError: with the present state and those that may follow.
    """
    allowed = _ALLOWED[present]
    if wanted not in allowed:
        raise CertificateStateError(
            Text(f"Status sertifikat {present}.", f"The certificate is {present}."),
            extra={"present": present.value, "allowed": [each.value for each in allowed]},
        )


def number_of(*, year: int, facility_code: str, serial: int, check: bytes) -> str:
    """Return the number of a certificate; `check` has ten random bytes.

    Of a facility's serials in a year none is missing: who holds two numbers knows how many lie
    between, and none of their last parts.
    """
    place = _NOT_IN_NUMBER.sub("-", facility_code.upper()).strip("-")
    tail = "".join(ALPHABET[each % len(ALPHABET)] for each in check)
    return f"BALAI-{year}-{place}-{serial:0{_SERIAL_DIGITS}d}-{tail}"


def as_printed(typed: str) -> str:
    """Return a number as it is printed, from what somebody typed: small letters, O for 0."""
    number = typed.strip().upper()
    head, _, tail = number.rpartition("-")
    return f"{head}-{tail.translate(_MEANT)}" if head else number


def sealed_name(certificate_id: object) -> str:
    """Return where the name of a certificate is sealed."""
    return f"training_certificate|name_cipher|{certificate_id}"


def sealed_paper(certificate_id: object) -> str:
    """Return where the PDF of a certificate is sealed."""
    return f"training_certificate|pdf_cipher|{certificate_id}"


def path_of(number: str) -> str:
    """Return the path, behind the entrance, at which anybody verifies a certificate."""
    return f"/enrollment/verify/{number}"
