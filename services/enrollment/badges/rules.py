"""What a badge says, and by which keys it is signed, without a database."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, OKPKey

from shared.errors import NotFoundError, UnavailableError
from shared.i18n import Text

MEDIA_TYPE: Final = "application/vc+jwt"
_CONTEXTS: Final = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
_SCHEMA: Final = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)
_NAME: Final = "Balai"


class BadgesOffError(UnavailableError):
    """There is no key to sign badges with."""

    code = "badges-off"
    title = Text("Lencana digital tidak diaktifkan.", "Badges are switched off.")


class BadgeKeyUnknownError(NotFoundError):
    """No badge was ever signed with such a key."""

    code = "badge-key-unknown"
    title = Text("Kunci lencana tidak ditemukan.", "There is no such badge key.")


@dataclass(frozen=True, slots=True)
class BadgeKeys:
    """All keys of badges by name; the first signs, the others signed before."""

    keys: Mapping[str, OKPKey]

    @property
    def signing(self) -> tuple[str, OKPKey]:
        """The name of the key that signs, and the key."""
        return next(iter(self.keys.items()))

    def public(self, name: str, *, issuer: str) -> dict[str, Any]:
        """Return the public half of a key, whose id is the address at which it lies.

        Raises:
            BadgeKeyUnknownError: when there is none of that name.
        """
        key = self.keys.get(name)
        if key is None:
            raise BadgeKeyUnknownError
        told = {each: key.as_dict(private=False)[each] for each in ("kty", "crv", "x")}
        return {**told, "kid": key_address(issuer, name), "alg": "EdDSA", "use": "sig"}


def read_keys(content: Mapping[str, Any]) -> BadgeKeys:
    """Return the keys of a JSON Web Key Set; of a key's id the part after `#` is the name.

    Raises:
        ValueError: when the first is not a private Ed25519 key, or one has no name.
    """
    keys: dict[str, OKPKey] = {}
    for each in content["keys"]:
        try:
            key = JWKRegistry.import_key(each)
        except JoseError as error:
            raise ValueError("a badge key cannot be read") from error
        name = str(key.kid or "").rpartition("#")[2]
        if not isinstance(key, OKPKey) or key.curve_name != "Ed25519" or not name.isprintable():
            raise ValueError("a badge key is an Ed25519 key with an id")
        keys[name] = key
    if "" in keys or not keys or not next(iter(keys.values())).is_private:
        raise ValueError("the first badge key is private, and each has an id")
    return BadgeKeys(keys)


@dataclass(frozen=True, slots=True)
class Badge:
    """All that a badge says of a certificate; of the person a random id, and a hash at most.

    `issuer` is the address of the issuer's profile, `email` what the hash is made of.
    """

    certificate_id: UUID
    subject_id: UUID
    class_id: UUID
    module_id: UUID
    facility_id: UUID
    number: str
    title: str
    module_version: str
    hours: int
    program: str
    facility: str
    issued_at: datetime
    verification_url: str
    issuer: str
    public_url: str
    synthetic: bool
    email: str | None

    def __repr__(self) -> str:
        return f"Badge({self.number})"


def key_address(issuer: str, name: str) -> str:
    """Return the address at which the public half of a key lies."""
    return f"{issuer}/keys/{name}"


def status_address(issuer: str, class_id: UUID) -> str:
    """Return the address of the list of a class's certificates that are no longer valid."""
    return f"{issuer}/revocations/{class_id}"


def urn(identifier: UUID) -> str:
    """Return the name of a thing as badges write it."""
    return f"urn:uuid:{identifier}"


def profile(issuer: str, *, public_url: str) -> dict[str, Any]:
    """Return who issues badges, as they name it."""
    return {"id": issuer, "type": ["Profile"], "name": _NAME, "url": public_url}


def profile_document(issuer: str, *, public_url: str) -> dict[str, Any]:
    """Return the profile as it lies at its own address."""
    return {"@context": _CONTEXTS, **profile(issuer, public_url=public_url)}


def _hashed(email: str, *, salt: str) -> dict[str, Any]:
    """Return who somebody is, so that only who knows the address recognises it."""
    digest = hashlib.sha256((email.strip().lower() + salt).encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": "emailAddress",
        "salt": salt,
    }


def _subject(badge: Badge) -> dict[str, Any]:
    mark = "DATA SINTETIS: " if badge.synthetic else ""
    subject: dict[str, Any] = {
        "id": urn(badge.subject_id),
        "type": ["AchievementSubject"],
        "achievement": {
            "id": urn(badge.module_id),
            "type": ["Achievement"],
            "achievementType": "CertificateOfCompletion",
            "creator": {
                "id": urn(badge.facility_id),
                "type": ["Profile"],
                "name": badge.facility,
            },
            "name": f"{mark}{badge.title}",
            "description": f"{badge.program}: {badge.title} {badge.module_version},"
            f" {badge.hours} jam pelajaran (lesson hours)",
            "humanCode": badge.number,
            "criteria": {"id": badge.verification_url},
        },
    }
    if badge.email:
        subject["identifier"] = [_hashed(badge.email, salt=badge.subject_id.hex)]
    return subject


def credential_of(badge: Badge) -> dict[str, Any]:
    """Return the claims of a badge: the credential itself, and what a JWT names beside it.

    Source: Open Badges 3.0, section 8.2.4 (JSON Web Token proof format).
    """
    identifier = urn(badge.certificate_id)
    return {
        "@context": _CONTEXTS,
        "id": identifier,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": profile(badge.issuer, public_url=badge.public_url),
        "name": badge.title,
        "validFrom": badge.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credentialSubject": _subject(badge),
        "credentialStatus": {
            "id": status_address(badge.issuer, badge.class_id),
            "type": "1EdTechRevocationList",
        },
        "credentialSchema": [{"id": _SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        "iss": badge.issuer,
        "jti": identifier,
        "nbf": int(badge.issued_at.timestamp()),
        "sub": urn(badge.subject_id),
    }


def revocation_list(
    issuer: str, class_id: UUID, *, ended: Sequence[tuple[UUID, str]]
) -> dict[str, Any]:
    """Return which badges of a class are no longer valid; `ended` are certificates and states.

    Source: 1EdTech Verifiable Credential Revocation List Status Method 1.0.
    """
    return {
        "id": status_address(issuer, class_id),
        "issuer": issuer,
        "revokedCredentials": [
            {"id": urn(identifier), "revoked": True, "revocationReason": state}
            for identifier, state in ended
        ],
    }
