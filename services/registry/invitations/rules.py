"""The life of an invitation, and codes that can be read out over a telephone."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TooManyRequestsError,
)
from shared.i18n import Text
from shared.scope import Role


class InvitationState(StrEnum):
    """The life of an invitation."""

    ISSUED = "ISSUED"
    CLAIMED = "CLAIMED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class InvitationNotFoundError(NotFoundError):
    """There is no such invitation, or it is no longer good: which of the two is not told."""

    code = "invitation-not-found"
    title = Text(
        "Undangan tidak ditemukan atau tidak berlaku lagi.",
        "There is no such invitation, or it is no longer good.",
    )


class InvitationUsedError(ConflictError):
    """Somebody has claimed the code already."""

    code = "invitation-used"
    title = Text("Kode undangan sudah dipakai.", "The code has been used.")


class InvitationStateRefusedError(ConflictError):
    """The invitation cannot go from its present state to the one asked for."""

    code = "invitation-state-refused"
    title = Text(
        "Status undangan saat ini tidak mengizinkan perubahan ini.",
        "The invitation's present state does not allow this change.",
    )


class CodeMistypedError(InvalidError):
    """No code looks like this: its check letter does not agree with the rest."""

    code = "invitation-code-mistyped"
    title = Text(
        "Kode salah ketik; periksa lagi huruf dan angkanya.",
        "The code is mistyped; look at its letters and digits again.",
    )


class TooManyClaimsError(TooManyRequestsError):
    """The caller has tried too many codes."""

    code = "too-many-claims"
    title = Text(
        "Terlalu banyak percobaan kode, coba lagi nanti.", "Too many codes tried, try later."
    )


class ClaimRefusedError(ForbiddenError):
    """The caller's token is not of an issuer whose callers are assigned."""

    code = "claim-refused"
    title = Text("Login ini tidak memerlukan undangan.", "This login does not act by invitations.")


class InvitedRoleRefusedError(InvalidError):
    """Only those who work at one facility are invited by code."""

    code = "invited-role-refused"
    title = Text(
        "Undangan hanya untuk pengelola atau instruktur satu balai.",
        "Only operators and instructors of one facility are invited.",
    )


class InvitationExpiryInvalidError(InvalidError):
    """The invitation would expire at once, or stay good for too long."""

    code = "invitation-expiry-invalid"
    title = Text(
        "Undangan harus berakhir dalam 90 hari ke depan.",
        "An invitation ends within the next 90 days.",
    )


class HandoverUnclearError(ConflictError):
    """Nobody runs the facility, or several do and it is not said who hands it over."""

    code = "handover-unclear"
    title = Text(
        "Sebutkan penugasan yang diserahterimakan.", "Name the assignment that is handed over."
    )


class HandoverDoneError(ConflictError):
    """What is to be handed over was handed over to somebody else meanwhile."""

    code = "handover-done"
    title = Text(
        "Balai sudah diserahterimakan kepada orang lain.",
        "The facility was handed over to somebody else.",
    )


class HandoverRefusedError(ForbiddenError):
    """The caller neither runs the facility nor is its office."""

    code = "handover-refused"
    title = Text(
        "Hanya kepala balai atau dinasnya yang dapat menyerahterimakan.",
        "Only the head of the facility or its office hands it over.",
    )


_S = InvitationState
_NEXT: Final[dict[InvitationState, frozenset[InvitationState]]] = {
    _S.ISSUED: frozenset({_S.CLAIMED, _S.EXPIRED, _S.REVOKED}),
    _S.CLAIMED: frozenset({_S.APPROVED, _S.REFUSED, _S.REVOKED}),
    _S.APPROVED: frozenset(),
    _S.REFUSED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.REVOKED: frozenset(),
}
OPEN: Final = (_S.ISSUED, _S.CLAIMED)
INVITED: Final = frozenset({Role.FACILITY_OPERATOR, Role.INSTRUCTOR})
LONGEST: Final = timedelta(days=90)

# Tries in a window; with 31^9 codes, nobody finds one of 4,000 that way.
TRIES: Final = 10
WINDOW: Final = timedelta(hours=1)


