"""The life of a snapshot, what it holds, and how it is signed, without a database."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Any, Final

from joserfc.jwk import OKPKey

from services.reporting.published_tables.rules import canonical
from shared.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from shared.i18n import Text

FORMAT: Final = "balai-snapshot-1"
SYNTHETIC_NOTE: Final = "DATA SINTETIS"


# Western Indonesia has had no other offset since 1964.
_JAKARTA: Final = timezone(timedelta(hours=7))


class SnapshotState(StrEnum):
    """Ordered, frozen by its job, published, and replaced by a revision that was published."""

    ORDERED = "ORDERED"
    FROZEN = "FROZEN"
    PUBLISHED = "PUBLISHED"
    REPLACED = "REPLACED"


PUBLIC: Final = (SnapshotState.PUBLISHED, SnapshotState.REPLACED)


class SnapshotNotFoundError(NotFoundError):
    """There is no such snapshot, or it has not been published."""

    code = "snapshot-unknown"
    title = Text("Rekaman angka tidak ditemukan.", "There is no such snapshot.")


class SnapshotIdTakenError(ConflictError):
    """Another snapshot has the id."""

    code = "snapshot-id-taken"
    title = Text("Id rekaman sudah dipakai.", "Another snapshot has this id.")


class SnapshotStateError(ConflictError):
    """The snapshot's state does not allow this; `present` and `allowed` say why."""

    code = "snapshot-state"
    title = Text("Keadaan rekaman tidak mengizinkan ini.", "The snapshot's state refuses this.")


class SnapshotRevisedError(ConflictError):
    """Another revision has taken the snapshot's place meanwhile."""

    code = "snapshot-revised"
    title = Text(
        "Rekaman ini sudah diganti revisi lain.", "Another revision has replaced this snapshot."
    )


class PeriodRefusedError(InvalidError):
    """A snapshot's period ends before it starts, or has not ended."""

    code = "snapshot-period-refused"
    title = Text(
        "Periode harus berurutan dan tidak boleh berakhir setelah hari ini.",
        "The period must be in order, and must not end after today.",
    )


class SnapshotsNationalError(ForbiddenError):
    """Snapshots are of the whole country."""

    code = "snapshots-national"
    title = Text(
        "Rekaman resmi hanya dibuat petugas nasional.", "Only national staff take snapshots."
    )


class SigningKeyUnfitError(ConflictError):
    """The service has no Ed25519 key to sign with."""

    code = "signing-key-unfit"
    title = Text(
        "Layanan tidak memiliki kunci Ed25519 untuk menandatangani.",
        "The service has no Ed25519 key to sign with.",
    )


def check_period(first: date, last: date, *, today: date) -> None:
    """Refuse a period that ends before it starts, or after today.

    Raises:
        PeriodRefusedError
    """
    if last < first or last > today:
        raise PeriodRefusedError(pointer="/period_to")


def taken_at(period_to: date, *, now: datetime) -> datetime:
    """Return the moment whose knowledge a snapshot holds: the period's end, or now before it."""
    end = datetime.combine(period_to + timedelta(days=1), time(), _JAKARTA).astimezone(UTC)
    return min(end, now)


def check_state(present: SnapshotState, *allowed: SnapshotState) -> None:
    """Refuse what a snapshot's state does not allow.

    Raises:
        SnapshotStateError
    """
    if present not in allowed:
        raise SnapshotStateError(
            extra={"present": present.value, "allowed": [each.value for each in allowed]}
        )


def body_of(
    facts: Mapping[str, Any],
    *,
    tables: Mapping[str, Any],
    baselines: Sequence[Mapping[str, Any]],
    synthetic: bool,
) -> bytes:
    """Return the bytes of a snapshot: canonical JSON, so that one content has one hash."""
    return canonical(
        {
            "format": FORMAT,
            **facts,
            "synthetic": synthetic,
            "synthetic_note": SYNTHETIC_NOTE if synthetic else None,
            "baselines": baselines,
            "tables": tables,
        }
    )


def hash_of(body: bytes) -> str:
    """Return the SHA-256 of a snapshot's bytes, in hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()


def sign(body: bytes, key: object) -> str:
    """Return the Ed25519 signature of a snapshot's bytes, base64url without padding.

    Raises:
        SigningKeyUnfitError: when the key is not a private Ed25519 key.
    """
    if not isinstance(key, OKPKey) or key.curve_name != "Ed25519" or not key.is_private:
        raise SigningKeyUnfitError
    private: Any = key.private_key
    return base64.urlsafe_b64encode(private.sign(body)).rstrip(b"=").decode()


def public_jwk(key: OKPKey) -> dict[str, str]:
    """Return the public half of a key as a JSON Web Key."""
    told = key.as_dict(private=False)
    return {
        **{name: str(told[name]) for name in ("kty", "crv", "x", "kid")},
        "alg": "EdDSA",
        "use": "sig",
    }
