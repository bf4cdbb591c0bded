"""The NIK, stated without a database: how it reads, how it is sealed, what it may disagree with."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import InvalidError
from shared.i18n import Text
from shared.ids import HEX_ID

NONCE_BYTES: Final = 12
_LENGTH: Final = 16
# On the NIK of a woman the day of birth stands 40 higher.
_FEMALE_DAY: Final = 40
_SYNTHETIC_SERIAL: Final = "0000"
_KEY_BYTES: Final = 32
# Sixteen digits in a row, however they are parted, are a NIK unless they stand in an id.
_WRITTEN: Final = re.compile(rf"{HEX_ID}|(?P<nik>\d(?:[ ._/-]?\d){{15}})")


class NikMalformedError(InvalidError):
    """The NIK is not 16 digits that hold a day and a month of birth."""

    code = "nik-malformed"
    title = Text(
        "NIK harus 16 digit dengan tanggal lahir yang sah di dalamnya.",
        "A NIK has 16 digits with a valid day and month of birth in them.",
    )


class NikSyntheticError(InvalidError):
    """The NIK ends in 0000, which no office issues: it is generated data."""

    code = "nik-synthetic"
    title = Text(
        "NIK dengan nomor urut 0000 adalah data sintetis dan hanya diterima dalam mode demo.",
        "A NIK with serial 0000 is synthetic data, which only demo mode accepts.",
    )


@dataclass(frozen=True, slots=True)
class Nik:
    """The parts of a NIK; it never prints its digits.

    `district_code` is where it was first issued, written with dots, perhaps by a code that has
    since been replaced. `born_on` has its century from the declared birth date.
    """

    digits: str
    district_code: str
    born_on: date
    female: bool
    synthetic: bool

    def __repr__(self) -> str:
        return f"Nik({self.masked})"

    @property
    def masked(self) -> str:
        """The NIK as everybody may see it: 3201********0012."""
        return masked(self.digits)


def masked(digits: str) -> str:
    """Return a NIK as everybody may see it."""
    return f"{digits[:4]}********{digits[12:]}"


def check_digits(text: str) -> str:
    """Return `text` when it is 16 digits.

    Raises:
        NikMalformedError: when it is anything else.
    """
    if not is_nik(text):
        raise NikMalformedError(pointer="/nik")
    return text


def is_nik(text: str) -> bool:
    """Tell whether `text` is 16 digits."""
    return len(text) == _LENGTH and text.isascii() and text.isdigit()


def district_of(digits: str) -> str:
    """Return the code, with dots, of the district that a NIK begins with."""
    return f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}"


def holds_nik(text: str) -> bool:
    """Tell whether a text that is to name nobody could hold a NIK; an id cannot."""
    if _is_id(text):
        return False
    return any(found["nik"] for found in _WRITTEN.finditer(text))


def _is_id(text: str) -> bool:
    # Two NIKs in a row are 32 digits as well: an id has its dashes, or a letter.
    if text.isdigit():
        return False
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def parse_nik(text: str, *, declared_birth_date: date, allow_synthetic: bool) -> Nik:
    """Read a NIK; what it says of place, birth and sex may legally differ from today's.

    Raises:
        NikMalformedError: when it has not 16 digits, or no such day and month exist.
        NikSyntheticError: when its serial is 0000 and synthetic people are not accepted.

    Source: PP 37/2007, article 37: district of registration (6), day with 40 added for women,
    month and year (6), serial (4).
    """
    check_digits(text)
    day, month, year = int(text[6:8]), int(text[8:10]), int(text[10:12])
    female = day > _FEMALE_DAY
    born_on = _birth_date(
        day - _FEMALE_DAY if female else day, month, year, near=declared_birth_date.year
    )
    if born_on is None:
        raise NikMalformedError(pointer="/nik")
    synthetic = is_synthetic(text)
    if synthetic and not allow_synthetic:
        raise NikSyntheticError(pointer="/nik")
    return Nik(
        digits=text,
        district_code=district_of(text),
        born_on=born_on,
        female=female,
        synthetic=synthetic,
    )


def is_synthetic(digits: str) -> bool:
    """Tell whether a NIK is made up: no office gives out the serial 0000."""
    return digits.endswith(_SYNTHETIC_SERIAL)


def birth_digits(born_on: date, *, female: bool) -> str:
    """Return digits 7 to 12 of a NIK that says just this; see `parse_nik`."""
    day = born_on.day + (_FEMALE_DAY if female else 0)
    return f"{day:02d}{born_on.month:02d}{born_on.year % 100:02d}"


@lru_cache(maxsize=65_536)
def _birth_date(day: int, month: int, year_of_century: int, *, near: int) -> date | None:
    """Return the date in the century nearest to the year `near` in which it exists."""
    base = near - near % 100 + year_of_century
    candidates = sorted((base - 100, base, base + 100), key=lambda year: abs(year - near))
    for year in candidates:
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return None


def nik_warnings(nik: Nik, *, birth_date: date, female: bool, district_known: bool) -> list[str]:
    """Return in which parts the NIK disagrees with what was declared; none of them refuses anybody.

    A NIK keeps the place, and sometimes an error, of its first registration.
    """
    if nik.born_on == birth_date and nik.female == female and district_known:
        return []
    found = {
        "nik-birth-date-differs": nik.born_on != birth_date,
        "nik-sex-differs": nik.female != female,
        "nik-place-unknown": not district_known,
    }
    return [code for code, differs in found.items() if differs]


@dataclass(frozen=True, slots=True)
class NikKey:
    """One generation of keys: `seal` encrypts, `index` makes the blind index."""

    seal: bytes
    index: bytes

    def __repr__(self) -> str:
        return "NikKey(...)"


class SealedNik(NamedTuple):
    """A NIK or another secret as it is kept: the nonce stands before the ciphertext."""

    cipher: bytes
    key_id: str


@dataclass(frozen=True, slots=True)
class NikKeys:
    """All generations of keys, and the one that new NIKs are sealed with.

    Every generation has the same index key: a second one would let a person register twice.

    Raises:
        ValueError: when a key has not 32 bytes, the two keys of a generation are one, the current
            generation is missing, or the index keys differ.
    """

    current: str
    keys: Mapping[str, NikKey]

    def __post_init__(self) -> None:
        if self.current not in self.keys:
            raise ValueError("the current NIK key is not among the keys")
        for key in self.keys.values():
            if len(key.seal) != _KEY_BYTES or len(key.index) != _KEY_BYTES:
                raise ValueError("a NIK key has 32 bytes")
            if key.seal == key.index:
                raise ValueError("sealing and indexing take two different NIK keys")
        if len({key.index for key in self.keys.values()}) > 1:
            raise ValueError("all generations of NIK keys share one index key")

    def index_of(self, digits: str) -> bytes:
        """Return the blind index of a NIK: HMAC-SHA-256, 32 bytes."""
        keyed = _keyed(self.keys[self.current].index).copy()
        keyed.update(digits.encode())
        return keyed.digest()

    def seal(self, digits: str, *, participant_id: UUID | str, nonce: bytes) -> SealedNik:
        """Encrypt a NIK for one row; `nonce` has 12 random bytes and is never used twice."""
        return self.seal_text(digits, bound_to=_of_nik(participant_id), nonce=nonce)

    def unseal(self, sealed: SealedNik, *, participant_id: UUID) -> str:
        """Decrypt a NIK; a cipher moved to another row or key does not open.

        Raises:
            cryptography.exceptions.InvalidTag: when it was not sealed for this row and key.
        """
        return self.unseal_text(sealed, bound_to=_of_nik(participant_id))

    def seal_text(self, text: str, *, bound_to: str, nonce: bytes) -> SealedNik:
        """Encrypt a text for one place, named by table, column and row; see `seal`."""
        cipher = _cipher(self.keys[self.current].seal)
        bound = _associated(bound_to, self.current)
        return SealedNik(nonce + cipher.encrypt(nonce, text.encode(), bound), self.current)

    def unseal_text(self, sealed: SealedNik, *, bound_to: str) -> str:
        """Decrypt what was sealed for this place.

        Raises:
            cryptography.exceptions.InvalidTag: when it was sealed for another place or key.
        """
        nonce, cipher = sealed.cipher[:NONCE_BYTES], sealed.cipher[NONCE_BYTES:]
        bound = _associated(bound_to, sealed.key_id)
        return _cipher(self.keys[sealed.key_id].seal).decrypt(nonce, cipher, bound).decode()


@lru_cache(maxsize=16)
def _keyed(key: bytes) -> hmac.HMAC:
    # The key is taken in once: a copy of what that leaves costs half of a new beginning.
    return hmac.new(key, digestmod="sha256")


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _of_nik(participant_id: UUID | str) -> str:
    return f"participant|nik_cipher|{participant_id}"


def _associated(bound_to: str, key_id: str) -> bytes:
    return f"{bound_to}|{key_id}".encode()
