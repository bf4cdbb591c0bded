"""Links and the tokens that open them, stated without a database."""

import hashlib
import re
from datetime import datetime
from enum import StrEnum
from typing import Final

from shared.errors import ConflictError, NotFoundError, UnauthorizedError
from shared.i18n import Text

HEADER: Final = "Follow-Up-Token"
# The page that takes the token: it stands in the fragment of the address.
PAGE: Final = "/reporting/follow-up"
TOKEN_BYTES: Final = 32
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
# How often somebody is told: when the class is asked, before it is given up, and by hand.
AT_OPENING: Final = 1
BEFORE_CLOSING: Final = 2
BY_HAND: Final = 3


class LinkState(StrEnum):
    """The life of a link. WANTED is still to be sent; the other states but SENT are final."""

    WANTED = "WANTED"
    SENT = "SENT"
    USED = "USED"
    REVOKED = "REVOKED"
    DROPPED = "DROPPED"


class LinkTokenMissingError(UnauthorizedError):
    """There is no token in the request: the address of the link was not opened whole."""

    code = "followup-token-missing"
    title = Text(
        "Token tautan tidak ada. Bukalah tautan itu secara utuh.",
        "The token of the link is missing. Open the link as a whole.",
    )


class LinkUnknownError(NotFoundError):
    """The token opens nothing, whatever the reason."""

    code = "followup-link-unknown"
    title = Text(
        "Tautan ini tidak berlaku. Mintalah tautan baru kepada balai Anda.",
        "This link does not hold. Ask your centre for a new one.",
    )


class LinkUsedError(ConflictError):
    """The answer has been sent by this link."""

    code = "followup-link-used"
    title = Text(
        "Jawaban lewat tautan ini sudah dikirim. Terima kasih.",
        "The answer has been sent by this link. Thank you.",
    )


class LinkExpiredError(ConflictError):
    """The time to answer has passed."""

    code = "followup-link-expired"
    title = Text(
        "Waktu menjawab lewat tautan ini sudah habis.", "The time to answer by this link is over."
    )


class LinkRevokedError(ConflictError):
    """The link was taken back."""

    code = "followup-link-revoked"
    title = Text(
        "Tautan ini sudah dicabut. Mintalah tautan baru kepada balai Anda.",
        "This link was taken back. Ask your centre for a new one.",
    )


class LinkNotRevocableError(ConflictError):
    """The link has ended already."""

    code = "followup-link-ended"
    title = Text("Tautan ini sudah tidak berlaku.", "The link holds no longer.")


class AlreadyAnsweredError(ConflictError):
    """Nobody needs a link to what has been answered."""

    code = "followup-answered"
    title = Text("Tindak lanjut ini sudah dijawab.", "The follow-up has been answered.")


def hash_of(token: str) -> bytes | None:
    """Return what is kept of a token; None of what is none."""
    if _TOKEN.fullmatch(token) is None:
        return None
    return hashlib.sha256(f"follow-up\n{token}".encode()).digest()


def check_open(state: LinkState, *, expires_at: datetime, now: datetime) -> None:
    """Refuse a link that holds no longer.

    Raises:
        LinkUsedError: when the answer was sent by it.
        LinkRevokedError: when it was taken back.
        LinkExpiredError: when its time is over.
    """
    if state is LinkState.USED:
        raise LinkUsedError
    if state is LinkState.REVOKED:
        raise LinkRevokedError
    if now >= expires_at:
        raise LinkExpiredError


def check_revocable(state: LinkState) -> None:
    """Refuse to take back what has ended.

    Raises:
        LinkNotRevocableError: when it was used or taken back, or never left.
    """
    if state not in (LinkState.WANTED, LinkState.SENT):
        raise LinkNotRevocableError(
            extra={"present": state.value, "allowed": [LinkState.WANTED, LinkState.SENT]}
        )
