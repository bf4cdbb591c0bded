"""Codes that prove a contact, stated without a database."""

from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.enrollment.attempts.rules import Limit
from services.enrollment.identities.rules import NikKeys
from shared.errors import ConflictError, InvalidError
from shared.i18n import Text

CODE_DIGITS: Final = 6
GOOD_FOR: Final = timedelta(minutes=10)
TRIES: Final = 5
# Enough for somebody whose letters are slow, and no way to flood a mailbox.
_CODES_AN_HOUR: Final = 5
_HOUR: Final = timedelta(hours=1)


class CodePurpose(StrEnum):
    """What a code is for."""

    BIND = "BIND"
    VERIFY = "VERIFY"


class CodeWrongError(InvalidError):
    """The code is not the one that was sent, or it is used or too old."""

    code = "code-wrong"
    title = Text("Kode salah atau sudah tidak berlaku.", "The code is wrong or no longer good.")


class ContactUnnamedError(InvalidError):
    """Neither who is meant nor which contact was said."""

    code = "contact-unnamed"
    title = Text(
        "Sebutkan kontak yang dibuktikan, atau NIK dan tanggal lahir untuk menautkan akun.",
        "Name the contact to prove, or NIK and birth date to bind a login.",
    )


class NoContactError(ConflictError):
    """There is no such contact to send a code to, or it has been proved already."""

    code = "no-contact"
    title = Text(
        "Kontak ini tidak ada atau sudah terbukti.",
        "There is no such contact, or it has been proved already.",
    )


def code_of(number: int) -> str:
    """Return the code that a random number below a million stands for."""
    return f"{number:0{CODE_DIGITS}}"


def hash_of(code: str, *, code_id: UUID, keys: NikKeys) -> bytes:
    """Return what is kept of a code: a hash with the index key, of this row only."""
    return keys.index_of(f"contact-code|{code_id}|{code}")


def contact_hash(address: str, *, keys: NikKeys) -> bytes:
    """Return what is kept of the contact to which a code was sent."""
    return keys.index_of(f"contact|{address}")


def asking_limits(holder: str, person: str) -> list[Limit]:
    """Return how often codes may be asked for, by one login and for one person.

    `person` stands for a NIK or an id, of somebody who is there or not.
    """
    return [
        Limit("contact-code-login", holder, _CODES_AN_HOUR, _HOUR),
        Limit("contact-code-person", person, _CODES_AN_HOUR, _HOUR),
    ]


def trying_limits(holder: str, person: str) -> list[Limit]:
    """Return how often a code may be tried, by one login and for one person."""
    return [
        Limit("contact-try-login", holder, TRIES, GOOD_FOR),
        Limit("contact-try-person", person, TRIES, GOOD_FOR),
    ]