def state_at(now: datetime, *, state: InvitationState, expires_at: datetime) -> InvitationState:
    """Return the state as it counts at `now`: what nobody claimed in time has expired."""
    return _S.EXPIRED if state is _S.ISSUED and expires_at <= now else state


def check_turn(*, present: InvitationState, wanted: InvitationState) -> None:
    """Refuse a change of state that the life of an invitation does not know.

    ISSUED > CLAIMED > APPROVED | REFUSED; ISSUED > EXPIRED; what is open may be REVOKED.

    Raises:
        InvitationStateRefusedError
    """
    if wanted not in _NEXT[present]:
        raise InvitationStateRefusedError(
            Text(
                f"Undangan berstatus {present} tidak dapat menjadi {wanted}.",
                f"An invitation that is {present} cannot become {wanted}.",
            ),
            extra={"present": present.value, "allowed": sorted(_NEXT[present])},
        )


def check_claim(state: InvitationState) -> None:
    """Refuse to claim what is not waiting for a claim.

    Raises:
        InvitationUsedError: when somebody has claimed it.
        InvitationNotFoundError: when it has expired or was revoked.
    """
    if state in (_S.EXPIRED, _S.REVOKED):
        raise InvitationNotFoundError
    if state is not _S.ISSUED:
        raise InvitationUsedError


def check_invited(role: Role, *, expires_at: datetime, now: datetime) -> None:
    """Refuse an invitation to a role of more than one facility, or of an odd length.

    Raises:
        InvitedRoleRefusedError, InvitationExpiryInvalidError
    """
    if role not in INVITED:
        raise InvitedRoleRefusedError(pointer="/role")
    if not now < expires_at <= now + LONGEST:
        raise InvitationExpiryInvalidError(pointer="/expires_at")


def check_tries(tries: int, *, since: datetime, now: datetime) -> None:
    """Refuse another try to somebody who has had his; `tries` counts this one.

    Raises:
        TooManyClaimsError
    """
    if tries > TRIES:
        left = since + WINDOW - now
        raise TooManyClaimsError(retry_after_s=max(1, int(left.total_seconds())))


# Without 0, 1, I, L and O, which look like one another. 31 is prime: the weighted sum shows every
# single wrong letter and every two that were exchanged.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_BASE: Final = len(ALPHABET)
_DRAWN: Final = 9


def _check_letter(letters: Sequence[int]) -> int:
    return sum(weight * value for weight, value in enumerate(letters, start=1)) % _BASE


def code_of(key: bytes, invitation_id: UUID) -> str:
    """Return the code of an invitation, `ABCDE-FGHJK`: nine letters and one that checks them.

    It follows from the server's key and the invitation's id, so that a repeated request can be
    answered with the same code although no table holds it.
    """
    seed = hmac.digest(key, b"invitation code\n" + invitation_id.bytes, "sha256")
    number = int.from_bytes(seed) % _BASE**_DRAWN
    letters = []
    for _ in range(_DRAWN):
        number, letter = divmod(number, _BASE)
        letters.append(letter)
    text = "".join(ALPHABET[letter] for letter in [*letters, _check_letter(letters)])
    return f"{text[:5]}-{text[5:]}"


def read_code(text: str) -> str:
    """Return the ten letters of a code as somebody typed it.

    Raises:
        CodeMistypedError: when it is too long or short, or its check letter is wrong.
    """
    typed = "".join(text.upper().replace("-", " ").split())
    if len(typed) != _DRAWN + 1 or not set(typed) <= set(ALPHABET):
        raise CodeMistypedError(pointer="/code")
    letters = [ALPHABET.index(letter) for letter in typed]
    if _check_letter(letters[:-1]) != letters[-1]:
        raise CodeMistypedError(pointer="/code")
    return typed


def hash_of(key: bytes, code: str) -> str:
    """Return what is kept of a code: without the server's key it cannot be searched through."""
    return hmac.digest(key, b"invitation hash\n" + read_code(code).encode(), "sha256").hex()
