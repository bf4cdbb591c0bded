"""Passwords and keys of a home: generated on the first start, marked as good for demos only."""

import base64
import json
import secrets
import sys
from pathlib import Path
from typing import Final

from deploy.embedded.home import Home, write_private
from deploy.processes import SERVICES
from shared.http.tokens import jwks_of, load_key, make_key
from shared.settings import DEMO_MARK

SIGNERS: Final = (*SERVICES, "cli", "people")


def make_secrets(home: Home) -> None:
    """Generate what is missing; what exists is kept, so a second call changes nothing."""
    if not home.secrets.exists():
        names = ["postgres", "valkey", "cursor"]
        names += [f"{service}_{part}" for service in SERVICES for part in ("owner", "app")]
        made = {name: DEMO_MARK + secrets.token_urlsafe(24) for name in names}
        write_private(home.secrets, json.dumps(made, indent=1))
    jwks = home.keys / "jwks.json"
    for name in SIGNERS:
        if not (path := home.keys / f"{name}.jwk").exists():
            # A home of an earlier release gets a key that it has not yet published.
            jwks.unlink(missing_ok=True)
            key = make_key(f"balai:{name}", demo=True)
            write_private(path, json.dumps(key.as_dict(private=True)))
    if not (path := home.keys / "nik.json").exists():
        write_private(path, json.dumps(_nik_keys()))
    if not (path := home.keys / "badges.json").exists():
        key = make_key("badges", demo=True)
        write_private(path, json.dumps({"keys": [key.as_dict(private=True)]}))
    if not (path := home.keys / "income.json").exists():
        write_private(path, json.dumps(_income_keys()))
    if not jwks.exists():
        keys = [load_key(home.keys / f"{name}.jwk") for name in SIGNERS]
        write_private(jwks, json.dumps(jwks_of(keys)))


def _nik_keys() -> dict[str, object]:
    """Return one pair of keys: AES-256 for the NIK itself, HMAC-SHA-256 for its blind index."""
    current = f"{DEMO_MARK}{secrets.token_hex(4)}"
    return {"current": current, "keys": {current: {"aes": _key(), "hmac": _key()}}}


def _income_keys() -> dict[str, object]:
    """Return one AES-256 key for what people say they earn."""
    current = f"{DEMO_MARK}{secrets.token_hex(4)}"
    return {"current": current, "keys": {current: _key()}}


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


if __name__ == "__main__":
    make_secrets(Home(Path(sys.argv[1])))
