"""Keys and tokens of a made-up installation."""

import base64
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from shared.http.tokens import SigningKey, jwks_of, load_key, make_key, sign_token
from shared.scope import Grant, Role
from shared.settings import Issuer

ISSUERS = ("registry", "enrollment", "reporting", "cli", "people")
PEOPLE = "balai:people"


@dataclass
class Keys:
    """A key file for each issuer, one public key set, and keys for NIKs."""

    folder: Path
    private: dict[str, SigningKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ISSUERS:
            key = make_key(f"balai:{name}", demo=True)
            self.path(name).write_text(json.dumps(key.as_dict(private=True)))
            self.private[name] = load_key(self.path(name))
        self.jwks.write_text(json.dumps(jwks_of(list(self.private.values()))))
        badges = [make_key("badges", demo=True) for _ in range(2)]
        told = [each.as_dict(private=place == 0) for place, each in enumerate(badges)]
        self.badge_keys.write_text(json.dumps({"keys": told}))
        self.nik_keys.write_text(json.dumps({"current": "k1", "keys": {"k1": _nik_key()}}))

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.jwk"

    @property
    def jwks(self) -> Path:
        return self.folder / "jwks.json"

    @property
    def nik_keys(self) -> Path:
        return self.folder / "nik.json"

    @property
    def badge_keys(self) -> Path:
        return self.folder / "badges.json"

    @property
    def issuers(self) -> list[Issuer]:
        services = [
            Issuer(issuer=f"balai:{name}", jwks=str(self.jwks), roles=[Role.SERVICE])
            for name in ISSUERS[:3]
        ]
        cli = Issuer(issuer="balai:cli", jwks=str(self.jwks), roles=list(Role), demo_only=True)
        people = Issuer(issuer=PEOPLE, jwks=str(self.jwks), assigned=True, demo_only=True)
        return [*services, cli, people]

    def token(self, role: Role | str, *, subject: str | None = None, **grant: object) -> str:
        """Sign a token with one grant: `token(Role.REGIONAL_OFFICER, areas=["32"])`."""
        reach = {
            name: value if name == "participant_id" else tuple(value)
            for name, value in grant.items()
        }
        return self.token_of(
            Grant(Role(role), **reach), subject=subject or f"test-{Role(role).value.lower()}"
        )

    def token_of(self, *grants: Grant, subject: str = "test") -> str:
        """Sign a token with any grants, by the issuer that may claim any role."""
        return sign_token(
            self.private["cli"], issuer="balai:cli", subject=subject, grants=list(grants)
        )

    def login(self, subject: str, *grants: Grant) -> str:
        """Sign a token of the issuer whose callers act as the registry's assignments let them."""
        return sign_token(
            self.private["people"], issuer=PEOPLE, subject=subject, grants=list(grants)
        )


def _nik_key() -> dict[str, str]:
    return {name: base64.b64encode(os.urandom(32)).decode() for name in ("aes", "hmac")}
