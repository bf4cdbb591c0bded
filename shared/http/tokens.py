"""Keys and tokens: how services and the command line prove who they are.

A key's id is the issuer's name, `#`, and a mark of its own: `balai:registry#demo-1f3a`. Several
issuers may therefore share one JSON Web Key Set without one being able to sign for another.
"""

import json
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from joserfc import jwt
from joserfc.jwa import EdDSAAlgorithm
from joserfc.jwk import ECKey, JWKRegistry, OKPKey
from joserfc.jws import JWSRegistry

from shared.clock import utc_now
from shared.ids import new_id
from shared.scope import Grant, Role
from shared.settings import DEMO_MARK

SigningKey: TypeAlias = OKPKey | ECKey

ALGORITHMS: Final = ("EdDSA", "ES256")
TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 - the media type of RFC 9068, no secret
BUSINESS_TIME_TYPE: Final = "balai-time+jwt"


class _EdDSA(EdDSAAlgorithm):
    """EdDSA without joserfc's warning that RFC 9864 would rather name the curve.

    EdDSA is the name that issuers write and other verifiers read today.
    """

    security_warning = ""


JOSE: Final = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
JOSE.algorithms = {"EdDSA": _EdDSA(), "ES256": JWSRegistry.algorithms["ES256"]}


def make_key(issuer: str, *, demo: bool = False) -> OKPKey:
    """Return a fresh Ed25519 key of `issuer`; `demo` marks it so that production refuses it."""
    mark = f"{DEMO_MARK if demo else ''}{secrets.token_hex(4)}"
    return OKPKey.generate_key("Ed25519", parameters={"kid": f"{issuer}#{mark}", "use": "sig"})


def jwks_of(keys: Sequence[SigningKey]) -> dict[str, Any]:
    """Return the public halves of `keys` as a JSON Web Key Set."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


def load_key(path: str | Path) -> SigningKey:
    """Return the private key that a JWK file holds.

    Raises:
        ValueError: when it holds no private Ed25519 or P-256 key with a `kid`.
    """
    key = JWKRegistry.import_key(json.loads(Path(path).read_text()))
    if not isinstance(key, OKPKey | ECKey) or not key.is_private or not key.kid:
        raise ValueError(f"{path} holds no private key that can sign")
    return key


def _sign(key: SigningKey, kind: str, claims: dict[str, Any]) -> str:
    algorithm = "EdDSA" if isinstance(key, OKPKey) else "ES256"
    header = {"alg": algorithm, "typ": kind, "kid": key.kid}
    return jwt.encode(header, claims, key, registry=JOSE)


def _claim(grant: Grant) -> dict[str, Any]:
    members = {
        "role": grant.role.value,
        "ministries": list(grant.ministries),
        "areas": list(grant.areas),
        "facilities": [str(facility) for facility in grant.facilities],
        "participant_id": str(grant.participant_id) if grant.participant_id else None,
    }
    return {name: value for name, value in members.items() if value}


def sign_token(
    key: SigningKey,
    *,
    issuer: str,
    subject: str,
    grants: Sequence[Grant],
    audience: str = "balai",
    lifetime_s: int = 300,
) -> str:
    """Return an access token that is good from now on for `lifetime_s` seconds.

    Source: RFC 9068, JSON Web Token profile for OAuth 2.0 access tokens, section 2.
    """
    now = int(utc_now().timestamp())
    claims = {
        "iss": issuer,
        "sub": subject,
        "client_id": subject,
        "aud": audience,
        "iat": now,
        "exp": now + lifetime_s,
        "jti": str(new_id()),
        "grants": [_claim(grant) for grant in grants],
    }
    return _sign(key, TOKEN_TYPE, claims)


def sign_business_time(key: SigningKey, now: datetime, *, lifetime_s: int = 3600) -> str:
    """Return the header with which a demonstration tells services that it is `now`."""
    expires = utc_now() + timedelta(seconds=lifetime_s)
    issuer = str(key.kid).partition("#")[0]
    claims = {"iss": issuer, "now": now.isoformat(), "exp": int(expires.timestamp())}
    return _sign(key, BUSINESS_TIME_TYPE, claims)


class ServiceToken:
    """The token that one service shows to another: signed anew a minute before it expires."""

    def __init__(
        self,
        key: SigningKey,
        *,
        issuer: str,
        audience: str = "balai",
        lifetime_s: int = 300,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._key = key
        self._issuer = issuer
        self._audience = audience
        self._lifetime_s = lifetime_s
        self._clock = clock
        self._token = ""
        self._renew_at: datetime | None = None

    def __call__(self) -> str:
        """Return a token that is good for another minute at least."""
        now = self._clock()
        if self._renew_at is None or now >= self._renew_at:
            self._token = sign_token(
                self._key,
                issuer=self._issuer,
                subject=self._issuer,
                grants=[Grant(Role.SERVICE)],
                audience=self._audience,
                lifetime_s=self._lifetime_s,
            )
            self._renew_at = now + timedelta(seconds=self._lifetime_s - 60)
        return self._token
