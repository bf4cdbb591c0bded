"""How a person's key is wrapped, and how something is sealed under it, without a database."""

from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.enrollment.identities.rules import NONCE_BYTES, NikKeys, SealedNik
from shared.errors import ConflictError
from shared.i18n import Text

DATA_KEY_BYTES: Final = 32


class PersonErasedError(ConflictError):
    """The person's key was destroyed: nothing more is kept of this person under seal."""

    code = "person-erased"
    title = Text(
        "Data pribadi orang ini sudah dihapus.", "The personal data of this person were erased."
    )


def wrap_key(keys: NikKeys, data_key: bytes, *, participant_id: UUID, nonce: bytes) -> SealedNik:
    """Encrypt a person's key for its row; `nonce` has 12 random bytes, never used twice."""
    return keys.seal_text(data_key.hex(), bound_to=_of_key(participant_id), nonce=nonce)


def unwrap_key(keys: NikKeys, wrapped: SealedNik, *, participant_id: UUID) -> bytes:
    """Decrypt a person's key.

    Raises:
        cryptography.exceptions.InvalidTag: when it was wrapped for another person or key.
    """
    return bytes.fromhex(keys.unseal_text(wrapped, bound_to=_of_key(participant_id)))


def seal(data_key: bytes, plain: bytes, *, participant_id: UUID, where: str, nonce: bytes) -> bytes:
    """Encrypt something of a person for one place; the nonce stands before the ciphertext."""
    bound = _associated(participant_id, where)
    return nonce + AESGCM(data_key).encrypt(nonce, plain, bound)


def open_sealed(data_key: bytes, sealed: bytes, *, participant_id: UUID, where: str) -> bytes:
    """Decrypt what was sealed for this person and place.

    Raises:
        cryptography.exceptions.InvalidTag: when it was sealed for another person, place or key.
    """
    nonce, cipher = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    return AESGCM(data_key).decrypt(nonce, cipher, _associated(participant_id, where))


def _of_key(participant_id: UUID) -> str:
    return f"person_key|wrapped_key|{participant_id}"


def _associated(participant_id: UUID, where: str) -> bytes:
    return f"{where}|{participant_id}".encode()
