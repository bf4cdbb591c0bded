"""The public keys of the issuers that are believed, read from files or fetched from URLs."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey

from shared.http.tokens import SigningKey
from shared.logging import get_logger
from shared.settings import Issuer

_log = get_logger(__name__)

# A key set is read again when a token names a key that it has not, but not more often than this:
# a stream of forged key ids must not become a stream of requests to the issuer.
_PAUSE_S: Final = 5.0
# And at least this often, so that a key that was withdrawn does not live on.
_STALE_S: Final = 300.0
_FETCH_S: Final = 3.0


class KeySource:
    """The keys at one place, which several issuers may share."""

    def __init__(self, place: str, *, shared: bool, clock: Callable[[], datetime]) -> None:
        self._place = place
        self._clock = clock
        self._shared = shared
        self._keys: dict[str, SigningKey] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def find(self, issuer: str, kid: str) -> SigningKey | None:
        """Return the key of `issuer` with id `kid`.

        Where issuers share a set, a key's id begins with its issuer's name and `#`: one of them
        cannot sign in the name of another.
        """
        if self._shared and not kid.startswith(f"{issuer}#"):
            return None
        age_s = self._clock().timestamp() - self._read_at
        if age_s > _STALE_S or (kid not in self._keys and age_s > _PAUSE_S):
            await self._refresh()
        return self._keys.get(kid)

    async def _refresh(self) -> None:
        before = self._read_at
        async with self._reading:
            if self._read_at > before:  # somebody else has just read it
                return
            try:
                self._keys = _usable(await self._read())
            except (OSError, ValueError, KeyError, httpx.HTTPError) as error:
                # The old keys stay good: an issuer that is away must not lock everybody out.
                _log.warning("key set cannot be read", place=self._place, error=repr(error))
            self._read_at = self._clock().timestamp()

    async def _read(self) -> Any:  # noqa: ANN401 - JSON, checked key by key
        if not self._place.startswith(("http://", "https://")):
            return json.loads(await asyncio.to_thread(Path(self._place).read_text))
        async with httpx.AsyncClient(timeout=_FETCH_S, trust_env=False) as client:
            return (await client.get(self._place)).raise_for_status().json()


def _usable(jwks: Any) -> dict[str, SigningKey]:  # noqa: ANN401 - JSON
    keys: dict[str, SigningKey] = {}
    for member in jwks["keys"]:
        try:
            key = JWKRegistry.import_key(member)
        except (JoseError, ValueError):
            continue
        ed25519 = isinstance(key, OKPKey) and key.curve_name == "Ed25519"
        p256 = isinstance(key, ECKey) and key.curve_name == "P-256"
        if isinstance(key, OKPKey | ECKey) and (ed25519 or p256) and key.kid:
            keys[key.kid] = key
    return keys


def key_sources(issuers: Sequence[Issuer], clock: Callable[[], datetime]) -> dict[str, KeySource]:
    """Return where each issuer's keys are, one source for all that name the same place."""
    places = [issuer.jwks for issuer in issuers]
    sources = {
        place: KeySource(place, shared=places.count(place) > 1, clock=clock) for place in places
    }
    return {issuer.issuer: sources[issuer.jwks] for issuer in issuers}
