"""Identifiers: UUIDv7, so that they sort by the time they were made, and may come from a client."""

import secrets
import time
from typing import Final
from uuid import UUID

# An id without its dashes, of ours or of a trace: half of one may by chance be sixteen digits, as
# of a NIK. Two NIKs side by side have no letter among them.
HEX_ID: Final = r"(?<![0-9A-Za-z])(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{32}(?![0-9A-Za-z])"

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62


def uuid7(*, millisecond: int, random: int) -> UUID:
    """Return the UUIDv7 of a Unix time in milliseconds and 74 random bits.

    Source: RFC 9562, section 5.7.
    """
    high = (millisecond & ((1 << 48) - 1)) << 80
    rand_a = ((random >> 62) & 0xFFF) << 64
    rand_b = random & ((1 << 62) - 1)
    return UUID(int=high | _VERSION_7 | rand_a | _VARIANT | rand_b)


def new_id() -> UUID:
    """Return a fresh identifier."""
    return uuid7(millisecond=time.time_ns() // 1_000_000, random=secrets.randbits(74))
